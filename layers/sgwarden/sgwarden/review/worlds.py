"""What differs from cluster to cluster, run through.

`vpc`, `self`, a prefix list and their like stand for other peers at every cluster. But what a policy makes of
traffic it makes of each packet by itself, and for one packet each of these either holds its peer or does not.
So it may as well hold everything or nothing, and the ways to choose are the worlds: what is true in all of
them is true at every cluster, and what is not is untrue at some.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.desired import Goal, Resolved
from sgwarden.policy.own_group import ONE_GROUP_EACH
from sgwarden.policy.peers import Builtin, simple
from sgwarden.policy.types import Effect
from sgwarden.review.provable import ALL_GROUPS, STANDING_FOR_GROUPS, provable
from sgwarden.traffic import (
    ANYWHERE,
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    EVERYONE,
    INTERNET,
    NOBODY,
    PRIVATE,
    Cidr,
    Group,
    PeerSet,
    Service,
    Traffic,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sgwarden.policy.peers import PeerTerm, Simple
    from sgwarden.policy.types import DirectionPolicy, Owner, Statement

    Different = Simple | Owner

_SAME: dict[Simple, PeerSet] = {
    Builtin.INTERNET: INTERNET,
    Builtin.PRIVATE: PRIVATE,
    Builtin.ANYWHERE: ANYWHERE,
    Builtin.ANYWHERE_IPV4: ANYWHERE_IPV4,
    Builtin.ANYWHERE_IPV6: ANYWHERE_IPV6,
}


@dataclass(frozen=True, slots=True)
class World:
    """One way: the IP family, and what holds the peer; an owner holds it where a rule of theirs opens it.

    What is `known` of a cluster stands for what it does there, and needs no choice.
    """

    family: IpFamily
    holding: frozenset[Different] = frozenset()
    known: Mapping[Simple, PeerSet] = field(default_factory=dict)

    def goal(self, direction: DirectionPolicy) -> Goal:
        """What the direction asks, as traffic alone; what owners would open is not allowed."""

        def resolved(effect: Effect) -> tuple[Resolved, ...]:
            return tuple(Resolved(each.id, self.traffic(each)) for each in direction.of(effect))

        required, allowed, denied = map(resolved, Effect)
        return Goal(direction.otherwise, required, allowed, denied)

    def traffic(self, statement: Statement) -> Traffic:
        """The statement's traffic; of a statement for an owner, as far as the owner opens it."""
        if statement.ip_family not in (None, self.family):
            return Traffic.NONE
        if statement.managed_by is not None and statement.managed_by not in self.holding:
            return Traffic.NONE
        peers = self._peers(statement.peers) if statement.peers else EVERYONE
        spoken_of = Traffic.of(statement.services or (Service.ALL,), peers - self._peers(statement.excepted))
        return spoken_of if statement.managed_by is None else spoken_of & provable(statement.managed_by)

    def _peers(self, terms: Iterable[PeerTerm]) -> PeerSet:
        found = NOBODY
        for term in simple(terms):
            if isinstance(term, Cidr | Group):
                found |= term.peers
            elif term in self.known:
                found |= self.known[term]
            elif not _differs(term):
                found |= _SAME[term]
            elif term in self.holding:
                found |= ALL_GROUPS if term in STANDING_FOR_GROUPS else ANYWHERE
        return found


def _differs(term: Simple) -> bool:
    return not isinstance(term, Cidr | Group) and term not in _SAME


def worlds(direction: DirectionPolicy) -> Iterator[World]:
    """As many ways as it takes to see whether a statement of the direction ever matters.

    A packet that shows it is one that the statement speaks of, for which one peer is enough, and that no
    other statement of its effect speaks of; for a deny, one that is allowed besides. So two peers that hold
    it are enough, whatever else there is. Exceptions and owners are the other way round: each may be needed.
    """
    families = tuple(IpFamily) if any(each.ip_family for each in direction) else (IpFamily.IPV4,)
    owners = {each.managed_by for each in direction if each.managed_by}
    excepting = [found for each in direction if (found := different(each.excepted))]
    free: set[Different] = set().union(*excepting, owners)
    bound = different(term for each in direction for term in each.peers) - free
    for holding in subsets(free, len(excepting) + len(owners)):
        for few in subsets(bound, 2):
            if not holding | few >= ONE_GROUP_EACH:
                yield from (World(family, holding | few) for family in families)


def different(terms: Iterable[PeerTerm]) -> set[Different]:
    """Those of the terms that stand for other peers at every cluster."""
    return {term for term in simple(terms) if _differs(term)}


def subsets(of: Collection[Different], most: int) -> Iterator[frozenset[Different]]:
    """Each choice of so many of them at most."""
    ordered = sorted(of, key=str)
    for size in range(min(most, len(ordered)) + 1):
        yield from map(frozenset, combinations(ordered, size))
