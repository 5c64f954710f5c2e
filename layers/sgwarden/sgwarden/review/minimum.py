"""Policies that forbid what an EKS cluster cannot do without.

EKS user guide, security group requirements, "Restricting cluster traffic": TCP 443, TCP 10250, TCP and UDP 53
to the cluster security group. What leaves one of its interfaces must be let into another: the same inbound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.errors import Problem
from sgwarden.policy.resolve import goal_of
from sgwarden.review.expectations import by_whom, in_words
from sgwarden.review.stand_in import any_cluster, places_of
from sgwarden.traffic import ANYWHERE_IPV4, ANYWHERE_IPV6, NOBODY, Direction, PeerSet, Service, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.policy.desired import Goal
    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy

MINIMUM = tuple(Service.parse(text) for text in ("tcp/443", "tcp/10250", "tcp/53", "udp/53"))
_HINT = "allow it, or say below_eks_minimum: true if that is meant"
_FAMILY = {IpFamily.IPV4: ANYWHERE_IPV4, IpFamily.IPV6: ANYWHERE_IPV6}


def below_minimum(policy: Policy) -> Iterator[Problem]:
    """What the policy forbids of the minimum at clusters of either IP family, unless it says that it does."""
    if policy.below_eks_minimum:
        return
    for direction in Direction:
        ipv4, ipv6 = (_missed(policy, direction, places_of(each, policy)) for each in any_cluster())
        if ipv4 & ipv6:
            yield _as_problem(policy, direction, ipv4 & ipv6, places_of(next(any_cluster()), policy))


def below_minimum_at(policy: Policy, places: Places) -> Iterator[Problem]:
    """The same at one cluster; nothing that is told of for all of them already."""
    if policy.below_eks_minimum or any(below_minimum(policy)):
        return
    for direction in Direction:
        if missed := _missed(policy, direction, places):
            yield _as_problem(policy, direction, missed, places, f" at cluster {places.cluster.name}")


def is_below(policy: Policy) -> bool:
    """Whether there may be clusters at which the policy forbids some of the minimum."""
    return any(
        _missed(policy, direction, places_of(each, policy))
        for direction in Direction
        for each in any_cluster()
    )


def _missed(policy: Policy, direction: Direction, places: Places) -> Traffic:
    """What is forbidden of the minimum; not what passes by address, as all of it may (it is TCP and UDP)."""
    forbidden = _goal(policy, direction, places).forbidden()
    own = PeerSet.of_group(places.cluster.security_group_id)
    vpc = (places.cluster.vpc_cidrs or NOBODY) & _FAMILY[places.cluster.ip_family]
    by_address = (~forbidden).places_open_to(vpc)
    return (Traffic.of(MINIMUM, own) & forbidden) - Traffic.over([by_address], own)


def _goal(policy: Policy, direction: Direction, places: Places) -> Goal:
    return goal_of(policy.direction(direction), direction, places)


def _as_problem(
    policy: Policy, direction: Direction, missed: Traffic, places: Places, at: str = ""
) -> Problem:
    what = in_words(missed, direction, places.cluster.security_group_id)
    by = by_whom(_goal(policy, direction, places), missed)
    said = f'policy "{policy.name}" goes below the EKS minimum{at}: it forbids {what} ({by})'
    return Problem.at(policy.mark, said, _HINT)
