"""What a scenario expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.replay.scenario.model import Bound, Expect, GroupState, Rule
from sgwarden.embedded.notation import meaning_of
from sgwarden.policy import node as nodes
from sgwarden.policy.reading import given, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.node import Node
    from sgwarden.policy.reading import Reader

_KEYS = ("clusters", "groups", "alerts", "findings", "writes", "reads", "sweep", "dead_letters")
_STATE_KEYS = ("exists", "ingress", "egress", "tags")
_RULE_KEYS = ("rule", "description", "tags")
FINDING_KEYS = (
    *("kind", "cluster", "severity", "transition", "times", "statement", "summary", "impact", "missed"),
    *("event", "actor", "actors"),
)
"""What can be expected of a finding that was told of."""
_MOST = 10**9


def read_expect(reader: Reader, node: Node, account: AccountDescription) -> Expect | None:
    fields = reader.fields(node, "what is expected", _KEYS)
    if not fields:
        _must_say_something(reader, node, one_of(_KEYS))
        return None

    def states(value: Node) -> Mapping[str, GroupState]:
        _must_say_something(reader, value, "the name of a cluster or the id of a group")
        return {
            entry.key.text: _state(reader, entry, account)
            for entry in reader.entries(value, "clusters or groups")
        }

    sweep: dict[str, nodes.Entry] = {}
    if "sweep" in fields:
        _must_say_something(reader, fields["sweep"].value, "reads or sends")
        sweep = reader.fields(fields["sweep"].value, '"sweep"', ("reads", "sends"))

    def bound(of: Mapping[str, nodes.Entry], key: str) -> Bound | None:
        return _bound(reader, of[key].value, f'"{key}"') if key in of else None

    return Expect(
        node.mark,
        clusters=given(fields, "clusters", states, {}),
        groups=given(fields, "groups", states, {}),
        alerts=given(fields, "alerts", lambda value: _alerts(reader, value), None),
        findings=given(fields, "findings", lambda value: _findings(reader, value), None),
        writes=bound(fields, "writes"),
        reads=bound(fields, "reads"),
        sweep_reads=bound(sweep, "reads"),
        sweep_sends=bound(sweep, "sends"),
        dead_letters=bound(fields, "dead_letters"),
    )


def read_rules(
    reader: Reader, node: Node, account: AccountDescription, egress: bool | None
) -> tuple[Rule, ...]:
    """Lines, or mappings that say more; of one direction where `egress` says which."""
    return tuple(_rule(reader, item, account, egress) for item in reader.listed(node, "rules"))


def _must_say_something(reader: Reader, node: Node, what: str) -> None:
    """An expectation without a word is always met."""
    if isinstance(node, nodes.Mapping) and not node.entries:
        reader.problem(node.mark, "nothing is expected here", f"say {what}, or leave it out")


def _state(reader: Reader, entry: nodes.Entry, account: AccountDescription) -> GroupState:
    node = entry.value
    _must_say_something(reader, node, one_of(_STATE_KEYS))
    fields = reader.fields(node, "a group that is expected", _STATE_KEYS)
    exists = given(fields, "exists", lambda value: reader.flag(value, '"exists"'), True)
    if not exists and len(fields) > 1:
        reader.problem(node.mark, "what does not exist has neither rules nor tags")
    ingress, egress = (
        read_rules(reader, fields[key].value, account, key == "egress") if key in fields else None
        for key in ("ingress", "egress")
    )
    tags = _tags(reader, fields["tags"].value) if "tags" in fields else {}
    return GroupState(exists, ingress, egress, tags, entry.key.mark)


def _rule(reader: Reader, node: Node, account: AccountDescription, egress: bool | None) -> Rule:
    if not isinstance(node, nodes.Mapping):
        return Rule(_line(reader, node, account, egress))
    fields = reader.fields(node, "a rule", _RULE_KEYS, ("rule",))
    line = given(fields, "rule", lambda value: _line(reader, value, account, egress), "")
    description = given(fields, "description", lambda value: _maybe_empty(reader, value), None)
    return Rule(line, description, given(fields, "tags", lambda value: _tags(reader, value), {}))


def _line(reader: Reader, node: Node, account: AccountDescription, egress: bool | None) -> str:
    line = reader.text(node, "a rule")
    try:
        meaning = meaning_of(line, "sg-self", [each.id for each in account.prefix_lists]) if line else None
    except ValueError as error:
        reader.problem(node.mark, str(error))
        return ""
    if meaning and egress is not None and meaning.egress is not egress:
        ways = (("to", "egress"), ("from", "ingress"))
        (said, direction), (other, elsewhere) = ways if egress else ways[::-1]
        hint = f'write "{said}", or say it of {elsewhere} if "{other}" is meant'
        reader.problem(node.mark, f'a rule of {direction} says "{said}"', hint)
    return line


def _tags(reader: Reader, node: Node) -> dict[str, str | None]:
    """A tag of nothing is absent."""
    _must_say_something(reader, node, "a tag")
    return {
        entry.key.text: None if _is_null(entry.value) else _maybe_empty(reader, entry.value)
        for entry in reader.entries(node, '"tags"')
    }


def _is_null(node: Node) -> bool:
    return isinstance(node, nodes.Scalar) and node.value is None


def _maybe_empty(reader: Reader, node: Node) -> str:
    return "" if isinstance(node, nodes.Scalar) and node.value == "" else reader.text(node, "this")


def _alerts(reader: Reader, node: Node) -> tuple[str, ...]:
    return tuple(reader.text(item, "the subject of an alert") for item in reader.listed(node, '"alerts"'))


def _findings(reader: Reader, node: Node) -> tuple[Mapping[str, str], ...]:
    return tuple(_finding(reader, item) for item in reader.listed(node, '"findings"'))


def _finding(reader: Reader, node: Node) -> dict[str, str]:
    fields = reader.fields(node, "a finding", FINDING_KEYS, ("kind",))
    return {key: _word(reader, entry.value, key) for key, entry in fields.items()}


def _word(reader: Reader, node: Node, key: str) -> str:
    """A text, a number, or true and false as the finding has them; null is for what a finding has not."""
    if isinstance(node, nodes.Scalar) and (node.value is None or isinstance(node.value, int)):
        return word_of(node.value)
    return reader.text(node, f'"{key}"')


def word_of(value: object) -> str:
    """What a finding says, in the words in which it is expected."""
    return "true" if value is True else "" if value is None or value is False else str(value)


def _bound(reader: Reader, node: Node, what: str) -> Bound:
    if isinstance(node, nodes.Mapping):
        fields = reader.fields(node, what, ("at_most",), ("at_most",))
        most = given(fields, "at_most", lambda value: reader.number(value, '"at_most"', 0, _MOST), 0)
        return Bound(most, at_most=True)
    return Bound(reader.number(node, what, 0, _MOST))
