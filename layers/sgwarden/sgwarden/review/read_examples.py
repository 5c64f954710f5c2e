"""Reading the `examples:` section: the clusters at which expectations are judged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.habits import block_hint
from sgwarden.policy.node import Scalar
from sgwarden.policy.patterns import is_pattern
from sgwarden.policy.read_selector import ACCOUNT
from sgwarden.policy.reading import as_list, given
from sgwarden.review.types import Example
from sgwarden.traffic import NOBODY, PeerSet, parse_cidr
from sgwarden.traffic.rule import block_around

if TYPE_CHECKING:
    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.reading import Reader

EXAMPLE_KEYS = ("account", "region", "tags", "ip_family", "vpc", "remote_nodes", "remote_pods")


def read_examples(reader: Reader, node: Node) -> dict[str, Example]:
    """Every example by the name of its cluster."""
    return {entry.key.text: _read_example(reader, entry) for entry in reader.entries(node, "examples")}


def _read_example(reader: Reader, entry: Entry) -> Example:
    name = entry.key.text
    if not name:
        reader.problem(entry.key.mark, "an example has no name", "write the name of its cluster")
    elif is_pattern(name):
        hint = "an example is one cluster: give it one name"
        reader.problem(entry.key.mark, f'"{name}" cannot be the name of a cluster', hint)
    what = f'example "{name}"'
    fields = reader.fields(entry.value, what, EXAMPLE_KEYS)

    def text(key: str) -> str | None:
        return given(fields, key, lambda value: reader.text(value, f'"{key}" of {what}'), None)

    def addresses(key: str) -> PeerSet | None:
        return given(fields, key, partial(_read_addresses, reader, f'"{key}" of {what}'), None)

    family = given(
        fields, "ip_family", lambda value: reader.choice(value, f'"ip_family" of {what}', IpFamily), None
    )
    return Example(
        name,
        account=given(fields, "account", partial(_read_account, reader, what), None),
        region=text("region"),
        tags=given(fields, "tags", partial(_read_tags, reader, what), None),
        ip_family=family or IpFamily.IPV4,
        vpc=addresses("vpc"),
        remote_nodes=addresses("remote_nodes"),
        remote_pods=addresses("remote_pods"),
    )


def _read_account(reader: Reader, what: str, node: Node) -> str | None:
    """An account id; unquoted it is a number to YAML, so it is what was written that counts."""
    if isinstance(node, Scalar) and ACCOUNT.fullmatch(node.text):
        return node.text
    reader.problem(node.mark, f'"account" of {what} must be an account id of 12 digits')
    return None


def _read_tags(reader: Reader, what: str, node: Node) -> dict[str, str]:
    return {
        entry.key.text: reader.text(entry.value, f'tag "{entry.key.text}" of {what}')
        for entry in reader.entries(node, f'"tags" of {what}')
    }


def _read_addresses(reader: Reader, what: str, node: Node) -> PeerSet:
    found = NOBODY
    for item in reader.some(node, what):
        text = reader.text(item, what)
        if text and not block_around(text):
            said = f'{what}: "{text}" is no block of addresses'
            listed = as_list(text, lambda word: bool(block_around(word)))
            hint = listed or block_hint(text) or "expected a CIDR such as 10.0.0.0/16"
            reader.problem(item.mark, said, hint)
            continue
        try:
            found |= PeerSet.of_cidr(parse_cidr(text)) if text else NOBODY
        except ValueError as error:
            reader.problem(item.mark, f"{what}: {error}")
    return found
