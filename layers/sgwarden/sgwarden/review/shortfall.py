"""What a policy forbids of the EKS minimum, whatever it is that nobody told of a cluster.

The members of the group reach each other by a reference to it, or by the addresses of the VPC: all
those of the cluster's IP family must be open. Where the VPC is not known, any block that could be one may be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import and_, or_
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.peers import Builtin, PrefixListId, simple
from sgwarden.review.stand_in import SELF
from sgwarden.review.vpcs import UNICAST, has_room
from sgwarden.review.worlds import subsets
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    EVERYONE,
    NOBODY,
    Direction,
    Group,
    PeerSet,
    Service,
    Traffic,
)
from sgwarden.traffic.interval import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sgwarden.policy.peers import PeerTerm, Simple
    from sgwarden.policy.types import Policy
    from sgwarden.review.worlds import Different, World
    from sgwarden.traffic.interval import Span

    Wanting = Mapping[Direction, IntervalSet]
    """Services of the minimum that no reference lets through, as places of the service axis."""
    Opened = Mapping[Direction, Traffic]

MINIMUM = tuple(Service.parse(text) for text in ("tcp/443", "tcp/10250", "tcp/53", "udp/53"))
_FAMILY = {IpFamily.IPV4: ANYWHERE_IPV4, IpFamily.IPV6: ANYWHERE_IPV6}
_PLACES = IntervalSet(tuple(span for service in MINIMUM for span in service.places.spans))


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is forbidden of the minimum at clusters of one kind; not `certain` where the VPC may decide."""

    certain: bool
    wanting: Wanting

    def __bool__(self) -> bool:
        return any(self.wanting.values())


def shortfall(policy: Policy, base: World) -> Shortfall:
    """What is or may be forbidden; `base` holds nothing and says what is known."""
    ways = [_wanting(policy, way) for way in _own_groups(policy, base)]
    opened = [_opened(policy, way) for way in _addresses(policy, base)]
    judged = [_Judged(base, wanting, opened) for wanting in ways]
    if all(each.is_missed() for each in judged):
        missed = [each.missed() for each in judged]
        shared = {side: reduce(and_, (each[side] for each in missed)) for side in Direction}
        return Shortfall(certain=True, wanting=shared if any(shared.values()) else ways[0])
    return Shortfall(certain=False, wanting=ways[0] if judged[0].may_be_missed() else {})


def _own_groups(policy: Policy, base: World) -> Iterator[World]:
    """What the cluster's own group can be: first one that no statement names, then any that is named."""
    if Builtin.SELF in base.known:
        yield base
        return
    terms = _terms(policy)
    named = [term.id for term in terms if isinstance(term, Group)]
    around = Builtin.CONTROL_PLANE_GROUPS in terms and Builtin.CONTROL_PLANE_GROUPS not in base.known
    for own, also in product(dict.fromkeys((SELF, *named)), (False, True) if around else (False,)):
        group = PeerSet.of_group(own)
        known: dict[Simple, PeerSet] = {**base.known, Builtin.SELF: group}
        if around:
            known[Builtin.CONTROL_PLANE_GROUPS] = group if also else NOBODY
        yield replace(base, known=known)


def _addresses(policy: Policy, base: World) -> Iterator[World]:
    """What may hold an address of the VPC besides: prefix lists, but for AWS's own.

    To hold it opens the most, or shuts the most; only for what is both denied and allowed or spared it may do
    either.
    """
    statements = (*policy.ingress, *policy.egress)
    shutting = _lists(
        (term for each in (*policy.ingress.deny, *policy.egress.deny) for term in each.peers), base
    )
    spared = _lists((term for each in statements for term in each.excepted), base)
    opening = spared | _lists((term for each in statements for term in each.peers), base) - shutting
    held: frozenset[Different] = frozenset(() if Builtin.VPC in base.known else (Builtin.VPC,))
    both = shutting & _lists(_opening_terms(policy), base)
    for some in subsets(both, len(both)):
        yield replace(base, holding=held | (opening - both) | some)
        yield replace(base, holding=held | (shutting - both) | some)


def _opening_terms(policy: Policy) -> Iterator[PeerTerm]:
    for side in (policy.ingress, policy.egress):
        for each in (*side.require, *side.allow):
            yield from each.peers
        for each in side.deny:
            yield from each.excepted


def _lists(terms: Iterable[PeerTerm], base: World) -> set[Different]:
    return {term for term in simple(terms) if isinstance(term, PrefixListId) and term not in base.known}


def _terms(policy: Policy) -> list[Simple]:
    statements = (*policy.ingress, *policy.egress)
    return [term for each in statements for term in simple((*each.peers, *each.excepted))]


def _wanting(policy: Policy, world: World) -> Wanting:
    own = world.known[Builtin.SELF]
    return {
        side: (Traffic.over([_PLACES], own) & world.goal(policy.direction(side)).forbidden()).places
        for side in Direction
    }


def _opened(policy: Policy, world: World) -> Opened:
    return {side: ~world.goal(policy.direction(side)).forbidden() for side in Direction}


@dataclass(frozen=True, slots=True)
class _Judged:
    """Services that want the addresses of the VPC, and what is open by address in each world."""

    base: World
    wanting: Wanting
    opened: Sequence[Opened]

    def is_missed(self) -> bool:
        """Whether some is forbidden whatever the VPC."""
        open_to = reduce(or_, self._open_to(), NOBODY)
        vpc = self._vpc()
        enough = has_room(open_to, self.base.family) if vpc is None else bool(vpc) and vpc <= open_to
        return any(self.wanting.values()) and not enough

    def may_be_missed(self) -> bool:
        """Whether some is forbidden for some VPC."""
        open_to = reduce(and_, self._open_to(), EVERYONE)
        vpc = self._vpc()
        enough = UNICAST[self.base.family] <= open_to if vpc is None else bool(vpc) and vpc <= open_to
        return any(self.wanting.values()) and not enough

    def missed(self) -> Wanting:
        """Which services are: all together where none of them is by itself."""
        found = {
            side: IntervalSet(tuple(span for span in wanting.spans if self._is_missed(side, span)))
            for side, wanting in self.wanting.items()
        }
        return found if any(found.values()) else self.wanting

    def _is_missed(self, side: Direction, span: Span) -> bool:
        return replace(self, wanting={side: IntervalSet((span,))}).is_missed()

    def _open_to(self) -> Iterator[PeerSet]:
        """The addresses to which all of the services are open, in each world."""
        for opened in self.opened:
            yield reduce(and_, (opened[side].at(places) for side, places in self.wanting.items()), EVERYONE)

    def _vpc(self) -> PeerSet | None:
        known = self.base.known.get(Builtin.VPC)
        return None if known is None else known & _FAMILY[self.base.family]
