"""The JSON Schema of policy files, made of the tables by which the reader goes.

It is for editors, and as strict as a schema can be. What only the reader can judge is left to it: whether a
name is defined, a CIDR has host bits, two ids are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.cluster import IpFamily
from sgwarden.policy.peers import Builtin
from sgwarden.policy.read_policy import LARGEST_TRIM_LIMIT, POLICY_KEYS, SELECTOR_KEYS
from sgwarden.policy.read_statements import DIRECTION_KEYS, MEANT_FOR, STATEMENT_KEYS
from sgwarden.policy.reader import DOCUMENT_KEYS, VERSION
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.tags import TAGS_KEYS
from sgwarden.policy.types import DEFAULT_TRIM_LIMIT, Effect, Mode, Otherwise, Owner, Remedy, Severity
from sgwarden.review import texts, words
from sgwarden.review.build import CHECKED_KEYS
from sgwarden.review.read_examples import EXAMPLE_KEYS
from sgwarden.review.read_expect import EXPECTATION_KEYS
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from enum import StrEnum

    from sgwarden.review.words import Words

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ACCOUNT: Schema = {  # unquoted it is a number to YAML, and with a leading zero none of 12 digits
    "anyOf": [{"type": "string", "pattern": r"^[0-9]{12}$"}, {"type": "integer", "minimum": 0}]
}
TAGS: Schema = {"type": "object", "additionalProperties": TEXT}
PATTERN: Schema = {"type": "string", "pattern": texts.NO_BRACKETS}
BLOCK: Schema = {**TEXT, "not": {"pattern": texts.LONGER_THAN_ADDRESSES}}


def schema() -> Schema:
    """The whole, as draft-07 has it."""
    document = _mapping(
        (*DOCUMENT_KEYS, *CHECKED_KEYS),
        words.DOCUMENT,
        {
            "version": {"const": VERSION},
            "peers": _named(_ref("peers"), {"pattern": texts.PEER_NAME}),
            "policies": {"type": "array", "minItems": 1, "items": _ref("policy")},
            "examples": _named(_ref("example"), {"pattern": "^[^*?]+$"}),
            "limits": {"type": "object", "additionalProperties": _some(_line("WIDTH"))},
            "expect": {"type": "array", "items": _ref("expectation")},
        },
        required=("version", "policies"),
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "sgwarden policy",
        "description": "What the security groups of EKS clusters must, may and must not let through.",
        **document,
        "definitions": _definitions(),
    }


def _definitions() -> Schema:
    directions = {each.value: _direction(each) for each in Direction}
    statements = {
        _statement_name(effect, direction): _statement(effect, direction)
        for direction in Direction
        for effect in Effect
    }
    return {
        "service": {
            "type": "string",
            "pattern": rf"^\s*{texts.SERVICE}\s*$",
            "description": "tcp/443, udp/53, tcp/1024-65535, icmp/3.4, proto/50, all",
        },
        "services": _some(_ref("service")),
        "peer": _peer(),
        "peers": _some(_ref("peer")),
        "line": _line("PEER"),
        "policy": _policy(),
        "selector": _selector(),
        **directions,
        **statements,
        "example": _example(),
        "expectation": _expectation(),
    }


def _peer() -> Schema:
    name: Schema = {"type": "string", "pattern": texts.LIST_NAME}
    by_name = _mapping(("prefix_list",), words.PREFIX_LIST, {"prefix_list": name}, required=("prefix_list",))
    named: Schema = {"enum": [each.value for each in Builtin], "description": "A peer that is built in."}
    said = "A CIDR, sg-..., pl-..., or a name from peers:."
    other = {**BLOCK, "description": said}
    return {"anyOf": [named, other, by_name]}


def _policy() -> Schema:
    sets = [{"const": each.name, "description": each.description} for each in ready_made_sets().values()]
    return _mapping(
        POLICY_KEYS,
        words.POLICY,
        {
            "name": TEXT,
            "clusters": _ref("selector"),
            "mode": {**_choice(Mode), "default": Mode.OBSERVE.value},
            "use": _some({"oneOf": sets}, unique=True),
            "remedy": {**_choice(Remedy), "default": Remedy.TRIM.value},
            "trim_limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_TRIM_LIMIT,
                "default": DEFAULT_TRIM_LIMIT,
            },
            "below_eks_minimum": {"type": "boolean", "default": False},
            **{each.value: _ref(each) for each in Direction},
            "tags": _mapping(TAGS_KEYS, words.TAGS, {"require": TAGS}),
        },
        required=("name", "clusters"),
    )


def _selector() -> Schema:
    kinds = {
        "name": _some(PATTERN),
        "accounts": _some(ACCOUNT),
        "regions": _some(PATTERN),
        "tags": {**TAGS, "minProperties": 1},
    }
    return {**_mapping(SELECTOR_KEYS, words.SELECTOR, kinds), "minProperties": 1}


def _direction(direction: Direction) -> Schema:
    lists = {
        effect.value: {"type": "array", "items": _ref(_statement_name(effect, direction))}
        for effect in Effect
    }
    otherwise = {**_choice(Otherwise), "default": Otherwise.ALLOW.value}
    found = _mapping(DIRECTION_KEYS, words.DIRECTION, {"otherwise": otherwise, **lists})
    return {**found, "dependencies": {Effect.ALLOW.value: ["otherwise"]}}


def _statement_name(effect: Effect, direction: Direction) -> str:
    return f"{direction}-{effect}"


def _statement(effect: Effect, direction: Direction) -> Schema:
    other = next(each for each in Direction if each is not direction)
    keys = [
        key
        for key in STATEMENT_KEYS
        if key != other.preposition and effect in MEANT_FOR.get(key, tuple(Effect))
    ]
    kinds: dict[str, Schema] = {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
        "traffic": _ref("services"),
        direction.preposition: _ref("peers"),
        "except": _ref("peers"),
        "why": TEXT,
        "severity": _choice(Severity),
        "managed_by": _choice(Owner),
        "remedy": _choice(Remedy),
        "ip_family": _choice(IpFamily),
    }
    complete = ["traffic", direction.preposition]
    found = _mapping(keys, words.STATEMENT, kinds, required=("id",))
    if effect is Effect.ALLOW:
        return {**found, "anyOf": [{"required": complete}, {"required": ["managed_by"]}]}
    return {**found, "required": ["id", *complete]}


def _example() -> Schema:
    addresses = _some(BLOCK)
    return _mapping(
        EXAMPLE_KEYS,
        words.EXAMPLE,
        {
            "account": ACCOUNT,
            "region": TEXT,
            "tags": TAGS,
            "ip_family": _choice(IpFamily),
            "vpc": addresses,
            "remote_nodes": addresses,
            "remote_pods": addresses,
        },
    )


def _expectation() -> Schema:
    lines = _some(_ref("line"))
    rules: Schema = {"anyOf": [_ref("line"), {"type": "array", "items": _ref("line")}]}
    kinds = dict.fromkeys(EXPECTATION_KEYS, lines)
    kinds |= {"cluster": _some(TEXT), "direction": _choice(Direction), "given": rules, "after": rules}
    found = _mapping(EXPECTATION_KEYS, words.EXPECTATION, kinds, required=("cluster",))
    expected = [key for key in EXPECTATION_KEYS if key not in ("cluster", "direction", "given")]
    return {
        **found,
        "anyOf": [{"required": [key]} for key in expected],
        "dependencies": {"given": ["after"], "after": ["given"]},
    }


def _line(last: str) -> Schema:
    end = r"\S+" if last == "PEER" else texts.WIDTH
    said = f"SERVICE from {last}, or SERVICE to {last}"
    return {"type": "string", "pattern": rf"^\s*{texts.SERVICE}\s+(from|to)\s+{end}\s*$", "description": said}


def _mapping(
    keys: Collection[str],
    said: Mapping[str, Words],
    kinds: Mapping[str, Schema],
    *,
    required: Collection[str] = (),
) -> Schema:
    """A mapping with the reader's keys and no others, each described; a key without words is a KeyError."""
    properties = {key: _described(kinds[key], said[key]) for key in keys}
    needed = {"required": [*required]} if required else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **needed}


def _named(one: Schema, names: Schema) -> Schema:
    """Things by names that are the author's own."""
    return {"type": "object", "additionalProperties": one, "propertyNames": names}


def _described(kind: Schema, said: Words) -> Schema:
    # In draft-07 whatever stands beside a $ref is ignored, but not what stands beside an allOf.
    schema: Schema = {"allOf": [kind]} if "$ref" in kind else kind
    examples = {"examples": [*said.examples]} if said.examples else {}
    return {**schema, "description": said.description, **examples}


def _some(one: Schema, *, unique: bool = False) -> Schema:
    """One thing, or a list of at least one."""
    several: Schema = {"type": "array", "minItems": 1, "items": one}
    return {"anyOf": [one, {**several, "uniqueItems": True} if unique else several]}


def _choice(kind: type[StrEnum]) -> Schema:
    return {"enum": [member.value for member in kind]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
