"""An SSM parameter puts another policy in force without a deploy: what becomes of the group then.

The packaged policy lets nobody in by SSH, the other lets the office in.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.exceptions import ConnectTimeoutError
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.policy.packed import pack
from sgwarden.review.build import compile_policy

from tests.integration.clock import Clock
from tests.integration.deployed import (
    GROUP,
    Deployed,
    _loaded,
    _with_own_output,
    changed,
    cluster,
    open_to,
    running,
)
from tests.template.application import of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.page import Page

PACKAGED = """
version: 1
policies:
  - name: packaged
    clusters: {name: ["*"]}
    mode: remediate
    ingress: {deny: [{id: no-ssh, traffic: tcp/22, from: anywhere}]}
"""
OTHER = """
version: 1
policies:
  - name: other
    clusters: {name: ["*"]}
    mode: remediate
    ingress: {deny: [{id: no-ssh, traffic: tcp/22, from: anywhere, except: [198.51.100.0/24]}]}
"""
NO_HTTP = OTHER.replace("tcp/22", "tcp/80")
NAME = "/sgwarden/policy"
OFFICE, STRANGER = "tcp/22 from 198.51.100.0/24", "tcp/22 from 203.0.113.0/24"
HTTP = "tcp/80 from 203.0.113.0/24"
GIVEN = ("all from self", "all to 0.0.0.0/0")
DENIED, THROTTLED = "AccessDeniedException", "ThrottlingException"
TRIES = 2  # as aws/clients.py has it for SSM
WITHOUT_NEWS = 59
A_MINUTE = 61


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def function(clock: Clock) -> Iterator[Deployed]:
    """A function that was just started, with a name for a parameter that is not there."""
    with running(policy=PACKAGED, parameter=NAME, clusters=(cluster(*GIVEN),)) as function:
        yield function


def compiled(policy: str) -> str:
    return compile_policy(policy.encode(), "policy.yaml")


def put(function: Deployed, value: str) -> None:
    function.account.client("ssm").put_parameter(Name=NAME, Value=value, Type="String", Overwrite=True)
    function.forget()


def delete(function: Deployed) -> None:
    function.account.client("ssm").delete_parameter(Name=NAME)
    function.forget()


def left_of(function: Deployed, *lines: str) -> set[str]:
    """Opens the group by these lines and says of it; those that are left after that."""
    for line in set(lines) - set(function.account.lines(GROUP)):
        open_to(function, line)
    assert function.deliver(changed()) == []
    return set(function.account.lines(GROUP)) - set(GIVEN)


def asked(function: Deployed) -> int:
    return len(function.account.calls("GetParameter"))


# --- In force ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [str, pack, lambda text: f"\n {text}\n"])
def test_the_policy_of_the_parameter_is_in_force(function: Deployed, form: type[str]) -> None:
    put(function, form(compiled(OTHER)))
    assert left_of(function, OFFICE, STRANGER) == {OFFICE}


def test_without_a_parameter_the_packaged_policy_is_in_force(function: Deployed) -> None:
    assert left_of(function, OFFICE, STRANGER) == set()
    (line,) = function.logged("policy not replaced")
    assert (line["level"], line["parameter"]) == ("INFO", NAME)
    assert function.deliver(changed()) == []
    assert len(function.logged("policy not replaced")) == 1


def test_where_none_is_named_ssm_is_not_asked() -> None:
    with running(policy=PACKAGED, clusters=(cluster(*GIVEN),)) as function:
        put(function, compiled(OTHER))
        assert left_of(function, OFFICE) == set()
        assert asked(function) == 0
        assert not {"PolicyRefused", "PolicyUnreadable"} & set(function.metrics())


def test_it_comes_into_force_within_a_minute_changes_and_goes_again(function: Deployed, clock: Clock) -> None:
    assert left_of(function, OFFICE) == set()
    put(function, compiled(OTHER))
    clock.pass_by(WITHOUT_NEWS)
    assert left_of(function, OFFICE) == set()
    clock.pass_by(A_MINUTE)
    assert left_of(function, OFFICE, HTTP) == {OFFICE, HTTP}
    put(function, pack(compiled(NO_HTTP)))
    clock.pass_by(A_MINUTE)
    assert left_of(function, OFFICE, STRANGER, HTTP) == {OFFICE, STRANGER}
    delete(function)
    clock.pass_by(A_MINUTE)
    assert left_of(function, HTTP) == {HTTP}
    assert len(function.logged("policy not replaced")) == 1


def test_each_line_says_which_policy_it_is_about(function: Deployed, clock: Clock) -> None:
    put(function, compiled(OTHER))
    left_of(function)
    (replaced,) = function.logged("policy replaced")
    assert replaced["sha256"] == hashlib.sha256(OTHER.encode()).hexdigest()
    assert (replaced["parameter"], replaced["policies"]) == (NAME, ["other"])
    (line,) = function.logged("reconciled")
    assert line["policy"] == {"from": "parameter", "sha256": replaced["sha256"][:12]}
    delete(function)
    clock.pass_by(A_MINUTE)
    left_of(function)
    (line,) = function.logged("reconciled")
    sha256 = hashlib.sha256(PACKAGED.encode()).hexdigest()
    assert line["policy"] == {"from": "packaged", "sha256": sha256[:12]}


# --- Refused ----------------------------------------------------------------------------------------------

BAD = {
    "yaml": OTHER,
    "json of no policy": "{}",
    "a format to come": compiled(OTHER).replace('"format":1', '"format":2'),
    "an unknown key": compiled(OTHER).replace('"mode"', '"mood"'),
    "half of it": compiled(OTHER)[:-9],
    "half of it packed": pack(compiled(OTHER))[:-40],
    "a bomb": base64.b64encode(gzip.compress(b" " * 10**7 + compiled(OTHER).encode())).decode(),
    "half of a pair": compiled(OTHER).replace('"mode"', '"\\ud800"'),
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD.keys())
def test_a_bad_one_is_refused_at_a_cold_start_too(function: Deployed, value: str) -> None:
    put(function, value)
    assert left_of(function, OFFICE) == set()
    (line,) = function.logged("policy refused")
    assert line["level"] == "ERROR"
    assert line["reason"].startswith(f"SSM parameter {NAME}: ")
    assert function.metrics()["PolicyRefused"] == [1.0]
    assert function.out.getvalue().encode()  # or the runtime's standard output would not take it


def test_one_that_becomes_bad_gives_way_to_the_packaged_policy(function: Deployed, clock: Clock) -> None:
    put(function, compiled(OTHER))
    assert left_of(function, OFFICE) == {OFFICE}
    assert function.metrics()["PolicyRefused"] == [0.0]
    put(function, BAD["an unknown key"])
    clock.pass_by(A_MINUTE)
    assert left_of(function) == set()
    put(function, compiled(OTHER))
    clock.pass_by(A_MINUTE)
    assert left_of(function, OFFICE) == {OFFICE}
    assert function.metrics()["PolicyRefused"] == [0.0]


def test_a_bad_one_is_told_once_a_version_and_counted_in_every_batch(
    function: Deployed, clock: Clock
) -> None:
    put(function, BAD["yaml"])
    for _ in range(3):
        function.deliver(changed(), changed())
        clock.pass_by(A_MINUTE)
    assert len(function.logged("policy refused")) == 1
    assert function.metrics()["PolicyRefused"] == [1.0, 1.0, 1.0]
    assert all(line["policy"]["from"] == "packaged" for line in function.logged("reconciled"))
    put(function, BAD["half of it"])
    function.deliver(changed())
    assert len(function.logged("policy refused")) == 1


def test_the_alarms_are_set_on_the_metrics_that_it_writes(function: Deployed) -> None:
    function.deliver("no JSON")
    lines = [json.loads(line) for line in function.out.getvalue().splitlines()]
    (written,) = [each for line in lines for each in line.get("_aws", {}).get("CloudWatchMetrics", ())]
    names = {metric["Name"] for metric in written["Metrics"]}
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    ours = [alarm for alarm in alarms if alarm["MetricName"].startswith("Policy")]
    assert {alarm["MetricName"] for alarm in ours} == names & {"PolicyRefused", "PolicyUnreadable"}
    assert all(alarm["Namespace"] == written["Namespace"] for alarm in ours)
    assert len(ours) == 2
    assert all([[each["Name"] for each in alarm["Dimensions"]]] == written["Dimensions"] for alarm in ours)


# --- SSM does not say -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "times"), [(DENIED, 1), (THROTTLED, TRIES)])
def test_what_was_in_force_stays_so_where_ssm_does_not_answer(
    function: Deployed, clock: Clock, code: str, times: int
) -> None:
    put(function, compiled(OTHER))
    assert left_of(function, OFFICE) == {OFFICE}
    function.forget()
    clock.pass_by(A_MINUTE)
    function.account.fail("GetParameter", code, times=times)
    assert function.deliver(changed()) == []
    assert function.deliver(changed()) == []
    assert OFFICE in function.account.lines(GROUP)
    (line,) = function.logged("policy unreadable")
    assert (line["level"], line["kept"]) == ("ERROR", True)
    assert f"GetParameter failed with {code}" in line["error"]
    assert function.metrics()["PolicyUnreadable"] == [1.0, 1.0]
    clock.pass_by(A_MINUTE)
    function.deliver(changed())
    assert function.metrics()["PolicyUnreadable"] == [1.0, 1.0, 0.0]


def test_a_time_out_is_no_answer_either(function: Deployed, clock: Clock) -> None:
    put(function, compiled(OTHER))
    assert left_of(function, OFFICE) == {OFFICE}
    clock.pass_by(A_MINUTE)
    hangs = ConnectTimeoutError(endpoint_url="https://ssm.eu-west-1.amazonaws.com")
    with patch("botocore.endpoint.Endpoint.make_request", side_effect=hangs):
        function.deliver("no JSON")
    (line,) = function.logged("policy unreadable")
    assert "GetParameter failed with ConnectTimeoutError" in line["error"]
    assert left_of(function) == {OFFICE}


def test_that_there_was_no_parameter_stays_so_too(function: Deployed, clock: Clock) -> None:
    left_of(function)
    clock.pass_by(A_MINUTE)
    function.account.fail("GetParameter", DENIED)
    assert left_of(function, OFFICE) == set()


@pytest.mark.parametrize(("code", "times"), [(DENIED, 1), (THROTTLED, TRIES)])
def test_a_function_that_never_knew_it_changes_nothing_and_the_message_comes_again(
    function: Deployed, code: str, times: int
) -> None:
    """The packaged policy may forbid what the other allows."""
    put(function, compiled(OTHER))
    open_to(function, OFFICE)
    open_to(function, STRANGER)
    function.account.fail("GetParameter", code, times=times)
    assert function.deliver(changed()) == ["m1"]
    assert {OFFICE, STRANGER} < set(function.account.lines(GROUP))
    assert function.writes() == []
    (line,) = function.logged("policy unreadable")
    assert line["kept"] is False
    assert f"GetParameter failed with {code}" in function.logged("failed")[0]["error"]
    assert function.metrics()["PolicyUnreadable"] == [1.0]
    assert "PolicyRefused" not in function.metrics()  # which would end that alarm
    assert function.deliver(changed()) == []
    assert set(function.account.lines(GROUP)) == {*GIVEN, OFFICE}
    assert function.metrics()["PolicyUnreadable"] == [1.0, 0.0]


def test_what_needs_no_policy_is_done_all_the_same() -> None:
    """The topic says that an alert went out, and that is written down."""
    with running(policy=PACKAGED, parameter=NAME, clusters=(cluster(*GIVEN),), receipts=True) as function:
        open_to(function, STRANGER)
        assert function.deliver(changed()) == []
        (receipt,) = function.account.take_messages()
        assert len(page(function).unsent) == 1
        started = _with_own_output(Deployed(function.account, _loaded()))
        started.account.fail("GetParameter", DENIED)
        assert started.deliver(receipt.body, "no JSON", changed()) == ["m3"]
        assert page(function).unsent == ()


def page(function: Deployed) -> Page:
    account = function.account
    return DynamoLedger(lambda: account.client("dynamodb"), account.table_name, 365).page(GROUP)


# --- How often SSM is asked -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [compiled(OTHER), BAD["yaml"], ""], ids=["good", "bad", "none"])
def test_ssm_is_asked_once_a_minute_whatever_it_says(function: Deployed, clock: Clock, value: str) -> None:
    if value:
        put(function, value)
    for _ in range(4):
        function.deliver(changed())
        clock.pass_by(WITHOUT_NEWS // 3)
    assert asked(function) == 1
    clock.pass_by(A_MINUTE)
    function.deliver(changed())
    assert asked(function) == 2


def test_ssm_is_asked_once_a_minute_too_while_it_does_not_answer(function: Deployed, clock: Clock) -> None:
    put(function, compiled(OTHER))
    function.deliver(changed())
    function.forget()
    function.account.fail("GetParameter", DENIED, times=9)
    for _ in range(4):
        clock.pass_by(A_MINUTE // 2 + 1)
        function.deliver(changed())
    assert asked(function) == 2
    assert len(function.logged("policy unreadable")) == 2
    assert function.metrics()["PolicyUnreadable"] == [0.0, 1.0, 1.0, 1.0]


def test_all_groups_of_one_batch_ask_once_where_ssm_does_not_answer() -> None:
    """Each time that nothing answers takes seconds."""
    second = "sg-02be06bd9cbf15b62"
    clusters = (cluster(*GIVEN), cluster(*GIVEN, name="dev-2", group=second))
    with running(policy=PACKAGED, parameter=NAME, clusters=clusters) as function:
        function.account.fail("GetParameter", DENIED, times=9)
        assert function.deliver(changed(), changed(second)) == ["m1", "m2"]
        assert asked(function) == 1
