"""Reading traffic in the notation, where names for peers may stand too."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from sgwarden.policy.node import Scalar, described
from sgwarden.policy.read_peers import Names, read_term
from sgwarden.policy.read_services import is_service, service_hint
from sgwarden.review.types import TrafficLine
from sgwarden.traffic import Direction, Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.node import Node
    from sgwarden.policy.reading import Reader

_EXAMPLES = {"PEER": "vpc", "WIDTH": "ipv4/24"}
_LINE = re.compile(r"(?P<services>.+?)\s+(?P<preposition>from|to)\s+(?P<peers>.+)")
_COMMA = re.compile(r"\s*,\s*")


def read_lines(reader: Reader, nodes: Iterable[Node], what: str, names: Names) -> tuple[TrafficLine, ...]:
    """Those of the lines that are any."""
    lines = (read_line(reader, node, what, names) for node in nodes)
    return tuple(line for line in lines if line is not None)


def read_line(reader: Reader, node: Node, what: str, names: Names) -> TrafficLine | None:
    """One line; None where it is wrong, of which the reader has been told."""
    parts = split_line(reader, node, what, "PEER")
    if parts is None:
        return None
    service, direction, word = parts
    peer = read_term(reader, Scalar(word, word, node.mark), what, names)
    return TrafficLine(service, direction, peer, node.mark) if peer is not None else None


def split_line(reader: Reader, node: Node, what: str, last: str) -> tuple[Service, Direction, str] | None:
    """Service, direction and the last word, which is the caller's to read."""
    is_number = isinstance(node, Scalar) and isinstance(node.value, int)
    text = described(node) if is_number else reader.text(node, what)
    words = text.split()
    several = (_as_name(text) if last == "PEER" else "") or _one_by_one(text)
    if several or len(words) != 3 or words[1] not in ("from", "to"):
        if words:
            reader.problem(node.mark, f'{what}: "{text}" is no traffic', several or _expected(words[0], last))
        return None
    direction = next(each for each in Direction if each.preposition == words[1])
    try:
        return Service.parse(words[0]), direction, words[2]
    except ValueError as error:
        reader.problem(node.mark, f"{what}: {error}", service_hint(words[0]))
        return None


def _expected(first: str, last: str) -> str:
    service = first if is_service(first) else "tcp/443"
    return f"expected SERVICE from {last}, or SERVICE to {last}, such as {service} from {_EXAMPLES[last]}"


def _as_name(text: str) -> str:
    """The hint for a prefix list by its name, which a line has no room for."""
    return "give the list a name under peers:, and write that name" if "{" in text else ""


def _one_by_one(text: str) -> str:
    """The hint for several services or peers in one line, with commas between them."""
    match = _LINE.fullmatch(text.strip())
    if not match or "," not in text:
        return ""
    services, peers = _COMMA.split(match["services"]), _COMMA.split(match["peers"])
    lines = (f"{service} {match['preposition']} {peer}" for service, peer in product(services, peers))
    return f"a line has one service and one peer: {', '.join(lines)}"
