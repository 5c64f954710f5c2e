"""What carries a cluster's groups, from the account to the alert; and what it costs to look."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from sgwarden.embedded import InterfaceDescription, NodeDescription
from sgwarden.followup import FollowUp
from sgwarden.trigger import Cause

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    Deployed,
    changed,
    cluster,
    event,
    group,
    open_to,
    running,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

SECOND, DEFAULT, PLAIN = "sg-0a9e3d7c5b1f86240", "sg-0e7b9d3c5a1f28460", "sg-0b5d9e1f7a3c86420"
TAG = f"kubernetes.io/cluster/{CLUSTER}"
SSH = "tcp/22 from 0.0.0.0/0"
REMIND = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": True}})
HOURLY = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": False}})
AROUND = ("DescribeNetworkInterfaces", "DescribeInstances")


def tagging(group_id: str = SECOND, name: str = "CreateTags", key: str = TAG) -> dict[str, Any]:
    request = {
        "resourcesSet": {"items": [{"resourceId": group_id}]},
        "tagSet": {"items": [{"key": key, "value": "owned"}]},
    }
    return event(name, request, {"requestId": "e2f6cb07", "_return": True})


def with_two_tags(**more: Any) -> AbstractContextManager[Deployed]:  # noqa: ANN401  fields of AccountDescription
    nodes = (NodeDescription(node_group="workers", groups=("self", SECOND), many=60),)
    groups = (group(SECOND, name="nodes", tags={TAG: "owned"}),)
    return running(clusters=(cluster(nodes=nodes),), groups=groups, **more)


def kinds(alert: dict[str, Any]) -> list[str]:
    return [finding["kind"] for finding in alert["findings"]]


# --- When ---------------------------------------------------------------------------------------------------


def test_what_is_around_a_group_in_order_is_told_once_and_each_day() -> None:
    now = datetime.now(UTC)
    with with_two_tags(receipts=True) as function, patch("sgwarden.timing.now", lambda: now):
        assert function.deliver_all(REMIND) == []
        now += timedelta(hours=23)
        assert function.deliver_all(REMIND) == []
        assert len(function.alerts()) == 1
        now += timedelta(hours=1)
        assert function.deliver_all(REMIND) == []
        first, second = function.alerts()
        assert [each["attributes"]["transition"] for each in (first, second)] == ["opened", "reminded"]
        assert (first["status"], kinds(first), first["changes"]) == ("in_sync", ["AmbiguousClusterTag"], [])
        assert first["subject"].startswith(f"[high] {CLUSTER} in order, but: Tag {TAG} on 2 groups")
        assert "Done     Nothing: what carries the group is for people to change." in first["text"]
        assert "and 57 more" in first["findings"][0]["summary"]
        assert first["findings"] == second["findings"]
        assert function.writes() == []


@pytest.mark.parametrize("asked", [HOURLY, changed()], ids=["hourly sweep", "event on the group"])
def test_an_ordinary_look_does_not_look_around(asked: Any) -> None:  # noqa: ANN401  a message or an event
    with with_two_tags() as function:
        assert function.deliver(asked) == []
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster", "GetItem"]
        assert function.alerts() == []


def test_a_thorough_look_takes_three_reads_more() -> None:
    with running(clusters=(cluster(nodes=(NodeDescription(node_group="workers"),)),)) as function:
        assert function.deliver(REMIND) == []
        assert function.alerts() == []
        around = ["DescribeNetworkInterfaces", "DescribeInstances", "DescribeSecurityGroups"]
        looked = ["DescribeSecurityGroups", "DescribeCluster"]
        assert function.operations() == [*looked, *around, "GetItem"]


def test_an_update_of_the_cluster_tells_once_whatever_follows() -> None:
    with with_two_tags(update_looks=3) as function:
        begun = function.account.client("eks").update_cluster_config(name=CLUSTER, resourcesVpcConfig={})
        function.forget()
        update = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": begun["update"]["id"]}})
        assert function.deliver_all(update) == []
        (alert,) = function.alerts()
        assert kinds(alert) == ["AmbiguousClusterTag"]
        assert alert["findings"][0]["cause"] is None


def test_what_a_follow_up_finds_anew_is_told() -> None:
    follow = FollowUp(CLUSTER, "", Cause("CreateCluster", "", "alice", "", None))
    with with_two_tags() as function:
        assert function.deliver(follow.body()) == []
        assert len(function.alerts()) == 1


def test_it_is_told_once_too_where_a_look_in_between_could_not_read_it() -> None:
    with with_two_tags(update_looks=5) as function:
        begun = function.account.client("eks").update_cluster_config(name=CLUSTER, resourcesVpcConfig={})
        function.forget()
        update = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": begun["update"]["id"]}})
        assert function.deliver(update) == []
        for fails in (True, False, False):
            (message,) = function.account.take_messages()
            if fails:
                function.account.fail("DescribeInstances", "UnauthorizedOperation")
            assert function.deliver(message.body) == []
        assert len(function.logged("unread")) == 1
        assert len(function.alerts()) == 1


# --- Tags ---------------------------------------------------------------------------------------------------


def test_a_tag_on_a_second_group_is_told_within_seconds_with_who_did_it() -> None:
    with with_two_tags() as function:
        assert function.deliver(tagging()) == []
        (alert,) = function.alerts()
        assert kinds(alert) == ["AmbiguousClusterTag"]
        assert alert["findings"][0]["cause"]["event"] == "CreateTags"
        assert function.account.take_messages() == ()


def test_whoever_tags_a_group_that_no_node_carries_leads_nowhere() -> None:
    with with_two_tags() as function:
        assert function.deliver(tagging(PLAIN)) == []
        assert function.alerts() == []


def test_whoever_takes_a_tag_away_is_not_blamed_for_one_that_is_there() -> None:
    with with_two_tags() as function:
        assert function.deliver(tagging(name="DeleteTags")) == []
        (alert,) = function.alerts()
        assert (kinds(alert), alert["findings"][0]["cause"]) == (["AmbiguousClusterTag"], None)


def test_a_tag_of_the_cluster_elsewhere_is_not_blamed_for_one_that_the_group_lacks() -> None:
    with running(groups=(group(PLAIN),), mode="observe") as function:
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": TAG}])
        function.forget()
        assert function.deliver(tagging(PLAIN, "DeleteTags")) == []
        assert all(finding["cause"] is None for alert in function.alerts() for finding in alert["findings"])


def test_tags_of_clusters_that_are_not_there_and_of_other_things_lead_nowhere() -> None:
    with running() as function:
        assert function.deliver(tagging(PLAIN, key="kubernetes.io/cluster/gone")) == []
        assert function.deliver(tagging("i-0a9e3d7c5b1f86240")) == []
        assert function.deliver(tagging(PLAIN, key="kubernetes.io/cluster/../x")) == []
        assert "DescribeNetworkInterfaces" not in function.operations()
        assert function.alerts() == []


# --- Other findings -----------------------------------------------------------------------------------------


def test_the_default_group_and_a_launch_template_without_the_cluster_security_group() -> None:
    interfaces = (
        InterfaceDescription(groups=("self", DEFAULT)),
        InterfaceDescription(groups=("self", DEFAULT)),
    )
    nodes = (NodeDescription(node_group="workers", groups=(SECOND,), many=3),)
    groups = (group(DEFAULT, name="default"), group(SECOND, name="nodes"))
    with running(clusters=(cluster(interfaces=interfaces, nodes=nodes),), groups=groups) as function:
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert kinds(alert) == ["DetachedClusterGroup", "DefaultGroupAttached"]


def test_left_over_groups_are_told_with_what_they_lack() -> None:
    groups = (
        group(SECOND, "all from self", "all to 0.0.0.0/0", name="old control plane", tags={TAG: "owned"}),
        group(
            PLAIN, "tcp/22 from 198.51.100.0/24", f"tcp/443 from {SECOND}", name="old nodes", tags={TAG: ""}
        ),
    )
    with running(groups=groups) as function:
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert {(each["kind"], each["severity"]) for each in alert["findings"]} == {("LeftOverGroup", "info")}
        found = {each["statement"]: each["traffic"] for each in alert["findings"]}
        assert found == {SECOND: [], PLAIN: ["tcp/22 from 198.51.100.0/24"]}


@pytest.mark.parametrize("user", ["interface", "rule", "controller"])
def test_a_group_that_is_in_use_is_not_left_over(user: str) -> None:
    named = group(PLAIN, *([f"tcp/443 from {SECOND}"] if user == "rule" else []))
    tags = {TAG: "owned", **({"elbv2.k8s.aws/cluster": CLUSTER} if user == "controller" else {})}
    with running(groups=(group(SECOND, tags=tags), named)) as function:
        ec2 = function.account.client("ec2")
        if user == "interface":
            vpc_id = function.account.description.vpcs[0].id
            subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
            ec2.create_network_interface(SubnetId=subnet, Groups=[SECOND])
        function.forget()
        assert function.deliver(REMIND) == []
        assert function.alerts() == []


def test_a_given_group_that_is_nowhere_is_left_over() -> None:
    interfaces = (InterfaceDescription(groups=("self",)),)
    described = cluster(interfaces=interfaces, control_plane_groups=(SECOND,))
    with running(clusters=(described,), groups=(group(SECOND),)) as function:
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert kinds(alert) == ["LeftOverGroup"]


# --- Trouble ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", AROUND)
@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_what_cannot_be_read_around_the_cluster_stops_nothing(operation: str, code: str) -> None:
    with with_two_tags(mode="observe") as function:
        open_to(function, SSH)
        function.account.fail(operation, code, times=20)
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert "ForbiddenTraffic" in kinds(alert)
        (line,) = function.logged("unread")
        assert code in line["error"]
        assert line["level"] == ("ERROR" if code == "UnauthorizedOperation" else "WARNING")
        assert "Failures" not in function.metrics()


def test_people_hear_of_a_change_before_anything_else_is_read() -> None:
    with with_two_tags() as function:
        open_to(function, SSH)
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert "AmbiguousClusterTag" not in kinds(alert)
        assert not set(AROUND) & set(function.operations())


def test_without_time_it_is_left_to_the_next() -> None:
    with with_two_tags() as function:
        function.seconds_left = lambda: 11.9 if "DescribeCluster" in function.operations() else 30.0
        assert function.deliver(REMIND) == []
        assert not set(AROUND) & set(function.operations())
