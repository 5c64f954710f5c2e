"""`sgwarden pause` and `sgwarden resume`: what the switch says after, and what people read."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from sgwarden.ceiling import read_switch
from sgwarden.cli.main import app
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.policy.types import Mode
from typer.testing import CliRunner

from tests.integration.deployed import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

NAME = "/sgwarden/sgwarden/switch"
OTHER_REGION = "us-west-2"
WHERE = f"sgwarden ({REGION}, account {ACCOUNT})"
BY_BOB = "by arn:aws:iam::111122223333:user/bob at 2026-11-03 14:21:37 UTC: upgrade"
WHY = ("--reason", "EKS upgrade")
DENIED = "AccessDeniedException"
ADVICE = "docs/operate.md lists the permissions that are needed."


@dataclass(slots=True)
class Operator:
    """Somebody with credentials for an account; Lambda only remembers who invoked what, or refuses."""

    account: EmbeddedAccount
    invoked: list[dict[str, Any]] = field(default_factory=list)
    refused: str = ""

    def run(self, *arguments: str) -> Result:
        with patch("time.sleep"):
            return CliRunner().invoke(app, arguments)

    def turn(self, text: str, stack: str = "sgwarden", region: str = REGION) -> None:
        """As the template or a person with the AWS CLI would."""
        ssm = self.account.client("ssm", region)
        ssm.put_parameter(Name=f"/sgwarden/{stack}/switch", Value=text, Type="String", Overwrite=True)

    def parameter(self, region: str = REGION) -> dict[str, Any]:
        found: dict[str, Any] = self.account.client("ssm", region).get_parameter(Name=NAME)["Parameter"]
        return found

    def says(self) -> str:
        return str(self.parameter()["Value"])

    def invoke(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.refused:
            raise ClientError({"Error": {"Code": self.refused, "Message": "No."}}, "Invoke")
        self.invoked.append(parameters)
        return {"StatusCode": 202}


@pytest.fixture
def me() -> Iterator[Operator]:
    """An account with a stack whose switch says `running`."""
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION)) as account:
        operator = Operator(account)
        operator.turn("running")
        with _lambda_of(operator):
            yield operator


@contextmanager
def _lambda_of(operator: Operator) -> Iterator[None]:
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401
        return operator.invoke(parameters) if operation == "Invoke" else call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


# --- pause ------------------------------------------------------------------------------------------------


def test_a_pause_says_who_when_and_why(me: Operator) -> None:
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{WHERE} is paused: within a minute no group is changed. Drift is still told of.",
        "Resume: sgwarden resume --stack sgwarden",
    ]
    arn = me.account.client("sts").get_caller_identity()["Arn"]
    says = re.fullmatch(rf"paused by {re.escape(arn)} at (\S+ \S+) UTC: EKS upgrade", me.says())
    assert says
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", says[1])
    assert read_switch(me.says(), NAME).mode is Mode.OBSERVE
    assert me.invoked == []


def test_the_parameter_keeps_its_type(me: Operator) -> None:
    me.run("pause", *WHY)
    me.run("resume")
    after = me.parameter()
    assert (after["Type"], after["Version"], after["Value"]) == ("String", 3, "running")


def test_what_is_paused_stays_as_it_is(me: Operator) -> None:
    me.turn(f"paused {BY_BOB}")
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{WHERE} is paused already ({BY_BOB}). Nothing was changed.\n"
    assert me.says() == f"paused {BY_BOB}"


def test_what_a_stranger_wrote_there_is_only_text(me: Operator) -> None:
    me.turn("paused \x1b[2Jby eve\nand so on")
    assert "is paused already (by eve and so on). Nothing" in me.run("pause", *WHY).stdout


def test_a_reason_is_one_line_of_text_and_as_long_as_ssm_takes(me: Operator) -> None:
    ran = me.run("pause", "--reason", "up\x1b[31mgrade\n" + "\u9f8d" * 4000)
    assert ran.exit_code == 0
    assert ": upgrade \u9f8d" in me.says()
    assert me.says().isprintable()
    assert len(me.says().encode()) <= 4096


@pytest.mark.parametrize("reason", ["", " \n", "\x1b[2J"])
def test_a_pause_without_a_reason_is_a_wrong_call(me: Operator, reason: str) -> None:
    ran = me.run("pause", "--reason", reason)
    assert ran.exit_code == 2
    assert "--reason is empty" in ran.stderr
    assert me.run("pause").exit_code == 2
    assert me.says() == "running"


def test_other_stacks_and_regions_are_named_and_resumed_by_what_is_said(me: Operator) -> None:
    me.turn("running", "blue", OTHER_REGION)
    ran = me.run("pause", "--stack", "blue", "--region", OTHER_REGION, *WHY)
    assert f"blue ({OTHER_REGION}, account {ACCOUNT}) is paused" in ran.stdout
    told = ran.stdout.splitlines()[-1]
    assert told == f"Resume: sgwarden resume --stack blue --region {OTHER_REGION}"
    assert me.says() == "running"
    again = me.run(*told.removeprefix("Resume: sgwarden ").split())
    assert again.exit_code == 0
    assert me.invoked == [
        {"FunctionName": "blue-sweep", "InvocationType": "Event", "Payload": '{"remind": false}'}
    ]
    there = me.account.client("ssm", OTHER_REGION).get_parameter(Name="/sgwarden/blue/switch")
    assert there["Parameter"]["Value"] == "running"


# --- resume -----------------------------------------------------------------------------------------------


def test_a_resume_lets_it_work_and_starts_a_sweep(me: Operator) -> None:
    me.turn(f"paused {BY_BOB}")
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{WHERE} runs again. Until now it was paused ({BY_BOB}).",
        "A sweep has begun: what drifted meanwhile is put right now.",
    ]
    assert me.says() == "running"
    (invoked,) = me.invoked
    assert (invoked["FunctionName"], invoked["InvocationType"]) == ("sgwarden-sweep", "Event")
    assert json.loads(invoked["Payload"]) == {"remind": False}


def test_a_misspelt_switch_is_put_right_by_a_resume(me: Operator) -> None:
    me.turn("runing")
    ran = me.run("resume")
    assert f"Until now it was paused ({NAME} says 'runing', not 'running')." in ran.stdout
    assert me.says() == "running"


def test_what_runs_is_left_alone(me: Operator) -> None:
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{WHERE} is not paused. Nothing was changed.\n"
    assert (me.parameter()["Version"], me.invoked) == (1, [])


def test_a_sweep_that_may_not_be_started_is_no_reason_to_stay_paused(me: Operator) -> None:
    me.turn(f"paused {BY_BOB}")
    me.refused = DENIED
    ran = me.run("resume")
    assert (ran.exit_code, me.says()) == (0, "running")
    assert ran.stdout == f"{WHERE} runs again. Until now it was paused ({BY_BOB}).\n"
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(
        f"sgwarden: no sweep was started (Invoke failed with {DENIED}: No. {ADVICE})"
    )
    assert "put right by the next one, within the hour" in ran.stderr


# --- What goes wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
def test_where_there_is_no_switch_the_stacks_that_have_one_are_named(
    me: Operator, command: tuple[str, ...]
) -> None:
    me.turn("running", "blue")
    me.account.client("ssm").put_parameter(Name="/sgwarden/policy", Value="x", Type="String")
    me.account.client("ssm").put_parameter(Name="/sgwarden/a/b/switch", Value="x", Type="String")
    ran = me.run(*command, "--stack", "green")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        f"sgwarden: there is no SSM parameter /sgwarden/green/switch in {REGION} of account {ACCOUNT}",
        "Stacks there: blue, sgwarden. Is it another --stack or --region?",
    ]
    names = me.account.client("ssm").get_parameters_by_path(Path="/sgwarden/green", Recursive=True)
    assert names["Parameters"] == []


def test_many_stacks_are_listed_over_many_pages(me: Operator) -> None:
    for number in range(23):
        me.turn("running", f"stack-{number:02}")
    ran = me.run("resume", "--stack", "green")
    assert all(f"stack-{number:02}" in ran.stderr for number in range(23))


def test_a_region_without_any_says_so(me: Operator) -> None:
    ran = me.run("resume", "--region", OTHER_REGION)
    assert ran.exit_code == 1
    assert f"there is no SSM parameter {NAME} in {OTHER_REGION} of account {ACCOUNT}\n" in ran.stderr
    assert "No stack there has a switch. Is it another --stack or --region?" in ran.stderr


def test_who_may_not_list_them_hears_what_is_wrong_all_the_same(me: Operator) -> None:
    me.account.fail("GetParametersByPath", DENIED)
    ran = me.run("resume", "--stack", "green")
    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[1:] == ["Is it another --stack or --region?"]


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "GetParameter", "PutParameter"])
@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
def test_what_may_not_be_done_is_one_clear_sentence(
    me: Operator, operation: str, command: tuple[str, ...]
) -> None:
    before = "running" if command[0] == "pause" else f"paused {BY_BOB}"
    me.turn(before)
    me.account.fail(operation, DENIED, message="You may not.")
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"sgwarden: {operation} failed with {DENIED}: You may not. {ADVICE}\n"
    assert (me.says(), me.invoked) == (before, [])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--stack", ""), 2, "--stack is no name of a stack"),
        (("--stack", "a/b"), 2, "--stack is no name of a stack"),
        (("--region", ""), 2, "--region is empty"),
        (("--region", "eu-wset-1"), 1, "boto3 knows of no region eu-wset-1; did you mean eu-west-1?"),
        (("--profile", "nobodys"), 1, "The config profile (nobodys) could not be found"),
    ],
)
@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
def test_wrong_calls(
    me: Operator, command: tuple[str, ...], arguments: tuple[str, ...], status: int, said: str
) -> None:
    ran = me.run(*command, *arguments)
    assert ran.exit_code == status
    assert said in " ".join(ran.stderr.replace("│", " ").split())
    assert me.says() == "running"


def test_without_a_region_the_call_is_wrong(me: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    ran = me.run("resume")
    assert ran.exit_code == 2
    assert "give --region, or set AWS_REGION" in " ".join(ran.stderr.replace("│", " ").split())
