"""What is said of additional groups, and what of the cluster's own group is never said of them."""

from __future__ import annotations

import pytest
from sgwarden import impact
from sgwarden.ceiling import Ceiling, State, deployed_ceiling
from sgwarden.cluster import Cluster
from sgwarden.eks_rules import is_of_eks
from sgwarden.group import SecurityGroup
from sgwarden.policy.types import Mode
from sgwarden.traffic import INTERNET, Direction, Group, Rule, Service, Traffic

OWN = Cluster("prod-1", "111122223333", "eu-west-1", "sg-own")
NODES = OWN.with_group(SecurityGroup("sg-nodes", "prod-1-nodes", "vpc-1"))


@pytest.mark.parametrize("direction", Direction)
def test_nothing_is_known_to_break_where_another_group_may_let_it_through(direction: Direction) -> None:
    assert impact.of_missing(Traffic.ALL, direction, OWN)
    assert impact.of_missing(Traffic.ALL, direction, NODES) == ""


def test_what_is_open_is_open_whatever_other_groups_say() -> None:
    ssh = Traffic.of([Service.parse("tcp/22")], INTERNET)
    assert impact.of_open(ssh, Direction.INGRESS, NODES) == impact.of_open(ssh, Direction.INGRESS, OWN) != ""


def test_only_the_group_that_eks_made_goes_by_its_name() -> None:
    assert impact.of_tag("Name")
    assert impact.of_tag("Name", additional=True) == ""
    assert impact.of_tag("karpenter.sh/discovery", additional=True)


def test_eks_makes_no_rules_in_them() -> None:
    for cluster in (OWN, NODES):
        within = Rule(Direction.INGRESS, Service.ALL, Group(cluster.security_group_id))
        assert is_of_eks(within, cluster) is (cluster is OWN)


@pytest.mark.parametrize("state", State)
def test_what_the_stack_lets_be_done_to_them(state: State) -> None:
    no, yes = (deployed_ceiling(Mode.REMEDIATE, state, additional_groups=each) for each in (False, True))
    assert [each.barred_from(OWN) for each in (no, yes)] == ["", ""]
    assert [bool(each.barred_from(NODES)) for each in (no, yes)] == [True, False]
    assert Ceiling(Mode.REMEDIATE).barred_from(NODES)
