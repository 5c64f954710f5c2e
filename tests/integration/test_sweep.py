"""The sweep finds every group of a cluster, and what of it people hear."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sgwarden.failure import CallError

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    REGION,
    Deployed,
    changed,
    close,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
)
from tests.integration.dying import AN_ALERT_ON_ITS_WAY, life

SSH = "tcp/22 from 0.0.0.0/0"
SECOND, ORPHAN, PLAIN = "sg-02be06bd9cbf15b62", "sg-0e7b9d3c5a1f28460", "sg-0a9e3d7c5b1f86240"
LIST = "pl-0b8d2f4a6c1e3957d"
HOUR = 3600
DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")


def sweep_of(group_id: str = GROUP, *, remind: bool = False) -> str:
    return json.dumps({"sgwarden-sweep": {"group": group_id, "remind": remind}})


# --- The function that sweeps -----------------------------------------------------------------------------


def test_each_group_is_one_message_where_people_are_to_be_reminded() -> None:
    groups = (group(ORPHAN, tags={"aws:eks:cluster-name": "gone"}), group(PLAIN))
    with running(clusters=(cluster(), cluster(name="dev-2", group=SECOND)), groups=groups) as function:
        assert function.sweep({"remind": True}) == {"groups": 3, "sent": 3, "gone": 0}
        bodies = [message.body for message in function.account.take_messages()]
        assert sorted(bodies) == sorted(sweep_of(each, remind=True) for each in (GROUP, SECOND, ORPHAN))
        (line,) = function.logged()
        assert (line["message"], line["groups"], line["sent"], line["remind"]) == ("swept", 3, 3, True)
        assert (function.metrics()["GroupsSwept"], function.metrics()["GroupsSent"]) == ([3.0], [3.0])
        assert function.deliver(*bodies) == []


def test_a_region_without_clusters_is_swept_too() -> None:
    with running(clusters=(), groups=(group(PLAIN),)) as function:
        assert function.sweep({"remind": False}) == {"groups": 0, "sent": 0, "gone": 0}
        assert function.metrics()["GroupsSwept"] == [0.0]
        assert function.account.take_messages() == ()


@pytest.mark.filterwarnings("ignore:No application metrics")
@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("DescribeSecurityGroups", "UnauthorizedOperation"),
        ("SendMessageBatch", "KmsAccessDenied"),
    ],
)
def test_a_sweep_that_fails_is_raised_to_be_tried_again(operation: str, code: str) -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail(operation, code)
        with pytest.raises(CallError, match=f"{operation} failed with {code}"):
            function.sweep({"remind": False})
        assert "GroupsSwept" not in function.metrics()
        assert len(function.account.calls(operation)) == 1


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_what_no_schedule_sends_is_refused_before_anything_is_read() -> None:
    with running() as function:
        with pytest.raises(ValueError, match=r'expected \{"remind": true\}'):
            function.sweep({})
        assert function.operations() == []


# --- What comes of it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("remind", [True, False])
def test_a_group_in_order_is_two_reads_its_page_and_no_word(remind: bool) -> None:
    with running() as function:
        assert function.deliver(sweep_of(remind=remind)) == []
        page = function.operations().index("GetItem")
        asked = function.operations()[:page]
        looked, around = asked[:2], asked[2:]
        assert function.operations()[page + 1 :] == []
        assert looked == ["DescribeSecurityGroups", "DescribeCluster"]
        assert bool(around) is remind  # its interfaces, at which only a reminder looks
        assert function.alerts() == []


@pytest.mark.parametrize("remind", [True, False])
def test_drift_that_no_event_told_of_is_put_right_and_told(remind: bool) -> None:
    with running() as function:
        open_to(function, SSH)
        assert function.deliver_all(sweep_of(remind=remind)) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert alert["findings"][0]["cause"] is None
        assert [part for part in ("Who", "Seen", "None") if part in alert["text"]] == []
        assert "\n\n\n" not in alert["text"]
        (line,) = function.logged("reconciled")
        assert line["events"] == []
        assert "SecondsToRemedy" not in function.metrics()


def test_what_is_only_observed_is_told_by_the_first_sweep_and_then_in_the_daily_report() -> None:
    with running(mode="observe", receipts=True) as function, life(function.account) as time:
        open_to(function, SSH)
        assert function.deliver_all(sweep_of()) == []
        (alert,) = function.alerts()
        assert (alert["status"], alert["attributes"]["severity"]) == ("drifted", "critical")
        assert function.metrics()["DriftFound"] == [1.0]
        time.pass_by(25 * HOUR)
        assert function.deliver(sweep_of(), sweep_of(remind=True)) == []
        assert len(function.alerts()) == 1
        function.sweep({"remind": True})
        assert [[each["findings"] for each in report["standings"]] for report in function.reports()] == [[1]]


@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_what_stays_open_is_told_again_once_a_day_however_often_it_is_looked_at(mode: str) -> None:
    with running(mode=mode, daily_report="no", receipts=True) as function, life(function.account) as time:
        open_to(function, SSH)
        if mode == "remediate":
            function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=1_000)
        start, told = time.now, []
        for hour in range(50):
            time.now = start + timedelta(hours=hour, minutes=hour)  # the sweep does not come to the second
            before = len(function.alerts())
            assert function.deliver_all(sweep_of(remind=hour % 24 == 0)) == []
            told += [hour] * (len(function.alerts()) - before)
        assert told == [0, 24, 48]
        first, *others = [alert["attributes"]["transition"] for alert in function.alerts()]
        assert first == ("opened" if mode == "observe" else "failed")
        assert others == ["reminded", "reminded"]
        still = f"still {'open' if mode == 'observe' else 'NOT put right'} since 2026-11-03"
        assert [still in alert["subject"] for alert in function.alerts()] == [False, True, True]


@pytest.mark.parametrize("remind", [True, False])
def test_a_sweep_that_finds_it_closed_by_others_tells_that_it_is_resolved(remind: bool) -> None:
    with running(mode="observe") as function:
        open_to(function, SSH)
        assert function.deliver(changed()) == []
        close(function, SSH)
        for _ in range(2):
            assert function.deliver(sweep_of(remind=remind)) == []
        (alert,) = function.alerts()  # the first was forgotten with the calls
        assert (alert["status"], alert["attributes"]["transition"]) == ("in_sync", "resolved")
        assert alert["changes"] == []


def test_one_of_two_sweeps_that_reminds_is_enough_to_look_around() -> None:
    with running() as function:
        assert function.deliver(sweep_of(), sweep_of(remind=True), sweep_of()) == []
        assert len(function.account.calls("DescribeNetworkInterfaces")) == 1


def test_what_cannot_be_judged_is_told_once() -> None:
    """The group counts as in order, which is no reason to keep it secret."""
    clusters = (cluster(*DEFAULTS, f"tcp/443 from {LIST}"),)
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, max_entries=1),)) as function:
        function.account.builder.ec2(REGION).managed_prefix_lists.clear()
        assert function.deliver(sweep_of()) == []
        assert function.deliver(sweep_of(remind=True)) == []
        assert [alert["status"] for alert in function.alerts()] == ["in_sync"]


def test_what_was_tried_in_vain_is_told_once_and_that_a_later_sweep_could() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=2)
        assert function.deliver(sweep_of()) == []
        assert sum(function.metrics()["Failures"]) == 1
        assert function.deliver(sweep_of(remind=True)) == []
        assert [alert["status"] for alert in function.alerts()] == ["failed"]
        assert function.deliver(sweep_of()) == []
        assert [alert["status"] for alert in function.alerts()] == ["failed", "remediated"]


def test_what_is_written_is_told_even_if_the_rest_fails() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        function.forget()
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        assert function.deliver(sweep_of()) == []
        (alert,) = function.alerts()
        assert (alert["status"], [change["action"] for change in alert["changes"]]) == ("failed", ["tag"])


@pytest.mark.parametrize("operation", ["DescribeSecurityGroups", "DescribeCluster"])
@pytest.mark.parametrize("remind", [True, False])
def test_what_cannot_be_read_comes_again(operation: str, remind: bool) -> None:
    """A reminder that is lost is lost for a day; what fails five times is among the dead letters."""
    with running() as function:
        open_to(function, SSH)
        function.account.fail(operation, "AccessDeniedException")
        assert function.deliver(sweep_of(remind=remind)) == ["m1"]
        assert f"{operation} failed with" in function.logged("failed")[0]["error"]
        assert function.metrics()["Failures"] == [1.0]
        assert function.deliver(sweep_of(remind=remind)) == []
        assert SSH not in function.account.lines(GROUP)


def test_what_could_not_be_told_comes_again_and_is_told_once() -> None:
    with running(mode="observe") as function, life(function.account) as time:
        open_to(function, SSH)
        function.account.fail("Publish", "AuthorizationError")
        assert function.deliver(sweep_of()) == ["m1"]
        assert function.alerts() == []
        time.pass_by(AN_ALERT_ON_ITS_WAY)
        for _ in range(2):
            assert function.deliver(sweep_of()) == []
        assert [alert["status"] for alert in function.alerts()] == ["drifted"]


def test_a_group_that_only_looks_like_a_clusters_is_left_alone() -> None:
    groups = (group(ORPHAN, SSH, tags={"aws:eks:cluster-name": CLUSTER}), group(PLAIN, SSH))
    with running(groups=groups) as function:
        assert function.deliver(sweep_of(ORPHAN), sweep_of(PLAIN), sweep_of("sg-0aaaaaaaaaaaaaaaa")) == []
        assert function.writes() == []
        assert len(function.reasons()) == 3


def test_prefix_lists_of_groups_of_no_cluster_are_not_read() -> None:
    line = f"tcp/443 from {LIST}"
    groups = (group(PLAIN, line), group(ORPHAN, line, tags={"aws:eks:cluster-name": CLUSTER}))
    with running(groups=groups, prefix_lists=(prefix_list(LIST, max_entries=1),)) as function:
        assert function.deliver(sweep_of(PLAIN), sweep_of(ORPHAN)) == []
        asked = [each for each in function.operations() if each != "GetItem"]  # of the ledger
        assert asked == ["DescribeSecurityGroups", "DescribeCluster"]


# --- Beside others ----------------------------------------------------------------------------------------


def test_beside_an_event_it_is_one_look_by_the_rules_of_the_event() -> None:
    with running(mode="observe") as function:
        open_to(function, SSH)
        assert function.deliver(sweep_of(), changed()) == []
        (alert,) = function.alerts()
        assert "Who      alice" in alert["text"]
        assert len(function.account.calls("DescribeCluster")) == 1


@pytest.mark.parametrize("remind", [True, False])
def test_beside_an_event_only_the_event_is_tried_again_where_people_know(remind: bool) -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        assert function.deliver(sweep_of(remind=remind), changed()) == ["m2"]
        assert [alert["status"] for alert in function.alerts()] == ["failed"]
        function.account.fail("DescribeSecurityGroups", "UnauthorizedOperation")
        assert function.deliver(sweep_of(remind=remind), changed()) == ["m1", "m2"]


def _told(function: Deployed) -> str:
    """A follow-up that knows of what is open."""
    body = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": "6b42d1d9"}})
    open_to(function, SSH)
    assert function.deliver(body) == []
    (follow,) = function.account.take_messages()
    function.forget()
    return follow.body


@pytest.mark.parametrize("remind", [True, False])
def test_beside_a_follow_up_people_do_not_hear_again_of_what_they_know(remind: bool) -> None:
    with running(mode="observe") as function:
        follow = _told(function)
        assert function.deliver(sweep_of(remind=remind), follow) == []
        assert function.alerts() == []


def test_beside_a_follow_up_a_failure_is_told_and_the_follow_up_comes_again() -> None:
    with running() as function:
        follow = json.loads(_told(function))
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=2)
        assert function.deliver(follow, sweep_of()) == ["m1"]
        assert [alert["status"] for alert in function.alerts()] == ["failed"]
        assert function.deliver(follow, sweep_of()) == ["m1"]
        assert [alert["status"] for alert in function.alerts()] == ["failed"]
        assert function.deliver(follow, sweep_of()) == []
        assert [alert["status"] for alert in function.alerts()] == ["failed", "remediated"]


# --- Others may write to the queue ------------------------------------------------------------------------


@pytest.mark.parametrize("said", [None, GROUP, {}, {"group": "sg-../x", "remind": True}, {"group": GROUP}])
def test_a_bent_sweep_is_dropped(said: object) -> None:
    with running() as function:
        assert function.deliver({"sgwarden-sweep": said}) == []
        assert "sweep" in function.logged("dropped")[0]["reason"]
        assert function.operations() == []
