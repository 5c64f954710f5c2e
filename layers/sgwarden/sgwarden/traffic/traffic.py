"""Traffic: which services may pass between the group and which peers, in one direction."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.peers import EVERYONE, NOBODY, PeerSet
from sgwarden.traffic.service import ALL_PLACES, SLOT, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from ipaddress import IPv4Address, IPv6Address

    Join = Callable[[PeerSet, PeerSet], PeerSet]

Band = tuple[int, int, PeerSet]
Bands = tuple[Band, ...]


class Point(NamedTuple):
    """One packet's worth: protocol number, port (ICMP: type x 256 + code; else 0) and one peer."""

    protocol: int
    port: int
    peer: IPv4Address | IPv6Address | str


@dataclass(frozen=True, slots=True)
class Traffic:
    """A set of (service, peer) points; equal sets are equal values.

    Held as bands of the service axis, each with the peers that may use all of it: sorted, disjoint, none
    without peers, and no two touching bands with the same peers.
    """

    bands: Bands = ()

    NONE: ClassVar[Traffic]
    ALL: ClassVar[Traffic]

    @classmethod
    def of(cls, services: Iterable[Service], peers: PeerSet) -> Traffic:
        """The traffic of every given service with every given peer."""
        return cls.over([service.places for service in services], peers)

    @classmethod
    def over(cls, places: Iterable[IntervalSet], peers: PeerSet) -> Traffic:
        """The traffic at the given places of the service axis with every given peer."""
        spans = IntervalSet(tuple(span for interval in places for span in interval.spans)).spans
        return cls(tuple((first, last, peers) for first, last in spans if peers))

    def __bool__(self) -> bool:
        return bool(self.bands)

    def __contains__(self, point: Point) -> bool:
        if not 0 <= point.port < SLOT:
            return False  # else it would be a place of the next protocol
        place = point.protocol * SLOT + point.port
        return any(point.peer in peers for _, _, peers in self.bands[_between(self.bands, place, place)])

    def __or__(self, other: Traffic) -> Traffic:
        large, small = (self, other) if len(self.bands) >= len(other.bands) else (other, self)
        return Traffic(_rewritten(large.bands, small.bands, PeerSet.__or__))

    def __and__(self, other: Traffic) -> Traffic:
        mine, theirs = _beside(self.bands, other.bands), _beside(other.bands, self.bands)
        return Traffic(_joined(mine, theirs, PeerSet.__and__))

    def __sub__(self, other: Traffic) -> Traffic:
        return Traffic(_rewritten(self.bands, _beside(other.bands, self.bands), PeerSet.__sub__))

    def __invert__(self) -> Traffic:
        return Traffic.ALL - self

    def __le__(self, other: Traffic) -> bool:
        return all(peers <= other.at(IntervalSet(((first, last),))) for first, last, peers in self.bands)

    def at(self, places: IntervalSet) -> PeerSet:
        """The peers that may use every one of the places."""
        uncovered = places
        common = EVERYONE
        for start, end in places.spans:
            for first, last, peers in self.bands[_between(self.bands, start, end)]:
                uncovered -= IntervalSet(((first, last),))
                common &= peers
        return NOBODY if uncovered else common

    @property
    def places(self) -> IntervalSet:
        """The places of the service axis that somebody may use."""
        return IntervalSet(tuple((first, last) for first, last, _ in self.bands))

    def places_open_to(self, peers: PeerSet) -> IntervalSet:
        """The places of the service axis that all of the peers may use."""
        return IntervalSet(tuple((first, last) for first, last, allowed in self.bands if peers <= allowed))


Traffic.NONE = Traffic()
Traffic.ALL = Traffic.over([ALL_PLACES], EVERYONE)


def union(parts: Iterable[Traffic]) -> Traffic:
    """All the given traffic together, joined pairwise so that many rules cost little."""
    pieces = list(parts)
    while len(pieces) > 1:
        pieces = [
            left | right for left, right in zip_longest(pieces[::2], pieces[1::2], fillvalue=Traffic.NONE)
        ]
    return pieces[0] if pieces else Traffic.NONE


def _between(bands: Bands, start: int, end: int) -> slice:
    """The bands that share a place with the span."""
    return slice(bisect_left(bands, start, key=itemgetter(1)), bisect_right(bands, end, key=itemgetter(0)))


def _beside(bands: Bands, others: Bands) -> Bands:
    """The bands that can share a place with one of the others."""
    return bands[_between(bands, others[0][0], others[-1][1])] if others else ()


def _rewritten(bands: Bands, changes: Bands, join: Join) -> Bands:
    """The bands joined with the changes; those far from every change are kept as they are."""
    if not changes:
        return bands
    near = _between(bands, changes[0][0] - 1, changes[-1][1] + 1)  # also what touches, for it may merge
    return bands[: near.start] + _joined(bands[near], changes, join) + bands[near.stop :]


def _joined(left: Bands, right: Bands, join: Join) -> Bands:
    bands: list[Band] = []
    for first, last, mine, theirs in _aligned(left, right):
        peers = join(mine, theirs)
        if not peers:
            continue
        if bands and bands[-1][1] + 1 == first and bands[-1][2] == peers:
            bands[-1] = (bands[-1][0], last, peers)
        else:
            bands.append((first, last, peers))
    return tuple(bands)


def _aligned(left: Bands, right: Bands) -> Iterator[tuple[int, int, PeerSet, PeerSet]]:
    """Cut both into the same bands, a missing side standing as nobody."""
    cuts = sorted({edge for first, last, _ in left + right for edge in (first, last + 1)})
    i = j = 0
    for first, after in pairwise(cuts):
        while i < len(left) and left[i][1] < first:
            i += 1
        while j < len(right) and right[j][1] < first:
            j += 1
        mine = left[i][2] if i < len(left) and left[i][0] <= first else NOBODY
        theirs = right[j][2] if j < len(right) and right[j][0] <= first else NOBODY
        yield first, after - 1, mine, theirs
