"""Messages to ourselves: all rules of an owner are gone, and it may only be that it is cleaning up.

The AWS Load Balancer Controller takes its rules away when the last load balancer goes, and its group only
after that: EC2 refuses it as long as interfaces of the load balancer are there. So the group of the cluster
is looked at once more before people are told.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sgwarden.claimed import claims_an_owner
from sgwarden.kept_cause import kept_cause, read_cause
from sgwarden.record import get, items, text
from sgwarden.target import Target, TargetKind
from sgwarden.traffic import parse_line
from sgwarden.trigger import Trigger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.recent import Removal
    from sgwarden.traffic import Rule
    from sgwarden.trigger import Cause

DELAY = 180
"""Seconds until the group is looked at again: the controller tries for two minutes to delete its own."""
_MARK = "sgwarden-suspicion"
_FINDING = re.compile(r"[0-9a-f]{16}")
_MOST_CALLS = 50
_MOST_RULES = 1000  # no group has more (EC2 quota: rules a group times groups an interface)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Look at the group again, and tell of these findings if they are true still.

    `calls` took the rules away: those of one caller are told as the last of them. Raises ValueError for what
    is no id of a finding, and for rules that claim no owner: none such are lost.
    """

    group: str
    findings: tuple[str, ...]
    calls: tuple[tuple[Cause, tuple[Rule, ...]], ...]

    def __post_init__(self) -> None:
        if not self.findings or not all(map(_FINDING.fullmatch, self.findings)):
            raise ValueError("a suspicion has the ids of findings")
        rules = [rule for _, taken in self.calls for rule in taken]
        if not rules or not all(claims_an_owner(rule.description) for rule in rules):
            raise ValueError("a suspicion has rules that say whose they were")
        if any(cause.time is None for cause, _ in self.calls):
            raise ValueError("a suspicion says when the rules were taken away")

    @property
    def delay(self) -> int:
        """The seconds until it is to come."""
        return DELAY

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """The calls, as their events led to the group; raises ValueError where it has no id of one."""
        target = Target(TargetKind.GROUP, "", "", self.group)
        return tuple(Trigger(target, cause, frozenset(), removed=taken) for cause, taken in self.calls)

    def body(self) -> str:
        """The message's text, which `read_suspicion` reads."""
        calls = [
            {"cause": kept_cause(cause), "rules": [[rule.text(), rule.description] for rule in taken]}
            for cause, taken in self.calls
        ]
        said = {"group": self.group, "findings": self.findings, "calls": calls}
        return json.dumps({_MARK: said}, separators=(",", ":"))


def suspected(group: str, findings: Iterable[str], removals: Iterable[Removal]) -> Suspicion:
    """The suspicion for these findings, from all that was taken from the group, oldest first."""
    of_owners = [each for each in removals if claims_an_owner(each.rule.description)][-_MOST_RULES:]
    calls: dict[tuple[str, str, str], tuple[Cause, dict[Rule, None]]] = {}
    for each in of_owners:
        caller = each.cause.event, each.cause.actor, each.cause.source_ip
        _, rules = calls.get(caller, (each.cause, {}))
        calls[caller] = each.cause, {**rules, replace(each.rule, id="", tags=()): None}
    taken = tuple((cause, tuple(rules)) for cause, rules in calls.values())
    return Suspicion(group, tuple(findings), taken[-_MOST_CALLS:])


def read_suspicion(body: object) -> Suspicion | None:
    """The suspicion that a message is, None where it is something else.

    Raises ValueError for one that `body` cannot have written: others may write to the queue too.
    """
    if not isinstance(body, dict) or _MARK not in body:
        return None
    said = body[_MARK]
    calls = [(get(each, "cause"), get(each, "rules")) for each in items(get(said, "calls"))]
    read = tuple((read_cause(cause), _rules(rules)) for cause, rules in calls)
    findings = tuple(map(text, items(get(said, "findings"))))
    return Suspicion(text(get(said, "group")), findings, read)


def _rules(said: object) -> tuple[Rule, ...]:
    pairs = [items(each) for each in items(said)]
    if not all(len(pair) == 2 for pair in pairs):
        raise ValueError("a suspicion has each rule as a line and a description")
    return tuple(replace(parse_line(text(line)), description=text(words)) for line, words in pairs)
