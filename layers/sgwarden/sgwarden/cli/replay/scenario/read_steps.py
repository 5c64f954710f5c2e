"""The steps of a scenario."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.cli.replay.inputs import Recording, recordings
from sgwarden.cli.replay.scenario.model import (
    USUALLY,
    Act,
    Call,
    EksAct,
    Event,
    Recovery,
    Step,
    Sweep,
    Trouble,
)
from sgwarden.cli.replay.scenario.operations import OURS, operation_names, service_of
from sgwarden.cli.replay.scenario.people import PEOPLE
from sgwarden.cli.replay.scenario.read_expect import read_expect, read_rules
from sgwarden.cli.replay.scenario.times import seconds_at, seconds_in, shown
from sgwarden.cli.replay.scenario.values import value_of
from sgwarden.policy.node import Mapping, Scalar, Sequence
from sgwarden.policy.reading import did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sgwarden.cli.replay.scenario.model import Rule
    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.reading import Reader

Fields = dict[str, "Entry"]
_EKS_VERBS = {"puts_back": "put_back", "makes_group": "make_group", "finishes": "finish"}
_KINDS = {
    "event": ("arrives",),
    "call": ("with", "on", "rules", "by", "fails", "arrives"),
    "eks": ("arrives",),
    "sweep": (),
    "aws": (),
    "expect": (),
}
"""What makes a step, and what can stand beside it."""
_EVER = 10**9
_OF_RULES = re.compile(
    r"(?:AuthorizeSecurityGroup|RevokeSecurityGroup|UpdateSecurityGroupRuleDescriptions)(Ingress|Egress)"
)


def read_steps(reader: Reader, node: Node, file: Path, account: AccountDescription) -> tuple[Step, ...]:
    steps: list[Step] = []
    if isinstance(node, Sequence) and not node.items:
        reader.problem(node.mark, "nothing happens here", 'say under "steps" what does: a sweep at least')
    for each in reader.listed(node, '"steps"'):
        step = _Steps(reader, file, account).step(each)
        if step is None:
            continue
        if steps and step.at < steps[-1].at:
            said = f"this step is at {shown(step.at)}, before the one above it at {shown(steps[-1].at)}"
            reader.problem(each.mark, said, "steps stand in the order of time")
        steps.append(step)
    return tuple(steps)


class _Steps:
    def __init__(self, reader: Reader, file: Path, account: AccountDescription) -> None:
        self.reader = reader
        self.file = file
        self.account = account

    def step(self, node: Node) -> Step | None:
        keys = tuple(dict.fromkeys(("at", *_KINDS, *(key for more in _KINDS.values() for key in more))))
        fields = self.reader.fields(node, "a step", keys, ("at",))
        kinds = [kind for kind in _KINDS if kind in fields]
        if len(kinds) != 1:
            found = f"{' and '.join(kinds)} in one" if kinds else "none of them"
            hint = "put each in a step of its own" if kinds else ""
            self.reader.problem(node.mark, f"a step has one of {one_of(_KINDS)}, not {found}", hint)
            return None
        (kind,) = kinds
        for key, entry in fields.items():
            if key not in ("at", kind, *_KINDS[kind]):
                self.reader.problem(entry.key.mark, f'"{key}" has no meaning in a step of "{kind}"')
        at = self._read(fields["at"].value, '"at"', seconds_at) if "at" in fields else None
        act = self._act(kind, fields)
        return None if at is None or act is None else Step(at, act, node.mark)

    def _act(self, kind: str, fields: Fields) -> Act | None:
        value = fields[kind].value
        match kind:
            case "event":
                return self._event(value, fields)
            case "call":
                return self._call(value, fields)
            case "eks":
                return self._eks(value, fields)
            case "sweep":
                asked = self.reader.fields(value, "a sweep", ("remind",), ("remind",))
                return Sweep(self.reader.flag(asked["remind"].value, '"remind"')) if asked else None
            case "aws":
                return self._trouble(value)
            case _:
                return read_expect(self.reader, value, self.account)

    def _event(self, node: Node, fields: Fields) -> Event | None:
        name = self.reader.text(node, '"event"')
        if not name:
            return None
        file = self.file.parent / name
        found = [*recordings([file])]
        if len(found) != 1 or not isinstance(found[0], Recording):
            said = str(found[0]) if len(found) == 1 else f"{file} holds {len(found)} records, not one"
            self.reader.problem(node.mark, said)
        elif found[0].record.account not in ("", self.account.account):
            said = f"the event is of account {found[0].record.account}, and the scenario's is "
            self.reader.problem(node.mark, said + self.account.account)
        return Event(file, self._arrives(fields))

    def _call(self, node: Node, fields: Fields) -> Call | None:
        operation = self._operation(node)
        asked = fields["with"].value if "with" in fields else None
        if asked is not None and not isinstance(asked, Mapping):
            self.reader.problem(asked.mark, '"with" must be a mapping: the parameters of the call')
            return None
        return Call(
            operation=operation,
            parameters=value_of(asked) if asked else {},
            by=self._by(fields),
            on=self._text(fields, "on"),
            rules=self._rules(operation, fields["rules"]) if "rules" in fields else (),
            fails=self._text(fields, "fails"),
            arrives=self._arrives(fields),
        )

    def _rules(self, operation: str, entry: Entry) -> tuple[Rule, ...]:
        """Those that a call asks for, of the direction that the operation is for."""
        direction = _OF_RULES.fullmatch(operation)
        if not direction:
            self.reader.problem(entry.key.mark, f"{operation or 'the call'} takes no rules")
            return ()
        return read_rules(self.reader, entry.value, self.account, direction[1] == "Egress")

    def _eks(self, node: Node, fields: Fields) -> EksAct | None:
        asked = self.reader.fields(node, '"eks"', tuple(_EKS_VERBS))
        if len(asked) != 1:
            self.reader.problem(node.mark, f"EKS does one thing in a step: {one_of(_EKS_VERBS)}")
            return None
        ((verb, entry),) = asked.items()
        name = self.reader.text(entry.value, f'"{verb}"')
        return EksAct(_EKS_VERBS[verb], name, self._arrives(fields)) if name else None

    def _trouble(self, node: Node) -> Trouble | Recovery | None:
        asked = self.reader.fields(node, '"aws"', ("fails", "with", "times", "recovers"))
        if "recovers" in asked and len(asked) == 1:
            return Recovery(self._our_operation(asked["recovers"].value))
        if "fails" not in asked or "with" not in asked or "recovers" in asked:
            said = 'AWS either "recovers", or "fails" an operation "with" a code'
            self.reader.problem(node.mark, said, "{fails: CreateTags, with: RequestLimitExceeded}")
            return None
        operation = self._our_operation(asked["fails"].value)
        times = _EVER
        if "times" in asked:
            times = self.reader.number(asked["times"].value, '"times"', 1, 10_000)
        return Trouble(operation, self._text(asked, "with"), times)

    def _operation(self, node: Node) -> str:
        name = self.reader.text(node, "an operation")
        if name and not service_of(name):
            hint = did_you_mean(name, operation_names())
            self.reader.problem(node.mark, f'EC2 and EKS have no operation "{name}"', hint)
            return ""
        return name

    def _our_operation(self, node: Node) -> str:
        """One that the functions call: that another fails is nothing to them."""
        name = self.reader.text(node, "an operation")
        if name and name not in OURS:
            said = f'the functions never call "{name}", only {", ".join(OURS)}'
            self.reader.problem(node.mark, said, did_you_mean(name, OURS))
        return name

    def _by(self, fields: Fields) -> str:
        if "by" not in fields:
            return PEOPLE[0]
        node = fields["by"].value
        name = self.reader.text(node, '"by"')
        if name and name not in PEOPLE:
            hint = did_you_mean(name, PEOPLE, f"known here: {', '.join(PEOPLE)}")
            self.reader.problem(node.mark, f'nobody here is called "{name}"', hint)
            return PEOPLE[0]
        return name

    def _arrives(self, fields: Fields) -> tuple[int, ...]:
        if "arrives" not in fields:
            return USUALLY
        node = fields["arrives"].value
        if isinstance(node, Scalar) and node.value == "never":
            return ()
        times = [self._read(item, '"arrives"', seconds_in) for item in self.reader.some(node, '"arrives"')]
        return tuple(time for time in times if time is not None)

    def _text(self, fields: Fields, key: str) -> str:
        return self.reader.text(fields[key].value, f'"{key}"') if key in fields else ""

    def _read(self, node: Node, what: str, read: Callable[[str], int]) -> int | None:
        # `0` and `1e3` are numbers to YAML: the text as it was written says what is wrong.
        text = node.text if isinstance(node, Scalar) else self.reader.text(node, what)
        try:
            return read(text)
        except ValueError as error:
            self.reader.problem(node.mark, str(error))
            return None
