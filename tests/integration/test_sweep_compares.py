"""A sweep compares all groups of a region with few calls, and asks for looks at those that drifted."""

from __future__ import annotations

import json
from time import perf_counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from sgwarden.aws import sweep_queue

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    REGION,
    VPC,
    Deployed,
    changed,
    close,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
    vpc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

SSH = "tcp/22 from 0.0.0.0/0"
SECOND, ORPHAN, PLAIN = "sg-02be06bd9cbf15b62", "sg-0e7b9d3c5a1f28460", "sg-0a9e3d7c5b1f86240"
LIST = "pl-0b8d2f4a6c1e3957d"
EKS_TAG, PEOPLES_TAG = "aws:eks:cluster-name", "sgwarden:cluster"
POLICY = """\
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    below_eks_minimum: true
"""


def swept(function: Deployed, **order: bool) -> list[dict[str, Any]]:
    """What the messages of an hourly sweep say."""
    function.sweep({"remind": False, **order})
    return [json.loads(each.body)["sgwarden-sweep"] for each in function.account.take_messages()]


def groups_of(messages: Iterable[dict[str, Any]]) -> set[str]:
    return {message["group"] for message in messages}


def policy(*lines: str, clusters: str = '{name: ["*"]}') -> str:
    """A document of one policy, with these lines of `ingress:`."""
    ingress = "\n".join(f"      {line}" for line in ("otherwise: deny", *lines))
    return POLICY.replace('{name: ["*"]}', clusters) + f"    ingress:\n{ingress}\n"


def read_calls(function: Deployed) -> list[str]:
    return [each for each in function.operations() if each.startswith(("Describe", "List", "Get"))]


def test_only_what_drifted_is_sent() -> None:
    with running(clusters=(cluster(), cluster(name="dev-2", group=SECOND))) as function:
        assert swept(function) == []
        assert "DescribeCluster" not in function.operations()
        open_to(function, SSH, SECOND)
        assert swept(function) == [{"group": SECOND, "remind": False}]
        close(function, SSH, SECOND)
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        assert groups_of(swept(function)) == {GROUP}


def test_a_group_in_order_whatever_it_is_costs_no_question_about_its_cluster() -> None:
    with running() as function:
        assert swept(function) == []
        assert sorted(function.operations()) == [
            "DescribeNetworkInterfaces",
            "DescribeSecurityGroups",
            "DescribeVpcs",
            "Query",  # what the ledger has open
        ]


def test_left_over_groups_are_counted_and_not_sent_whatever_is_in_them() -> None:
    groups = (group(ORPHAN, SSH, tags={EKS_TAG: "gone"}), group(PLAIN, SSH, tags={EKS_TAG: CLUSTER}))
    with running(groups=groups) as function:
        assert swept(function) == []
        (line,) = function.logged("swept")
        assert (line["groups"], line["sent"], line["clusters_described"]) == (3, 0, 2)
        assert line["left_over"] == 1


def test_what_sends_of_itself_waits_for_events_that_are_on_their_way() -> None:
    with running() as function:
        open_to(function, SSH)
        delays = []
        for order in ({"remind": False}, {"remind": True}, {"remind": False, "after_pause": True}):
            function.forget()
            function.sweep(order)
            (call,) = function.account.calls("SendMessageBatch")
            delays += [entry["DelaySeconds"] for entry in call.parameters["Entries"]]
        assert delays == [300, 300, 0]
        assert sweep_queue._LONGEST_DELAY == 900


# --- What a group does not tell ---------------------------------------------------------------------------


@pytest.mark.parametrize(("environment", "sent"), [("production", {GROUP}), ("test", set())])
def test_tags_of_a_cluster_are_asked_for_where_they_decide(environment: str, sent: set[str]) -> None:
    strict = policy(clusters="{tags: {environment: production}}")
    with running(policy=strict, clusters=(cluster(tags={"environment": environment}),)) as function:
        assert groups_of(swept(function)) == sent
        assert len(function.account.calls("DescribeCluster")) == 1


def test_a_policy_for_tags_that_the_group_would_satisfy_asks_for_nothing() -> None:
    strict = policy("allow: [{id: own, traffic: all, from: self}]", clusters="{tags: {team: x}}")
    with running(policy=strict) as function:
        assert swept(function) == []
        assert "DescribeCluster" not in function.operations()


@pytest.mark.parametrize(
    ("family", "lines", "sent", "asked"),
    [
        ("ipv4", ["all to 0.0.0.0/0"], False, True),
        ("ipv6", ["all to 0.0.0.0/0"], True, True),
        ("ipv4", ["all to 0.0.0.0/0", "all to ::/0"], False, False),
        ("ipv6", ["all to 0.0.0.0/0", "all to ::/0"], False, False),
    ],
)
def test_in_a_vpc_with_both_families_the_cluster_is_asked_for_its_own(
    family: str, lines: list[str], sent: bool, asked: bool
) -> None:
    both = vpc("10.0.0.0/16", "2001:db8:1::/56")
    clusters = (cluster("all from self", "all to self", *lines, ip_family=family),)
    with running(vpcs=(both,), clusters=clusters) as function:
        assert groups_of(swept(function)) == ({GROUP} if sent else set())
        assert len(function.account.calls("DescribeCluster")) == int(asked)


@pytest.mark.parametrize("verb", ["require", "deny"])
def test_what_is_bound_by_remote_networks_is_asked_for(verb: str) -> None:
    bound = policy(
        "allow: [{id: own, traffic: all, from: self}]",
        f"{verb}: [{{id: hybrid, traffic: tcp/443, from: remote-nodes}}]",
    )
    with running(policy=bound, clusters=(cluster(remote_nodes=("192.168.0.0/24",)),)) as function:
        assert groups_of(swept(function)) == ({GROUP} if verb == "require" else set())
        assert len(function.account.calls("DescribeCluster")) == 1


def test_what_is_allowed_to_remote_networks_is_asked_for_where_it_is_open() -> None:
    allowed = policy(
        "allow: [{id: own, traffic: all, from: self}, {id: hybrid, traffic: tcp/443, from: remote-nodes}]"
    )
    with running(policy=allowed, clusters=(cluster(remote_nodes=("192.168.0.0/24",)),)) as function:
        assert swept(function) == []
        assert "DescribeCluster" not in function.operations()
        open_to(function, "tcp/443 from 192.168.0.0/24")
        assert swept(function) == []
        assert len(function.account.calls("DescribeCluster")) == 1
        open_to(function, "tcp/443 from 192.168.1.0/24")
        assert groups_of(swept(function)) == {GROUP}


def test_prefix_lists_of_all_groups_are_described_together() -> None:
    line = f"tcp/443 from {LIST}"
    clusters = [cluster("all from self", line, name=f"dev-{n}", group=f"sg-{n:017x}") for n in range(1, 6)]
    allowed = policy(f"allow: [{{id: own, traffic: all, from: [self, {LIST}]}}]")
    lists = (prefix_list(LIST, "198.51.100.0/24"),)
    with running(policy=allowed, clusters=tuple(clusters), prefix_lists=lists) as function:
        assert swept(function) == []
        assert len(function.account.calls("DescribeManagedPrefixLists")) == 1
        assert len(function.account.calls("GetManagedPrefixListEntries")) == 1


def test_owners_of_rules_are_looked_up_together() -> None:
    backend, words = PLAIN, "elbv2.k8s.aws/targetGroupBinding=shared"
    owned = policy(
        "allow: [{id: own, traffic: all, from: self}, {id: lb, managed_by: aws-load-balancer-controller}]"
    )
    clusters = [cluster(name=f"dev-{n}", group=f"sg-{n:017x}") for n in range(1, 4)]
    tagged = group(backend, tags={"elbv2.k8s.aws/cluster": "dev-1"})
    with running(policy=owned, clusters=tuple(clusters), groups=(tagged,)) as function:
        pair = {"GroupId": backend, "Description": words}
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [pair]}
        for each in clusters:
            function.account.client("ec2").authorize_security_group_ingress(
                GroupId=each.group, IpPermissions=[rule]
            )
        function.forget()
        assert groups_of(swept(function)) == {"sg-00000000000000002", "sg-00000000000000003"}
        assert len(function.account.calls("DescribeSecurityGroups")) == 2


# --- What cannot be told is sent --------------------------------------------------------------------------


def test_what_eks_does_not_tell_is_sent() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("DescribeCluster", "AccessDeniedException")
        assert groups_of(swept(function)) == {GROUP}


def test_without_time_to_ask_it_is_sent() -> None:
    with running(groups=(group(ORPHAN, SSH, tags={EKS_TAG: "gone"}),)) as function:
        function.sweep_seconds_left = lambda: 60
        assert groups_of(swept(function)) == {ORPHAN}
        assert "DescribeCluster" not in function.operations()


def test_of_more_clusters_than_are_asked_for_in_one_sweep_the_others_are_sent() -> None:
    tags = {EKS_TAG: "gone"}, {EKS_TAG: "lost"}
    groups = (group(ORPHAN, SSH, tags=tags[0]), group(PLAIN, SSH, tags=tags[1]))
    with running(groups=groups) as function, patch("sgwarden.aws.survey._CLUSTERS", 1):
        assert len(swept(function)) == 1
        assert len(function.account.calls("DescribeCluster")) == 1


def test_a_policy_that_cannot_be_read_has_all_sent() -> None:
    with running(parameter="/sgwarden/policy") as function:
        function.account.fail("GetParameter", "AccessDeniedException")
        assert groups_of(swept(function)) == {GROUP}


def test_a_policy_that_does_not_hold_for_a_cluster_is_told_by_a_look() -> None:
    refused = policy(
        "require: [{id: nodes, traffic: tcp/443, from: 10.0.0.0/8}]",
        "deny: [{id: vpc, traffic: tcp/443, from: vpc}]",
    )
    with running(policy=refused) as function:
        assert groups_of(swept(function)) == {GROUP}


def test_a_rule_that_cannot_be_judged_waits_for_the_reminder() -> None:
    clusters = (cluster("all from self", "all to self", "all to 0.0.0.0/0", f"tcp/443 from {LIST}"),)
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, max_entries=1),)) as function:
        function.account.fail("GetManagedPrefixListEntries", "InvalidPrefixListID.NotFound")
        assert swept(function) == []


# --- The group of a living cluster is gone ----------------------------------------------------------------


def delete_group(function: Deployed) -> None:
    """As whoever took the group from its interfaces before: EC2 lets nobody delete one that is on any."""
    function.account.builder.ec2(REGION).groups[VPC].pop(GROUP)
    function.forget()


@pytest.mark.parametrize("remind", [True, False])
def test_a_group_deleted_under_a_living_cluster_is_critical(remind: bool) -> None:
    with running(groups=(group(PLAIN),)) as function:
        delete_group(function)
        assert function.sweep({"remind": remind}) == {"groups": 0, "sent": 1, "gone": 1}
        (message,) = function.account.take_messages()
        said = {"group": GROUP, "remind": remind, "cluster": CLUSTER}
        assert json.loads(message.body) == {"sgwarden-sweep": said}
        assert function.deliver(message.body) == []
        (alert,) = function.alerts()
        assert alert["subject"] == (
            f"[critical] {CLUSTER} beyond repair: Cluster security group deleted: {GROUP}"
        )
        assert [each["kind"] for each in alert["findings"]] == ["ClusterGroupDeleted"]
        assert (alert["status"], alert["security_group"]) == ("refused", GROUP)
        assert "the cluster must be recreated" in " ".join(alert["text"].split())
        assert "missed_by_events" not in alert


def test_names_that_anybody_wrote_on_interfaces_are_not_believed() -> None:
    with running() as function:
        ec2 = function.account.client("ec2")
        subnet = ec2.create_subnet(VpcId=VPC, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
        for name in ("prod-1", "dev 1 ", "../x", ""):
            made = ec2.create_network_interface(SubnetId=subnet, Description=f"Amazon EKS {name}")
            attach(function, made["NetworkInterface"]["NetworkInterfaceId"])
        ec2.create_network_interface(SubnetId=subnet, Description="Amazon EKS prod-2")
        function.forget()
        assert swept(function) == []
        (call,) = function.account.calls("DescribeCluster")
        assert call.parameters == {"name": "prod-1"}


def attach(function: Deployed, interface_id: str) -> None:
    """As somebody who has an instance for it: before that EC2 calls it available."""
    function.account.builder.ec2(REGION).enis[interface_id].status = "in-use"


def test_a_cluster_that_is_going_is_no_alarm() -> None:
    with running(groups=(group(PLAIN),)) as function:
        delete_group(function)
        function.account.builder.eks(REGION).clusters[CLUSTER].status = "DELETING"
        assert swept(function) == []
        assert function.logged("swept")[0]["gone"] == 0


@pytest.mark.parametrize("name", ["UpdateClusterConfig", "UpdateClusterVersion"])
def test_an_event_on_the_cluster_tells_of_it_once(name: str) -> None:
    with running(groups=(group(PLAIN),)) as function:
        delete_group(function)
        update = event(name, {"name": CLUSTER}, {"update": {"id": "6b42d1d9-0f37-4a5b-9c1e-2d8f7a6b5c4d"}})
        assert function.deliver_all(update) == []
        (alert,) = function.alerts()
        assert alert["findings"][0]["kind"] == "ClusterGroupDeleted"


def test_the_end_of_a_cluster_and_its_group_is_no_alarm() -> None:
    """In whatever order they go, and with a sweep in flight."""
    with running(groups=(group(PLAIN),)) as function:
        in_flight = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": True, "cluster": CLUSTER}})
        delete_group(function)
        function.account.builder.eks(REGION).clusters[CLUSTER].status = "DELETING"
        assert function.deliver(event("DeleteCluster", {"name": CLUSTER}), in_flight) == []
        function.account.builder.eks(REGION).clusters.clear()
        assert function.deliver(event("DeleteCluster", {"name": CLUSTER}), in_flight, changed()) == []
        assert (swept(function), function.alerts()) == ([], [])


def test_a_group_that_is_only_not_seen_yet_is_no_alarm() -> None:
    """EC2 may leave out of an answer about many what was made a second ago."""
    with running() as function:
        message = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": False, "cluster": CLUSTER}})
        with patch("sgwarden.aws.groups.GroupReader.sightings", return_value={}):
            assert function.deliver(message) == []
        assert function.alerts() == []


def test_a_cluster_that_no_policy_is_for_is_no_alarm() -> None:
    with running(policy=policy(clusters='{name: ["prod-*"]}'), groups=(group(PLAIN),)) as function:
        delete_group(function)
        (message,) = swept(function)
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert function.alerts() == []


def test_where_nothing_may_be_changed_it_is_told_too() -> None:
    with running(mode="observe", groups=(group(PLAIN),)) as function:
        delete_group(function)
        (message,) = swept(function)
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert [(alert["mode"], alert["status"]) for alert in function.alerts()] == [("observe", "refused")]


# --- Missed by events -------------------------------------------------------------------------------------


def marked(function: Deployed) -> bool:
    """Whether the one alert says in all of its ways that no event told of it."""
    (alert,) = function.alerts()
    ways = {
        alert.get("missed_by_events", False),
        "Missed   by events: a sweep found it, no event did." in alert["text"],
        alert["attributes"].get("missed_by_events") == "true",
        sum(function.metrics()["MissedByEvents"]) == 1,
    }
    assert len(ways) == 1
    return ways == {True}


def test_what_only_a_sweep_found_is_marked() -> None:
    with running() as function:
        open_to(function, SSH)
        (message,) = swept(function)
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert marked(function)


@pytest.mark.parametrize("event_first", [True, False])
def test_what_an_event_told_of_too_is_not(event_first: bool) -> None:
    with running() as function:
        open_to(function, SSH)
        (message,) = swept(function)
        both = [changed(), {"sgwarden-sweep": message}]
        assert function.deliver(*(both if event_first else both[::-1])) == []
        assert not marked(function)


def test_an_event_that_comes_before_the_look_leaves_nothing_to_mark() -> None:
    with running() as function:
        open_to(function, SSH)
        (message,) = swept(function)
        assert function.deliver(changed()) == []
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert not marked(function)


def test_what_drifted_during_a_pause_is_not() -> None:
    with running() as function:
        open_to(function, SSH)
        (message,) = swept(function, after_pause=True)
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert not marked(function)


def test_a_half_that_was_put_right_is_marked() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        function.forget()
        (message,) = swept(function)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        assert function.deliver({"sgwarden-sweep": message}) == []
        assert marked(function)


def test_drift_that_stands_is_not_marked_each_time() -> None:
    with running(mode="observe") as function:
        open_to(function, SSH)
        assert function.deliver({"sgwarden-sweep": {"group": GROUP, "remind": True}}) == []
        assert "missed_by_events" not in function.alerts()[0]
        assert sum(function.metrics().get("MissedByEvents", [])) == 0


# --- Many -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1_000, pytest.param(3_000, marks=pytest.mark.slow)])
def test_thousands_of_clusters_take_a_call_for_a_hundred_of_them(count: int) -> None:
    ids = [f"sg-{number:017x}" for number in range(1, count + 1)]
    clusters = tuple(cluster(name=f"dev-{number}", group=each) for number, each in enumerate(ids))
    drifted = set(ids[:: count // 5])
    with running(clusters=clusters) as function:
        for each in drifted:
            open_to(function, SSH, each)
        started = perf_counter()
        assert groups_of(swept(function)) == drifted
        print(f"{perf_counter() - started:.1f} s")
        assert len(read_calls(function)) <= len(clusters) / 100
        (line,) = function.logged("swept")
        assert (line["groups"], line["sent"], line["left_over"]) == (count, 5, 0)
