"""Today's rules as statements: each rule that counts in exactly one of them, and nothing besides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from sgwarden.policy.peers import PrefixListId
from sgwarden.printable import printable
from sgwarden.review.adopt.known import claimed_by
from sgwarden.traffic import ANYWHERE, Cidr, Group, PeerSet, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.policy.peers import Simple
    from sgwarden.review.adopt.today import Open
    from sgwarden.traffic import Peer, Service

_LONGEST_DESCRIPTION = 255
"""What EC2 keeps of one (EC2 API reference, IpRange)."""


@dataclass(frozen=True, slots=True)
class Box:
    """Rules that are every one of some services with every one of some peers, and why they are there."""

    services: tuple[Service, ...]
    peers: tuple[Peer, ...]
    terms: tuple[Simple, ...]
    description: str


def needed(rules: Sequence[Open], covered: Traffic) -> tuple[Open, ...]:
    """The rules without those that the others and what is covered already stand for; wide ones stay.

    Two rules that each could go for the other do not both go.
    """
    narrow_first = sorted(rules, key=_width)
    traffic = [_lasting(each) for each in narrow_first]
    after = [*accumulate(reversed(traffic), or_, initial=Traffic.NONE)][-2::-1]
    kept = set()
    before = covered
    for each, own, wider in zip(narrow_first, traffic, after, strict=True):
        if not _stand_for(before, wider, each):
            kept.add(each)
            before |= own
    return tuple(each for each in rules if each in kept)


def idle(rules: Sequence[Open]) -> tuple[Open, ...]:
    """The rules that add nothing to the others."""
    kept = set(needed(rules, Traffic.NONE))
    return tuple(each for each in rules if each not in kept)


def boxes(rules: Sequence[Open]) -> Iterator[Box]:
    """The rules put together: those of one description and one kind of peer, where the product is exact."""
    sorts: dict[tuple[str, object], list[Open]] = {}
    for each in rules:
        sorts.setdefault((printable(each.description, _LONGEST_DESCRIPTION), _kind(each)), []).append(each)
    for (description, _), of_one_sort in sorts.items():
        for services, several in _products(of_one_sort):
            yield Box(services, tuple(e.peer for e in several), tuple(e.term for e in several), description)


def _products(rules: Sequence[Open]) -> Iterator[tuple[tuple[Service, ...], list[Open]]]:
    """Peers with the same services together."""
    services: dict[Simple, list[Service]] = {}
    first: dict[Simple, Open] = {}
    for each in rules:
        services.setdefault(each.term, []).append(each.service)
        first.setdefault(each.term, each)
    same: dict[tuple[Service, ...], list[Open]] = {}
    for term, of_peer in services.items():
        same.setdefault(tuple(of_peer), []).append(first[term])
    yield from same.items()


def _kind(each: Open) -> object:
    """Rules that say why are told apart by that; others at least by what kind of peer they name.

    So are those that say a program's words, as it may write rules of one kind only.
    """
    description = printable(each.description)
    if claimed_by(description):
        return isinstance(each.peer, Group)
    return "" if description else type(each.term)


def _width(each: Open) -> int:
    places = sum(last - first + 1 for first, last in each.service.places.spans)
    spans = (*each.peer.peers.ipv4.spans, *each.peer.peers.ipv6.spans) if isinstance(each.peer, Cidr) else ()
    return places * (sum(last - first + 1 for first, last in spans) or 1)


def _lasting(each: Open) -> Traffic:
    """The traffic that is sure to last: entries of a prefix list come and go, so it stands for itself."""
    if isinstance(each.term, PrefixListId):
        return Traffic.of([each.service], PeerSet.of_group(each.term.id))
    return each.traffic


def _stand_for(some: Traffic, others: Traffic, each: Open) -> bool:
    """Whether the two together let all of it through; to join them would cost far more than it tells."""
    if not isinstance(each.term, PrefixListId):
        return each.traffic - some <= others
    left = [
        (Traffic.of([each.service], peers) - some - others).places
        for peers in (PeerSet.of_group(each.term.id), ANYWHERE)
    ]
    return not left[0] & left[1]
