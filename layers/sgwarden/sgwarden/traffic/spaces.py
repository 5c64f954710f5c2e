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
