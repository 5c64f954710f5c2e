"""Reading traffic in the notation, where names for peers may stand too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.node import Scalar
from sgwarden.policy.read_peers import Names, read_term
from sgwarden.review.types import TrafficLine
from sgwarden.traffic import Direction, Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.node import Node
    from sgwarden.policy.reading import Reader


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
    words = reader.text(node, what).split()
    if len(words) != 3 or words[1] not in ("from", "to"):
        if words:
            hint = f"expected SERVICE from {last}, or SERVICE to {last}"
            reader.problem(node.mark, f"{what} is no traffic", hint)
        return None
    direction = next(each for each in Direction if each.preposition == words[1])
    try:
        return Service.parse(words[0]), direction, words[2]
    except ValueError as error:
        reader.problem(node.mark, f"{what}: {error}")
        return None
