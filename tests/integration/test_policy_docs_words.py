"""docs/policy.md has every key, value and peer of the language, and no other."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sgwarden.policy.peers import Builtin
from sgwarden.policy.tags import PLACEHOLDERS
from sgwarden.review.build import read_policy_file
from sgwarden.review.schema import schema
from sgwarden.traffic import ANYWHERE_IPV4, ANYWHERE_IPV6, PRIVATE, PeerSet, Service

from tests.integration.policy_page import PAGE, code, rows, section
from tests.unit.reviewing import policy

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = schema()
DEFINITIONS = SCHEMA["definitions"]
MAPPINGS = {
    "the file": SCHEMA,
    "a policy": DEFINITIONS["policy"],
    "`clusters`": DEFINITIONS["selector"],
    "`scope`": DEFINITIONS["scope"],
    "a direction": DEFINITIONS["ingress"],
    "an example": DEFINITIONS["example"],
    "an expectation": DEFINITIONS["expectation"],
}
EFFECTS = ("require", "allow", "deny")
STATEMENTS = {
    (direction, effect): DEFINITIONS[f"{direction}-{effect}"]
    for direction, effect in product(("ingress", "egress"), EFFECTS)
}
PLACES_OF_STATEMENTS = {
    frozenset(EFFECTS): "a statement",
    frozenset({"require", "deny"}): "to require or deny",
    frozenset({"allow"}): "to allow",
    frozenset({"deny"}): "to deny",
}


class Key(NamedTuple):
    """A key of the schema: the place that the page gives it, and what it takes."""

    place: str
    name: str
    kind: dict[str, Any]
    needed: bool


def keys() -> Iterator[Key]:
    for place, mapping in MAPPINGS.items():
        for name, kind in mapping["properties"].items():
            yield Key(place, name, kind, name in mapping.get("required", ()))
    kinds = {name: kind for each in STATEMENTS.values() for name, kind in each["properties"].items()}
    for name, kind in kinds.items():
        having = {where: each for where, each in STATEMENTS.items() if name in each["properties"]}
        effects = frozenset(effect for _, effect in having)
        place = PLACES_OF_STATEMENTS.get(effects, " or ".join(sorted(effects)))
        yield Key(place, name, kind, all(name in each["required"] for each in having.values()))


def table() -> Iterator[tuple[tuple[str, str], str]]:
    """What the page says of each key, by its place and name."""
    place = ""
    for first, names, said in rows(section("Every key")):
        place = first or place
        for name in code(names):
            yield (place, name), said


def words(kind: object) -> Iterator[str]:
    """Every word that a key may have, as far as its own schema lists them."""
    if isinstance(kind, dict):
        yield from (json.dumps(each).strip('"') for each in (*kind.get("enum", ()), *_constant(kind)))
        kind = [*kind.values()]
    if isinstance(kind, list):
        for each in kind:
            yield from words(each)


def _constant(kind: dict[str, Any]) -> tuple[Any, ...]:
    return (kind["const"],) if "const" in kind else ()


KEYS = [*keys()]
SAID = dict(table())


class TestKeys:
    def test_each_is_there_once_and_no_other(self) -> None:
        assert sorted(where for where, _ in table()) == sorted((key.place, key.name) for key in KEYS)

    def test_nothing_that_has_keys_is_left_out(self) -> None:
        shown = [*MAPPINGS.values(), *STATEMENTS.values(), DEFINITIONS["egress"]]
        having = {name: each for name, each in DEFINITIONS.items() if "properties" in each}
        assert [name for name, each in having.items() if each not in shown] == []
        assert DEFINITIONS["egress"]["properties"].keys() == DEFINITIONS["ingress"]["properties"].keys()

    @pytest.mark.parametrize("key", KEYS, ids=[f"{key.place}: {key.name}" for key in KEYS])
    def test_it_is_said_what_one_takes(self, key: Key) -> None:
        said = SAID[key.place, key.name]
        assert bool(re.search(r"\bneeded\b(?! (without|beside))", said)) == key.needed
        known = {*words(key.kind)}
        if known and key.name != "use":  # the sets are listed by a command, whose output is checked
            assert {*code(said)} == known
        if "maximum" in key.kind:
            assert f"{key.kind['minimum']} to {key.kind['maximum']}" in said
        if "default" in key.kind:
            default = json.dumps(key.kind["default"]).strip('"')
            assert f"`{default}` (default)" in said

    def test_the_keys_of_tags_and_their_placeholders_are_named(self) -> None:
        (tags,) = [key.kind for key in KEYS if (key.place, key.name) == ("a policy", "tags")]
        assert {*tags["properties"]} == {*code(SAID["a policy", "tags"])}
        assert {f"{{{each}}}" for each in PLACEHOLDERS} <= {*code(section("Tags"))}


PEERS = {
    peer: said
    for cell, said in rows(section("How traffic is written"))
    if "name" not in cell
    for peer in code(cell)
}


class TestTraffic:
    def test_every_peer_can_be_read_and_all_that_are_built_in_are_there(self) -> None:
        written = ", ".join(peer if peer.startswith("{") else f'"{peer}"' for peer in PEERS)
        scope = "    scope: additional-groups\n"  # elsewhere cluster-security-group is self
        text = policy(f"{scope}    ingress: {{deny: [{{id: a, traffic: all, from: [{written}]}}]}}\n")
        (statement,) = read_policy_file(text.encode(), "policy.yaml").document.policies[0].ingress.deny
        assert {each for each in statement.peers if isinstance(each, Builtin)} == {*Builtin}

    @pytest.mark.parametrize(
        ("name", "addresses"),
        [("private", PRIVATE), ("anywhere-ipv4", ANYWHERE_IPV4), ("anywhere-ipv6", ANYWHERE_IPV6)],
    )
    def test_addresses_are_those_that_are_told(self, name: str, addresses: PeerSet) -> None:
        assert PeerSet.of_cidr(*re.findall(r"[0-9a-f.:]+/\d+", PEERS[name])) == addresses

    def test_services_are_written_as_they_are_printed(self) -> None:
        (said,) = re.findall(r"^A service is .*?\n\n", PAGE, re.DOTALL | re.MULTILINE)
        assert [str(Service.parse(each)) for each in code(said)] == code(said)
        protocols = {each.partition("/")[0] for each in code(said)}
        assert protocols == {"all", "tcp", "udp", "icmp", "icmpv6", "proto"}
