"""Whether nodes with groups of their own and the control plane reach each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.attached import Attached, Interface, own_groups
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.meeting import all_meet
from sgwarden.traffic import PeerSet, parse_line

GROUP, NODES, OTHER = "sg-0c1f4a7b", "sg-0a9e3d7c", "sg-0b0b0b0b"
CLUSTER = Cluster("prod-1", "111122223333", "eu-west-1", GROUP, vpc_id="vpc-0a")
OUT = "all to 0.0.0.0/0"
OF_NODES = (f"tcp/10250 from {GROUP}", "tcp/53 from self", "udp/53 from self", OUT)
OF_CLUSTER = (f"tcp/443 from {NODES}", OUT)


def group(group_id: str, *lines: str) -> SecurityGroup:
    return SecurityGroup(group_id, "", "vpc-0a", tuple(parse_line(line, self_id=group_id) for line in lines))


def node(*groups: str, name: str = "i-0a") -> Interface:
    return Interface(f"eni-of-{name}", frozenset(groups), name, "workers")


PLANE = Interface("eni-0a", frozenset({GROUP}))


def meet(
    own: tuple[str, ...] = OF_NODES,
    clusters: tuple[str, ...] = OF_CLUSTER,
    *others: Interface,
    cluster: Cluster = CLUSTER,
    more: tuple[SecurityGroup, ...] = (),
) -> bool:
    mine = node(NODES)
    groups = {each.id: each for each in (group(NODES, *own), *more)}
    attached = Attached((PLANE, mine, *others), groups=groups)
    return all_meet(cluster, group(GROUP, *clusters), attached, [mine])


def without(lines: tuple[str, ...], line: str) -> tuple[str, ...]:
    return tuple(each for each in lines if each != line)


def test_they_do_where_what_eks_needs_passes_both_ways() -> None:
    assert meet()


@pytest.mark.parametrize("line", OF_NODES)
def test_they_do_not_without_one_of_the_rules_of_the_nodes(line: str) -> None:
    assert not meet(without(OF_NODES, line))


@pytest.mark.parametrize("line", OF_CLUSTER)
def test_they_do_not_without_one_of_the_rules_of_the_cluster(line: str) -> None:
    assert not meet(OF_NODES, without(OF_CLUSTER, line))


def test_part_of_the_ports_is_not_enough() -> None:
    assert not meet((*without(OF_NODES, OF_NODES[0]), f"tcp/1-10249 from {GROUP}"))


def test_addresses_count_where_they_are_all_of_the_vpc() -> None:
    lines = (*without(OF_NODES, OUT), "all to 10.0.0.0/16")
    assert not meet(lines)
    assert meet(lines, cluster=replace(CLUSTER, vpc_cidrs=PeerSet.of_cidr("10.0.0.0/16")))
    assert not meet(lines, cluster=replace(CLUSTER, vpc_cidrs=PeerSet.of_cidr("10.0.0.0/15")))
    assert not meet(cluster=replace(CLUSTER, ip_family=IpFamily.IPV6))


def test_names_pass_between_all_nodes() -> None:
    other = node(OTHER, name="i-0b")
    assert not meet(OF_NODES, OF_CLUSTER, other, more=(group(OTHER, "all from self", OUT),))
    into = (f"tcp/53 from {NODES}", f"udp/53 from {NODES}", OUT)
    assert not meet(OF_NODES, OF_CLUSTER, other, more=(group(OTHER, *into),))
    back = (*OF_NODES, f"tcp/53 from {OTHER}", f"udp/53 from {OTHER}")
    assert meet(back, OF_CLUSTER, other, more=(group(OTHER, *into),))


def test_without_a_control_plane_or_the_rules_nothing_is_known() -> None:
    mine = node(NODES)
    own = group(GROUP, *OF_CLUSTER)
    assert not all_meet(CLUSTER, own, Attached((PLANE, mine)), [mine])
    groups = {NODES: group(NODES, *OF_NODES)}
    assert not all_meet(CLUSTER, own, Attached((mine,), groups=groups), [mine])


def test_rules_are_read_only_where_nodes_have_groups_of_their_own() -> None:
    assert own_groups((PLANE, node(GROUP, NODES)), CLUSTER) == frozenset()
    assert own_groups((PLANE, node(NODES), node(OTHER, GROUP)), CLUSTER) == {NODES, OTHER}
