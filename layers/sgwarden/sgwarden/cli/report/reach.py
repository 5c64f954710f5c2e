"""Who may reach what: services against peers, each line of a group before and after at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from typing import TYPE_CHECKING, TypeVar

from sgwarden.traffic.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgwarden.cli.report.look import State

T = TypeVar("T")

_ABREAST = 8
"""As many services as stand side by side, on a telephone and on paper too."""
_LINE = re.compile(r"(?P<service>.*?) (?:from|to) (?P<peer>.*)", re.DOTALL)


class Mark(StrEnum):
    """What became of a line."""

    KEPT = "kept"
    GONE = "gone"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Row:
    """One peer, and the mark of each service of its matrix; None where it may not reach it, nor could."""

    peer: str
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Some services of one direction, and every peer that has a line of them."""

    services: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and what became of it: one that got another value is gone, and added."""

    key: str
    value: str
    mark: Mark


def matrices(before: State, after: State, direction: str) -> tuple[Matrix, ...]:
    """All lines of a direction; none where there was and is no line."""
    marks = _marks(before.rules.get(direction, ()), after.rules.get(direction, ()))
    cells = {_halves(line): mark for line, mark in marks.items()}
    services = sorted({service for service, _ in cells}, key=_service_order)
    groups = (services[start : start + _ABREAST] for start in range(0, len(services), _ABREAST))
    return tuple(_matrix(tuple(each), cells) for each in groups)


def tags(before: State, after: State) -> tuple[Tag, ...]:
    """All tags, by key."""
    marks = _marks([*before.tags.items()], [*after.tags.items()])
    return tuple(Tag(key, value, marks[key, value]) for key, value in sorted(marks, key=lambda tag: tag[0]))


def _marks(before: Sequence[T], after: Sequence[T]) -> dict[T, Mark]:
    """Every entry of either with its mark, those that were there first."""
    found = {each: Mark.KEPT if each in after else Mark.GONE for each in before}
    return {**found, **{each: Mark.ADDED for each in after if each not in found}}


def _matrix(services: tuple[str, ...], cells: Mapping[tuple[str, str], Mark]) -> Matrix:
    peers = sorted({peer for service, peer in cells if service in services}, key=_peer_order)
    rows = (Row(peer, tuple(cells.get((service, peer)) for service in services)) for peer in peers)
    return Matrix(services, tuple(rows))


def _halves(line: str) -> tuple[str, str]:
    """Service and peer; of what is no line of the notation, all of it as the peer."""
    found = _LINE.fullmatch(line)
    return (found["service"], found["peer"]) if found else ("", line)


def _service_order(service: str) -> tuple[int, int, int, str]:
    try:
        parsed = Service.parse(service)
    except ValueError:
        return 999, 0, 0, service
    return -1 if parsed.protocol is None else parsed.protocol, parsed.first, parsed.last, service


def _peer_order(peer: str) -> tuple[int, int, int, str]:
    """The group itself first, then other groups, addresses from the widest block, prefix lists."""
    if peer == "self":
        return 0, 0, 0, peer
    if peer.startswith("sg-"):
        return 1, 0, 0, peer
    try:
        network = ip_network(peer, strict=False)
    except ValueError:
        return 9, 0, 0, peer
    return network.version, network.prefixlen, int(network.network_address), peer
