"""What of a policy depends on the addresses of the cluster's VPC, known or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.places import Places
from sgwarden.policy.types import DirectionPolicy, Otherwise, Policy, Selector, Statement
from sgwarden.review.adopt.today import opened
from sgwarden.review.known import of_places
from sgwarden.review.shortfall import MINIMUM, Shortfall, shortfall
from sgwarden.traffic import INTERNET, NOBODY, Direction, Group, PrefixList
from sgwarden.traffic.interval import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.traffic import Peer, PeerSet

_LARGE_PART = {4: 8, 6: 20}
"""Blocks of the internet so wide that nobody's office is meant, and no VPC."""
_MINIMUM = IntervalSet(tuple(span for each in MINIMUM for span in each.places.spans))


def is_most(public: PeerSet) -> bool:
    """Whether so much of the internet is meant that it cannot be somebody's own."""
    return any(network.prefixlen < _LARGE_PART[network.version] for network in public.networks())


def is_own(peer: Peer, vpc: PeerSet) -> bool:
    """Whether the peer has public addresses, and all of them are the VPC's."""
    public = peer.peers & INTERNET
    return bool(public) and public <= vpc


def may_be_own(peer: Peer) -> bool:
    """Whether the peer has public addresses, and so few that they may all be a VPC's."""
    public = peer.peers & INTERNET
    return bool(public) and not is_most(public)


def vpc_decides(cluster: Cluster, group: SecurityGroup) -> bool:
    """Whether the policy of a cluster depends on the addresses of its VPC, which are not known yet."""
    return cluster.vpc_cidrs is None and (
        any(may_be_own(rule.peer) for rule in group.rules_of(Direction.INGRESS))
        or is_doubtful(below_minimum_today(cluster, group))
    )


def by_vpc(cluster: Cluster, group: SecurityGroup) -> Hashable:
    """What the VPC, or not to know it, makes of the rules: the same where it makes no difference."""
    public = [
        each.peer.peers & INTERNET for each in group.rules_of(Direction.INGRESS) if may_be_own(each.peer)
    ]
    vpc = cluster.vpc_cidrs
    own = None if vpc is None and public else frozenset(each & (vpc or NOBODY) for each in public)
    below = below_minimum_today(cluster, group)
    return own, below.certain, tuple(below.wanting.get(direction) for direction in Direction)


def is_doubtful(below: Shortfall) -> bool:
    """Whether it is the VPC that decides."""
    return bool(below) and not below.certain


def below_minimum_today(cluster: Cluster, group: SecurityGroup) -> Shortfall:
    """What of the EKS minimum is not open today, judged as a policy is that says just that."""
    if not any(_MINIMUM - _open_to_itself(group, direction) for direction in Direction):
        return Shortfall(certain=False, wanting={})
    ingress, egress = (_as_policy(cluster, group, direction) for direction in Direction)
    policy = Policy(cluster.name, Selector(), ingress=ingress, egress=egress)
    lists = {each.peer.id: each.peer for each in group.rules if isinstance(each.peer, PrefixList)}
    base = of_places(policy, Places(cluster, lists))
    found = shortfall(policy, base)
    if not is_doubtful(found):
        return found
    alone = {
        Direction.INGRESS: replace(policy, egress=DirectionPolicy()),
        Direction.EGRESS: replace(policy, ingress=DirectionPolicy()),
    }
    # Each direction may be met for sure, or both by some VPC and not by one and the same.
    decided = {each: found.wanting[each] for each in Direction if shortfall(alone[each], base)}
    return replace(found, wanting=decided or found.wanting)


def _open_to_itself(group: SecurityGroup, direction: Direction) -> IntervalSet:
    own = (
        rule.service.places
        for rule in group.rules_of(direction)
        if isinstance(rule.peer, Group) and rule.peer.id == group.id
    )
    return IntervalSet(tuple(span for places in own for span in places.spans))


def _as_policy(cluster: Cluster, group: SecurityGroup, direction: Direction) -> DirectionPolicy:
    """What is open of the minimum, line by line."""
    near = (each for each in opened([(cluster, group)], direction) if each.service.places & _MINIMUM)
    allow = (Statement(each.text(direction), (each.service,), (each.term,)) for each in near)
    return DirectionPolicy(Otherwise.DENY, allow=tuple(allow))
