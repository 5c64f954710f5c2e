"""Turning traffic back into rules, as few as the search finds.

The fewest rectangles that cover a region is a hard problem, so this is a search with a good nose and no proof
of the minimum: three ways to cut, the best of which is taken. Lines may overlap; together they are exactly
the traffic.
"""

from __future__ import annotations

import operator
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from sgwarden.traffic.atoms import atoms, members
from sgwarden.traffic.interval import IntervalSet, Span
from sgwarden.traffic.peers import IPV4_SPACE, IPV6_SPACE, GroupSet, PeerSet
from sgwarden.traffic.rule import Cidr, Group, Peer, reading_order
from sgwarden.traffic.service import ALL_PLACES, ICMP, ICMPV6, SLOT, TCP, UDP, Service
from sgwarden.traffic.traffic import Traffic, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PRUNED_AT_MOST = 300  # pruning costs up to the square of it, and a security group holds 60 rules by default
_SPACES = (PeerSet(ipv4=IPV4_SPACE), PeerSet(ipv6=IPV6_SPACE), PeerSet(groups=GroupSet(others=True)))


class Line(NamedTuple):
    """One rule's worth of traffic, in a direction that the caller knows."""

    service: Service
    peer: Peer

    @property
    def traffic(self) -> Traffic:
        return Traffic.of([self.service], self.peer.peers)


def cover(traffic: Traffic, favoured: Iterable[Line] = ()) -> tuple[Line, ...]:
    """Few lines that together are exactly the traffic; `favoured` ones are taken first where they fit whole.

    Raises ValueError for traffic with all security groups but some, which no rule can say.
    """
    chosen = _pruned([line for line in favoured if line.traffic <= traffic])
    rest = traffic - union(line.traffic for line in chosen)
    for space in _SPACES:
        services = _services_of(rest & Traffic.over([ALL_PLACES], space))
        cuts = [_by_service(services), _by_peer(services), _broad(services)]
        chosen += sorted(cuts, key=len)[0]
    return tuple(sorted(chosen, key=lambda line: reading_order(*line)))


def _lines(places: IntervalSet, peers: PeerSet) -> Iterator[Line]:
    rule_peers = tuple(peers_as_rules(peers))
    return (Line(service, peer) for service in services_at(places) for peer in rule_peers)


def _services_of(traffic: Traffic) -> dict[PeerSet, IntervalSet]:
    """Each distinct set of peers, with the places that exactly these peers may use."""
    spans: dict[PeerSet, list[Span]] = {}
    for first, last, peers in traffic.bands:
        spans.setdefault(peers, []).append((first, last))
    return {peers: IntervalSet(tuple(places)) for peers, places in spans.items()}


def _by_service(services: dict[PeerSet, IntervalSet]) -> list[Line]:
    """Each distinct set of peers once, with the services that have exactly these peers."""
    return [line for peers, places in services.items() for line in _lines(places, peers)]


def _by_peer(services: dict[PeerSet, IntervalSet]) -> list[Line]:
    """Each distinct set of services once, with the peers that have exactly these services."""
    places = list(services.values())
    return [
        line
        for holders, peers in atoms(list(services)).items()
        for line in _lines(_together(places, holders), peers)
    ]


def _broad(services: dict[PeerSet, IntervalSet]) -> list[Line]:
    """Each distinct set of peers once, with every service that all of them may use, nothing said twice."""
    places = list(services.values())
    wider = [-1] * len(places)  # of each set of peers, the sets that contain it
    for holders in atoms(list(services)):
        for index in members(holders):
            wider[index] &= holders
    lines = [
        line
        for peers, holders in zip(services, wider, strict=True)
        for line in _lines(_together(places, holders), peers)
    ]
    return _pruned(lines) if len(lines) <= _PRUNED_AT_MOST else lines


def _together(places: list[IntervalSet], chosen: int) -> IntervalSet:
    return IntervalSet(tuple(span for index in members(chosen) for span in places[index].spans))


def _pruned(lines: list[Line]) -> list[Line]:
    """The lines without those that the others cover; of two that are equal the last stays."""
    after = list(accumulate((line.traffic for line in reversed(lines)), operator.or_, initial=Traffic.NONE))
    after.reverse()
    kept: list[Line] = []
    before = Traffic.NONE
    for line, later in zip(lines, after[1:], strict=True):
        if not line.traffic - later <= before:
            kept.append(line)
            before |= line.traffic
    return kept


def peers_as_rules(peers: PeerSet) -> Iterator[Peer]:
    """The peers one by one, as rules name them; raises ValueError where no rule can."""
    if peers.groups.others:
        raise ValueError("no rule can name every security group but some")
    yield from (Cidr(network) for network in peers.networks())
    yield from (Group(group_id) for group_id in sorted(peers.groups.ids))


def services_at(places: IntervalSet) -> Iterator[Service]:
    """The fewest services that are exactly these places."""
    if places == ALL_PLACES:
        yield Service.ALL
        return
    for start, end in places.spans:
        for protocol in range(start // SLOT, end // SLOT + 1):
            base = protocol * SLOT
            yield from _within(protocol, max(start - base, 0), min(end - base, SLOT - 1))


def _within(protocol: int, first: int, last: int) -> Iterator[Service]:
    whole = (first, last) == (0, SLOT - 1)
    if whole or protocol in (TCP, UDP) or protocol not in (ICMP, ICMPV6):
        yield Service(protocol, first, last)
        return
    while first <= last:
        step = 256 if first % 256 == 0 and first + 255 <= last else 1
        yield Service(protocol, first, first + step - 1)
        first += step
