"""Groups beside a cluster's own: found by the tag that people put on, each kept to a policy of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.embedded import VpcDescription

from tests.integration.deployed import (
    ACCOUNT,
    CLUSTER,
    GROUP,
    REGION,
    VPC,
    changed,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
    vpc,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.deployed import Deployed

NODES, LIST = "sg-0d2e4f6a8b0c1e3f5", "pl-0b8d2f4a6c1e3957d"
ELSEWHERE = "vpc-0f1e2d3c4b5a69788"
TAGGED = {"sgwarden:cluster": CLUSTER, "role": "node"}
SSH = "tcp/22 from 0.0.0.0/0"
OWN_RULES = ("all from self", "all to self", "all to 0.0.0.0/0")
NODES_RULES = (f"tcp/10250 from {GROUP}", "all to 0.0.0.0/0")
POLICY = """
version: 1
policies:
  - name: own
    clusters: {name: "*"}
    mode: remediate
    ingress:
      require: [{id: within, traffic: all, from: self}]
      deny: [{id: no-world, traffic: all, from: internet}]
  - name: nodes
    clusters: {name: "*"}
    scope: {name: "*-nodes", tags: {role: node}}
    mode: remediate
    ingress:
      require: [{id: kubelet, traffic: tcp/10250, from: cluster-security-group}]
      deny: [{id: no-ssh, traffic: tcp/22, from: anywhere, severity: critical}]
"""


def nodes(
    *lines: str, name: str = f"{CLUSTER}-nodes", tags: Mapping[str, str] = TAGGED, **more: object
) -> object:
    return group(NODES, *(lines or NODES_RULES), name=name, tags=tags, **more)


def test_one_that_was_opened_to_the_world_is_put_right() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes(),)) as function:
        open_to(function, SSH, NODES)
        function.deliver_all(changed(NODES))
        assert set(function.account.lines(NODES)) == set(NODES_RULES)
        (alert,) = function.alerts()
        assert (alert["security_group"], alert["additional"]) == (NODES, True)
        assert (alert["policy"], alert["status"], alert["mode"]) == ("nodes", "remediated", "remediate")
        worst = "Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
        assert alert["subject"] == f"[critical] dev-1 {NODES} put right: {worst}"
        assert (
            f"Where    cluster dev-1, its additional group dev-1-nodes ({NODES}), {REGION}" in alert["text"]
        )
        assert set(function.account.lines(GROUP)) == set(OWN_RULES)


def test_what_it_requires_of_the_clusters_own_group_is_put_back() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes("all to 0.0.0.0/0"),)) as function:
        function.deliver_all(changed(NODES))
        assert set(function.account.lines(NODES)) == set(NODES_RULES)
        (alert,) = function.alerts()
        (finding,) = alert["findings"]
        assert finding["traffic"] == [f"tcp/10250 from {GROUP}"]
        assert "impact" not in finding  # another group of the same interfaces may let it through


def test_one_in_order_costs_two_reads_and_one_of_the_ledger() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes(),)) as function:
        function.deliver_all(changed(NODES))
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster", "GetItem"]
        assert function.alerts() == []


@pytest.mark.parametrize("mode", ["remediate", "observe"])
def test_where_the_stack_does_not_allow_it_people_are_told_and_nothing_is_written(mode: str) -> None:
    with running(policy=POLICY, mode=mode, groups=(nodes(*NODES_RULES, SSH),)) as function:
        function.deliver_all(changed(NODES))
        assert SSH in function.account.lines(NODES)
        assert function.writes() == []
        (alert,) = function.alerts()
        assert (alert["status"], alert["mode"]) == ("drifted", "observe")
        # A stack that only observes is not held back by anything else.
        why = "the stack's parameter AdditionalGroups does not let it write to additional groups"
        assert alert.get("barred") == (why if mode == "remediate" else None)
        assert (why in " ".join(alert["text"].split())) is (mode == "remediate")


@pytest.mark.parametrize("said", ["yes", "no"])
def test_a_switch_that_is_not_set_changes_nothing_of_that(said: str) -> None:
    switch, groups = "/sgwarden/sgwarden/paused", (nodes(*NODES_RULES, SSH),)
    with running(policy=POLICY, switch=switch, additional_groups=said, groups=groups) as function:
        function.deliver_all(changed(NODES))
        assert (SSH in function.account.lines(NODES)) is (said == "no")


def test_the_clusters_own_group_is_put_right_all_the_same() -> None:
    with running(policy=POLICY, groups=(nodes(*NODES_RULES, SSH),)) as function:
        open_to(function, SSH)
        function.deliver_all(changed(), changed(NODES))
        assert set(function.account.lines(GROUP)) == set(OWN_RULES)
        assert SSH in function.account.lines(NODES)
        told = {alert["security_group"]: alert["status"] for alert in function.alerts()}
        assert told == {GROUP: "remediated", NODES: "drifted"}


def test_one_event_after_the_other_each_group_has_its_own_policy() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes(),)) as function:
        for group_id in (GROUP, NODES):
            open_to(function, "tcp/443 from 0.0.0.0/0", group_id)
        function.deliver_all(changed(), changed(NODES))
        assert set(function.account.lines(GROUP)) == set(OWN_RULES)
        assert "tcp/443 from 0.0.0.0/0" in function.account.lines(NODES)


def skipped(function: Deployed) -> list[str]:
    """Why the group was left alone, of which it is sure that nobody was told."""
    assert (function.writes(), function.alerts()) == ([], [])
    return function.reasons()


def test_a_tag_that_is_gone_by_the_time_of_the_look_is_no_consent() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes(*NODES_RULES, SSH),)) as function:
        function.account.client("ec2").delete_tags(Resources=[NODES], Tags=[{"Key": "sgwarden:cluster"}])
        function.forget()
        assert function.deliver_all(changed(NODES)) == []
        assert skipped(function) == [
            f"{NODES} is no cluster security group: it has no tag aws:eks:cluster-name"
        ]
        assert function.operations() == ["DescribeSecurityGroups"]
        assert SSH in function.account.lines(NODES)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"sgwarden:cluster": "other"}, "cluster other of {} does not exist, or has no security group yet"),
        ({"sgwarden:cluster": ""}, "{} is no cluster security group: it has no tag aws:eks:cluster-name"),
        (
            {"sgwarden:cluster": "no/cluster\n"},
            "cluster no/cluster of {} does not exist, or has no security group yet",
        ),
        ({"sgwarden:cluster": CLUSTER}, f"no policy matches additional group {{}} of cluster {CLUSTER}"),
        (
            {**TAGGED, "aws:eks:cluster-name": CLUSTER},
            f"{{}} is not the security group of cluster {CLUSTER}: that is {GROUP}",
        ),
        (
            {**TAGGED, "aws:eks:cluster-name": "gone"},
            "cluster gone of {} does not exist, or has no security group yet",
        ),
    ],
)
def test_a_tag_that_makes_it_no_additional_group(tags: dict[str, str], reason: str) -> None:
    described = nodes(*NODES_RULES, SSH, tags=tags)
    with running(policy=POLICY, additional_groups="yes", groups=(described,)) as function:
        assert function.deliver_all(changed(NODES)) == []
        assert skipped(function) == [reason.format(NODES)]


@pytest.mark.parametrize("name", ["no/cluster", "x" * 101, "prod 1", "-", " "])
def test_eks_is_not_asked_for_a_name_that_no_cluster_has(name: str) -> None:
    described = nodes(*NODES_RULES, SSH, tags={**TAGGED, "sgwarden:cluster": name})
    with running(policy=POLICY, additional_groups="yes", groups=(described,)) as function:
        assert function.deliver_all(changed(NODES)) == []
        assert function.operations() == ["DescribeSecurityGroups"]  # it would refuse, again and again


def test_a_tag_cannot_name_the_cluster_of_another_vpc() -> None:
    networks = (vpc(), VpcDescription(id=ELSEWHERE, region=REGION, cidrs=("10.9.0.0/16",)))
    described = nodes(*NODES_RULES, SSH, vpc=ELSEWHERE)
    with running(policy=POLICY, additional_groups="yes", vpcs=networks, groups=(described,)) as function:
        function.deliver_all(changed(NODES))
        assert skipped(function) == [f"{NODES} is not in {VPC}, the VPC of cluster {CLUSTER}"]


def test_a_tag_cannot_take_a_clusters_own_group_from_its_policy() -> None:
    tags = {**TAGGED, "sgwarden:cluster": "other"}
    with running(policy=POLICY, additional_groups="yes", clusters=(cluster(group_tags=tags),)) as function:
        open_to(function, SSH)
        function.deliver_all(changed())
        (alert,) = function.alerts()
        assert (alert["policy"], alert["status"], "additional" in alert) == ("own", "remediated", False)


def test_a_group_of_the_control_plane_is_one_once_it_is_tagged() -> None:
    clusters = (cluster(control_plane_groups=(NODES,)),)
    described = nodes(*NODES_RULES, SSH)
    with running(policy=POLICY, additional_groups="yes", clusters=clusters, groups=(described,)) as function:
        function.deliver_all(changed(NODES))
        assert set(function.account.lines(NODES)) == set(NODES_RULES)


def test_the_tag_itself_is_a_reason_to_look() -> None:
    with running(policy=POLICY, additional_groups="yes", groups=(nodes(*NODES_RULES, SSH),)) as function:
        asked = {
            "resourcesSet": {"items": [{"resourceId": NODES}]},
            "tagSet": {"items": [{"key": "sgwarden:cluster", "value": CLUSTER}]},
        }
        function.deliver_all(event("CreateTags", asked))
        assert set(function.account.lines(NODES)) == set(NODES_RULES)


def test_a_prefix_list_that_grows_leads_to_it() -> None:
    lists = (prefix_list(LIST, "10.0.0.0/8", "0.0.0.0/0"),)
    described = nodes(*NODES_RULES, f"tcp/22 from {LIST}")
    with running(policy=POLICY, additional_groups="yes", groups=(described,), prefix_lists=lists) as function:
        asked = {"ModifyManagedPrefixListRequest": {"PrefixListId": LIST, "CurrentVersion": 1}}
        assert function.deliver_all(event("ModifyManagedPrefixList", asked)) == []
        assert set(function.account.lines(NODES)) == set(NODES_RULES)


def test_what_is_told_of_it_is_one_result_of_the_contract() -> None:
    with running(policy=POLICY, groups=(nodes(*NODES_RULES, SSH),)) as function:
        function.deliver_all(changed(NODES))
        (message,) = function.account.published()
        (result,) = json.loads(json.loads(message.body)["default"])["results"]
        assert result["cluster"] == {"name": CLUSTER, "account": ACCOUNT, "region": REGION}
        assert result["after"]["tags"] == TAGGED
