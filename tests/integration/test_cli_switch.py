"""`sgwarden pause` and `sgwarden resume`: what the switch says after, and what people read."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError, ReadTimeoutError
from sgwarden.embedded import AccountDescription, EmbeddedAccount

from tests.integration.deployed import ACCOUNT, REGION
from tests.integration.operating import BY_BOB, CALL, NAME, Operator, lambda_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from botocore.awsrequest import AWSPreparedRequest

OTHER_REGION = "us-west-2"
WHERE = f"sgwarden ({REGION}, account {ACCOUNT})"
WHY = ("--reason", "EKS upgrade")
DENIED = "AccessDeniedException"
ADVICE = "docs/operate.md lists the permissions that are needed."
UNCHECKED = "sgwarden: it could not be checked that there is such a stack, nor how it is deployed: "
CHECK = "GetFunctionConfiguration"
Json = dict[str, Any]


@pytest.fixture
def me() -> Iterator[Operator]:
    """An account with a stack that runs."""
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION)) as account:
        operator = Operator(account)
        operator.deploy()
        with lambda_of(operator):
            yield operator


# --- pause ------------------------------------------------------------------------------------------------


def test_a_pause_says_who_when_and_why(me: Operator) -> None:
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{WHERE} is paused: within a minute no group is changed. Drift is still told of.",
        f"Resume: sgwarden resume --stack sgwarden --region {REGION}",
    ]
    arn = me.account.client("sts").get_caller_identity()["Arn"]
    says = re.fullmatch(rf"paused by {re.escape(arn)} at (\S+ \S+) UTC: EKS upgrade", me.says() or "")
    assert says
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", says[1])
    made = me.account.client("ssm").get_parameter(Name=NAME)["Parameter"]
    assert (made["Type"], made["Version"]) == ("String", 1)
    assert me.invoked == []


def test_what_is_paused_stays_as_it_is(me: Operator) -> None:
    me.pause()
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{WHERE} is paused already ({BY_BOB}). Nothing was changed.\n"
    assert me.says() == f"paused {BY_BOB}"


def test_what_a_stranger_wrote_there_is_only_text(me: Operator) -> None:
    me.pause("paused \x1b[2Jby eve\nand so on")
    assert "is paused already (by eve and so on). Nothing" in me.run("pause", *WHY).stdout


def test_a_reason_is_one_line_of_text_and_as_long_as_ssm_takes(me: Operator) -> None:
    ran = me.run("pause", "--reason", "up\x1b[31mgrade\n" + "\u9f8d" * 4000)
    assert ran.exit_code == 0
    says = me.says() or ""
    assert ": upgrade \u9f8d" in says
    assert says.isprintable()
    assert len(says.encode()) <= 4096


@pytest.mark.parametrize("reason", ["", " \n", "\x1b[2J"])
def test_a_pause_without_a_reason_is_a_wrong_call(me: Operator, reason: str) -> None:
    ran = me.run("pause", "--reason", reason)
    assert ran.exit_code == 2
    assert "--reason is empty" in ran.stderr
    assert me.run("pause").exit_code == 2
    assert me.says() is None


def test_other_stacks_and_regions_are_named_and_resumed_by_what_is_said(me: Operator) -> None:
    me.deploy("blue", OTHER_REGION)
    ran = me.run("pause", "--stack", "blue", "--region", OTHER_REGION, *WHY)
    assert f"blue ({OTHER_REGION}, account {ACCOUNT}) is paused" in ran.stdout
    told = ran.stdout.splitlines()[-1]
    assert told == f"Resume: sgwarden resume --stack blue --region {OTHER_REGION}"
    there = "/sgwarden/blue/paused", OTHER_REGION
    assert (me.says(), me.says(*there) is not None) == (None, True)
    again = me.run(*told.removeprefix("Resume: sgwarden ").split())
    assert (again.exit_code, me.says(*there)) == (0, None)
    assert me.invoked == [
        {
            "FunctionName": "blue-sweep",
            "InvocationType": "Event",
            "Payload": '{"remind": false, "after_pause": true}',
        }
    ]


# --- resume -----------------------------------------------------------------------------------------------


def test_a_resume_lets_it_work_and_starts_a_sweep(me: Operator) -> None:
    me.pause()
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{WHERE} runs again. Until now it was paused ({BY_BOB}).",
        "A sweep has begun: what drifted meanwhile is looked at now.",
    ]
    assert me.says() is None
    (invoked,) = me.invoked
    assert (invoked["FunctionName"], invoked["InvocationType"]) == ("sgwarden-sweep", "Event")
    assert json.loads(invoked["Payload"]) == {"remind": False, "after_pause": True}


@pytest.mark.parametrize("kind", ["String", "StringList", "SecureString"])
def test_whatever_is_there_is_ended_by_a_resume(me: Operator, kind: Any) -> None:  # noqa: ANN401
    me.account.client("ssm").put_parameter(Name=NAME, Value="running", Type=kind)
    assert "is paused already (" in me.run("pause", *WHY).stdout
    ran = me.run("resume")
    assert ran.stdout.startswith(f"{WHERE} runs again. Until now it was paused (")
    assert me.says() is None


def test_the_hint_of_one_shell_resumes_the_same_stack_in_another(
    me: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(
        '[profile "on call"]\naws_access_key_id = x\naws_secret_access_key = x\n'
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    told = me.run("pause", "--profile", "on call", *WHY).stdout.splitlines()[-1]
    assert told == f"Resume: sgwarden resume --stack sgwarden --region {REGION} --profile 'on call'"
    me.deploy(region=OTHER_REGION)
    me.pause(region=OTHER_REGION)
    monkeypatch.setenv("AWS_REGION", OTHER_REGION)
    assert me.run(*shlex.split(told)[2:]).exit_code == 0
    assert (me.says(), me.says(region=OTHER_REGION)) == (None, f"paused {BY_BOB}")


def test_what_runs_is_left_alone(me: Operator) -> None:
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{WHERE} is not paused. Nothing was changed.\n"
    assert me.invoked == []


def test_a_sweep_that_may_not_be_started_is_no_reason_to_stay_paused(me: Operator) -> None:
    me.pause()
    me.refused["Invoke"] = DENIED
    ran = me.run("resume")
    assert (ran.exit_code, me.says()) == (0, None)
    assert ran.stdout == f"{WHERE} runs again. Until now it was paused ({BY_BOB}).\n"
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(
        f"sgwarden: no sweep was started (Invoke failed with {DENIED}: No. {ADVICE})"
    )
    assert "looked at by the next one, within the hour" in ran.stderr


# --- What the stack is like -------------------------------------------------------------------------------


def test_the_parameter_is_the_one_that_the_function_reads(me: Operator) -> None:
    me.deploy(SGWARDEN_SWITCH_PARAMETER="/somewhere/else")
    assert me.run("pause", *WHY).exit_code == 0
    assert (me.says(), me.says("/somewhere/else") is not None) == (None, True)
    assert me.run("resume").exit_code == 0
    assert me.says("/somewhere/else") is None


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_stack_that_only_observes_has_nothing_to_pause(me: Operator, state: str) -> None:
    me.deploy(SGWARDEN_MODE="observe", SGWARDEN_STATE=state)
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr, me.says()) == (0, "", None)
    assert ran.stdout == f"{WHERE} only observes: it changes no group. There is nothing to pause.\n"
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr, me.invoked) == (0, "", [])
    assert ran.stdout == f"{WHERE} only observes: it changes no group.\n"


def test_a_pause_that_was_left_where_it_only_observes_is_ended(me: Operator) -> None:
    me.deploy(SGWARDEN_MODE="observe")
    me.pause()
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr, me.says(), me.invoked) == (0, "", None, [])
    assert ran.stdout == f"{WHERE} only observes: it changes no group. A pause was ended ({BY_BOB}).\n"


def test_a_stack_that_is_deployed_paused_is_paused_already(me: Operator) -> None:
    me.deploy(SGWARDEN_STATE="paused")
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr, me.says()) == (0, "", None)
    why = "the stack's parameter State says so"
    assert ran.stdout == f"{WHERE} is paused already ({why}). Nothing was changed.\n"


@pytest.mark.parametrize(("left", "told"), [(False, ""), (True, f" A pause was ended ({BY_BOB}).")])
def test_a_stack_that_is_deployed_paused_is_not_said_to_run(me: Operator, told: str, *, left: bool) -> None:
    me.deploy(SGWARDEN_STATE="paused")
    if left:
        me.pause()
    ran = me.run("resume")
    assert (ran.exit_code, ran.stdout, me.says(), me.invoked) == (1, "", None, [])
    assert ran.stderr == (f"sgwarden: {WHERE} stays paused until it is deployed with State=running.{told}\n")


@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
@pytest.mark.parametrize("there", [None, {}, {"Environment": {"Variables": {"MODE": "x"}}}])
def test_where_there_is_no_such_stack_nothing_is_written(
    me: Operator, command: tuple[str, ...], there: Json | None
) -> None:
    """A function of that name without our variables is somebody else's."""
    if there is not None:
        me.make("green-reconcile", **there)
    ran = me.run(*command, "--stack", "green")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        f"sgwarden: there is no stack green in {REGION} of account {ACCOUNT}: "
        "Lambda has no function green-reconcile of sgwarden",
        "Is it another --stack, --region or --profile?",
    ]
    assert (me.says("/sgwarden/green/paused"), me.says()) == (None, None)


def test_another_region_has_no_such_stack(me: Operator) -> None:
    ran = me.run("pause", "--region", OTHER_REGION, *WHY)
    assert (ran.exit_code, me.says(region=OTHER_REGION)) == (1, None)
    assert ran.stderr.startswith(f"sgwarden: there is no stack sgwarden in {OTHER_REGION} of account")


def test_who_may_not_ask_lambda_pauses_and_resumes_all_the_same(me: Operator) -> None:
    me.refused = {CHECK: DENIED, "Invoke": DENIED}
    for command, after in ((("pause", *WHY), "is paused: "), (("resume",), "runs again.")):
        ran = me.run(*command)
        assert ran.exit_code == 0
        assert ran.stdout.startswith(f"{WHERE} {after}")
        assert ran.stderr.splitlines()[0] == f"{UNCHECKED}{CHECK} failed with {DENIED}: No. {ADVICE}"
        assert (me.says() is None) == (command == ("resume",))


def test_an_environment_that_only_others_may_decrypt_is_no_answer(me: Operator) -> None:
    error = {"ErrorCode": "AccessDeniedException", "Message": "KMS says no."}
    me.make("sgwarden-reconcile", Environment={"Error": error})
    ran = me.run("pause", *WHY)
    assert (ran.exit_code, me.says() is None) == (0, False)
    assert ran.stderr == f"{UNCHECKED}{CHECK} failed with {DENIED}: KMS says no. {ADVICE}\n"


# --- What goes wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ("GetParameter", ("pause", *WHY)),
        ("PutParameter", ("pause", *WHY)),
        ("GetParameter", ("resume",)),
        ("DeleteParameter", ("resume",)),
    ],
)
def test_what_may_not_be_done_is_one_clear_sentence(
    me: Operator, operation: str, command: tuple[str, ...]
) -> None:
    if command == ("resume",):
        me.pause()
    before = me.says()
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
    assert me.says() is None


def test_without_a_region_the_call_is_wrong(me: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    ran = me.run("resume")
    assert ran.exit_code == 2
    assert "give --region, or set AWS_REGION" in " ".join(ran.stderr.replace("│", " ").split())


# --- Without STS, and in regions that are newer than boto3 ------------------------------------------------


def test_a_pause_holds_where_nobody_can_be_named(me: Operator) -> None:
    me.account.fail("GetCallerIdentity", DENIED, message="You may not.")
    ran = me.run("pause", *WHY)
    assert ran.exit_code == 0
    assert ran.stderr == (
        "sgwarden: nobody is named as who paused it: "
        f"GetCallerIdentity failed with {DENIED}: You may not. {ADVICE}\n"
    )
    assert ran.stdout.startswith(f"{WHERE} is paused: ")
    assert re.fullmatch(r"paused by somebody unknown at \S+ \S+ UTC: EKS upgrade", me.says() or "")


@pytest.mark.parametrize(("service", "told"), [("sts", "somebody unknown"), ("lambda", "arn:")])
def test_what_can_be_done_without_costs_a_pause_some_seconds_only(
    me: Operator, service: str, told: str
) -> None:
    """The SDK tries as often as it is told to, and waits for each try as long."""
    waited: list[float] = []

    def hang(endpoint: Any, request: AWSPreparedRequest, *more: object) -> object:  # noqa: ANN401
        if f"//{service}." not in request.url:
            return send(endpoint, request, *more)
        timeout = endpoint.http_session._timeout
        waited.append(timeout.connect_timeout + timeout.read_timeout)
        return None, ReadTimeoutError(endpoint_url=request.url)

    send = Endpoint._do_get_response  # type: ignore[attr-defined]
    over_the_network = (
        patch.object(BaseClient, "_make_api_call", CALL) if service == "lambda" else nullcontext()
    )
    with patch.object(Endpoint, "_do_get_response", hang), over_the_network:
        ran = me.run("pause", *WHY)
    assert ran.exit_code == 0
    assert (me.says() or "").startswith(f"paused by {told}")
    assert "failed with ReadTimeoutError" in ran.stderr
    assert 0 < sum(waited) <= 10


def test_a_resume_does_not_ask_who_somebody_is(me: Operator) -> None:
    me.pause()
    me.account.fail("GetCallerIdentity", DENIED)
    ran = me.run("resume")
    assert (ran.exit_code, ran.stderr, me.says()) == (0, "", None)
    assert ran.stdout.startswith(f"{WHERE} runs again.")


def test_a_stack_that_is_missing_is_told_without_its_account_too(me: Operator) -> None:
    me.account.fail("GetCallerIdentity", DENIED)
    ran = me.run("resume", "--stack", "green")
    assert ran.stderr.startswith(f"sgwarden: there is no stack green in {REGION}: Lambda has no")


@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
def test_a_region_that_boto3_does_not_know_is_tried_all_the_same(
    me: Operator, command: tuple[str, ...]
) -> None:
    resumes = command == ("resume",)
    if resumes:
        me.pause()
    with patch("boto3.Session.get_available_regions", return_value=["eu-west-9"]):
        ran = me.run(*command)
    assert ran.exit_code == 0
    assert ran.stderr == (
        "sgwarden: it is tried all the same, but "
        f"boto3 knows of no region {REGION}; did you mean eu-west-9?\n"
    )
    assert (me.says() is None) == resumes


# --- What is said is what is so ---------------------------------------------------------------------------


@contextmanager
def meanwhile(operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Somebody acts right after the first answer to an operation."""
    call, waiting = BaseClient._make_api_call, [act]  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Any:  # noqa: ANN401
        answer = call(client, name, parameters)
        if name == operation and waiting:
            waiting.pop()()
        return answer

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


def test_a_pause_that_somebody_ends_at_once_is_not_said_to_hold(me: Operator) -> None:
    with meanwhile("PutParameter", me.resume):
        ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"sgwarden: {WHERE} is not paused, although {NAME} was written. ")


def test_a_resume_that_somebody_ends_at_once_is_not_said_to_hold(me: Operator) -> None:
    me.pause("paused by carol")
    with meanwhile("DeleteParameter", me.pause):
        ran = me.run("resume")
    assert (ran.exit_code, ran.stdout, me.invoked) == (1, "", [])
    assert ran.stderr.startswith(f"sgwarden: {WHERE} is still paused ({BY_BOB}). ")


def test_who_is_second_to_pause_leaves_the_first_in_peace(me: Operator) -> None:
    with meanwhile("GetCallerIdentity", me.pause):
        ran = me.run("pause", *WHY)
    assert (ran.exit_code, ran.stderr, me.says()) == (0, "", f"paused {BY_BOB}")
    assert f"{WHERE} is paused: " in ran.stdout


def test_who_is_second_to_resume_has_resumed_too(me: Operator) -> None:
    me.pause()
    with meanwhile("GetParameter", me.resume):
        ran = me.run("resume")
    assert (ran.exit_code, ran.stderr, me.says()) == (0, "", None)
    assert f"{WHERE} runs again." in ran.stdout


@pytest.mark.parametrize(("command", "done"), [(("pause", *WHY), "written"), (("resume",), "deleted")])
def test_what_cannot_be_read_again_is_not_said_to_hold(
    me: Operator, command: tuple[str, ...], done: str
) -> None:
    if done == "deleted":
        me.pause()
    me.account.fail("GetParameter", DENIED, nth=2, message="You may not.")
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"sgwarden: {NAME} was {done}, but cannot be read again, so nobody knows whether it holds: "
        f"GetParameter failed with {DENIED}: You may not. {ADVICE}\n"
    )
    assert (me.says() is None) == (done == "deleted")


@pytest.mark.parametrize(("late", "status"), [(1, 0), (2, 0), (3, 1)])
@pytest.mark.parametrize("command", [("pause", *WHY), ("resume",)])
def test_an_answer_from_before_the_change_is_asked_for_again(
    me: Operator, command: tuple[str, ...], late: int, status: int
) -> None:
    """Where SSM has not caught up within three reads the command does not say that it has."""
    call, answers = BaseClient._make_api_call, []  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Any:  # noqa: ANN401
        if name != "GetParameter":
            return call(client, name, parameters)
        try:
            answers.append(call(client, name, parameters))
        except ClientError as error:
            answers.append(error)
        answer = answers[0 if len(answers) <= 1 + late else -1]
        if isinstance(answer, ClientError):
            raise answer
        return answer

    if command == ("resume",):
        me.pause()
    with patch.object(BaseClient, "_make_api_call", make_api_call):
        ran = me.run(*command)
    assert (ran.exit_code, bool(ran.stderr)) == (status, bool(status))
    assert (ran.stdout == "") == bool(status)
