"""What JSON Schemas of policy files are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from enum import StrEnum

    from sgwarden.review.words import Words

Schema = dict[str, Any]


def mapping(
    keys: Collection[str],
    said: Mapping[str, Words],
    kinds: Mapping[str, Schema],
    *,
    required: Collection[str] = (),
) -> Schema:
    """A mapping with the reader's keys and no others, each described; a key without words is a KeyError."""
    properties = {key: described(kinds[key], said[key]) for key in keys}
    needed = {"required": [*required]} if required else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **needed}


def named(one: Schema, names: Schema) -> Schema:
    """Things by names that are the author's own."""
    return {"type": "object", "additionalProperties": one, "propertyNames": names}


def described(kind: Schema, said: Words) -> Schema:
    # In draft-07 whatever stands beside a $ref is ignored, but not what stands beside an allOf.
    schema: Schema = {"allOf": [kind]} if "$ref" in kind else kind
    examples = {"examples": [*said.examples]} if said.examples else {}
    return {**schema, "description": said.description, **examples}


def some(one: Schema, *, unique: bool = False) -> Schema:
    """One thing, or a list of at least one."""
    several: Schema = {"type": "array", "minItems": 1, "items": one}
    return {"anyOf": [one, {**several, "uniqueItems": True} if unique else several]}


def choice(kind: type[StrEnum]) -> Schema:
    return {"enum": [member.value for member in kind]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
