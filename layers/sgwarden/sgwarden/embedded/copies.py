"""Things described once that are there many times, each with its number."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

NUMBER = "{n}"


class Copied(Protocol):
    @property
    def copies(self) -> int: ...


Thing = TypeVar("Thing", bound=Copied)


def copies_of(thing: Thing) -> Iterator[Thing]:
    """The copies, numbered from 1 wherever a text says `{n}`; the thing itself where it is to have none."""
    if not thing.copies:
        yield thing
    for number in range(1, thing.copies + 1):
        yield cast("Thing", replace(_numbered(thing, str(number)), copies=0))


def _numbered(value: Any, number: str) -> Any:  # noqa: ANN401  whatever a description holds
    if isinstance(value, str):
        return value.replace(NUMBER, number) if NUMBER in value else value
    if isinstance(value, tuple):
        return tuple(_numbered(each, number) for each in value)
    if isinstance(value, dict):
        return {_numbered(key, number): _numbered(each, number) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(value, **{name: _numbered(part, number) for name, part in parts.items()})
    return value
