"""A busy account stays cheap: groups are read together, the log is brief, and time does not run out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.timing import SECONDS_FOR_A_LOOK, SECONDS_TO_SEND

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    Deployed,
    changed,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SSH = "tcp/22 from 0.0.0.0/0"
SECOND, LIST = "sg-02be06bd9cbf15b62", "pl-0b8d2f4a6c1e3957d"
TWO_CLUSTERS = (cluster(), cluster(name="dev-2", group=SECOND))
STRANGERS = tuple(f"sg-0a9e3d7c5b1f862{number:02}" for number in range(25))
SWEEP = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": False}})


# --- Groups are read together -----------------------------------------------------------------------------


def test_a_batch_of_groups_of_no_cluster_is_one_call() -> None:
    with running(groups=tuple(group(each, SSH) for each in STRANGERS[:24])) as function:
        assert function.deliver(*(changed(each) for each in STRANGERS)) == []
        assert function.operations() == ["DescribeSecurityGroups"]


def test_a_clusters_group_among_them_is_one_call_more() -> None:
    with running(groups=tuple(group(each, SSH) for each in STRANGERS)) as function:
        assert function.deliver(*(changed(each) for each in STRANGERS[:24]), changed()) == []
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster", "GetItem"]


def test_messages_that_name_no_group_are_no_call() -> None:
    with running() as function:
        assert function.deliver(changed(errorCode="Client.UnauthorizedOperation"), "no JSON") == []
        assert function.operations() == []


def test_more_groups_than_a_filter_takes_are_two_calls() -> None:
    ids = [f"sg-{number:017x}" for number in range(1, 201)]
    items = {"items": [{"resourceId": each} for each in ids]}
    with running() as function:
        open_to(function, SSH)
        assert function.deliver(event("CreateTags", {"resourcesSet": items}), changed()) == []
        assert len(function.alerts()) == 1
        asked = [call.parameters.get("Filters") for call in function.account.calls("DescribeSecurityGroups")]
        assert [len(filters[0]["Values"]) for filters in asked if filters] == [200, 1]


def test_groups_are_read_after_all_messages_have_come() -> None:
    """What was read for the first message could be older than what the last one tells of."""
    with running(clusters=TWO_CLUSTERS) as function:
        assert function.deliver(changed(), event("UpdateClusterConfig", {"name": "dev-2"})) == []
        first, *rest = function.operations()
        assert (first, rest[0]) == ("DescribeCluster", "DescribeSecurityGroups")


def test_a_prefix_list_that_cannot_be_read_fails_its_group_alone() -> None:
    clusters = (cluster(f"tcp/443 from {LIST}", SSH), TWO_CLUSTERS[1])
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, "10.0.0.0/8"),)) as function:
        open_to(function, SSH, SECOND)
        function.account.fail("DescribeManagedPrefixLists", "UnauthorizedOperation")
        assert function.deliver(changed(), changed(SECOND)) == ["m1"]
        assert SSH not in function.account.lines(SECOND)


def test_without_a_policy_groups_of_no_cluster_do_not_come_again() -> None:
    with running(parameter="/sgwarden/policy", groups=(group(STRANGERS[0]),)) as function:
        function.account.fail("GetParameter", "AccessDeniedException")
        assert function.deliver(changed(STRANGERS[0]), changed()) == ["m2"]


# --- The log of a busy account ----------------------------------------------------------------------------


def test_what_comes_to_nothing_is_one_line_a_batch() -> None:
    with running(groups=tuple(group(each) for each in STRANGERS)) as function:
        failed = [changed(errorCode="Client.UnauthorizedOperation")] * 3
        assert function.deliver(*(changed(each) for each in STRANGERS[:22]), *failed) == []
        (line,) = function.logged()
        assert (line["level"], line["message"]) == ("INFO", "left alone")
        assert (line["ignored"], line["skipped"]) == (3, 22)
        assert "reasons" not in line
        metrics = function.metrics()
        assert (metrics["EventsIgnored"], metrics["GroupsSkipped"]) == ([3.0], [22.0])


def test_few_reasons_are_told_each_once() -> None:
    with running(groups=(group(STRANGERS[0]),)) as function:
        failed = changed(errorCode="Client.Unauthorized")
        assert function.deliver(changed(STRANGERS[0]), failed, failed) == []
        (line,) = function.logged()
        assert line["reasons"] == {
            "AuthorizeSecurityGroupIngress failed with Client.Unauthorized, so it changed nothing": 2,
            f"{STRANGERS[0]} is no cluster security group: it has no tag aws:eks:cluster-name": 1,
        }


def test_where_all_came_to_something_nothing_is_said_of_nothing() -> None:
    with running() as function:
        assert function.deliver(changed()) == []
        assert [line["message"] for line in function.logged()] == ["reconciled"]
        assert not {"EventsIgnored", "GroupsSkipped", "MessagesPutOff"} & set(function.metrics())


def test_who_asks_for_details_gets_them() -> None:
    with running(groups=(group(STRANGERS[0]),)) as function:
        function.app.logger.setLevel("DEBUG")
        failed = changed(errorCode="Client.UnauthorizedOperation")
        assert function.deliver(changed(STRANGERS[0], eventID="aaa"), failed) == []
        (skipped,), (ignored,) = function.logged("skipped"), function.logged("ignored")
        assert (skipped["security_group"], skipped["events"]) == (STRANGERS[0], ["aaa"])
        assert "has no tag" in skipped["reason"]
        assert json.loads(ignored["body"]) == failed


# --- The time that is left --------------------------------------------------------------------------------


def _runs_out_after(function: Deployed, operation: str) -> Callable[[], float]:
    """There is time until a call of the operation was made."""
    return lambda: SECONDS_FOR_A_LOOK - (0.001 if function.account.calls(operation) else 0)


def test_without_time_nothing_is_begun_and_all_comes_again() -> None:
    with running() as function:
        open_to(function, SSH)
        function.seconds_left = lambda: SECONDS_TO_SEND - 0.001
        receipt = {"schema": "sgwarden/v1", "alert": {"group": GROUP, "id": "a1"}, "results": []}
        messages = changed(), event("UpdateClusterConfig", {"name": CLUSTER}), SWEEP, receipt, "no JSON"
        assert function.deliver(*messages) == ["m1", "m2", "m3", "m4"]
        assert function.operations() == []
        (line,) = function.logged("put off")
        assert (line["level"], line["messages"]) == ("WARNING", 4)
        assert function.metrics()["MessagesPutOff"] == [4.0]
        assert "Failures" not in function.metrics()


def test_with_just_enough_time_all_is_done() -> None:
    with running() as function:
        open_to(function, SSH)
        function.seconds_left = lambda: SECONDS_FOR_A_LOOK
        assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)


def test_what_was_begun_is_ended_and_the_next_look_waits() -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH)
        open_to(function, SSH, SECOND)
        function.seconds_left = _runs_out_after(function, "DescribeCluster")
        assert function.deliver(changed(), changed(SECOND)) == ["m2"]
        assert [SSH in function.account.lines(each) for each in (GROUP, SECOND)] == [False, True]
        assert len(function.alerts()) == 1


def test_where_time_runs_out_as_groups_are_located_none_is_read() -> None:
    with running() as function:
        function.seconds_left = _runs_out_after(function, "DescribeCluster")
        assert function.deliver(event("UpdateClusterConfig", {"name": CLUSTER}), changed()) == ["m1", "m2"]
        assert function.operations() == ["DescribeCluster"]


@pytest.mark.parametrize("seconds", [SECONDS_TO_SEND - 0.001, SECONDS_TO_SEND])
def test_the_next_look_needs_no_more_time_than_one_message(seconds: float) -> None:
    with running() as function:
        ended = function.account.calls
        function.seconds_left = lambda: seconds if ended("Publish") else SECONDS_FOR_A_LOOK
        open_to(function, SSH)
        sent = seconds == SECONDS_TO_SEND
        assert function.deliver(event("UpdateClusterConfig", {"name": CLUSTER})) == ([] if sent else ["m1"])
        assert len(function.account.take_messages()) == int(sent)
        assert len(function.alerts()) == 1


def test_sweeps_are_looked_at_last_and_come_again_where_there_was_no_time() -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH, SECOND)
        function.seconds_left = _runs_out_after(function, "DescribeCluster")
        assert function.deliver(SWEEP, changed(SECOND)) == ["m1"]
        assert SSH not in function.account.lines(SECOND)


def test_sweeps_whose_groups_could_not_be_read_in_time_come_again() -> None:
    with running() as function:
        function.account.fail("DescribeSecurityGroups", "UnauthorizedOperation")
        function.seconds_left = _runs_out_after(function, "DescribeSecurityGroups")
        assert function.deliver(SWEEP, changed()) == ["m1", "m2"]


@pytest.mark.parametrize("milliseconds", [13_999, 14_000])
def test_lambda_tells_the_time_in_milliseconds(milliseconds: int) -> None:
    with running() as function:
        function.seconds_left = lambda: milliseconds / 1000
        assert function.deliver(changed()) == ([] if milliseconds == 14_000 else ["m1"])
