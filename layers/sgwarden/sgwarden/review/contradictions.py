"""Policies that require what they deny, at every cluster or at one that is known.

An error is what is so whatever the VPC, the prefix lists and all else that nobody told may be; what is so for
some VPCs only, or for clusters of one IP family, is a warning, and an error again where a cluster shows it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.errors import Problem
from sgwarden.review.known import of_example, of_places
from sgwarden.review.meeting import may_meet, meetings
from sgwarden.review.scopes import group_in_words
from sgwarden.review.worlds import World
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy
    from sgwarden.review.meeting import Found, Meeting
    from sgwarden.review.types import Example

_OF_ONE_FAMILY = "if a statement is not meant for them, give it an ip_family"
_REQUIRE_VPC = "if these are addresses of the VPC, require vpc; or give an example with its vpc"
_GIVE_VPC = "give an example with its vpc"


def contradictions(policy: Policy) -> Iterator[Problem]:
    """Where the policy requires what it denies whatever the cluster."""
    found = {family: _certain(policy, World(family)) for family in IpFamily}
    if all(found.values()):
        told = dict.fromkeys(each for meetings in found.values() for each in meetings)
        yield from (_as_problem(policy, each) for each in told)


def contradictions_of_some(policy: Policy, shown: Collection[World] = ()) -> Iterator[Problem]:
    """Warnings: where it does at every cluster of one IP family, or at clusters with some VPCs.

    What clusters or examples that are `shown` settle is not told.
    """
    found = {family: _found(policy, World(family)) for family in IpFamily}
    certain = {family: [each for one in both for each in one.certain] for family, both in found.items()}
    if all(certain.values()):
        return
    for family, told in certain.items():
        for meeting in () if shown else told:
            at = f" at {family.replace('ip', 'IP')} clusters"
            yield _as_problem(policy, meeting, at, hint=_OF_ONE_FAMILY, warning=True)
    if not any(_is_settled(policy, each) for each in shown):
        yield from dict.fromkeys(_for_some_vpcs(policy, chain.from_iterable(found.values())))


def contradictions_at_example(policy: Policy, example: Example) -> Iterator[Problem]:
    """The same at an example, as far as it is told."""
    yield from _at(policy, of_example(example), f" at cluster {example.name}")


def contradictions_at(policy: Policy, places: Places) -> Iterator[Problem]:
    """The same at a cluster, of which all is known but, maybe, its VPC and prefix lists."""
    yield from _at(policy, of_places(policy, places), f" at {group_in_words(places.cluster)}")


def contradictions_are_open_at(policy: Policy, places: Places) -> bool:
    """Whether the VPC or a prefix list, which is not known, may make it contradict itself at the cluster."""
    base = of_places(policy, places)
    return not _certain(policy, base) and any(
        may_meet(policy.direction(direction), direction, base) for direction in Direction
    )


def _is_settled(policy: Policy, base: World) -> bool:
    found = _found(policy, base)
    return not any(found) or any(each.certain for each in found)


def _at(policy: Policy, base: World, at: str) -> Iterator[Problem]:
    """What is so at every cluster is not told again."""
    if not any(contradictions(policy)):
        yield from (_as_problem(policy, each, at) for each in _certain(policy, base))


def _found(policy: Policy, base: World) -> list[Found]:
    return [meetings(policy.direction(direction), direction, base) for direction in Direction]


def _certain(policy: Policy, base: World) -> list[Meeting]:
    return [each for found in _found(policy, base) for each in found.certain]


def _for_some_vpcs(policy: Policy, found: Iterable[Found]) -> Iterator[Problem]:
    for each in found:
        for meeting in each.unless_of_vpc:
            yield _as_problem(policy, meeting, ", but for addresses of the VPC", _REQUIRE_VPC, warning=True)
        for meeting in each.if_of_vpc:
            yield _as_problem(policy, meeting, " where they are of the VPC", _GIVE_VPC, warning=True)


def _as_problem(
    policy: Policy, meeting: Meeting, at: str = "", hint: str = "", *, warning: bool = False
) -> Problem:
    statements = {each.id: each for each in (*policy.ingress, *policy.egress)}
    own = [
        statements[each] for each in (*meeting.denied, *meeting.required) if not statements[each].ready_made
    ]
    mark = own[0].mark if own else policy.mark
    said = f'policy "{policy.name}" requires what it denies{at}: {meeting}'
    return Problem.at(mark, said, hint, warning=warning)
