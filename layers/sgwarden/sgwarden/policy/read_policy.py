"""Reading one policy: which clusters it is for, what it says, and the ready-made sets that it uses."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sgwarden.policy.node import Mapping as MappingNode
from sgwarden.policy.node import Scalar, Sequence
from sgwarden.policy.read_statements import read_direction
from sgwarden.policy.reading import Reader, as_list, did_you_mean, given, is_meant
from sgwarden.policy.tags import read_tags
from sgwarden.policy.types import (
    DEFAULT_TRIM_LIMIT,
    DirectionPolicy,
    Mode,
    Policy,
    Remedy,
    Selector,
    Statement,
    StatementSet,
)
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.read_peers import Names

POLICY_KEYS = (
    "name", "clusters", "mode", "use", "remedy", "trim_limit", "below_eks_minimum",
    "ingress", "egress", "tags",
)  # fmt: skip
SELECTOR_KEYS = ("name", "accounts", "regions", "tags")
# EC2 quotas: rules of a group times groups of an interface are never more.
LARGEST_TRIM_LIMIT = 1000

_UNSUPPORTED = {"scope": "leave it out: a policy speaks of cluster security groups"}

ACCOUNT = re.compile(r"[0-9]{12}")


def read_policy(
    reader: Reader, node: Node, names: Names, sets: Mapping[str, StatementSet], place: int
) -> Policy:
    """One policy, whose messages call it by its name, or by its place where it has none."""
    named = _name_of(node)
    what = f'policy "{named}"' if named else f"policy {place}"
    fields = reader.fields(node, what, POLICY_KEYS, required=("name",), unsupported=_UNSUPPORTED)
    name = given(fields, "name", lambda value: reader.text(value, f'"name" of {what}'), "")
    if isinstance(node, MappingNode) and "clusters" not in fields and not is_meant("clusters", node):
        hint = 'for every cluster write clusters: {name: "*"}'
        reader.problem(node.mark, f'{what} has no "clusters": it does not say which it is for', hint)
    used: dict[str, StatementSet] = given(fields, "use", partial(_read_use, reader, what, sets), {})
    own = replace(_read_own(reader, fields, what, names), name=name, use=tuple(used), mark=node.mark)
    policy = _joined(own, tuple(used.values()))
    _check_ids(reader, policy, what)
    return policy


def _name_of(node: Node) -> str:
    """The name, looked for before anything else so that all messages can say which policy it is."""
    entries = node.entries if isinstance(node, MappingNode) else ()
    value = next((entry.value for entry in entries if entry.key.text == "name"), None)
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else ""


def _read_own(reader: Reader, fields: dict[str, Entry], what: str, names: Names) -> Policy:
    """What the policy says itself, as yet without a name."""
    ingress, egress = (
        given(fields, direction, partial(_read_direction, reader, direction, names), DirectionPolicy())
        for direction in Direction
    )
    mode = given(fields, "mode", lambda value: reader.choice(value, f'"mode" of {what}', Mode), None)
    remedy = given(fields, "remedy", lambda value: reader.choice(value, f'"remedy" of {what}', Remedy), None)
    return Policy(
        name="",
        clusters=given(fields, "clusters", partial(_read_selector, reader, what), Selector()),
        mode=mode or Mode.OBSERVE,
        remedy=remedy or Remedy.TRIM,
        trim_limit=given(fields, "trim_limit", partial(_read_trim_limit, reader, what), DEFAULT_TRIM_LIMIT),
        below_eks_minimum=given(fields, "below_eks_minimum", partial(_read_below, reader, what), False),
        ingress=ingress,
        egress=egress,
        tags=given(fields, "tags", lambda value: read_tags(reader, value, f"tags of {what}"), {}),
    )


def _read_direction(reader: Reader, direction: Direction, names: Names, node: Node) -> DirectionPolicy:
    return read_direction(reader, node, direction, names)


def _read_trim_limit(reader: Reader, what: str, node: Node) -> int:
    return reader.number(node, f'"trim_limit" of {what}', 1, LARGEST_TRIM_LIMIT)


def _read_below(reader: Reader, what: str, node: Node) -> bool:
    return reader.flag(node, f'"below_eks_minimum" of {what}')


def _read_selector(reader: Reader, what: str, node: Node) -> Selector:
    where = f'"clusters" of {what}'
    fields = reader.fields(node, where, SELECTOR_KEYS, instead=_as_names(node))
    if isinstance(node, MappingNode) and not node.entries:
        reader.problem(node.mark, f"{where} is empty", 'for every cluster write {name: "*"}')
    return Selector(
        names=given(fields, "name", lambda value: _read_patterns(reader, value, f'"name" in {where}'), ()),
        accounts=given(fields, "accounts", lambda value: _read_accounts(reader, value, where), ()),
        regions=given(
            fields, "regions", lambda value: _read_patterns(reader, value, f'"regions" in {where}'), ()
        ),
        tags=given(fields, "tags", lambda value: _read_tag_values(reader, value, where), {}),
    )


def _as_names(node: Node) -> str:
    """The hint for names of clusters that stand where a mapping should."""
    items = node.items if isinstance(node, Sequence) else (node,)
    names = [f'"{item.text}"' for item in items if isinstance(item, Scalar) and item.text]
    if not names or len(names) < len(items):
        return 'write one such as {name: "prod-*"}'
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


def _read_tag_values(reader: Reader, node: Node, where: str) -> dict[str, str]:
    if isinstance(node, MappingNode) and not node.entries:
        hint = 'name some or leave them out; for every cluster write clusters: {name: "*"}'
        reader.problem(node.mark, f'"tags" in {where} is empty', hint)
    return {
        entry.key.text: reader.text(entry.value, f'tag "{entry.key.text}" in {where}')
        for entry in reader.entries(node, f'"tags" in {where}')
    }


def _read_use(
    reader: Reader, what: str, sets: Mapping[str, StatementSet], node: Node
) -> dict[str, StatementSet]:
    """The sets named; in a compiled document their statements are among the policy's own already."""
    used: dict[str, StatementSet] = {}
    for item in reader.some(node, f'"use" of {what}'):
        name = reader.text(item, f'"use" of {what}')
        if name in used:
            reader.problem(item.mark, f'{what} uses "{name}" twice')
        elif name and reader.compiled:
            used[name] = StatementSet(name, "")
        elif name in sets:
            used[name] = sets[name]
        elif name:
            known = f"known here: {', '.join(sets)}"
            hint = as_list(name, sets.__contains__) or did_you_mean(name, sets, known)
            reader.problem(item.mark, f'unknown ready-made set "{name}"', hint)
    return used


def _joined(own: Policy, sets: tuple[StatementSet, ...]) -> Policy:
    """The policy with what its sets say after what it says itself; its own tags win over theirs."""
    tags = dict(own.tags)
    for each in sets:
        tags = {**each.tags, **tags}
    return replace(
        own,
        ingress=_appended(own.ingress, [each.ingress for each in sets]),
        egress=_appended(own.egress, [each.egress for each in sets]),
        tags=tags,
    )


def _appended(own: DirectionPolicy, others: list[DirectionPolicy]) -> DirectionPolicy:
    return DirectionPolicy(
        own.otherwise,
        (*own.require, *(statement for other in others for statement in other.require)),
        (*own.allow, *(statement for other in others for statement in other.allow)),
        (*own.deny, *(statement for other in others for statement in other.deny)),
    )


def _check_ids(reader: Reader, policy: Policy, what: str) -> None:
    first: dict[str, Statement] = {}
    for statement in sorted((*policy.ingress, *policy.egress), key=lambda each: bool(each.ready_made)):
        earlier = first.setdefault(statement.id, statement)
        if earlier is statement or not statement.id:
            continue
        if statement.ready_made:
            hint = f"the ready-made set {statement.ready_made} has it too"
            reader.problem(earlier.mark, f'the id "{statement.id}" is taken', hint)
        else:
            hint = f"first in line {earlier.mark.line}" if earlier.mark.line else ""
            reader.problem(statement.mark, f'the id "{statement.id}" is used twice in {what}', hint)
