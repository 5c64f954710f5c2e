"""Reading one policy: what it says, and the ready-made sets that it uses."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sgwarden.policy.node import Mapping as MappingNode
from sgwarden.policy.node import Scalar
from sgwarden.policy.own_group import is_of_any_group, with_self
from sgwarden.policy.read_selector import read_scope, read_selector
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
    "name", "clusters", "scope", "mode", "use", "remedy", "trim_limit", "below_eks_minimum",
    "ingress", "egress", "tags",
)  # fmt: skip
# EC2 quotas: rules of a group times groups of an interface are never more.
LARGEST_TRIM_LIMIT = 1000


def read_policy(
    reader: Reader, node: Node, names: Names, sets: Mapping[str, StatementSet], place: int
) -> Policy:
    """One policy, whose messages call it by its name, or by its place where it has none."""
    named = _name_of(node)
    what = f'policy "{named}"' if named else f"policy {place}"
    fields = reader.fields(node, what, POLICY_KEYS, required=("name",))
    name = given(fields, "name", lambda value: reader.text(value, f'"name" of {what}'), "")
    if isinstance(node, MappingNode) and "clusters" not in fields and not is_meant("clusters", node):
        hint = 'for every cluster write clusters: {name: "*"}'
        reader.problem(node.mark, f'{what} has no "clusters": it does not say which it is for', hint)
    used: dict[str, StatementSet] = given(fields, "use", partial(_read_use, reader, what, sets), {})
    own = replace(_read_own(reader, fields, what, names), name=name, use=tuple(used), mark=node.mark)
    policy = _joined(own, tuple(used.values()))
    _check_ids(reader, policy, what)
    if policy.scope is None:
        return with_self(policy)
    _check_additional(reader, fields, what, used)
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
        clusters=given(fields, "clusters", partial(read_selector, reader, what), Selector()),
        mode=mode or Mode.OBSERVE,
        remedy=remedy or Remedy.TRIM,
        trim_limit=given(fields, "trim_limit", partial(_read_trim_limit, reader, what), DEFAULT_TRIM_LIMIT),
        below_eks_minimum=given(fields, "below_eks_minimum", partial(_read_below, reader, what), False),
        ingress=ingress,
        egress=egress,
        tags=given(fields, "tags", lambda value: read_tags(reader, value, f"tags of {what}"), {}),
        scope=given(fields, "scope", partial(read_scope, reader, what), None),
    )


def _read_direction(reader: Reader, direction: Direction, names: Names, node: Node) -> DirectionPolicy:
    return read_direction(reader, node, direction, names)


def _read_trim_limit(reader: Reader, what: str, node: Node) -> int:
    return reader.number(node, f'"trim_limit" of {what}', 1, LARGEST_TRIM_LIMIT)


def _read_below(reader: Reader, what: str, node: Node) -> bool:
    return reader.flag(node, f'"below_eks_minimum" of {what}')


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


def _check_additional(
    reader: Reader, fields: Mapping[str, Entry], what: str, used: Mapping[str, StatementSet]
) -> None:
    """What a policy for additional groups cannot say."""
    if "below_eks_minimum" in fields:
        said = f'"below_eks_minimum" of {what} says nothing: only cluster security groups have an EKS minimum'
        reader.problem(fields["below_eks_minimum"].key.mark, said, "leave it out")
    if own := [name for name, each in used.items() if not is_of_any_group(each)]:
        said = f"{what} is for additional groups, and {' and '.join(own)} for the group that EKS makes"
        hint = "leave it out, and write as statements what you mean of it"
        reader.problem(fields["use"].value.mark, said, hint)


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
