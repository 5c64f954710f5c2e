"""Interfaces and nodes of the clusters of an embedded account, as EC2 would describe them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from sgwarden.aws.world import AwsWorld
from sgwarden.embedded import (
    DescriptionError,
    EmbeddedAccount,
    InterfaceDescription,
    NodeDescription,
    parse_account,
)

from tests.integration.deployed import ACCOUNT, CLUSTER, GROUP, REGION, Deployed, cluster, group, running

GIVEN, NODES = "sg-0e7b9d3c5a1f28460", "sg-0a9e3d7c5b1f86240"


def interfaces(function: Deployed, name: str = "", *values: str, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401  parameters of the call
    filters = [{"Name": name, "Values": list(values)}] if name else []
    answer = function.account.client("ec2").describe_network_interfaces(Filters=filters, **more)
    return list(answer["NetworkInterfaces"])


def groups_of(described: dict[str, Any]) -> list[str]:
    return [each["GroupId"] for each in described["Groups"]]


def test_a_cluster_has_two_interfaces_with_its_own_group_and_those_given_and_no_nodes() -> None:
    with running(clusters=(cluster(control_plane_groups=(GIVEN,)),), groups=(group(GIVEN),)) as function:
        first, second = interfaces(function, "description", f"Amazon EKS {CLUSTER}")
        assert groups_of(first) == groups_of(second) == [GROUP, GIVEN]
        assert first["NetworkInterfaceId"] != second["NetworkInterfaceId"]
        assert function.account.client("ec2").describe_instances()["Reservations"] == []


def test_interfaces_are_found_by_what_filters_ask_for() -> None:
    nodes = (NodeDescription(id="i-0a9e3d7c5b1f86240", groups=("self", NODES)),)
    described = cluster(interfaces=(InterfaceDescription(id="eni-0a1b2c3d"),), nodes=nodes)
    with running(clusters=(described,), groups=(group(NODES, name="nodes"),)) as function:
        assert len(interfaces(function)) == 2
        assert len(interfaces(function, "description", "Amazon EKS *")) == 1
        (of_node,) = interfaces(function, "group-id", NODES)
        assert of_node["Attachment"]["InstanceId"] == "i-0a9e3d7c5b1f86240"
        assert of_node["Groups"][1] == {"GroupId": NODES, "GroupName": "nodes"}
        assert interfaces(function, "vpc-id", "vpc-0a") == []
        assert len(interfaces(function, NetworkInterfaceIds=["eni-0a1b2c3d"])) == 1


@pytest.mark.parametrize("method", ["describe_network_interfaces", "describe_instances"])
def test_what_ec2_does_not_know_is_refused(method: str) -> None:
    with running() as function:
        call = getattr(function.account.client("ec2"), method)
        with pytest.raises(ClientError, match="The filter 'colour' is invalid"):
            call(Filters=[{"Name": "colour", "Values": ["red"]}])
        named = {"InstanceIds": ["i-0a"]} if "instances" in method else {"NetworkInterfaceIds": ["eni-0a"]}
        with pytest.raises(ClientError, match="does not exist"):
            call(**named)


def test_interfaces_go_with_their_cluster() -> None:
    with running() as function:
        function.account.client("eks").delete_cluster(name=CLUSTER)
        assert interfaces(function) == []


def test_hundreds_of_nodes_come_in_pages() -> None:
    nodes = (NodeDescription(node_group="workers", many=1100),)
    with running(clusters=(cluster(nodes=nodes),)) as function:
        world = AwsWorld(function.account.client("ec2"), function.account.client("eks"), ACCOUNT)
        found = world.cluster(CLUSTER)
        assert found is not None
        attached = world.attachments(found)
        assert len({each.instance for each in attached.nodes}) == 1100
        assert {each.node_group for each in attached.nodes} == {"workers"}
        assert len(attached.control_plane) == 2
        assert len(function.account.calls("DescribeInstances")) == 3


def test_an_account_file_says_what_carries_a_cluster() -> None:
    text = f"""
account: "{ACCOUNT}"
region: {REGION}
clusters:
  - name: dev-1
    interfaces: [{{id: eni-0a1b2c3d, groups: [self, {GIVEN}]}}]
    nodes: [{{node_group: workers, many: 2}}, {{id: i-0a1b2c3d, groups: [{NODES}]}}]
groups:
  - {{id: {GIVEN}, name: given}}
"""
    account = parse_account(text.encode())
    (described,) = account.clusters
    assert described.interfaces == (InterfaceDescription(id="eni-0a1b2c3d", groups=("self", GIVEN)),)
    managed, other = described.nodes
    assert managed == NodeDescription(node_group="workers", many=2)
    assert other == NodeDescription(id="i-0a1b2c3d", groups=(NODES,))
    with EmbeddedAccount(account) as embedded:
        assert len(embedded.client("ec2").describe_instances()["Reservations"]) == 3


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("interfaces: [{id: i-0a}]", "no id of an interface: expected eni-"),
        ("nodes: [{id: eni-0a}]", "no id of an instance: expected i-"),
        ("nodes: [{groups: [nodes]}]", "no security group id: expected sg-"),
        ("nodes: [{id: i-0a, many: 2}]", "is the id of one instance"),
        ("nodes: [{many: 0}]", "many"),
        ("nodes: [{nodegroup: workers}]", "node_group"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_place(said: str, problem: str) -> None:
    text = f'account: "{ACCOUNT}"\nregion: {REGION}\nclusters:\n  - {{name: dev-1, {said}}}\n'
    with pytest.raises(DescriptionError, match=problem) as refused:
        parse_account(text.encode())
    assert "account.yaml:4:" in str(refused.value)


def test_what_is_read_of_a_cluster_is_nothing_of_another() -> None:
    other = "sg-02be06bd9cbf15b62"
    nodes = (NodeDescription(node_group="workers"),)
    clusters = (cluster(nodes=nodes), cluster(name="dev-2", group=other, nodes=nodes))
    with running(clusters=clusters) as function:
        world = AwsWorld(function.account.client("ec2"), function.account.client("eks"), ACCOUNT)
        found = world.cluster(CLUSTER)
        assert found is not None
        attached = world.attachments(found)
        assert (len(attached.control_plane), len(attached.nodes)) == (2, 1)
        assert set(attached.names) == attached.tagged == {GROUP}
