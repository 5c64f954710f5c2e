"""Policies that forbid what an EKS cluster cannot do without.

EKS user guide, security group requirements, "Restricting cluster traffic": TCP 443, TCP 10250, TCP and UDP 53
to the cluster security group. What leaves one of its interfaces must be let into another: the same inbound.

An error is what is so whatever the VPC and the prefix lists are; what they decide, and what is so for one IP
family alone, is a warning, and an error where a cluster shows it.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Builtin
from sgwarden.review.expectations import by_whom, in_words
from sgwarden.review.known import of_example, of_places
from sgwarden.review.shortfall import shortfall
from sgwarden.review.stand_in import SELF
from sgwarden.review.worlds import World
from sgwarden.traffic import Direction, PeerSet, Traffic
from sgwarden.traffic.interval import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy
    from sgwarden.review.shortfall import Shortfall
    from sgwarden.review.types import Example

_OWN = PeerSet.of_group(SELF)
_HINT = "allow it {0} self, or {0} vpc; or say below_eks_minimum: true if that is meant"
_HINT_OF_VPC = "allow it {0} self, or {0} vpc, or give an example with its vpc"


def below_minimum(policy: Policy) -> Iterator[Problem]:
    """What the policy forbids of the minimum at clusters of both IP families, unless it says that it does."""
    if not _is_asked(policy):
        return
    found = {family: shortfall(policy, World(family)) for family in IpFamily}
    if all(each.certain for each in found.values()):
        yield from _problems(policy, found)


def below_minimum_of_some(policy: Policy, shown: Collection[World] = ()) -> Iterator[Problem]:
    """Warnings: what it forbids at clusters of one family, or may, as the VPC or a prefix list decides.

    What clusters or examples that are `shown` settle is not told.
    """
    if not _is_asked(policy):
        return
    found = {family: shortfall(policy, World(family)) for family in IpFamily}
    certain = {family: each for family, each in found.items() if each.certain}
    if len(certain) == len(found):
        return
    for family in () if shown else certain:
        at = f" at {family.replace('ip', 'IP')} clusters"
        yield from _problems(policy, {family: found[family]}, at, warning=True)
    may = {family: each for family, each in found.items() if each and not each.certain}
    if may and not any(_is_settled(policy, each) for each in shown):
        where = " where the VPC has other addresses than it allows"
        yield from _problems(policy, may, where, _HINT_OF_VPC, warning=True)


def below_minimum_at_example(policy: Policy, example: Example) -> Iterator[Problem]:
    """The same as an error, at an example as far as it is told."""
    yield from _at(policy, of_example(example), f" at cluster {example.name}")


def below_minimum_at(policy: Policy, places: Places) -> Iterator[Problem]:
    """The same at a cluster, as far as its VPC and prefix lists are known.

    Nothing that is told of for all clusters already.
    """
    yield from _at(policy, of_places(policy, places), f" at cluster {places.cluster.name}")


def minimum_is_open_at(policy: Policy, places: Places) -> bool:
    """Whether the VPC or a prefix list, which is not known, decides at the cluster."""
    if not _is_asked(policy):
        return False
    return not _is_settled(policy, of_places(policy, places))


def is_below(policy: Policy) -> bool:
    """Whether there may be clusters at which the policy forbids some of the minimum."""
    return any(shortfall(policy, World(family)) for family in IpFamily)


def _is_asked(policy: Policy) -> bool:
    """Whether it must let the minimum through: what one of several groups does not, another may."""
    return policy.scope is None and not policy.below_eks_minimum


def _is_settled(policy: Policy, base: World) -> bool:
    found = shortfall(policy, base)
    return found.certain or not found


def _at(policy: Policy, base: World, at: str) -> Iterator[Problem]:
    if not _is_asked(policy) or any(below_minimum(policy)):
        return
    found = shortfall(policy, base)
    if found.certain:
        yield from _problems(policy, {base.family: found}, at)


def _problems(
    policy: Policy,
    found: Mapping[IpFamily, Shortfall],
    at: str = "",
    hint: str = _HINT,
    *,
    warning: bool = False,
) -> Iterator[Problem]:
    """One for each direction: what is forbidden at clusters of each family, or of any if that is nothing."""
    for join in (and_, or_):
        told = {
            side: reduce(join, (each.wanting.get(side, IntervalSet()) for each in found.values()))
            for side in Direction
        }
        if any(told.values()):
            break
    for side, places in told.items():
        if places:
            what = Traffic.over([places], _OWN)
            goal = World(next(iter(found)), known={Builtin.SELF: _OWN}).goal(policy.direction(side))
            said = f"it forbids {in_words(what, side)} ({by_whom(goal, what)})"
            message = f'policy "{policy.name}" goes below the EKS minimum{at}: {said}'
            yield Problem.at(policy.mark, message, hint.format(side.preposition), warning=warning)
