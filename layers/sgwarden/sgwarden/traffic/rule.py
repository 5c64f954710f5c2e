"""Rules as EC2 holds them, one peer each, and the line of text that stands for one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from sgwarden.traffic.peers import Network, PeerSet
from sgwarden.traffic.service import Service
from sgwarden.traffic.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP_ID = re.compile(r"sg-[0-9a-zA-Z]+")
_CIDR = re.compile(r"[0-9a-fA-F:.]+(/[0-9]{1,3})?")  # no masks, no zones, which ip_network would take
_PREFIX_LIST_ID = re.compile(r"pl-[0-9a-zA-Z]+")


class Direction(StrEnum):
    INGRESS = "ingress"
    EGRESS = "egress"

    @property
    def preposition(self) -> str:
        return "from" if self is Direction.INGRESS else "to"


@dataclass(frozen=True, slots=True)
class Cidr:
    network: Network

    @property
    def peers(self) -> PeerSet:
        return PeerSet.of_cidr(self.network)

    def __str__(self) -> str:
        return str(self.network)


@dataclass(frozen=True, slots=True)
class Group:
    """A reference to a security group; its owner's account is for EC2, no part of its meaning.

    Raises ValueError for what cannot be an id.
    """

    id: str
    owner: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not _GROUP_ID.fullmatch(self.id):
            raise ValueError(f'"{self.id}" is no security group id: expected sg- and letters or digits')

    @property
    def peers(self) -> PeerSet:
        return PeerSet.of_group(self.id)

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list: its entries' addresses, and its maximum size, which is what a quota counts."""

    id: str
    addresses: PeerSet = field(compare=False)
    size: int = field(default=1, compare=False)
    name: str = field(default="", compare=False)

    @property
    def peers(self) -> PeerSet:
        return self.addresses

    def __str__(self) -> str:
        return self.id


Peer = Cidr | Group | PrefixList


def kind_of(peer: Peer) -> object:
    """What EC2 tells peers apart by: it changes a rule in place only to a peer of the same kind."""
    return peer.network.version if isinstance(peer, Cidr) else type(peer)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group; `id` is empty where EC2 did not tell it."""

    direction: Direction
    service: Service
    peer: Peer
    id: str = ""
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def traffic(self) -> Traffic:
        return Traffic.of([self.service], self.peer.peers)

    def text(self, self_id: str = "") -> str:
        """The rule as a line; a reference to the group `self_id` reads `self`."""
        peer = "self" if self_id and str(self.peer) == self_id else str(self.peer)
        return f"{self.service} {self.direction.preposition} {peer}"


def parse_line(text: str, self_id: str = "", prefix_lists: Mapping[str, PrefixList] | None = None) -> Rule:
    """Read one line such as `tcp/22 from 0.0.0.0/0`; a bare address is a block of one.

    Raises ValueError saying what is wrong: also for `self` or a prefix list that nothing was given for.
    """
    words = text.split()
    if len(words) != 3 or words[1] not in ("from", "to"):
        raise ValueError(f'"{text}" is no traffic: expected SERVICE from PEER, or SERVICE to PEER')
    direction = Direction.INGRESS if words[1] == "from" else Direction.EGRESS
    return Rule(direction, Service.parse(words[0]), parse_peer(words[2], self_id, prefix_lists))


def parse_peer(text: str, self_id: str = "", prefix_lists: Mapping[str, PrefixList] | None = None) -> Peer:
    """Read a CIDR, an address, `sg-...`, `pl-...` or `self`; raises ValueError as `parse_line` does."""
    if text == "self":
        if not self_id:
            raise ValueError('"self" stands for no group here')
        return Group(self_id)
    if text.startswith("sg-"):
        return Group(text)
    if text.startswith("pl-"):
        if not _PREFIX_LIST_ID.fullmatch(text):
            raise ValueError(f'"{text}" is no prefix list id: expected pl- and letters or digits')
        if not prefix_lists or text not in prefix_lists:
            raise ValueError(f"the entries of prefix list {text} are not known here")
        return prefix_lists[text]
    return Cidr(parse_cidr(text))


def parse_cidr(text: str) -> Network:
    """Read a CIDR block strictly; raises ValueError that names the right block where host bits are set."""
    block = block_around(text)
    if not block:
        raise ValueError(f'"{text}" is no peer: expected a CIDR such as 10.0.0.0/16, sg-..., pl-... or self')
    address, _, _ = text.partition("/")
    if ip_address(address) != block.network_address:
        raise ValueError(f'"{text}" has host bits set: did you mean {block}?')
    return block


def block_around(text: str) -> Network | None:
    """The block that a CIDR means once its host bits are dropped, None for what is no CIDR."""
    try:
        return ip_network(text, strict=False) if _CIDR.fullmatch(text) else None
    except ValueError:
        return None


def reading_order(service: Service, peer: Peer) -> tuple[int, int, int, int, int, str]:
    """A key that sorts as people look: by service, groups before addresses before prefix lists."""
    protocol = -1 if service.protocol is None else service.protocol
    kind, address = 9, 0
    if isinstance(peer, Cidr):
        kind, address = peer.network.version, int(peer.network.network_address)
    elif isinstance(peer, Group):
        kind = 0
    return protocol, service.first, service.last, kind, address, str(peer)
