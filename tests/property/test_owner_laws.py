"""Descriptions decide nothing: not what is trusted, and not what a plan opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.change import Authorize
from sgwarden.cluster import Cluster
from sgwarden.drift import find_drift
from sgwarden.marks import MARKS
from sgwarden.owners import forgeries, verifier
from sgwarden.plan import make_plan
from sgwarden.prove import prove
from sgwarden.traffic import Direction, Group, PeerSet, Rule, Service, parse_line

from tests.property.small_groups import RULE_PEERS, RULE_SERVICES, Case, cases, nobodys
from tests.unit.test_owners import CLIENT, EFA, HEALTH, MTU, NODES, OWN, SHARED, trusting

if TYPE_CHECKING:
    from sgwarden.change import Change
    from sgwarden.traffic import Peer

CLUSTER = Cluster("prod-1", "111122223333", "eu-west-1", OWN, remote_nodes=PeerSet.of_cidr("10.80.0.0/16"))
PEERS = ("sg-b", "sg-c", OWN)
_KEYS = (
    "elbv2.k8s.aws/cluster",
    "alpha.eksctl.io/cluster-name",
    "eksctl.cluster.k8s.io/v1alpha1/cluster-name",
    "kubernetes.io/cluster/prod-1",
    "kubernetes.io/cluster/prod-2",
    "aws:eks:cluster-name",
    "team",
)
descriptions = st.sampled_from([SHARED, NODES, EFA, CLIENT, HEALTH, MTU, "", "by hand"]) | st.text(
    max_size=20
)
tags = st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(["prod-1", "prod-2", "owned", "shared", ""]))
lines = st.sampled_from(
    [
        *(f"{service} from {peer}" for service in ("all", "tcp/8080", "icmp") for peer in PEERS),
        *(f"{service} from 0.0.0.0/0" for service in ("all", "tcp/22", "tcp/30101", "icmp/3.4")),
        "all to self",
        "tcp/443 from 10.80.0.0/16",
    ]
)
rules = st.builds(lambda line, said: replace(parse_line(line, OWN), description=said), lines, descriptions)
owners = st.sampled_from(sorted(MARKS))


@given(owner=owners, rule=rules, of=st.dictionaries(st.sampled_from(PEERS), tags))
def test_a_rule_with_a_group_is_trusted_only_if_the_tags_of_the_group_say_so(
    owner: str, rule: Rule, of: dict[str, dict[str, str]]
) -> None:
    if not verifier(CLUSTER, of)(owner, rule):
        return
    if isinstance(rule.peer, Group) and rule.peer.id != OWN:
        named = of[rule.peer.id]
        assert "prod-1" in named.values() or named.get("kubernetes.io/cluster/prod-1") in ("owned", "shared")
    elif isinstance(rule.peer, Group):
        # With the group itself: as EKS makes it, or as the controller does, if the group's own tags say so.
        assert rule.service == Service.ALL or of[OWN]["elbv2.k8s.aws/cluster"] == "prod-1"


@given(owner=owners, rule=rules, said=descriptions, of=st.dictionaries(st.sampled_from(PEERS), tags))
def test_another_description_makes_no_rule_trusted_that_its_owner_never_makes(
    owner: str, rule: Rule, said: str, of: dict[str, dict[str, str]]
) -> None:
    if not MARKS[owner].shape(replace(rule, description=said), CLUSTER):
        assert not verifier(CLUSTER, of)(owner, replace(rule, description=said))


@given(owner=owners, rule=rules, of=st.dictionaries(st.sampled_from(PEERS), tags))
def test_what_claims_an_owner_is_either_its_own_or_a_forgery(
    owner: str, rule: Rule, of: dict[str, dict[str, str]]
) -> None:
    desired = trusting(owner, direction=rule.direction)
    forged = bool(list(forgeries(desired, [rule], CLUSTER, of)))
    if MARKS[owner].is_claimed_by(rule):
        assert forged != verifier(CLUSTER, of)(owner, rule)
    else:
        assert not forged


known_rules = st.lists(
    st.builds(
        lambda direction, service, peer, said: Rule(direction, service, peer, description=said),
        st.sampled_from(Direction),
        st.sampled_from(RULE_SERVICES),
        st.sampled_from(RULE_PEERS),
        st.sampled_from([SHARED, "as it was", ""]),
    ),
    max_size=8,
)


def _key(change: Authorize) -> tuple[Direction, Service, Peer]:
    return change.rule.direction, change.rule.service, change.rule.peer


def _plain(change: Change) -> Change:
    if not isinstance(change, Authorize):
        return change
    return replace(change, rule=replace(change.rule, description=""))


@given(case=cases(), known=known_rules, said=st.sampled_from(["as it was", "", SHARED]))
def test_what_is_known_of_before_changes_descriptions_alone(case: Case, known: list[Rule], said: str) -> None:
    drift = find_drift(case.desired, case.group, case.cluster, nobodys)
    plain = make_plan(case.cluster, case.group, case.desired, drift)
    # Some of what is added was there, with a description of its own; what is left of a trimmed rule has its.
    new = [each.rule for each in plain.changes if isinstance(each, Authorize)]
    added = [rule for rule in new if rule.description.startswith("sgwarden: ")][::2]
    known += [replace(rule, description=said) for rule in added]
    plan = make_plan(case.cluster, case.group, case.desired, drift, known=known)
    assert list(map(_plain, plan.changes)) == list(map(_plain, plain.changes))
    assert (plan.ingress, plan.egress) == (plain.ingress, plain.egress)
    descriptions = {_key(each): each.rule.description for each in plan.changes if isinstance(each, Authorize)}
    assert all(descriptions[rule.direction, rule.service, rule.peer] == said for rule in added)
    prove(plan, nobodys)
