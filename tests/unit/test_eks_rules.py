"""The rules of EKS are known by their shape, whatever their descriptions say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.cluster import Cluster
from sgwarden.eks_rules import is_of_eks
from sgwarden.group import SecurityGroup
from sgwarden.traffic import Cidr, PeerSet, PrefixList, parse_line

OWN, OTHER = "sg-04c8f1e6b9d2a7053", "sg-0a9e3d7c5b1f86240"
CLUSTER = Cluster(
    "prod-1",
    "111122223333",
    "eu-west-1",
    OWN,
    remote_nodes=PeerSet.of_cidr("10.80.0.0/16", "10.90.0.0/24"),
    remote_pods=PeerSet.of_cidr("10.96.0.0/16"),
)


@pytest.mark.parametrize(
    "line",
    [
        "all from self",
        "all to self",
        "tcp/443 from 10.80.0.0/16",
        "tcp/443 from 10.90.0.0/24",
        "tcp/443 from 10.96.0.0/16",
    ],
)
@pytest.mark.parametrize("description", ["", "Allows EFA traffic, which is not matched by CIDR rules."])
def test_what_eks_makes(line: str, description: str) -> None:
    assert is_of_eks(replace(parse_line(line, OWN), description=description), CLUSTER)


@pytest.mark.parametrize(
    "line",
    [
        f"all from {OTHER}",
        f"all to {OTHER}",
        "tcp from self",
        "tcp/443 from self",
        "all from 0.0.0.0/0",
        "all to 0.0.0.0/0",
        "all to ::/0",
        "all from 10.80.0.0/16",
        "tcp/443 to 10.80.0.0/16",
        "tcp/10250 from 10.80.0.0/16",
        "tcp/443-444 from 10.80.0.0/16",
        "udp/443 from 10.80.0.0/16",
        "tcp/443 from 10.0.0.0/8",
        "tcp/443 from 10.81.0.0/16",
        "tcp/443 from 10.90.0.0/16",
        "tcp/443 from ::/0",
    ],
)
def test_what_eks_does_not_make(line: str) -> None:
    eks_says = "Allows EFA traffic, which is not matched by CIDR rules."
    assert not is_of_eks(replace(parse_line(line, OWN), description=eks_says), CLUSTER)


def test_no_network_of_a_cluster_without_hybrid_nodes() -> None:
    plain = replace(CLUSTER, remote_nodes=PeerSet(), remote_pods=PeerSet())
    assert not is_of_eks(parse_line("tcp/443 from 10.80.0.0/16"), plain)


def test_a_prefix_list_is_none_even_where_it_holds_the_same() -> None:
    rule = parse_line("tcp/443 from 10.80.0.0/16")
    assert isinstance(rule.peer, Cidr)
    assert not is_of_eks(replace(rule, peer=PrefixList("pl-1", rule.peer.peers)), CLUSTER)


def test_a_network_of_each_kind_is_no_network_of_both() -> None:
    both = replace(
        CLUSTER, remote_nodes=PeerSet.of_cidr("10.80.0.0/17"), remote_pods=PeerSet.of_cidr("10.80.128.0/17")
    )
    assert not is_of_eks(parse_line("tcp/443 from 10.80.0.0/16"), both)


@pytest.mark.parametrize("line", ["all from self", f"all from {OWN}", "tcp/443 from 10.80.0.0/16"])
def test_none_in_an_additional_group(line: str) -> None:
    additional = CLUSTER.with_group(SecurityGroup(OTHER, "nodes", "vpc-1"))
    assert not is_of_eks(parse_line(line, OTHER), additional)


def test_a_tag_on_a_rule_proves_nothing() -> None:
    tagged = replace(parse_line("tcp/443 from 10.81.0.0/16", OWN), tags=(("eks:eks-cluster-name", "prod-1"),))
    assert not is_of_eks(tagged, CLUSTER)
