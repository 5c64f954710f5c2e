"""OCSF's published definitions of a Compliance Finding, compiled to a JSON schema.

An attribute takes what its definition leaves out from the one that it extends, and from the dictionary.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

PUBLISHED: Json = json.loads(
    (Path(__file__).parents[1] / "published" / "ocsf-1.6.0-compliance-finding.json").read_bytes()
)
# What profiles/cloud.json adds to an event; the published definitions name the file, and do not hold it.
_CLOUD: Json = {"cloud": {"requirement": "required"}, "api": {"requirement": "optional"}}
# The category "findings" of categories.json; of these numbers the definitions have those of the base event.
_CATEGORY = 2
_CLASS = _CATEGORY * 1000 + PUBLISHED["events"]["compliance_finding"]["uid"]
_NUMBERS: Json = {"category_uid": {str(_CATEGORY): {}}, "class_uid": {str(_CLASS): {}}}
_TYPES = {
    "string_t": {"type": "string"},
    "integer_t": {"type": "integer"},
    "long_t": {"type": "integer"},
    "float_t": {"type": "number"},
    "boolean_t": {"type": "boolean"},
    "json_t": {},
    "object": {"type": "object"},
}


def compiled() -> Json:
    """The schema of the event; an attribute that no definition has is an error in it."""
    objects = {name: _object(_attributes("objects", name), name) for name in PUBLISHED["objects"]}
    event = _attributes("events", "compliance_finding") | {
        name: _whole(name, attribute) for name, attribute in _CLOUD.items()
    }
    event |= {name: {**event[name], "enum": enum} for name, enum in _NUMBERS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **_object(event, ""),
        "definitions": {name: each for name, each in objects.items() if name != "object"},
    }


def captions(attribute: str) -> dict[int, str]:
    """What the event's attribute `attribute` means by each number."""
    enum = _attributes("events", "compliance_finding")[attribute]["enum"]
    return {int(number): each["caption"] for number, each in enum.items()}


def _attributes(kind: str, name: str) -> Json:
    """All attributes of an event or an object, each with all that is said of it."""
    definition = PUBLISHED[kind][name]
    found = _attributes(kind, definition["extends"]) if "extends" in definition else {}
    for each, said in definition["attributes"].items():
        if each != "$include":
            found[each] = _merged(found.get(each) or _whole(each, {}), said)
    return found


def _whole(name: str, said: Json) -> Json:
    return _merged(PUBLISHED["dictionary"]["attributes"][name], said)


def _merged(under: Json, over: Json) -> Json:
    enum = {**under.get("enum", {}), **over.get("enum", {})}
    return {**under, **over, **({"enum": enum} if enum else {})}


def _object(attributes: Json, name: str) -> Json:
    required = sorted(each for each, said in attributes.items() if said.get("requirement") == "required")
    one_of_these = _one_of(name) if name else []
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {each: _value(said) for each, said in attributes.items()},
        **({"anyOf": [{"required": [each]} for each in one_of_these]} if one_of_these else {}),
    }


def _one_of(name: str) -> list[str]:
    """The attributes of an object of which one must be there, as it says or as what it extends does."""
    definition = PUBLISHED["objects"][name]
    if "constraints" in definition:
        found: list[str] = definition["constraints"].get("at_least_one", [])
        return found
    return _one_of(definition["extends"]) if "extends" in definition else []


def _value(said: Json) -> Json | bool:
    if "@deprecated" in said:
        return False
    one = _type(said["type"])
    if "enum" in said and isinstance(one, dict):
        one = {**one, "enum": [int(number) for number in said["enum"]]}
    return {"type": "array", "items": one, "minItems": 1} if said.get("is_array") else one


def _type(name: str) -> Json | bool:
    if name in _TYPES:
        return _TYPES[name]
    if (known := PUBLISHED["dictionary"]["types"].get(name)) is not None:
        limits = {"pattern": known.get("regex"), "maxLength": known.get("max_len")}
        of = _type(known["type"])
        assert isinstance(of, dict)
        return {**of, **{key: value for key, value in limits.items() if value}}
    # Of an object that is not among those that were taken over nothing is known.
    return {"$ref": f"#/definitions/{name}"} if name in PUBLISHED["objects"] else False
