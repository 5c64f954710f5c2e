"""Sets of peers: IPv4 addresses, IPv6 addresses and references to security groups."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

from sgwarden.traffic.interval import IntervalSet, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

Network = IPv4Network | IPv6Network
IPV4_SPACE = IntervalSet(((0, 2**32 - 1),))
IPV6_SPACE = IntervalSet(((0, 2**128 - 1),))


@dataclass(frozen=True, slots=True)
class GroupSet:
    """A set of security group ids: those named or, with `others`, all but those named.

    The ids are an endless space (a policy speaks of groups that do not exist yet), so that a complement
    can only be held as what it leaves out.
    """

    ids: frozenset[str] = frozenset()
    others: bool = False

    def __bool__(self) -> bool:
        return self.others or bool(self.ids)

    def __contains__(self, group_id: str) -> bool:
        return (group_id in self.ids) != self.others

    def __invert__(self) -> GroupSet:
        return GroupSet(self.ids, not self.others)

    def __and__(self, other: GroupSet) -> GroupSet:
        if self.others and other.others:
            return GroupSet(self.ids | other.ids, others=True)
        if self.others:
            return GroupSet(other.ids - self.ids)
        if other.others:
            return GroupSet(self.ids - other.ids)
        return GroupSet(self.ids & other.ids)

    def __or__(self, other: GroupSet) -> GroupSet:
        return ~(~self & ~other)

    def __sub__(self, other: GroupSet) -> GroupSet:
        return self & ~other


_NO_ADDRESSES = IntervalSet()
_NO_GROUPS = GroupSet()


@dataclass(frozen=True, slots=True)
class PeerSet:
    """A set of peers in three disjoint spaces: no address range contains a group, nor a group addresses."""

    ipv4: IntervalSet = _NO_ADDRESSES
    ipv6: IntervalSet = _NO_ADDRESSES
    groups: GroupSet = _NO_GROUPS

    @classmethod
    def of_cidr(cls, *cidrs: str | Network) -> PeerSet:
        """The addresses of the given blocks; raises ValueError for a block with host bits or none at all."""
        networks = [ip_network(cidr) if isinstance(cidr, str) else cidr for cidr in cidrs]
        spans = [(net.version, (int(net.network_address), int(net.broadcast_address))) for net in networks]
        return cls(
            IntervalSet(tuple(span for version, span in spans if version == 4)),
            IntervalSet(tuple(span for version, span in spans if version == 6)),
        )

    @classmethod
    def of_group(cls, *group_ids: str) -> PeerSet:
        return cls(groups=GroupSet(frozenset(group_ids)))

    def __bool__(self) -> bool:
        return bool(self.ipv4 or self.ipv6 or self.groups)

    def __contains__(self, peer: IPv4Address | IPv6Address | str) -> bool:
        if isinstance(peer, str):
            return peer in self.groups
        return int(peer) in (self.ipv4 if peer.version == 4 else self.ipv6)

    # Traffic joins most bands with NOBODY: the first line of each spares that work.
    def __or__(self, other: PeerSet) -> PeerSet:
        if self is NOBODY or other is NOBODY:
            return self if other is NOBODY else other
        return PeerSet(self.ipv4 | other.ipv4, self.ipv6 | other.ipv6, self.groups | other.groups)

    def __and__(self, other: PeerSet) -> PeerSet:
        if self is NOBODY or other is NOBODY:
            return NOBODY
        return PeerSet(self.ipv4 & other.ipv4, self.ipv6 & other.ipv6, self.groups & other.groups)

    def __sub__(self, other: PeerSet) -> PeerSet:
        if self is NOBODY or other is NOBODY:
            return self
        return PeerSet(self.ipv4 - other.ipv4, self.ipv6 - other.ipv6, self.groups - other.groups)

    def __invert__(self) -> PeerSet:
        return PeerSet(IPV4_SPACE - self.ipv4, IPV6_SPACE - self.ipv6, ~self.groups)

    def __le__(self, other: PeerSet) -> bool:
        return not self - other

    def networks(self) -> Iterator[Network]:
        """The fewest CIDR blocks that are exactly the addresses of the set, IPv4 before IPv6."""
        for first, size in _blocks(self.ipv4):
            yield IPv4Network((first, 32 - size))
        for first, size in _blocks(self.ipv6):
            yield IPv6Network((first, 128 - size))


def _blocks(addresses: IntervalSet) -> Iterator[Span]:
    """Each aligned block as its first address and the number of its free bits."""
    for start, last in addresses.spans:
        first = start
        while first <= last:
            aligned = (first & -first).bit_length() - 1 if first else 128
            size = min(aligned, (last - first + 1).bit_length() - 1)
            yield first, size
            first += 1 << size


EVERYONE = PeerSet(IPV4_SPACE, IPV6_SPACE, GroupSet(others=True))
NOBODY = PeerSet()
