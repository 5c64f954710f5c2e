"""Where what is required and what is denied meet, whatever it is that nobody told of a cluster.

Peers are taken one by one. A choice of what holds one of them (see `worlds`) is possible where nothing is
both required and denied of it. The policy can be true to itself at some cluster if a choice is left for every
peer, and for each thing that is never empty some peer that it may hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, product
from operator import and_, or_
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.conflict import conflicts
from sgwarden.policy.own_group import ONE_GROUP_EACH
from sgwarden.policy.peers import Builtin, ManagedList
from sgwarden.policy.types import DirectionPolicy
from sgwarden.review.expectations import in_words
from sgwarden.review.provable import ALL_GROUPS, STANDING_FOR_GROUPS
from sgwarden.review.vpcs import OF_VPCS, can_have, has_room
from sgwarden.review.worlds import different, subsets
from sgwarden.traffic import ANYWHERE, EVERYONE, NOBODY, PeerSet, Service, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sgwarden.policy.peers import PeerTerm
    from sgwarden.review.worlds import Different, World
    from sgwarden.traffic import Direction

    Holding = frozenset[Different]
    Pair = tuple[str, str]
    """The ids of what requires and of what denies."""

_MAY_BE_EMPTY = frozenset({Builtin.REMOTE_NODES, Builtin.REMOTE_PODS, Builtin.CONTROL_PLANE_GROUPS})
# Hybrid networks must not overlap with the VPC: EKS user guide, "Prepare networking for hybrid nodes".
_APART_FROM_VPCS = frozenset({Builtin.REMOTE_NODES, Builtin.REMOTE_PODS})
_STAND_IN = "sg-unknown"


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is required by some statements and denied by others, and where, in the notation."""

    required: tuple[str, ...]
    denied: tuple[str, ...]
    where: str

    def __str__(self) -> str:
        required, denied = (", ".join(f'"{id_}"' for id_ in ids) for ids in (self.required, self.denied))
        return f"{required} and {denied} meet in {self.where}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong in one direction at clusters of one kind: for certain, or for some VPCs only.

    `unless_of_vpc`: what must not be missing from the VPC; `if_of_vpc`: what must not be in it.
    """

    certain: tuple[Meeting, ...] = ()
    unless_of_vpc: tuple[Meeting, ...] = ()
    if_of_vpc: tuple[Meeting, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.certain or self.unless_of_vpc or self.if_of_vpc)


def meetings(side: DirectionPolicy, direction: Direction, base: World) -> Found:
    """Where the direction requires what it denies; `base` holds nothing and says what is known."""
    met = {world.holding: _pairs(world, side, direction) for world in _choices(side, base)}
    pairs = list(dict.fromkeys(chain.from_iterable(met.values())))
    if not pairs:
        return Found()
    alone = {
        pair: _Choices(base.family, {each: met[each].get(pair, Traffic.NONE) for each in met})
        for pair in pairs
    }
    whole = _Choices(base.family, {each: union(found.values()) for each, found in met.items()})
    if reason := whole.reason():
        certain = [
            _meeting([pair], found, direction) for pair, each in alone.items() if (found := each.reason())
        ]
        return Found(tuple(certain or [_meeting(pairs, reason, direction)]))
    return Found(
        unless_of_vpc=_told({pair: each.unless_of_vpc() for pair, each in alone.items()}, direction),
        if_of_vpc=_told({pair: each.if_of_vpc() for pair, each in alone.items()}, direction),
    )


def may_meet(side: DirectionPolicy, direction: Direction, base: World) -> bool:
    """Whether it does so at some cluster: what is named holds all that it can, what is spared nothing."""
    for required, denied in product(side.require, side.deny):
        named = _unknown((*required.peers, *denied.peers), base) - _unknown(denied.excepted, base)
        pair = DirectionPolicy(require=(required,), deny=(denied,))
        if any(_pairs(replace(base, holding=frozenset(some)), pair, direction) for some in _apart(named)):
            return True
    return False


def _apart(terms: set[Different]) -> Iterator[set[Different]]:
    """What one peer can be of: of the VPC, or of what lies apart from it."""
    yield {term for term in terms if not _lies_apart(term)}
    yield terms - {Builtin.VPC}


def _told(where: Mapping[Pair, Traffic], direction: Direction) -> tuple[Meeting, ...]:
    return tuple(_meeting([pair], (traffic, None), direction) for pair, traffic in where.items() if traffic)


def _pairs(world: World, side: DirectionPolicy, direction: Direction) -> dict[Pair, Traffic]:
    return {(each.required, each.denied): each.traffic for each in conflicts(world.goal(side), direction)}


def _choices(side: DirectionPolicy, base: World) -> Iterator[World]:
    """As many as it takes: only what is excepted may be needed to hold a peer, and what is never empty."""
    excepting = [found for each in side.deny if (found := _unknown(each.excepted, base))]
    free: set[Different] = set().union(*excepting)
    named = _unknown((term for each in (*side.require, *side.deny) for term in each.peers), base)
    firsts: list[Holding] = [frozenset(), *(frozenset({each}) for each in sorted(free | named, key=str))]
    chosen = dict.fromkeys(first | more for first in firsts for more in subsets(free, len(excepting)))
    yield from (replace(base, holding=each) for each in chosen if _is_possible(each))


def _unknown(terms: Iterable[PeerTerm], base: World) -> set[Different]:
    return {term for term in different(terms) if term not in base.known}


def _is_possible(holding: Holding) -> bool:
    """Whether one peer can be of all of them."""
    apart = any(map(_lies_apart, holding))
    groups, addresses = holding & STANDING_FOR_GROUPS, holding - STANDING_FOR_GROUPS
    two = holding >= ONE_GROUP_EACH
    return not (two or (Builtin.VPC in holding and apart) or (groups and addresses))


def _lies_apart(term: Different) -> bool:
    """Whether no address of a VPC is among it: an AWS-managed list has addresses of AWS."""
    return term in _APART_FROM_VPCS or isinstance(term, ManagedList)


Reason = tuple[Traffic, "Different | None"]
"""What is required and denied at once; of a peer that only a cluster can tell, services with that peer."""


@dataclass(frozen=True, slots=True)
class _Choices:
    """What is required and denied at once, by what holds the peer."""

    family: IpFamily
    met: Mapping[Holding, Traffic]

    def reason(self) -> Reason | None:
        """Why it is so at every cluster, if it is."""
        nothing = self.met[frozenset()]
        if always := reduce(and_, map(self._refused, self.met)):
            return _among(nothing, always), None
        for term in sorted(self._never_empty(), key=str):
            if not self._has_place(term):
                return self.met[frozenset({term})], term
            if not self._can_hold(term, needed := self._needed(term)):
                return _among(nothing, needed), None
        return None

    def unless_of_vpc(self) -> Traffic:
        """What meets wherever the VPC does not have the address."""
        return _among(self.met[frozenset()], self._needed(Builtin.VPC) & OF_VPCS)

    def if_of_vpc(self) -> Traffic:
        """What meets wherever the VPC has the address."""
        held = self.met.get(frozenset({Builtin.VPC}), Traffic.NONE)
        return _among(held, OF_VPCS - self._permitted(Builtin.VPC)) if held else held

    def _never_empty(self) -> set[Different]:
        return set(chain.from_iterable(self.met)) - _MAY_BE_EMPTY

    def _refused(self, holding: Holding) -> PeerSet:
        """The peers for which that is no choice."""
        refused = _peers(self.met[holding])
        return refused | (ANYWHERE - OF_VPCS) if Builtin.VPC in holding else refused

    def _permitted(self, term: Different) -> PeerSet:
        """The peers that it may hold."""
        refused = [self._refused(each) for each in self.met if term in each]
        space = ALL_GROUPS if term in STANDING_FOR_GROUPS else ANYWHERE
        return space - reduce(and_, refused, EVERYONE)

    def _needed(self, term: Different) -> PeerSet:
        """The peers that it has to hold."""
        return reduce(and_, (self._refused(each) for each in self.met if term not in each)) - self._always()

    def _always(self) -> PeerSet:
        return reduce(and_, map(self._refused, self.met))

    def _has_place(self, term: Different) -> bool:
        permitted = self._permitted(term)
        if term is not Builtin.VPC:
            return bool(permitted)
        families = {IpFamily.IPV4, self.family}
        return all(has_room(permitted, family) for family in families)

    def _can_hold(self, term: Different, needed: PeerSet) -> bool:
        if term is Builtin.VPC:
            return can_have(needed, self._permitted(term))
        return term not in ONE_GROUP_EACH or not (needed.groups.others or len(needed.groups.ids) > 1)


def _peers(traffic: Traffic) -> PeerSet:
    return reduce(or_, (peers for _, _, peers in traffic.bands), NOBODY)


def _among(traffic: Traffic, peers: PeerSet) -> Traffic:
    return traffic & Traffic.of([Service.ALL], peers)


def _meeting(pairs: Iterable[Pair], reason: Reason, direction: Direction) -> Meeting:
    traffic, term = reason
    if term is not None:
        traffic = Traffic.over([traffic.places], PeerSet.of_group(_STAND_IN))
    where = in_words(traffic, direction).replace(_STAND_IN, str(term))
    required, denied = (tuple(dict.fromkeys(each)) for each in zip(*pairs, strict=True))
    return Meeting(required, denied, where)
