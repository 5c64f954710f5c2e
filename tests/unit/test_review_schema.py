"""The JSON Schema of policy files: true to the reader, and the file in the repository true to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.review import words
from sgwarden.review.schema import schema

from tests.unit.reviewing import errors_of, policy, read_file
from tests.unit.test_policy_errors import BROKEN
from tests.unit.test_policy_reader import FULL
from tests.unit.test_review_expectations import HEAD
from tests.unit.test_review_explain import TEXT

ROOT = Path(__file__).parents[2]
FILE = ROOT / "layers" / "policy" / "policy.schema.json"
SAMPLES = ROOT / "events" / "policy.yaml"
SCHEMA = schema()
VALIDATOR = Draft7Validator(SCHEMA)

GOOD = {
    "of the samples": SAMPLES.read_text(),
    "full": FULL,
    "short": policy(""),
    "explained": TEXT,
    "expecting": HEAD
    + """examples:
  prod-1: {account: 012345678901, tags: {environment: production}, vpc: [10.0.0.0/16], ip_family: ipv6}
  prod-2: {remote_nodes: 10.80.0.0/16, remote_pods: [10.81.0.0/16], region: eu-west-1}
limits: {a: tcp/22 from ipv4/24, b: [all from ipv4/8, all to ipv6/32]}
expect:
  - {cluster: prod-*, denied: [tcp/22 from internet, icmp/3.4 from 0.0.0.0/0], required: all from self}
  - {cluster: [prod-1, x], given: [], after: all from self, direction: ingress}
""",
    "sets": policy(f"    use: [{', '.join(ready_made_sets())}]\n"),
}
# What only the reader can judge: syntax of YAML, what is defined elsewhere, ranges within a text.
BEYOND = (
    "no YAML", "unclosed list", "control character", "not UTF-8", "nested without end", "two documents",
    "alias", "alias that is text", "alias that is text, before what is no YAML", "star alone",
    "star alone on its line", "tag that is text", "tag that is text on its line", "anchor that is text",
    "percent", "at", "backquote", "question mark", "star after a brace", "address that ends like a key",
    "own group by an id", "peers without a list", "peers of all kinds without a list",
    "peers without a list, one of them unknown", "prefix list by its whole name",
    "prefix list of all regions by its whole name", "prefix list by its name", "example without a list",
    "example of no addresses", "tag", "tag of a mapping", "merge key", "key that is no text", "duplicate key",
    "two policies of one name", "account too short", "id twice", "id twice over directions",
    "id of a ready-made statement", "id of a ready-made statement of the other direction", "ports backwards",
    "host bits", "bad group", "bad prefix list", "peer misspelt", "peer unknown", "peer twice",
    "peer of itself", "peers in a circle", "peer of a name misspelt", "tag of AWS", "tag of AWS in capitals",
    "tag placeholder", "tag key too long", "tag value too long", "expectation the wrong way",
    "expectation of a peer misspelt", "expectation of examples that are not there", "after of no direction",
    "after of both directions", "example with host bits", "example twice", "nested without end in brackets",
    "another version of YAML", "a version of YAML that there is not", "a version of YAML further down",
    "directive for tags", "anchor without an alias", "tag of YAML itself", "tag and anchor", "equals sign",
    "version in more digits than Python reads", "trim limit nearly in hexadecimal",
    "peers in a chain too long", "peers in a chain too long, the last first",
)  # fmt: skip
WRITTEN = ("CIDR written as ", "peer written as ")


def _is_beyond(name: str) -> bool:
    return name in BEYOND or name.startswith(WRITTEN)


SERVICES = ("TCP/22", "Udp", "ICMP/3.4", "IcmpV6", "ALL", "Proto/50", "tcp/1024-65535", "icmpv6/128")


@pytest.mark.parametrize("service", SERVICES)
def test_services_may_be_in_capitals_as_for_the_reader(service: str) -> None:
    statement = f"{{id: a, traffic: {service}, from: self}}"
    text = policy(f"    ingress: {{deny: [{statement}]}}\n    below_eks_minimum: true\n") + (
        f"limits: {{a: {service} from ipv4/8}}\nexpect: [{{cluster: a, allowed: {service} to vpc}}]\n"
    )
    read_file(text)
    assert [error.message for error in VALIDATOR.iter_errors(load(text))] == []


def load(text: str) -> Any:  # noqa: ANN401  whatever the file holds
    return YAML(typ="safe", pure=True).load(text)


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_file_in_the_repository_is_true() -> None:
    assert json.loads(FILE.read_text()) == SCHEMA, "run make schema"


def test_the_policy_of_the_samples_asks_editors_for_it() -> None:
    start, _, schema = SAMPLES.read_text().splitlines()[0].partition("=")
    assert start == "# yaml-language-server: $schema"
    assert (SAMPLES.parent / schema).resolve() == FILE


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_the_reader_takes_it_takes(text: str) -> None:
    read_file(text)
    assert [error.message for error in VALIDATOR.iter_errors(load(text))] == []


@pytest.mark.parametrize("name", [name for name in BROKEN if not _is_beyond(name)])
def test_what_is_broken_in_its_shape_it_refuses(name: str) -> None:
    text = BROKEN[name][0]
    assert isinstance(text, str)
    assert not VALIDATOR.is_valid(load(text))


def test_every_key_has_its_words_and_no_words_are_left_over() -> None:
    described: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.get("properties", {}).items():
                assert value["description"], key
                described.add(key)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(SCHEMA)
    tables = (
        words.DOCUMENT, words.POLICY, words.SELECTOR, words.DIRECTION, words.STATEMENT, words.TAGS,
        words.EXAMPLE, words.EXPECTATION, words.PREFIX_LIST,
    )  # fmt: skip
    assert described == {key for table in tables for key in table}


@pytest.mark.parametrize("name", ["no-public-ssh", "Office_1", "selfish"])
def test_names_for_peers_that_the_reader_takes(name: str) -> None:
    text = (
        policy(f"    ingress: {{deny: [{{id: a, traffic: all, from: {name}}}]}}\n")
        + f"peers: {{{name}: vpc}}\n"
    )
    read_file(text)
    assert VALIDATOR.is_valid(load(text))


@pytest.mark.parametrize(
    ("service", "right"),
    [
        (service, right)
        for form, last in (
            ("tcp/{}", 65535),
            ("udp/0-{}", 65535),
            ("icmp/{}", 255),
            ("icmpv6/3.{}", 255),
            ("proto/{}", 255),
        )
        for number in (
            0,
            9,
            10,
            99,
            199,
            200,
            249,
            250,
            255,
            256,
            300,
            6553,
            59999,
            65499,
            65535,
            65536,
            70000,
        )
        for service, right in (
            (form.format(number), number <= last),
            (form.format(f"00{number}"), number <= last),
        )
    ],
)
def test_numbers_of_services_go_as_far_as_for_the_reader(service: str, right: bool) -> None:
    text = policy(f"    ingress: {{require: [{{id: a, traffic: {service}, from: sg-0a}}]}}\n")
    assert (not errors_of(text)) is right
    assert VALIDATOR.is_valid(load(text)) is right


@pytest.mark.parametrize(("family", "last"), [("ipv4", 32), ("ipv6", 128)])
def test_lengths_of_prefixes_go_as_far_as_for_the_reader(family: str, last: int) -> None:
    for length in range(140):
        block = f"0.0.0.0/{length}" if family == "ipv4" else f"::/{length}"
        limit = policy("") + f"limits: {{a: all from {family}/{length}}}\n"
        peer = policy(f"    ingress: {{deny: [{{id: a, traffic: udp/1, from: '{block}'}}]}}\n")
        example = policy("") + f"examples: {{a: {{vpc: ['{block}']}}}}\n"
        for text in (limit, peer, example):
            assert (not errors_of(text)) is (length <= last), text
            assert VALIDATOR.is_valid(load(text)) is (length <= last), text


def properties(definition: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["definitions"][definition]["properties"]
    return found


def test_the_examples_in_it_hold() -> None:
    for name in ("policy", "selector", "ingress-deny", "egress-require", "example", "expectation"):
        for key, value in properties(name).items():
            validator = VALIDATOR.evolve(schema={**value, "definitions": SCHEMA["definitions"]})
            for example in value.get("examples", ()):
                assert validator.is_valid(example), (name, key, example)


def test_the_sets_are_named_with_what_they_are_for() -> None:
    one_of = properties("policy")["use"]["anyOf"][0]["oneOf"]
    assert {each["const"]: each["description"] for each in one_of} == {
        each.name: each.description for each in ready_made_sets().values()
    }
