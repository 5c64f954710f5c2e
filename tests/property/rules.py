"""Rules of every kind that EC2 can hold, made by hypothesis."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Literal

from hypothesis import strategies as st
from sgwarden.traffic import ANYWHERE, Cidr, Direction, Group, Peer, PrefixList, Rule, Service
from sgwarden.traffic.service import icmp_type

if TYPE_CHECKING:
    from sgwarden.traffic.peers import Network

OWNER = "111122223333"
SELF = "sg-0123456789abcdef0"
PREFIX_LISTS = {
    "pl-0a": PrefixList("pl-0a", ANYWHERE, size=2, name="com.amazonaws.global.example"),
    "pl-0b": PrefixList("pl-0b", Cidr(ip_network("198.51.100.0/24")).peers),
}

ports = st.integers(0, 65535)
ranges = st.tuples(ports, ports).map(lambda ends: (min(ends), max(ends)))
octets = st.integers(0, 255)
icmp_protocols = st.sampled_from([1, 58])

services: st.SearchStrategy[Service] = st.one_of(
    st.just(Service.ALL),
    octets.map(Service),
    st.builds(lambda protocol, ends: Service(protocol, *ends), st.sampled_from([6, 17]), ranges),
    st.builds(lambda protocol, port: Service(protocol, port, port), st.sampled_from([6, 17, 1, 58]), ports),
    st.builds(icmp_type, icmp_protocols, octets),
)


def _networks(version: Literal[4, 6]) -> st.SearchStrategy[Network]:
    return st.builds(
        lambda address, length: ip_network((address, length), strict=False),
        st.ip_addresses(v=version).map(str),
        st.integers(0, 32 if version == 4 else 128),
    )


cidrs: st.SearchStrategy[Peer] = (_networks(4) | _networks(6)).map(Cidr)
groups: st.SearchStrategy[Peer] = st.builds(
    Group, st.from_regex(r"sg-[0-9a-f]{8,17}", fullmatch=True) | st.just(SELF), st.sampled_from(["", OWNER])
)
peers: st.SearchStrategy[Peer] = cidrs | groups | st.sampled_from(list(PREFIX_LISTS.values()))
descriptions = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Z"]), max_size=20)
tags = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3).map(
    lambda pairs: tuple(sorted(pairs.items()))
)
directions = st.sampled_from(Direction)

bare_rules = st.builds(Rule, directions, services, peers)
described_rules = st.builds(Rule, directions, services, peers, description=descriptions)
known_rules = st.builds(
    Rule, directions, services, peers, st.just("sgr-0123456789abcdef0"), descriptions, tags
)
