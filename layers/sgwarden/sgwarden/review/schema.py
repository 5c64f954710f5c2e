"""The JSON Schema of policy files, made of the tables by which the reader goes.

It is for editors, and as strict as a schema can be. What only the reader can judge is left to it: whether a
name is defined, a CIDR has host bits, two ids are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.peers import Builtin
from sgwarden.policy.read_policy import LARGEST_TRIM_LIMIT, POLICY_KEYS
from sgwarden.policy.read_selector import ALL_ADDITIONAL, OWN_GROUP, SCOPE_KEYS, SELECTOR_KEYS
from sgwarden.policy.read_statements import DIRECTION_KEYS, MEANT_FOR, SAYING_ALL, STATEMENT_KEYS
from sgwarden.policy.reader import DOCUMENT_KEYS, VERSION
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.tags import TAGS_KEYS
from sgwarden.policy.types import DEFAULT_TRIM_LIMIT, Effect, Mode, Otherwise, Owner, Remedy, Severity
from sgwarden.review import texts, words
from sgwarden.review.build import CHECKED_KEYS
from sgwarden.review.read_examples import EXAMPLE_KEYS
from sgwarden.review.read_expect import EXPECTATION_KEYS
from sgwarden.review.schema_parts import choice, mapping, named, ref, some
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from sgwarden.review.schema_parts import Schema

TEXT: Schema = {"type": "string", "minLength": 1}
ACCOUNT: Schema = {  # unquoted it is a number to YAML, and with a leading zero none of 12 digits
    "anyOf": [{"type": "string", "pattern": r"^[0-9]{12}$"}, {"type": "integer", "minimum": 0}]
}
TAGS: Schema = {"type": "object", "additionalProperties": TEXT}
PATTERN: Schema = {"type": "string", "pattern": texts.NO_BRACKETS}
BLOCK: Schema = {**TEXT, "not": {"pattern": texts.LONGER_THAN_ADDRESSES}}


def schema() -> Schema:
    """The whole, as draft-07 has it."""
    document = mapping(
        (*DOCUMENT_KEYS, *CHECKED_KEYS),
        words.DOCUMENT,
        {
            "version": {"const": VERSION},
            "peers": named(ref("peers"), {"pattern": texts.PEER_NAME}),
            "policies": {"type": "array", "minItems": 1, "items": ref("policy")},
            "examples": named(ref("example"), {"pattern": "^[^*?]+$"}),
            "limits": {"type": "object", "additionalProperties": some(_line("WIDTH"))},
            "expect": {"type": "array", "items": ref("expectation")},
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
        "services": some(ref("service")),
        "peer": _peer(),
        "peers": some(ref("peer")),
        "line": _line("PEER"),
        "policy": _policy(),
        "selector": _selector(),
        "scope": _scope(),
        **directions,
        **statements,
        "example": _example(),
        "expectation": _expectation(),
    }


def _peer() -> Schema:
    name: Schema = {"type": "string", "pattern": texts.LIST_NAME}
    by_name = mapping(("prefix_list",), words.PREFIX_LIST, {"prefix_list": name}, required=("prefix_list",))
    named: Schema = {"enum": [each.value for each in Builtin], "description": "A peer that is built in."}
    said = "A CIDR, sg-..., pl-..., or a name from peers:."
    other = {**BLOCK, "description": said}
    return {"anyOf": [named, other, by_name]}


def _policy() -> Schema:
    sets = [{"const": each.name, "description": each.description} for each in ready_made_sets().values()]
    return mapping(
        POLICY_KEYS,
        words.POLICY,
        {
            "name": TEXT,
            "clusters": ref("selector"),
            "scope": {
                "anyOf": [{"enum": [OWN_GROUP, ALL_ADDITIONAL]}, ref("scope")],
                "default": OWN_GROUP,
            },
            "mode": {**choice(Mode), "default": Mode.OBSERVE.value},
            "use": some({"oneOf": sets}, unique=True),
            "remedy": {**choice(Remedy), "default": Remedy.TRIM.value},
            "trim_limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_TRIM_LIMIT,
                "default": DEFAULT_TRIM_LIMIT,
            },
            "below_eks_minimum": {"type": "boolean", "default": False},
            **{each.value: ref(each) for each in Direction},
            "tags": mapping(TAGS_KEYS, words.TAGS, {"require": TAGS}),
        },
        required=("name", "clusters"),
    )


def _selector() -> Schema:
    kinds = {
        "name": some(PATTERN),
        "accounts": some(ACCOUNT),
        "regions": some(PATTERN),
        "tags": {**TAGS, "minProperties": 1},
    }
    return {**mapping(SELECTOR_KEYS, words.SELECTOR, kinds), "minProperties": 1}


def _scope() -> Schema:
    kinds = {"name": some(TEXT), "tags": {**TAGS, "minProperties": 1}}
    return {**mapping(SCOPE_KEYS, words.SCOPE, kinds), "minProperties": 1}


def _direction(direction: Direction) -> Schema:
    lists = {
        effect.value: {"type": "array", "items": ref(_statement_name(effect, direction))} for effect in Effect
    }
    otherwise = {**choice(Otherwise), "default": Otherwise.ALLOW.value}
    found = mapping(DIRECTION_KEYS, words.DIRECTION, {"otherwise": otherwise, **lists})
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
        "traffic": ref("services"),
        direction.preposition: ref("peers"),
        "except": ref("peers"),
        "why": TEXT,
        "severity": choice(Severity),
        "managed_by": choice(Owner),
        "remedy": choice(Remedy),
        "ip_family": choice(IpFamily),
    }
    complete = ["traffic", direction.preposition]
    found = mapping(keys, words.STATEMENT, kinds, required=("id",))
    if effect is Effect.ALLOW:
        others = {"enum": [owner.value for owner in Owner if owner not in SAYING_ALL]}
        described = {"description": words.STATEMENT["managed_by"].description, **others}
        owned = {"required": ["managed_by"], "properties": {"managed_by": described}}
        return {**found, "anyOf": [{"required": complete}, owned]}
    return {**found, "required": ["id", *complete]}


def _example() -> Schema:
    addresses = some(BLOCK)
    return mapping(
        EXAMPLE_KEYS,
        words.EXAMPLE,
        {
            "account": ACCOUNT,
            "region": TEXT,
            "tags": TAGS,
            "ip_family": choice(IpFamily),
            "vpc": addresses,
            "remote_nodes": addresses,
            "remote_pods": addresses,
        },
    )


def _expectation() -> Schema:
    lines = some(ref("line"))
    rules: Schema = {"anyOf": [ref("line"), {"type": "array", "items": ref("line")}]}
    kinds = dict.fromkeys(EXPECTATION_KEYS, lines)
    kinds |= {"group": some({"type": "string", "pattern": "^[^*?]+$"})}
    kinds |= {"cluster": some(TEXT), "direction": choice(Direction), "given": rules, "after": rules}
    found = mapping(EXPECTATION_KEYS, words.EXPECTATION, kinds, required=("cluster",))
    expected = [key for key in EXPECTATION_KEYS if key not in ("cluster", "group", "direction", "given")]
    return {
        **found,
        "anyOf": [{"required": [key]} for key in expected],
        "dependencies": {"given": ["after"], "after": ["given"]},
    }


def _line(last: str) -> Schema:
    end = r"\S+" if last == "PEER" else texts.WIDTH
    said = f"SERVICE from {last}, or SERVICE to {last}"
    return {"type": "string", "pattern": rf"^\s*{texts.SERVICE}\s+(from|to)\s+{end}\s*$", "description": said}
