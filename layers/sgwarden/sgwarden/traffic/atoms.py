"""How sets of peers overlap: the pieces that they cut each other into."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from sgwarden.traffic.interval import IntervalSet, Span
from sgwarden.traffic.peers import GroupSet, PeerSet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def atoms(sets: Sequence[PeerSet]) -> dict[int, PeerSet]:
    """The coarsest pieces of which each given set is a union, by the sets that hold them.

    A key has bit n where the nth set holds the piece. Raises ValueError for a set with all security groups
    but some. One sweep for each address family: the cost grows with the edges of the sets, not their square.
    """
    ipv4 = _pieces([peers.ipv4 for peers in sets])
    ipv6 = _pieces([peers.ipv6 for peers in sets])
    groups = _holders([peers.groups for peers in sets])
    return {
        holders: PeerSet(
            IntervalSet(tuple(ipv4[holders])),
            IntervalSet(tuple(ipv6[holders])),
            GroupSet(frozenset(groups[holders])),
        )
        for holders in sorted({*ipv4, *ipv6, *groups})
    }


def members(holders: int) -> Iterator[int]:
    """The numbers of the sets that a key of `atoms` stands for."""
    return (index for index in range(holders.bit_length()) if holders >> index & 1)


def _pieces(sets: list[IntervalSet]) -> defaultdict[int, list[Span]]:
    toggles: defaultdict[int, int] = defaultdict(int)  # where sets begin or end
    for index, numbers in enumerate(sets):
        for first, last in numbers.spans:
            toggles[first] ^= 1 << index
            toggles[last + 1] ^= 1 << index
    pieces: defaultdict[int, list[Span]] = defaultdict(list)
    holders = 0
    for edge, following in pairwise(sorted(toggles)):
        holders ^= toggles[edge]
        if holders:
            pieces[holders].append((edge, following - 1))
    return pieces


def _holders(sets: list[GroupSet]) -> defaultdict[int, list[str]]:
    holders: defaultdict[str, int] = defaultdict(int)
    for index, groups in enumerate(sets):
        if groups.others:
            raise ValueError("no rule can name every security group but some")
        for group_id in groups.ids:
            holders[group_id] |= 1 << index
    pieces: defaultdict[int, list[str]] = defaultdict(list)
    for group_id, held_by in holders.items():
        pieces[held_by].append(group_id)
    return pieces
