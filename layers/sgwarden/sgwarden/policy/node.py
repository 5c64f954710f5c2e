"""A document as a tree of nodes that know where they were written.

The reader works on these, and so need not know whether a policy came from YAML or from compiled JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file: line and column from 1, or in JSON, which has no lines worth naming, the path."""

    line: int = 0
    column: int = 0
    path: str = ""


NOWHERE = Mark()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `text` is how it was written (an account number must not lose its leading zeros)."""

    value: str | int | float | bool | None
    text: str
    mark: Mark = NOWHERE


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    mark: Mark = NOWHERE


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values in the order written; a key given twice is here twice, to be refused."""

    entries: tuple[Entry, ...]
    mark: Mark = NOWHERE


Node = Scalar | Sequence | Mapping


class _Pairs(tuple[tuple[str, object], ...]):
    """A JSON object that still has its duplicate keys."""

    __slots__ = ()


def from_json(text: str) -> Node:
    """The tree of a JSON text; raises ValueError for what is no JSON."""
    return _node(json.loads(text, object_pairs_hook=_Pairs), "")


def _node(value: object, path: str) -> Node:
    mark = Mark(path=path)
    if isinstance(value, _Pairs):
        prefix = f"{path}." if path else ""
        return Mapping(
            tuple(
                Entry(Scalar(key, key, Mark(path=prefix + key)), _node(item, prefix + key))
                for key, item in value
            ),
            mark,
        )
    if isinstance(value, list):
        return Sequence(tuple(_node(item, f"{path}[{place}]") for place, item in enumerate(value)), mark)
    if isinstance(value, str | int | float | bool) or value is None:
        return Scalar(value, value if isinstance(value, str) else json.dumps(value), mark)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def described(node: Node) -> str:
    """The node in the words of an error message."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    return f'"{node.text}"' if isinstance(node.value, str) else node.text
