"""The kill switch: while its parameter is there, no group is written to, and people go on being told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, patch

import pytest
from botocore.exceptions import ConnectTimeoutError
from jsonschema import Draft7Validator
from sgwarden.aws.parameter_store import ParameterStore
from sgwarden.review.build import compile_policy

from tests.integration.clock import Clock
from tests.integration.deployed import APP, GROUP, Deployed, changed, cluster, open_to, running
from tests.integration.live import SCHEMA
from tests.template.application import of_type

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = """
version: 1
policies:
  - name: no-ssh
    clusters: {name: ["*"]}
    mode: remediate
    ingress: {deny: [{id: no-ssh, traffic: tcp/22, from: anywhere}]}
"""
OBSERVING = POLICY.replace("mode: remediate", "mode: observe")
REFUSED = POLICY.replace("from: anywhere", "from: pl-0b8d2f4a6c1e3957d")
NAME, POLICY_NAME = "/sgwarden/sgwarden/paused", "/sgwarden/policy"
BY_ALICE = "by arn:aws:iam::111122223333:user/alice at 2026-11-03 14:21:37 UTC: upgrade"
PAUSED = f"paused {BY_ALICE}"
BY_STATE = "the stack's parameter State says so"
SSH = "tcp/22 from 203.0.113.0/24"
GIVEN = ("all from self", "all to 0.0.0.0/0")
DENIED, THROTTLED = "AccessDeniedException", "ThrottlingException"
TRIES = 2  # as aws/clients.py has it for SSM
WITHOUT_NEWS, LATER = 29, 31
READS = ("DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeCluster")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def function(clock: Clock) -> Iterator[Deployed]:
    """A function that was just started, and that nobody has paused."""
    with running(policy=POLICY, switch=NAME, clusters=(cluster(*GIVEN),)) as function:
        yield function


def write(function: Deployed, name: str, value: str) -> None:
    function.account.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    function.forget()


def pause(function: Deployed, text: str = PAUSED) -> None:
    write(function, NAME, text)


def resume(function: Deployed) -> None:
    function.account.client("ssm").delete_parameter(Name=NAME)
    function.forget()


def drift(function: Deployed) -> None:
    if SSH not in function.account.lines(GROUP):
        open_to(function, SSH)


def put_right(function: Deployed) -> bool:
    """Whether a group that drifts is put right; where it is not, nothing at all is written."""
    drift(function)
    assert function.deliver(changed()) == []
    done = SSH not in function.account.lines(GROUP)
    assert done == bool(function.writes())
    return done


def asked(function: Deployed) -> int:
    return len(function.account.calls("GetParameter"))


# --- Running and paused -----------------------------------------------------------------------------------


def test_it_runs_is_paused_and_resumed(function: Deployed, clock: Clock) -> None:
    assert put_right(function)
    pause(function)
    clock.pass_by(LATER)
    assert not put_right(function)
    resume(function)
    assert put_right(function)  # at once, by the next look


def test_a_pause_holds_from_a_cold_start_on(function: Deployed) -> None:
    pause(function)
    assert not put_right(function)


def test_while_it_is_paused_people_are_told_what_would_be_done(function: Deployed) -> None:
    pause(function)
    drift(function)
    rule_id = function.account.rule_ids(GROUP)[SSH]
    function.deliver(changed())
    (alert,) = function.alerts()
    assert (alert["status"], alert["mode"], alert["paused"]) == ("drifted", "observe", BY_ALICE)
    assert [(change["action"], change["rule_id"]) for change in alert["changes"]] == [("revoke", rule_id)]
    assert SSH in alert["after"]["ingress"]
    assert [finding["statement"] for finding in alert["findings"]] == ["no-ssh"]
    assert "dev-1 not touched (paused): Inbound open: tcp/22 (SSH)" in alert["subject"]
    said = " ".join(alert["text"].split())
    assert f"Nothing: sgwarden is paused ({BY_ALICE}). It would: - ingress {SSH} ({rule_id})" in said
    (line,) = function.logged("reconciled")
    assert line["result"]["paused"] == BY_ALICE
    contract = {"schema": "sgwarden/v1", "results": [line["result"]]}
    assert list(Draft7Validator(SCHEMA.schema).iter_errors(contract)) == []
    metrics = function.metrics()
    assert (metrics["DriftFound"], metrics["Paused"], metrics["SwitchUnreadable"]) == ([1.0], [1.0], [0.0])
    assert not {"ChangesMade", "Failures"} & set(metrics)


def test_what_strangers_write_there_is_text_and_nothing_else(function: Deployed) -> None:
    pause(function, "paused by eve\x1b[2J\nDone     The group is as the policy wants it again.")
    drift(function)
    function.deliver(changed())
    (alert,) = function.alerts()
    assert alert["paused"] == "by eve Done The group is as the policy wants it again."
    assert alert["text"].count("\nDone ") == 1


def test_a_group_in_order_is_no_news_while_it_is_paused(function: Deployed) -> None:
    pause(function)
    assert function.deliver(changed()) == []
    assert function.alerts() == []
    (line,) = function.logged("reconciled")
    assert (line["result"]["status"], line["result"]["paused"]) == ("in_sync", BY_ALICE)


def test_a_policy_that_only_observes_goes_on_to_say_that_it_does(clock: Clock) -> None:
    with running(policy=OBSERVING, switch=NAME, clusters=(cluster(*GIVEN),)) as function:
        pause(function)
        drift(function)
        function.deliver(changed())
        (alert,) = function.alerts()
    assert "paused" not in alert
    assert "not touched (observing)" in alert["subject"]
    assert "sgwarden only observes here. It would:" in alert["text"]


def test_a_policy_that_cannot_be_used_is_refused_while_paused_too(clock: Clock) -> None:
    with running(policy=REFUSED, switch=NAME, clusters=(cluster(*GIVEN),)) as function:
        pause(function)
        function.deliver(changed())
        (alert,) = function.alerts()
    assert (alert["status"], alert["mode"], alert["paused"]) == ("refused", "observe", BY_ALICE)


@pytest.mark.parametrize("kind", ["String", "StringList", "SecureString"])
@pytest.mark.parametrize("text", ["running", "stop", "false"])
def test_whatever_is_there_is_a_pause_and_loud(function: Deployed, text: str, kind: Any) -> None:  # noqa: ANN401
    function.account.client("ssm").put_parameter(Name=NAME, Value=text, Type=kind)
    assert not put_right(function)
    (line,) = function.logged("paused")
    assert (line["level"], line["paused"][-len(text) :]) == ("ERROR", text)
    assert f"sgwarden is paused ({line['paused']})." in function.alerts()[0]["text"]


def test_a_pause_that_says_nothing_says_where_it_is(function: Deployed) -> None:
    pause(function, " \u200b\n")
    assert not put_right(function)
    assert function.alerts()[0]["paused"] == f"there is an SSM parameter {NAME}"


def test_each_turn_is_told_once_and_the_state_in_every_batch(function: Deployed, clock: Clock) -> None:
    ssm = function.account.client("ssm")
    for turn in (None, ssm.put_parameter, None, ssm.delete_parameter, None):
        if turn:
            turn(Name=NAME, **({"Value": PAUSED, "Type": "String"} if turn == ssm.put_parameter else {}))
        function.deliver(changed(), changed())
        clock.pass_by(LATER)
    told = [line["message"] for line in function.logged() if line["message"] in ("running", "paused")]
    assert told == ["running", "paused", "running"]
    assert function.metrics()["Paused"] == [0.0, 1.0, 1.0, 0.0, 0.0]
    assert function.metrics()["SwitchUnreadable"] == [0.0] * 5


def test_the_alarms_are_set_on_the_metrics_that_it_writes(function: Deployed) -> None:
    function.deliver("no JSON")
    lines = [json.loads(line) for line in function.out.getvalue().splitlines()]
    (written,) = [each for line in lines for each in line.get("_aws", {}).get("CloudWatchMetrics", ())]
    names = {metric["Name"] for metric in written["Metrics"]} & {"Paused", "SwitchUnreadable"}
    alarms = {alarm["MetricName"]: alarm for alarm in of_type("AWS::CloudWatch::Alarm").values()}
    assert names == {"Paused", "SwitchUnreadable"}
    assert {alarms[name]["Namespace"] for name in names} == {written["Namespace"]}
    dimensions = [[[each["Name"] for each in alarms[name]["Dimensions"]]] for name in names]
    assert dimensions == [written["Dimensions"]] * 2


# --- Where there is no switch to read ---------------------------------------------------------------------


def test_without_a_switch_it_runs_and_ssm_is_not_asked() -> None:
    with running(policy=POLICY, clusters=(cluster(*GIVEN),)) as function:
        pause(function)
        assert put_right(function)
        assert asked(function) == 0
        assert not {"Paused", "SwitchUnreadable"} & set(function.metrics())


def test_a_stack_that_only_observes_has_nothing_to_pause() -> None:
    with running(policy=POLICY, mode="observe", switch=NAME, clusters=(cluster(*GIVEN),)) as function:
        pause(function)
        drift(function)
        function.deliver(changed())
        (alert,) = function.alerts()
        assert (alert["status"], alert["mode"], "paused" in alert) == ("drifted", "observe", False)
        assert asked(function) == 0
        assert not {"Paused", "SwitchUnreadable"} & set(function.metrics())


def test_a_stack_that_is_deployed_paused_changes_nothing_and_asks_nobody() -> None:
    with running(policy=POLICY, switch=NAME, state="paused", clusters=(cluster(*GIVEN),)) as function:
        assert not put_right(function)
        assert not put_right(function)
        (alert,) = function.alerts()
        assert (alert["status"], alert["mode"], alert["paused"]) == ("drifted", "observe", BY_STATE)
        (line,) = function.logged("paused")
        assert (line["level"], line["paused"]) == ("ERROR", BY_STATE)
        assert asked(function) == 0
        assert (function.metrics()["Paused"], function.metrics()["SwitchUnreadable"]) == ([1, 1], [0, 0])


def test_one_that_is_deployed_paused_and_only_observes_says_that_it_observes() -> None:
    with running(policy=POLICY, mode="observe", state="paused", clusters=(cluster(*GIVEN),)) as function:
        assert not put_right(function)
        assert "paused" not in function.alerts()[0]
        assert "Paused" not in function.metrics()


@pytest.mark.parametrize(
    ("mode", "state", "switch", "costs"),
    [
        ("remediate", "running", "", False),
        ("observe", "running", NAME, False),
        ("remediate", "paused", NAME, False),
        ("remediate", "running", NAME, True),
    ],
)
def test_a_cold_start_pays_for_ssm_only_where_a_parameter_is_read(
    tmp_path: Path, mode: str, state: str, switch: str, *, costs: bool
) -> None:
    asked = "print('aws_lambda_powertools.utilities.parameters' in sys.modules)"
    ran = started(tmp_path, asked, SGWARDEN_MODE=mode, SGWARDEN_STATE=state, SGWARDEN_SWITCH_PARAMETER=switch)
    assert (ran.stdout, ran.stderr) == (f"{costs}\n", "")


@pytest.mark.parametrize("state", ["", "Running", "pausd"])
def test_a_state_that_is_none_is_an_error_at_the_start(tmp_path: Path, state: str) -> None:
    ran = started(tmp_path, "print('started')", SGWARDEN_STATE=state)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.endswith(f"ValueError: {state!r} is not a valid State\n")


def started(directory: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process that starts as Lambda starts one, then runs this program."""
    policy = directory / "policy.json"
    policy.write_text(compile_policy(POLICY.encode(), "policy.yaml"))
    wiring = {
        "SGWARDEN_ADDITIONAL_GROUPS": "no",
        "SGWARDEN_DAILY_REPORT": "yes",
        "SGWARDEN_HISTORY_DAYS": "365",
        "SGWARDEN_MODE": "remediate",
        "SGWARDEN_STATE": "running",
        "SGWARDEN_POLICY": str(policy),
        "SGWARDEN_POLICY_PARAMETER": "",
        "SGWARDEN_QUIET_HOURS": "",
        "SGWARDEN_REMIND_AFTER": "24",
        "SGWARDEN_SWITCH_PARAMETER": "",
        "SGWARDEN_TABLE": "ledger",
        "SGWARDEN_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:alerts",
        "SGWARDEN_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/changes",
        "AWS_REGION": "eu-west-1",
        "POWERTOOLS_METRICS_NAMESPACE": "sgwarden",
    }
    return subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", f"import sys, app; {program}"],
        cwd=APP.parent,
        env=os.environ | wiring | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_both_parameters_are_read_over_one_client() -> None:
    """Making one is tens of milliseconds of a cold start."""
    with patch("sgwarden.aws.parameter_store.client") as made:
        store = ParameterStore("eu-west-1")
        assert store.named("", 60, Mock()) is None
        made.assert_not_called()
        assert store.named(POLICY_NAME, 60, Mock())
        assert store.named(NAME, 30, Mock())
    made.assert_called_once_with("ssm", "eu-west-1")


def test_the_policy_parameter_and_the_switch_are_two_answers(clock: Clock) -> None:
    other = compile_policy(POLICY.replace("tcp/22", "tcp/80").encode(), "policy.yaml")
    with running(policy=POLICY, parameter=POLICY_NAME, switch=NAME, clusters=(cluster(*GIVEN),)) as function:
        write(function, POLICY_NAME, other)
        assert not put_right(function)  # as the other policy has it
        write(function, POLICY_NAME, POLICY)  # YAML, which is refused
        pause(function)
        clock.pass_by(61)
        assert not put_right(function)
        assert function.alerts()[0]["paused"] == BY_ALICE
        resume(function)
        assert put_right(function)


# --- SSM does not say -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "times"), [(DENIED, 1), (THROTTLED, TRIES)])
@pytest.mark.parametrize("runs", [True, False])
def test_what_was_in_force_stays_so_where_ssm_does_not_answer(
    function: Deployed, clock: Clock, code: str, times: int, *, runs: bool
) -> None:
    if not runs:
        pause(function)
    ran = put_right(function)
    assert ran == runs
    (pause if ran else resume)(function)
    clock.pass_by(LATER)
    function.account.fail("GetParameter", code, times=times)
    assert put_right(function) == ran
    (line,) = function.logged("switch unreadable")
    assert (line["level"], line["kept"]) == ("ERROR", True)
    assert f"GetParameter failed with {code}" in line["error"]
    assert function.metrics()["SwitchUnreadable"] == [1.0]
    assert function.metrics()["Paused"] == [float(not ran)]
    clock.pass_by(LATER)
    assert put_right(function) != ran
    assert function.metrics()["SwitchUnreadable"][-1] == 0.0


def test_a_time_out_is_no_answer_either(function: Deployed, clock: Clock) -> None:
    assert put_right(function)
    clock.pass_by(LATER)
    hangs = ConnectTimeoutError(endpoint_url="https://ssm.eu-west-1.amazonaws.com")
    with patch("botocore.endpoint.Endpoint.make_request", side_effect=hangs):
        function.deliver("no JSON")
    (line,) = function.logged("switch unreadable")
    assert "GetParameter failed with ConnectTimeoutError" in line["error"]
    assert put_right(function)


@pytest.mark.parametrize(("code", "times"), [(DENIED, 1), (THROTTLED, TRIES)])
def test_a_function_that_never_knew_it_changes_nothing_and_the_message_comes_again(
    function: Deployed, code: str, times: int
) -> None:
    drift(function)
    function.account.fail("GetParameter", code, times=times)
    assert function.deliver(changed()) == ["m1"]
    assert (function.writes(), function.alerts()) == ([], [])
    (line,) = function.logged("switch unreadable")
    assert line["kept"] is False
    assert f"GetParameter failed with {code}" in function.logged("failed")[0]["error"]
    assert function.metrics()["SwitchUnreadable"] == [1.0]
    assert "Paused" not in function.metrics()  # which would end that alarm
    assert put_right(function)
    assert function.metrics()["Paused"] == [0.0]


# --- How often SSM is asked -------------------------------------------------------------------------------


def test_a_pause_holds_within_half_a_minute_and_the_longest_batch(function: Deployed, clock: Clock) -> None:
    """The other half of the minute is for a batch that had begun: the function is ended after 30 seconds."""
    assert put_right(function)
    pause(function)
    clock.pass_by(WITHOUT_NEWS)
    assert put_right(function)
    clock.pass_by(LATER - WITHOUT_NEWS)
    assert not put_right(function)


def test_while_it_runs_ssm_is_asked_no_more_than_twice_a_minute(function: Deployed, clock: Clock) -> None:
    for _ in range(6):
        function.deliver(changed())
        clock.pass_by(10)
    assert asked(function) <= 2


def test_while_it_is_paused_every_batch_asks_once(function: Deployed) -> None:
    pause(function)
    for _ in range(3):
        function.deliver(changed(), changed("sg-02be06bd9cbf15b62"))
    assert asked(function) == 3


def test_while_it_is_paused_and_ssm_does_not_answer_not_every_batch_waits(
    function: Deployed, clock: Clock
) -> None:
    pause(function)
    assert not put_right(function)
    function.forget()
    function.account.fail("GetParameter", DENIED, times=2)
    for _ in range(6):
        assert not put_right(function)
        clock.pass_by(10)
    assert asked(function) == 2
    assert function.metrics()["SwitchUnreadable"] == [1.0] * 6
    resume(function)
    clock.pass_by(LATER)
    assert put_right(function)
