"""A universe small enough to be looked at point by point, and the values that hypothesis makes in it.

The service axis and the peers are cut into cells that together are the whole real space, so that a complement
ends where it should. Every value made here is a union of cells: the corners of the cells tell all of it.
"""

from __future__ import annotations

from functools import reduce
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from operator import and_, or_, sub
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from sgwarden.traffic import NOBODY, PeerSet, Point, Traffic
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.peers import GroupSet
from sgwarden.traffic.service import ALL_PLACES, SLOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Address = IPv4Address | IPv6Address

TCP_PORTS = (0, 1, 22, 23, 25, 443, 1024, 65535)  # each begins a cell that ends before the next
UDP_PORTS = (0, 53, 54, 123, 124, 8472, 30000, 32768)
ICMP_MESSAGES = (0, 3 * 256, 3 * 256 + 4, 3 * 256 + 5, 4 * 256)  # icmp/3.4 is a cell of its own
_STARTS = ("10.0.0.0", "10.0.0.1", "11.0.0.0", "128.0.0.0", "192.168.0.0", "192.168.0.128", "224.0.0.0")
IPV4 = (0, *map(int, map(IPv4Address, _STARTS)))
IPV6 = (0, *map(int, map(IPv6Address, ("::1", "2000::", "fc00::"))))
GROUPS = ("sg-a", "sg-b")
UNNAMED = "sg-z"  # stands for all groups that no value here names


def _cells(starts: Iterable[int], end: int) -> list[IntervalSet]:
    return [IntervalSet(((first, after - 1),)) for first, after in pairwise([*starts, end])]


def joined_places(places: Iterable[IntervalSet]) -> IntervalSet:
    return reduce(or_, places, IntervalSet())


def joined_peers(peers: Iterable[PeerSet]) -> PeerSet:
    return reduce(or_, peers, NOBODY)


_AXES = ((6, TCP_PORTS), (17, UDP_PORTS), (1, ICMP_MESSAGES), (50, (0,)))
NAMED_PLACES = tuple(
    cell
    for protocol, starts in _AXES
    for cell in _cells([protocol * SLOT + start for start in starts], (protocol + 1) * SLOT)
)
PLACES = (*NAMED_PLACES, ALL_PLACES - joined_places(NAMED_PLACES))
ADDRESSES = (
    *(PeerSet(ipv4=cell) for cell in _cells(IPV4, 2**32)),
    *(PeerSet(ipv6=cell) for cell in _cells(IPV6, 2**128)),
)
NAMED_PEERS = (*ADDRESSES, *(PeerSet.of_group(group) for group in GROUPS))
PEERS = (*NAMED_PEERS, PeerSet(groups=GroupSet(frozenset(GROUPS), others=True)))


def _place_corners(cell: IntervalSet) -> tuple[int, int]:
    return cell.spans[0][0], cell.spans[-1][1]


def _peer_corners(cell: PeerSet) -> tuple[Address | str, ...]:
    if cell.ipv4:
        return tuple(IPv4Address(number) for number in _place_corners(cell.ipv4))
    if cell.ipv6:
        return tuple(IPv6Address(number) for number in _place_corners(cell.ipv6))
    return (UNNAMED,) if cell.groups.others else tuple(cell.groups.ids)


ALL_CORNERS = tuple(corner for cell in PLACES for corner in _place_corners(cell))
ALL_PEERS = tuple(corner for cell in PEERS for corner in _peer_corners(cell))
ALL_POINTS = frozenset(Point(*divmod(place, SLOT), peer) for place in ALL_CORNERS for peer in ALL_PEERS)
CELLS = tuple(
    (Point(*divmod(_place_corners(places)[0], SLOT), _peer_corners(peers)[0]), Traffic.over([places], peers))
    for places in PLACES
    for peers in PEERS
)


def points(traffic: Traffic) -> frozenset[Point]:
    """All the points of the universe that the traffic holds, each asked for by itself."""
    return frozenset(point for point in ALL_POINTS if point in traffic)


def peers_in(peers: PeerSet) -> frozenset[Address | str]:
    return frozenset(peer for peer in ALL_PEERS if peer in peers)


def place_sets(cells: Sequence[IntervalSet] = PLACES) -> st.SearchStrategy[IntervalSet]:
    return st.lists(st.sampled_from(cells), max_size=5).map(joined_places)


def peer_sets(cells: Sequence[PeerSet] = PEERS) -> st.SearchStrategy[PeerSet]:
    some = st.lists(st.sampled_from(cells), max_size=5).map(joined_peers)
    return some | some.map(joined_peers(cells).__sub__)


def boxes(
    places: Sequence[IntervalSet] = PLACES, peers: Sequence[PeerSet] = PEERS
) -> st.SearchStrategy[Traffic]:
    return st.builds(lambda where, who: Traffic.over([where], who), place_sets(places), peer_sets(peers))


def traffics(
    places: Sequence[IntervalSet] = PLACES, peers: Sequence[PeerSet] = PEERS
) -> st.SearchStrategy[Traffic]:
    """Traffic of all shapes: boxes joined, met and cut out of each other."""
    return st.recursive(
        boxes(places, peers),
        lambda inner: st.builds(
            lambda join, left, right: join(left, right), st.sampled_from([or_, or_, sub, and_]), inner, inner
        ),
        max_leaves=6,
    )


def numbers_in(numbers: IntervalSet) -> frozenset[int]:
    """What an interval set made by `interval_sets` holds, each number asked for by itself."""
    return frozenset(number for number in range(-1, 18) if number in numbers)


def interval_sets() -> st.SearchStrategy[IntervalSet]:
    span = st.tuples(st.integers(0, 15), st.integers(0, 15)).map(lambda ends: (min(ends), max(ends)))
    return st.lists(span, max_size=5).map(lambda spans: IntervalSet(tuple(spans)))


def group_sets() -> st.SearchStrategy[GroupSet]:
    return st.builds(GroupSet, st.frozensets(st.sampled_from(["sg-a", "sg-b", "sg-c"])), st.booleans())
