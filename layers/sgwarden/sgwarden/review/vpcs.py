"""What the addresses of a VPC can be, of which nothing else is known.

Source: Amazon VPC user guide, "VPC CIDR blocks": a VPC has an IPv4 block, of /16 to /28, and may have more,
of public addresses too, and IPv6 blocks, of /44 to /60, which an IPv6 cluster needs. "Amazon VPC quotas":
50 of each at most.
"""

from __future__ import annotations

from sgwarden.cluster import IpFamily
from sgwarden.traffic import ANYWHERE_IPV4, PeerSet
from sgwarden.traffic.interval import IntervalSet

_MOST = 50
_WIDEST = {IpFamily.IPV4: 32 - 16, IpFamily.IPV6: 128 - 44}
_SMALLEST = {IpFamily.IPV4: 32 - 28, IpFamily.IPV6: 128 - 60}
"""Bits of an address within a block."""

UNICAST = {
    IpFamily.IPV4: ANYWHERE_IPV4
    - PeerSet.of_cidr("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"),
    IpFamily.IPV6: PeerSet.of_cidr("2000::/3", "fc00::/7"),
}
OF_VPCS = UNICAST[IpFamily.IPV4] | UNICAST[IpFamily.IPV6]
"""All addresses that some VPC can have."""


def has_room(peers: PeerSet, family: IpFamily) -> bool:
    """Whether a block of the family can lie within the addresses."""
    return bool(_blocks_within(_of_family(peers & OF_VPCS, family), _SMALLEST[family]))


def can_have(needed: PeerSet, permitted: PeerSet) -> bool:
    """Whether one VPC can have all the addresses needed and none that is not permitted."""
    possible = permitted & OF_VPCS
    return needed <= OF_VPCS and all(
        _widened(_of_family(needed, family), _SMALLEST[family]) <= _of_family(possible, family)
        and _count(_widened(_of_family(needed, family), _WIDEST[family]), _WIDEST[family]) <= _MOST
        for family in IpFamily
    )


def _of_family(peers: PeerSet, family: IpFamily) -> IntervalSet:
    return peers.ipv4 if family is IpFamily.IPV4 else peers.ipv6


def _blocks_within(addresses: IntervalSet, bits: int) -> IntervalSet:
    """The blocks of so many bits that lie within the addresses, each as its number."""
    spans = (((first + (1 << bits) - 1) >> bits, ((last + 1) >> bits) - 1) for first, last in addresses.spans)
    return IntervalSet(tuple((first, last) for first, last in spans if first <= last))


def _widened(addresses: IntervalSet, bits: int) -> IntervalSet:
    """The blocks of so many bits that hold some of the addresses, whole."""
    rest = (1 << bits) - 1
    return IntervalSet(tuple((first & ~rest, last | rest) for first, last in addresses.spans))


def _count(blocks: IntervalSet, bits: int) -> int:
    return sum((last - first + 1) >> bits for first, last in blocks.spans)
