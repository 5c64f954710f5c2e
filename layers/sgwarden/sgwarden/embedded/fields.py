"""Reading the parts of an account's description; what is left out is empty, or as it is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.policy.node import Entry, Node

Thing = TypeVar("Thing")


class FieldReader(Reader):
    """Reads the fields of a mapping by their keys."""

    def each_of(
        self, fields: dict[str, Entry], key: str, read: Callable[[Node], Thing | None]
    ) -> tuple[Thing, ...]:
        if key not in fields:
            return ()
        things = [read(item) for item in self.listed(fields[key].value, f'"{key}"')]
        return tuple(thing for thing in things if thing is not None)

    def text_of(self, fields: dict[str, Entry], key: str, *, otherwise: str = "") -> str:
        return self.text(fields[key].value, f'"{key}"') if key in fields else otherwise

    def list_of(self, fields: dict[str, Entry], key: str) -> tuple[str, ...]:
        return self.texts(fields[key].value, f'"{key}"') if key in fields else ()

    def flag_of(self, fields: dict[str, Entry], key: str, *, otherwise: bool) -> bool:
        return self.flag(fields[key].value, f'"{key}"') if key in fields else otherwise

    def tags_of(self, fields: dict[str, Entry], key: str) -> dict[str, str]:
        if key not in fields:
            return {}
        return {one.key.text: self._tag_value(one) for one in self.entries(fields[key].value, f'"{key}"')}

    def _tag_value(self, entry: Entry) -> str:
        empty = isinstance(entry.value, Scalar) and entry.value.value == ""
        return "" if empty else self.text(entry.value, f'the tag "{entry.key.text}"')

    def made(self, node: Node, make: Callable[[], Thing]) -> Thing | None:
        """What `make` makes; what it refuses is a problem at the node's place."""
        before = len(self.problems)
        try:
            made = make()
        except ValueError as error:
            if len(self.problems) == before:
                self.problem(node.mark, str(error))
            return None
        return made
