"""A rule is its owner's where the group that it refers to says so, and not where somebody has written so."""

from __future__ import annotations

import pytest
from sgwarden.owners import claimed_peers, verifier
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.traffic import Direction, Rule, Traffic, parse_line

OWNER, SHARED = "aws-load-balancer-controller", "elbv2.k8s.aws/targetGroupBinding=shared"
BACKEND, OTHER = "sg-04c8f1e6b9d2a7053", "sg-0a9e3d7c5b1f86240"
TAGS = {BACKEND: {"elbv2.k8s.aws/cluster": "prod-1", "elbv2.k8s.aws/resource": "backend-sg"}}


def rule(line: str = f"tcp/8080 from {BACKEND}", description: str = SHARED) -> Rule:
    plain = parse_line(line)
    return Rule(plain.direction, plain.service, plain.peer, description=description)


def desired(owner: str = OWNER, direction: Direction = Direction.INGRESS) -> Desired:
    goal = Goal(allowed=(Resolved("lb", Traffic.ALL, managed_by=owner), Resolved("x", Traffic.NONE)))
    return Desired("p", ingress=goal) if direction is Direction.INGRESS else Desired("p", egress=goal)


def test_a_rule_that_refers_to_a_group_of_the_clusters_controller_is_its_own() -> None:
    assert verifier("prod-1", TAGS)(OWNER, rule())


@pytest.mark.parametrize(
    ("of", "tags", "cluster"),
    [
        (rule(description="added by hand"), TAGS, "prod-1"),
        (rule(description=""), TAGS, "prod-1"),
        (rule(description=SHARED + " "), TAGS, "prod-1"),
        (rule(f"tcp/8080 from {OTHER}"), TAGS, "prod-1"),
        (rule("tcp/8080 from 0.0.0.0/0"), TAGS, "prod-1"),
        (rule(f"all from {BACKEND}"), TAGS, "prod-1"),
        (rule(f"icmp from {BACKEND}"), TAGS, "prod-1"),
        (rule(), {}, "prod-1"),
        (rule(), {BACKEND: {"elbv2.k8s.aws/resource": "backend-sg"}}, "prod-1"),
        (rule(), {BACKEND: {"elbv2.k8s.aws/cluster": "prod-2"}}, "prod-1"),
        (rule(), TAGS, "prod"),
    ],
)
def test_a_forgery_is_not(of: Rule, tags: dict[str, dict[str, str]], cluster: str) -> None:
    assert not verifier(cluster, tags)(OWNER, of)


def test_nobody_owns_in_the_name_of_no_owner() -> None:
    assert not verifier("prod-1", TAGS)("", rule())
    assert not verifier("prod-1", TAGS)("", rule(description=""))


def test_only_the_groups_of_claims_that_matter_are_looked_up() -> None:
    rules = [rule(), rule(), rule(f"tcp/1 from {OTHER}", "mine"), rule("tcp/1 from 10.0.0.0/8")]
    assert claimed_peers(desired(), rules) == {BACKEND}
    assert claimed_peers(desired(direction=Direction.EGRESS), rules) == {BACKEND}
    assert claimed_peers(desired(owner=""), rules) == frozenset()
    assert claimed_peers(desired(), []) == frozenset()
