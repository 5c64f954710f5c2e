"""Strict reading of JSON of unreliable shape: every misfit is a ValueError that says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def is_given(value: object) -> bool:
    """Whether a field says anything: EC2's tools write an absent one in four ways."""
    return value not in (None, "", [], {})


def object_of(value: object) -> Json:
    if not isinstance(value, dict):
        raise ValueError(f"an object was expected, not {value!r}")
    return value


def items_of(shape: Json, key: str) -> list[object]:
    """The list under a key, empty where it is not given."""
    value = shape.get(key)
    if not is_given(value):
        return []
    if not isinstance(value, list):
        raise ValueError(f"{key} is no list")
    return value


def text_of(shape: Json, key: str) -> str:
    """The text under a key, empty where it is not given."""
    value = shape.get(key)
    if not is_given(value):
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")
    return value


def refuse_unknown(shape: Json, known: frozenset[str]) -> None:
    """Raise for a field that may change what the others mean."""
    unknown = sorted(str(key) for key, value in shape.items() if key not in known and is_given(value))
    if unknown:
        raise ValueError(f"unknown field {', '.join(unknown)}")


def objects_under(shape: object, key: str) -> Iterator[Json]:
    """The objects in the list under a key; what is no object is passed over, not refused."""
    items = shape.get(key) if isinstance(shape, dict) else None
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def shown(value: object) -> str:
    """The shape as one line for people, without the fields that say nothing."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{key} {field}" for key, field in value.items() if is_given(field))
