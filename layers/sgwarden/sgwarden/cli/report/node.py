"""JSON from outside: each value knows where it stands, so that what is wrong is said with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sgwarden.kept_cause import moment
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from enum import StrEnum

Word = TypeVar("Word", bound="StrEnum")
T = TypeVar("T")


class UnexpectedError(ValueError):
    """A value is not what it must be; says where it stands, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document, and the path to it."""

    value: object
    path: str = ""

    def at(self, key: str) -> Node:
        """The member of an object; raises UnexpectedError where there is none."""
        found = self.maybe(key)
        if found is None:
            raise UnexpectedError(f"{self._place}expected an object with {key}, found {self._found}")
        return found

    def maybe(self, key: str) -> Node | None:
        """The member of an object, None where it is not there or is null."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return None if value is None else Node(value, f"{self.path}.{key}".lstrip("."))

    def items(self) -> Iterator[Node]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.unlike("a list")
        return (Node(each, f"{self.path}[{number}]") for number, each in enumerate(self.value))

    def members(self) -> Iterator[tuple[str, Node]]:
        """The members of an object, with their keys."""
        if not isinstance(self.value, dict):
            raise self.unlike("an object")
        return ((str(key), Node(each, f"{self.path}.{key}")) for key, each in self.value.items())

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.unlike("text")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.items())

    def text_at(self, key: str) -> str:
        """The text at a key; empty where it is not there or is null."""
        found = self.maybe(key)
        return found.text() if found else ""

    def items_at(self, key: str) -> Iterator[Node]:
        """The members of the list at a key; none where it is not there."""
        found = self.maybe(key)
        return found.items() if found else iter(())

    def word(self, of: type[Word]) -> Word:
        """The value as one of a fixed set of words."""
        if self.value not in tuple(map(str, of)):
            raise self.unlike(f"one of {', '.join(of)}")
        return of(str(self.value))

    def moment(self) -> datetime:
        """The value as a time in a zone."""
        said = self.text()
        try:
            return moment(said)
        except ValueError as error:
            raise self.unlike("a time such as 2026-11-03T14:21:37Z") from error

    def read(self, reader: Callable[[object], T]) -> T:
        """What a reader of our own JSON makes of it; its ValueError is told with the place."""
        try:
            return reader(self.value)
        except (ValueError, TypeError) as error:
            raise UnexpectedError(f"{self._place}{error}") from error

    def unlike(self, expected: str) -> UnexpectedError:
        """What to raise where something else was expected."""
        return UnexpectedError(f"{self._place}expected {expected}, found {self._found}")

    @property
    def _place(self) -> str:
        return f"{printable(self.path)}: " if self.path else ""

    @property
    def _found(self) -> str:
        match self.value:
            case dict():
                return f"an object with {', '.join(map(printable, self.value)) or 'nothing in it'}"
            case list():
                return "a list"
            case str():
                return f'"{printable(self.value, 60)}"'
            case None:
                return "null"
        return printable(str(self.value), 60)
