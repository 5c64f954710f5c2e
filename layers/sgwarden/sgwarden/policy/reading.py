"""Nodes into plain values, every problem noted and none fatal, so that a person sees all of them at once."""

from __future__ import annotations

import re
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from sgwarden.policy import node as nodes
from sgwarden.policy.errors import Problem
from sgwarden.policy.habits import keys_meant, word_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from enum import StrEnum

    from sgwarden.policy.node import Entry, Mark, Node

Choice = TypeVar("Choice", bound="StrEnum")
Value = TypeVar("Value")
_BETWEEN_WORDS = re.compile(r"[,\s]+")


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The nearest right name as a hint, or the other hint where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f'did you mean "{near[0]}"?' if near else otherwise


def as_list(text: str, is_known: Callable[[str], bool]) -> str:
    """The hint to write a list, where the text is one in all but its brackets."""
    words = [word for word in _BETWEEN_WORDS.split(text) if word]
    return f"write a list: [{', '.join(words)}]" if len(words) > 1 and all(map(is_known, words)) else ""


def given(fields: Mapping[str, Entry], key: str, read: Callable[[Node], Value], default: Value) -> Value:
    """What `read` makes of a key's value, or the default where the key is left out."""
    return read(fields[key].value) if key in fields else default


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


class Reader:
    """Reads nodes and gathers what is wrong; a value that cannot be read comes back empty.

    `compiled` documents have their ready-made statements written out and marked as such.
    """

    def __init__(self, *, compiled: bool = False) -> None:
        self.compiled = compiled
        self.problems: list[Problem] = []

    def problem(self, mark: Mark, message: str, hint: str = "") -> None:
        self.problems.append(Problem.at(mark, message, hint))

    def fields(
        self,
        node: Node,
        what: str,
        keys: Collection[str],
        required: Collection[str] = (),
        *,
        unsupported: Mapping[str, str] = MappingProxyType({}),
        instead: str = "",
    ) -> dict[str, Entry]:
        """The entries of a mapping with the given keys and no others; `unsupported` ones have a hint each.

        `instead` is the hint for what is no mapping.
        """
        found: dict[str, Entry] = {}
        for entry in self.entries(node, what, instead):
            key = entry.key.text
            if key in keys:
                found[key] = entry
            elif key in unsupported:
                self.problem(entry.key.mark, f'"{key}" is not supported yet', unsupported[key])
            else:
                self.problem(entry.key.mark, f'unknown key "{key}" in {what}', _key_hint(key, keys))
        for key in required:
            if isinstance(node, nodes.Mapping) and key not in found and not is_meant(key, node):
                self.problem(node.mark, f'{what} has no "{key}"')
        return found

    def entries(self, node: Node, what: str, instead: str = "") -> Iterator[Entry]:
        """The entries of a mapping with any keys, each key once."""
        if not isinstance(node, nodes.Mapping):
            self.problem(node.mark, f"{what} must be a mapping, not {nodes.described(node)}", instead)
            return
        first: dict[str, Mark] = {}
        for entry in node.entries:
            key = entry.key
            if key.text in first:
                self.problem(key.mark, f'"{key.text}" is given twice in {what}', _first_at(first[key.text]))
            else:
                first[key.text] = key.mark
                yield entry

    def text(self, node: Node, what: str) -> str:
        if not isinstance(node, nodes.Scalar):
            said = f"{what} must be text, not {nodes.described(node)}"
            self.problem(node.mark, said, _quoted_braces(node))
        elif node.value is None or node.value == "":
            self.problem(node.mark, f"{what} is empty")
        elif not isinstance(node.value, str):
            self.problem(
                node.mark, f"{what} must be text, not {node.text}", f'put it in quotes: "{node.text}"'
            )
        else:
            return node.value
        return ""

    def choice(self, node: Node, what: str, kind: type[Choice]) -> Choice | None:
        """One of the words of an enumeration."""
        words = [member.value for member in kind]
        word = node.value if isinstance(node, nodes.Scalar) else None
        if isinstance(word, str) and word in words:
            return kind(word)
        hint = did_you_mean(word, words) if isinstance(word, str) else ""
        if isinstance(word, str) and word_meant(word) in words:
            hint = f"write {word_meant(word)}"
        self.problem(node.mark, f"{what} must be {one_of(words)}, not {nodes.described(node)}", hint)
        return None

    def number(self, node: Node, what: str, least: int, most: int) -> int:
        value = node.value if isinstance(node, nodes.Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.problem(
            node.mark, f"{what} must be a number from {least} to {most}, not {nodes.described(node)}"
        )
        return least

    def flag(self, node: Node, what: str) -> bool:
        if isinstance(node, nodes.Scalar) and isinstance(node.value, bool):
            return node.value
        self.problem(node.mark, f"{what} must be true or false, not {nodes.described(node)}")
        return False

    def listed(self, node: Node, what: str) -> tuple[Node, ...]:
        """The items of a list."""
        if isinstance(node, nodes.Sequence):
            return node.items
        self.problem(node.mark, f"{what} must be a list, not {nodes.described(node)}")
        return ()

    def some(self, node: Node, what: str) -> tuple[Node, ...]:
        """One thing, or the items of a list that has any."""
        if not isinstance(node, nodes.Sequence):
            return (node,)
        if not node.items:
            self.problem(node.mark, f"{what} is an empty list")
        return node.items

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """One text or a list of them."""
        return tuple(filter(None, (self.text(item, what) for item in self.some(node, what))))


def is_meant(key: str, node: Node) -> bool:
    """Whether a key is there under a name so near, or of another tool, that this was said of it already."""
    written = [entry.key.text for entry in node.entries] if isinstance(node, nodes.Mapping) else []
    return bool(get_close_matches(key, written, n=1)) or any(key in keys_meant(each) for each in written)


def _key_hint(key: str, keys: Collection[str]) -> str:
    meant = [each for each in keys_meant(key) if each in keys]
    return f"write {one_of(meant)}" if meant else did_you_mean(key, keys, f"known here: {', '.join(keys)}")


def _quoted_braces(node: Node) -> str:
    """The hint for `{cluster}` without quotes, which is a mapping to YAML."""
    if not isinstance(node, nodes.Mapping) or len(node.entries) != 1:
        return ""
    ((key, value),) = ((entry.key, entry.value) for entry in node.entries)
    is_word = isinstance(value, nodes.Scalar) and value.value is None
    return f'put it in quotes: "{{{key.text}}}"' if is_word else ""


def _first_at(mark: Mark) -> str:
    return f"first in line {mark.line}" if mark.line else ""
