"""The lines of policy that spoke: statements that findings and changes name, and why they are there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.cli.report.group import Group
    from sgwarden.cli.report.look import Found
    from sgwarden.policy.types import Severity


@dataclass(frozen=True, slots=True)
class Line:
    """A statement of a policy; `verb` and `why` are empty where no finding says them."""

    policy: str
    statement: str
    severity: Severity
    verb: str
    why: str
    findings: int
    groups: int


def spoken(groups: Iterable[Group]) -> tuple[Line, ...]:
    """Every statement that a finding names, the worst first, then those that spoke most."""
    found: defaultdict[tuple[str, str], list[tuple[str, Found]]] = defaultdict(list)
    for group in groups:
        for each in group.findings:
            if each.statement:
                found[group.policy, each.statement].append((group.place.group, each))
    lines = (_line(policy, statement, each) for (policy, statement), each in found.items())
    return tuple(sorted(lines, key=_order))


def _line(policy: str, statement: str, told: list[tuple[str, Found]]) -> Line:
    worst = min((each.severity for _, each in told), key=SEVERITIES.index)
    reasons = Counter(filter(any, (_reason(each) for _, each in told)))
    verb, why = reasons.most_common(1)[0][0] if reasons else ("", "")
    return Line(policy, statement, worst, verb, why, len(told), len({group for group, _ in told}))


def _reason(found: Found) -> tuple[str, str]:
    """What the summary says that the statement does, and why: `..., which no-ssh forbids (as we agreed).`"""
    # A why may have brackets of its own, but the sentence ends with the one that holds it.
    sentence = rf", which {re.escape(found.statement)} (forbids|requires)(?: \((.*)\))?\.?$"
    said = re.search(sentence, found.summary, re.DOTALL)
    return (said[1], said[2] or "") if said else ("", "")


def _order(line: Line) -> tuple[int, int, str, str]:
    return SEVERITIES.index(line.severity), -line.findings, line.policy, line.statement
