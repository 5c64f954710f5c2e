"""Reading the services of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sgwarden.policy.habits import service_meant
from sgwarden.policy.node import Node, Scalar, described
from sgwarden.policy.reading import as_list
from sgwarden.traffic import Direction, Service

if TYPE_CHECKING:
    from sgwarden.policy.reading import Reader

_PREPOSITIONS = tuple(each.preposition for each in Direction)


class Words(NamedTuple):
    """A whole line of traffic, word by word."""

    service: str
    preposition: str
    peer: str


def as_line(text: str) -> Words | None:
    """The text as a whole line, if it is one; its peer may be anything."""
    words = text.split()
    if len(words) == len(Words._fields) and words[1] in _PREPOSITIONS and is_service(words[0]):
        return Words(*words)
    return None


def is_service(text: str) -> bool:
    try:
        Service.parse(text)
    except ValueError:
        return False
    return True


def read_service(reader: Reader, node: Node, what: str) -> Service | None:
    """One service; None where it is wrong, of which the reader has been told."""
    if isinstance(node, Scalar) and isinstance(node.value, int):
        reader.problem(node.mark, f"{what} must be a service, not {described(node)}", service_hint(node.text))
        return None
    text = reader.text(node, what)
    try:
        return Service.parse(text) if text else None
    except ValueError as error:
        line = as_line(text)
        if line:
            hint = (
                f'the peer belongs under "{line.preposition}": '
                f"traffic: {line.service}, {line.preposition}: {line.peer}"
            )
            reader.problem(node.mark, f'{what}: "{text}" is a whole line', hint)
        else:
            reader.problem(node.mark, f"{what}: {error}", service_hint(text))
    return None


def service_hint(text: str) -> str:
    """What may help who wrote a service that is none, if anything is known to."""
    meant = service_meant(text)
    return f"write {meant}" if meant else as_list(text, is_service)
