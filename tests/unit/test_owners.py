"""A rule is its owner's where more than its description says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.cluster import Cluster
from sgwarden.owners import claimed_peers, forgeries, verifier
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.traffic import Direction, PeerSet, Rule, Traffic, parse_line

LBC, PROVIDER, EKSCTL, EKS = "aws-load-balancer-controller", "in-tree-cloud-provider", "eksctl", "eks"
SHARED = "elbv2.k8s.aws/targetGroupBinding=shared"
NODES = "Allow unmanaged nodes to communicate with control plane (all ports)"
EFA = "Allows EFA traffic, which is not matched by CIDR rules."
LB = "a3ed9b39c0fdf42e9a0175cfc7cd1c40"
CLIENT, HEALTH, MTU = (f"kubernetes.io/rule/nlb/{kind}" for kind in (f"client={LB}", f"health={LB}", "mtu"))
OWN, BACKEND, OTHER = "sg-0c1f4a7be2d95083a", "sg-04c8f1e6b9d2a7053", "sg-0a9e3d7c5b1f86240"
BACKEND_TAGS = {"elbv2.k8s.aws/cluster": "prod-1", "elbv2.k8s.aws/resource": "backend-sg"}
EKSCTL_TAGS = {
    "alpha.eksctl.io/cluster-name": "prod-1",
    "eksctl.cluster.k8s.io/v1alpha1/cluster-name": "prod-1",
}
CLUSTER = Cluster("prod-1", "111122223333", "eu-west-1", OWN, remote_nodes=PeerSet.of_cidr("10.80.0.0/16"))

Tags = dict[str, dict[str, str]]


def rule(line: str = f"tcp/8080 from {BACKEND}", description: str = SHARED) -> Rule:
    return replace(parse_line(line, OWN), description=description)


def trusting(*owners: str, direction: Direction = Direction.INGRESS) -> Desired:
    goal = Goal(allowed=tuple(Resolved(f"by-{each}", Traffic.ALL, managed_by=each) for each in owners))
    return Desired("p", ingress=goal) if direction is Direction.INGRESS else Desired("p", egress=goal)


TRUE = [
    (LBC, rule(), BACKEND_TAGS),
    (LBC, rule(f"udp from {BACKEND}"), {"elbv2.k8s.aws/cluster": "prod-1"}),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", CLIENT), {}),
    (PROVIDER, rule("udp/32767 from 203.0.113.0/24", CLIENT), {}),
    (PROVIDER, rule("tcp/30000 from 192.168.0.0/19", HEALTH), {}),
    (PROVIDER, rule("icmp/3.4 from 0.0.0.0/0", MTU), {}),
    (PROVIDER, rule("icmp/3.4 from 203.0.113.0/24", f"{MTU}={LB}"), {}),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), EKSCTL_TAGS),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {"eksctl.cluster.k8s.io/v1alpha1/cluster-name": "prod-1"}),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {"kubernetes.io/cluster/prod-1": "owned"}),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {"kubernetes.io/cluster/prod-1": "shared", "team": "a"}),
    (EKS, rule("all from self", EFA), {}),
    (EKS, rule("all from self", ""), {}),
    (EKS, rule("all to self", "by hand"), {}),
    (EKS, rule("tcp/443 from 10.80.0.0/16", ""), {}),
]


@pytest.mark.parametrize(("owner", "of", "tags"), TRUE)
def test_a_rule_that_its_owner_makes_is_its_own_and_no_forgery(
    owner: str, of: Rule, tags: dict[str, str]
) -> None:
    assert verifier(CLUSTER, {BACKEND: tags})(owner, of)
    desired = trusting(owner, direction=of.direction)
    assert list(forgeries(desired, [of], CLUSTER, {BACKEND: tags})) == []


FALSE: list[tuple[str, Rule, dict[str, str] | None, str]] = [
    (LBC, rule(f"all from {BACKEND}"), BACKEND_TAGS, "only makes rules for TCP or UDP with a security group"),
    (LBC, rule(f"icmp from {BACKEND}"), BACKEND_TAGS, "only makes rules for TCP or UDP"),
    (LBC, rule("tcp/8080 from 0.0.0.0/0"), BACKEND_TAGS, "only makes rules for TCP or UDP"),
    (LBC, rule(), {}, f"no tag of {BACKEND} says that it is of cluster prod-1"),
    (LBC, rule(), {"elbv2.k8s.aws/resource": "backend-sg"}, f"no tag of {BACKEND} says"),
    (LBC, rule(), {"kubernetes.io/cluster/prod-1": "owned"}, f"no tag of {BACKEND} says"),
    (LBC, rule(), {"elbv2.k8s.aws/cluster": "prod-2"}, f"{BACKEND} is tagged as a group of cluster prod-2"),
    (LBC, rule(), {"elbv2.k8s.aws/cluster": "prod"}, f"{BACKEND} is tagged as a group of cluster prod"),
    (LBC, rule(), {"elbv2.k8s.aws/cluster": "a\x1b[31mb\n"}, "cluster ab"),
    (LBC, rule(), None, f"{BACKEND} cannot be read here"),
    (PROVIDER, rule("tcp/22 from 0.0.0.0/0", CLIENT), {}, "one node port (30000 to 32767)"),
    (PROVIDER, rule("tcp/29999 from 0.0.0.0/0", CLIENT), {}, "one node port"),
    (PROVIDER, rule("tcp/32768 from 0.0.0.0/0", CLIENT), {}, "one node port"),
    (PROVIDER, rule("tcp/30000-32767 from 0.0.0.0/0", CLIENT), {}, "one node port"),
    (PROVIDER, rule("all from 0.0.0.0/0", CLIENT), {}, "one node port"),
    (PROVIDER, rule("tcp/30101 from ::/0", CLIENT), {}, "from IPv4 addresses"),
    (PROVIDER, rule(f"tcp/30101 from {BACKEND}", CLIENT), {}, "from IPv4 addresses"),
    (PROVIDER, rule("udp/30101 from 10.0.0.0/8", HEALTH), {}, "one node port"),
    (PROVIDER, rule("icmp from 0.0.0.0/0", MTU), {}, "icmp/3.4 for the MTU"),
    (PROVIDER, rule("icmp/3 from 0.0.0.0/0", MTU), {}, "icmp/3.4 for the MTU"),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", MTU), {}, "icmp/3.4 for the MTU"),
    (PROVIDER, rule("icmp/3.4 from 0.0.0.0/0", CLIENT), {}, "one node port"),
    (PROVIDER, rule("tcp/30101 to 0.0.0.0/0", CLIENT), {}, "one node port"),
    (
        EKSCTL,
        rule(f"tcp/443 from {BACKEND}", NODES),
        EKSCTL_TAGS,
        "all traffic in from another security group",
    ),
    (EKSCTL, rule(f"all to {BACKEND}", NODES), EKSCTL_TAGS, "all traffic in from another security group"),
    (EKSCTL, rule("all from 0.0.0.0/0", NODES), EKSCTL_TAGS, "all traffic in from another security group"),
    (EKSCTL, rule("all from self", NODES), EKSCTL_TAGS, "all traffic in from another security group"),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {}, "no tag"),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {"kubernetes.io/cluster/prod-1": "mine"}, "no tag"),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {"kubernetes.io/cluster/dev": "owned"}, "of cluster dev"),
    (
        EKSCTL,
        rule(f"all from {BACKEND}", NODES),
        {**EKSCTL_TAGS, "kubernetes.io/cluster/dev": "owned"},
        "of cluster dev",
    ),
    (
        EKSCTL,
        rule(f"all from {BACKEND}", NODES),
        {**EKSCTL_TAGS, "aws:eks:cluster-name": "dev"},
        "of cluster dev",
    ),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), {**EKSCTL_TAGS, "aws:eks:cluster-name": "prod-1"}, "no tag"),
    (EKSCTL, rule(f"all from {BACKEND}", NODES), None, "cannot be read here"),
    (EKS, rule("tcp/22 from 0.0.0.0/0", EFA), {}, "all traffic with the group itself"),
    (EKS, rule(f"all from {BACKEND}", EFA), {}, "all traffic with the group itself"),
    (EKS, rule("tcp/443 from 10.0.0.0/8", EFA), {}, "tcp/443 in from a remote network"),
]


@pytest.mark.parametrize(("owner", "of", "tags", "why"), FALSE)
def test_a_claim_that_nothing_bears_out_is_a_forgery_that_says_why(
    owner: str, of: Rule, tags: dict[str, str] | None, why: str
) -> None:
    tags_of = {} if tags is None else {BACKEND: tags}
    assert not verifier(CLUSTER, tags_of)(owner, of)
    (found,) = forgeries(trusting(owner, direction=of.direction), [of], CLUSTER, tags_of)
    assert (found.owner, found.statement, found.rule) == (owner, f"by-{owner}", of)
    assert why in found.doubt.why
    assert found.doubt.sure is (tags is not None)


NO_CLAIMS = [
    (LBC, rule(description="")),
    (LBC, rule(description="added by hand")),
    (LBC, rule(description=SHARED + " ")),
    (LBC, rule(description=SHARED + "\n")),
    (LBC, rule(description=SHARED.upper())),
    (LBC, rule(description=SHARED.replace("a", "\u0430"))),
    (LBC, rule(description=SHARED + "2")),
    (LBC, rule(description=NODES)),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", "kubernetes.io/rule/nlb/client")),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", "kubernetes.io/rule/nlb/client=")),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", f"my {CLIENT}")),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", f"{CLIENT} too")),
    (PROVIDER, rule("tcp/30101 from 0.0.0.0/0", CLIENT.upper())),
    (EKSCTL, rule(f"all from {BACKEND}", NODES.lower())),
    (EKS, rule(f"all from {BACKEND}", "by EKS")),
]


@pytest.mark.parametrize(("owner", "of"), NO_CLAIMS)
def test_what_is_spelled_otherwise_is_no_claim_and_no_proof(owner: str, of: Rule) -> None:
    tags_of = {BACKEND: {**BACKEND_TAGS, **EKSCTL_TAGS}}
    assert not verifier(CLUSTER, tags_of)(owner, of)
    assert list(forgeries(trusting(owner), [of], CLUSTER, tags_of)) == []


def test_a_claim_where_the_owner_is_not_trusted_is_nobodys_business() -> None:
    tags_of: Tags = {BACKEND: {}}
    for desired in (Desired("p"), trusting(EKSCTL), trusting(LBC, direction=Direction.EGRESS)):
        assert list(forgeries(desired, [rule()], CLUSTER, tags_of)) == []


def test_nobody_owns_in_the_name_of_no_owner() -> None:
    owns = verifier(CLUSTER, {BACKEND: BACKEND_TAGS})
    assert not owns("", rule())
    assert not owns("", rule(description=""))
    assert not owns("karpenter", rule())


def test_only_the_groups_of_claims_that_matter_are_looked_up() -> None:
    rules = [
        rule(),
        rule(),
        rule(f"tcp/1 from {OTHER}", "mine"),
        rule("tcp/1 from 10.0.0.0/8"),
        rule(f"all from {OTHER}"),
        rule("tcp/30101 from 0.0.0.0/0", CLIENT),
        rule("all from self", EFA),
    ]
    assert claimed_peers(trusting(LBC, PROVIDER, EKSCTL, EKS), rules, CLUSTER) == {BACKEND}
    assert claimed_peers(trusting(EKSCTL), rules, CLUSTER) == frozenset()
    assert claimed_peers(trusting(LBC, direction=Direction.EGRESS), rules, CLUSTER) == frozenset()
    assert claimed_peers(trusting(), rules, CLUSTER) == frozenset()
    assert claimed_peers(trusting(LBC), [], CLUSTER) == frozenset()
