"""What each ready-made set requires, allows and denies at a cluster, as exact traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sgwarden.cluster import IpFamily
from sgwarden.policy.resolve import desired
from sgwarden.review.build import read_policy_file
from sgwarden.traffic import INTERNET, Direction, PeerSet, Rule, Service, Traffic

from tests.unit.planning import CLUSTER, line, traffic

if TYPE_CHECKING:
    from sgwarden.policy.desired import Desired, Goal

REMOTE = replace(
    CLUSTER,
    security_group_name="eks-cluster-sg-prod-1-12345",
    remote_nodes=PeerSet.of_cidr("10.80.0.0/16"),
    remote_pods=PeerSet.of_cidr("10.96.0.0/16"),
)
OPEN_IPV4, OPEN_IPV6 = "all to 0.0.0.0/0", "all to ::/0"


def wanted(name: str, family: IpFamily = IpFamily.IPV4) -> Desired:
    text = f"version: 1\npolicies:\n  - {{name: p, clusters: {{name: '*'}}, use: {name}}}\n"
    (policy,) = read_policy_file(text.encode(), "policy.yaml").document.policies
    return desired(policy, replace(REMOTE, ip_family=family))


def says(goal: Goal) -> tuple[Traffic, Traffic, Traffic]:
    """What is required, allowed and denied."""
    return goal.required_traffic, goal.allowed_traffic, goal.denied_traffic


def of(*lines: str) -> Traffic:
    return traffic(*lines) if lines else Traffic.NONE


def required_rules(goal: Goal) -> set[Rule]:
    return {rule for each in goal.required for rule in each.rules}


NOTHING = (Traffic.NONE, Traffic.NONE, Traffic.NONE)


@pytest.mark.parametrize("family", IpFamily)
def test_the_baseline_requires_all_within_the_group_and_lets_hybrid_nodes_in(family: IpFamily) -> None:
    found = wanted("eks-baseline", family)
    hybrid = of("tcp/443 from 10.80.0.0/16", "tcp/443 from 10.96.0.0/16")
    assert says(found.ingress) == (of("all from self"), hybrid, Traffic.NONE)
    assert says(found.egress) == (of("all to self"), Traffic.NONE, Traffic.NONE)
    # By the reference itself: Elastic Fabric Adapter traffic passes by no address.
    assert required_rules(found.ingress) == {line("all from self")}
    assert required_rules(found.egress) == {line("all to self")}


def test_the_baseline_requires_the_tags_that_eks_writes_and_others_may() -> None:
    assert wanted("eks-baseline").tags == {
        "kubernetes.io/cluster/prod-1": "owned",
        "Name": "eks-cluster-sg-prod-1-12345",
    }


@pytest.mark.parametrize(
    ("family", "lines"),
    [(IpFamily.IPV4, [OPEN_IPV4]), (IpFamily.IPV6, [OPEN_IPV4, OPEN_IPV6])],
)
def test_everything_out_is_required_as_the_family_of_the_cluster_needs_it(
    family: IpFamily, lines: list[str]
) -> None:
    found = wanted("eks-open-egress", family)
    assert says(found.ingress) == NOTHING
    assert says(found.egress) == (of(*lines), Traffic.NONE, Traffic.NONE)


@pytest.mark.parametrize("family", IpFamily)
def test_the_minimum_out_is_required_to_the_group_and_no_more(family: IpFamily) -> None:
    found = wanted("eks-minimum-egress", family)
    minimum = ("tcp/443 to self", "tcp/10250 to self", "tcp/53 to self", "udp/53 to self")
    assert says(found.ingress) == NOTHING
    assert says(found.egress) == (of(*minimum), Traffic.NONE, Traffic.NONE)
    assert required_rules(found.egress) == {line(each) for each in minimum}


@pytest.mark.parametrize("family", IpFamily)
def test_https_out_is_allowed_in_both_families_and_not_required(family: IpFamily) -> None:
    found = wanted("node-registries", family)
    assert says(found.ingress) == NOTHING
    https = of("tcp/443 to 0.0.0.0/0", "tcp/443 to ::/0")
    assert says(found.egress) == (Traffic.NONE, https, Traffic.NONE)


def test_nothing_comes_in_from_the_internet_but_from_the_addresses_of_the_vpc() -> None:
    found = wanted("no-public-ingress")
    assert REMOTE.vpc_cidrs is not None
    public = Traffic.of([Service.ALL], INTERNET - REMOTE.vpc_cidrs)
    assert says(found.ingress) == (Traffic.NONE, Traffic.NONE, public)
    assert says(found.egress) == NOTHING


def test_the_ports_of_administration_are_not_for_the_internet() -> None:
    found = wanted("no-public-admin-ports")
    ports = ("tcp/22", "tcp/3389", "udp/3389", "tcp/10250", "tcp/10255", "tcp/2379-2380")
    assert REMOTE.vpc_cidrs is not None
    services = [line(f"{each} from self").service for each in ports]
    public = Traffic.of(services, INTERNET - REMOTE.vpc_cidrs)
    assert says(found.ingress) == (Traffic.NONE, Traffic.NONE, public)
    assert says(found.egress) == NOTHING


def test_under_deny_the_open_outbound_rule_is_too_much_and_the_minimum_with_https_is_not() -> None:
    text = (
        "version: 1\npolicies:\n  - {name: p, clusters: {name: '*'}, egress: {otherwise: deny},"
        " use: [eks-minimum-egress, node-registries]}\n"
    )
    (policy,) = read_policy_file(text.encode(), "policy.yaml").document.policies
    forbidden = desired(policy, REMOTE).goal(Direction.EGRESS).forbidden()
    kept = of("tcp/443 to self", "tcp/10250 to self", "tcp/53 to self", "udp/53 to self", "tcp/443 to ::/0")
    kept |= of("tcp/443 to 0.0.0.0/0")
    assert forbidden == ~kept
    assert forbidden & of(OPEN_IPV4)
