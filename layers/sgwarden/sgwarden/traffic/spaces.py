"""The named parts of the address space that a policy can speak of."""

from __future__ import annotations

from sgwarden.traffic.peers import PeerSet

ANYWHERE_IPV4 = PeerSet.of_cidr("0.0.0.0/0")
ANYWHERE_IPV6 = PeerSet.of_cidr("::/0")
ANYWHERE = ANYWHERE_IPV4 | ANYWHERE_IPV6

PRIVATE = PeerSet.of_cidr(
    "10.0.0.0/8",  # RFC 1918
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",  # RFC 6598; EKS custom networking puts pods here
    "fc00::/7",  # RFC 4193
)

# From the IANA special-purpose address registries: what no router of the public internet forwards. The
# documentation ranges (192.0.2.0/24 and kin) have no private use either and stay part of the internet: a
# deny that speaks of the internet is to err on the safe side, and examples mean public hosts by them.
_NOT_ROUTED = PRIVATE | PeerSet.of_cidr(
    "0.0.0.0/8",  # this network, RFC 791
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link local
    "192.0.0.0/24",  # IETF protocol assignments
    "198.18.0.0/15",  # benchmarking, RFC 2544
    "224.0.0.0/3",  # multicast and reserved
    "::/127",  # unspecified and loopback
    "::ffff:0:0/96",  # IPv4-mapped
    "64:ff9b:1::/48",  # local-use translation, RFC 8215; 64:ff9b::/96 (NAT64) does reach the internet
    "100::/64",  # discard only
    "fe80::/10",  # link local
    "ff00::/8",  # multicast
)

INTERNET = ANYWHERE - _NOT_ROUTED
"""Every globally routable address."""

_GLOBAL = PeerSet.of_cidr("2000::/3")  # all of IPv6 that IANA has given to the internet
_AT_LEAST = 8


def covers_much_of_internet(peers: PeerSet) -> bool:
    """Whether an eighth of the internet's addresses, or more, are among them, of one IP family."""
    met = peers & INTERNET
    ipv4, ipv6 = met.ipv4.size, (met & _GLOBAL).ipv6.size
    return _AT_LEAST * ipv4 >= INTERNET.ipv4.size or _AT_LEAST * ipv6 >= _GLOBAL.ipv6.size
