"""Reading which clusters a policy is for, and which of their groups."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sgwarden.policy.node import Mapping as MappingNode
from sgwarden.policy.node import Scalar, Sequence, described
from sgwarden.policy.reading import did_you_mean, given
from sgwarden.policy.types import Scope, Selector

if TYPE_CHECKING:
    from sgwarden.policy.node import Node
    from sgwarden.policy.reading import Reader

SELECTOR_KEYS = ("name", "accounts", "regions", "tags")
SCOPE_KEYS = ("name", "tags")
OWN_GROUP, ALL_ADDITIONAL = "cluster-security-group", "additional-groups"
ACCOUNT = re.compile(r"[0-9]{12}")

_WORDS = (OWN_GROUP, ALL_ADDITIONAL)
_ALL_CLUSTERS = 'for every cluster write clusters: {name: "*"}'


def read_selector(reader: Reader, what: str, node: Node) -> Selector:
    """The `clusters:` of a policy."""
    where = f'"clusters" of {what}'
    fields = reader.fields(node, where, SELECTOR_KEYS, instead=_as_names(node, "prod-*"))
    if isinstance(node, MappingNode) and not node.entries:
        reader.problem(node.mark, f"{where} is empty", 'for every cluster write {name: "*"}')
    return Selector(
        names=given(fields, "name", lambda value: _read_patterns(reader, value, f'"name" in {where}'), ()),
        accounts=given(fields, "accounts", lambda value: _read_accounts(reader, value, where), ()),
        regions=given(
            fields, "regions", lambda value: _read_patterns(reader, value, f'"regions" in {where}'), ()
        ),
        tags=given(fields, "tags", partial(_read_tag_values, reader, where, _ALL_CLUSTERS), {}),
    )


def read_scope(reader: Reader, what: str, node: Node) -> Scope | None:
    """The `scope:` of a policy; None for cluster security groups."""
    where = f'"scope" of {what}'
    if isinstance(node, Scalar):
        return _read_word(reader, where, node)
    fields = reader.fields(node, where, SCOPE_KEYS, instead=_as_names(node, "*-nodes"))
    all_of_them = f"for all of them write scope: {ALL_ADDITIONAL}"
    if isinstance(node, MappingNode) and not node.entries:
        reader.problem(node.mark, f"{where} is empty", all_of_them)
    return Scope(
        # Unlike names of clusters, those of groups may have brackets.
        given(fields, "name", lambda value: reader.texts(value, f'"name" in {where}'), ()),
        given(fields, "tags", partial(_read_tag_values, reader, where, all_of_them), {}),
    )


def _read_word(reader: Reader, where: str, node: Scalar) -> Scope | None:
    if node.value == OWN_GROUP:
        return None
    if node.value != ALL_ADDITIONAL:
        begun = next((word for word in _WORDS if node.text and word.startswith(node.text)), "")
        hint = f"write {begun}" if begun else did_you_mean(node.text, _WORDS, _as_names(node, "*-nodes"))
        said = f"{where} must be {OWN_GROUP}, {ALL_ADDITIONAL} or a mapping, not {described(node)}"
        reader.problem(node.mark, said, hint)
    return Scope()


def _as_names(node: Node, example: str) -> str:
    """The hint for names that stand where a mapping should."""
    items = node.items if isinstance(node, Sequence) else (node,)
    names = [f'"{item.text}"' for item in items if isinstance(item, Scalar) and item.text]
    if not names or len(names) < len(items):
        return f'write one such as {{name: "{example}"}}'
    said = ", ".join(names)
    return f"write {{name: [{said}]}}" if isinstance(node, Sequence) else f"write {{name: {said}}}"


def _read_patterns(reader: Reader, node: Node, what: str) -> tuple[str, ...]:
    """Names with wildcards. Who writes brackets means a set of characters: no cluster or region has any."""
    found = []
    for item in reader.some(node, what):
        text = reader.text(item, what)
        if set("[]") & set(text):
            hint = "only * and ? are wildcards: write a list, of one for each"
            reader.problem(item.mark, f'{what}: "{text}" has brackets', hint)
        elif text:
            found.append(text)
    return tuple(found)


def _read_accounts(reader: Reader, node: Node, where: str) -> tuple[str, ...]:
    """Account ids; unquoted they are numbers to YAML, so it is what was written that counts."""
    accounts = []
    for item in reader.some(node, f'"accounts" in {where}'):
        text = item.text if isinstance(item, Scalar) else ""
        if ACCOUNT.fullmatch(text):
            accounts.append(text)
        else:
            reader.problem(item.mark, f'"accounts" in {where} must be account ids of 12 digits')
    return tuple(accounts)


def _read_tag_values(reader: Reader, where: str, all_of_them: str, node: Node) -> dict[str, str]:
    if isinstance(node, MappingNode) and not node.entries:
        hint = f"name some or leave them out; {all_of_them}"
        reader.problem(node.mark, f'"tags" in {where} is empty', hint)
    return {
        entry.key.text: reader.text(entry.value, f'tag "{entry.key.text}" in {where}')
        for entry in reader.entries(node, f'"tags" in {where}')
    }
