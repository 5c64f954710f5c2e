"""The traffic algebra: what a security group lets through, as exact sets.

Traffic is a set of (protocol, port, peer) points in one direction. All values are immutable and canonical:
two that mean the same are equal. Pure standard library.
"""

from sgwarden.traffic.cover import Line, cover
from sgwarden.traffic.peers import EVERYONE, NOBODY, PeerSet
from sgwarden.traffic.rule import (
    Cidr,
    Direction,
    Group,
    Peer,
    PrefixList,
    Rule,
    parse_cidr,
    parse_line,
    parse_peer,
)
from sgwarden.traffic.service import Service
from sgwarden.traffic.spaces import (
    ANYWHERE,
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    INTERNET,
    PRIVATE,
    covers_much_of_internet,
)
from sgwarden.traffic.traffic import Point, Traffic, union

__all__ = [
    "ANYWHERE",
    "ANYWHERE_IPV4",
    "ANYWHERE_IPV6",
    "EVERYONE",
    "INTERNET",
    "NOBODY",
    "PRIVATE",
    "Cidr",
    "Direction",
    "Group",
    "Line",
    "Peer",
    "PeerSet",
    "Point",
    "PrefixList",
    "Rule",
    "Service",
    "Traffic",
    "cover",
    "covers_much_of_internet",
    "parse_cidr",
    "parse_line",
    "parse_peer",
    "union",
]
