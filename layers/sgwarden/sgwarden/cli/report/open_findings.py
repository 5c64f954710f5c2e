"""Findings as the page shows them, and whether they are as true as when they were found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.cli.report.look import Found
from sgwarden.finding import DRIFT, SEVERITIES, TOLD_ONCE, Kind
from sgwarden.life import Transition
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.cli.report.look import Look
    from sgwarden.life import Note

BECAME = {
    Transition.FAILED: "could not be put right",
    Transition.OPENED: "open",
    Transition.REOPENED: "open again",
    Transition.REMINDED: "still open",
    Transition.REMEDIATED: "put right",
    Transition.RESOLVED: "resolved by others",
}
IN_ORDER = (Status.IN_SYNC, Status.REMEDIATED)
_SAID_BY_STATUS = DRIFT | {
    *(Kind.OPAQUE_RULE, Kind.LOST_TRAFFIC, Kind.INTERRUPTED_TRAFFIC),
    *(Kind.POLICY_REFUSED, Kind.PLAN_REFUSED, Kind.REMEDIATION_FAILED),
}
"""What is over once the group is in order; all else may last."""


def found_of(note: Note, status: Status) -> Found:
    """The finding as an alert tells of it, with the status of its last look."""
    found = Found(
        id=note.id,
        kind=note.kind,
        severity=note.severity,
        summary=note.summary,
        statement=note.statement,
        impact=note.impact,
        rules=note.rules,
        causes=note.causes,
        became=BECAME[note.transition],
    )
    return replace(found, is_open=note.transition.state.is_open and _may_last(found, status))


def is_open_after(found: Found, look: Look) -> bool:
    """Whether it is as true after the look, as far as a result tells that."""
    touched = {made.rule_id for made in look.changes if made.rule_id}
    put_right = look.status is Status.REMEDIATED and not touched.isdisjoint(found.rules)
    return _may_last(found, look.status) and not put_right


def covering(found: Iterable[Found], said: Found, number: int) -> tuple[Found, ...]:
    """The findings, where so many are open and what is `said` is the worst of them.

    That worst one is added where it is not among them, and says of how many others nothing here tells.
    """
    every = tuple(found)
    # What is said may be cut where it is long.
    worst = next((each for each in every if _is_same(each, said)), said)
    others = tuple(each for each in every if each is not worst)
    untold = number - worst.number - sum(each.number for each in others if each.is_open)
    if untold > 0:
        worst = replace(worst, summary=f"{worst.summary} and {untold:,} more", number=worst.number + untold)
    return from_the_worst((worst, *others))


def from_the_worst(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(sorted(found, key=lambda each: (not each.is_open, SEVERITIES.index(each.severity))))


def _may_last(found: Found, status: Status) -> bool:
    return found.kind not in TOLD_ONCE and not (status in IN_ORDER and found.kind in _SAID_BY_STATUS)


def _is_same(found: Found, said: Found) -> bool:
    same = found.severity is said.severity and found.summary.startswith(said.summary)
    return found.is_open and same
