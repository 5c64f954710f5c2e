"""Findings as the ledger notes them: with what is known of them from before, and for how long that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sgwarden.finding import SEVERITIES, Kind
from sgwarden.life import Note, Transition
from sgwarden.traffic import Traffic, parse_line, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sgwarden.finding import Finding
    from sgwarden.page import Entry
    from sgwarden.trigger import Cause

_MEMORY = timedelta(days=30)
"""So long a closed finding is known: if it comes back, it is reopened."""
_MOST_CLOSED = 200
_MOST_CAUSES = 20
_LINES_OF_CLOSED = 10


def note_of(finding: Finding, entry: Entry | None, transition: Transition, now: datetime, group: str) -> Note:
    """The finding of the group as it is told, with what is known of it from before."""
    known = entry.note if entry and entry.state.is_open else None
    times = known.times if known else 1
    if entry and not known and is_again(finding, entry.note, group):
        times = entry.note.times + 1
    causes = _all_causes((*(known.causes if known else ()), *finding.causes))
    return Note(
        id=finding.id,
        kind=str(finding.kind),
        severity=finding.severity,
        transition=transition,
        summary=finding.summary,
        headline=finding.headline,
        since=known.since if known else now,
        impact=finding.impact,
        direction=str(finding.direction or ""),
        statement=finding.statement,
        traffic=finding.traffic,
        present=finding.present,
        rules=finding.rules,
        times=times,
        causes=causes if len(causes) <= _MOST_CAUSES else (causes[0], *causes[-_MOST_CAUSES + 1 :]),
        left_out=(known.left_out if known else 0) + max(0, len(causes) - _MOST_CAUSES),
    )


def is_more(finding: Finding, note: Note, group: str) -> bool:
    """Whether there is more of it than people were told of, or it is worse."""
    is_worse = SEVERITIES.index(finding.severity) < SEVERITIES.index(note.severity)
    is_another = finding.kind is Kind.WRONG_TAG and finding.headline != note.headline
    if is_worse or is_another or (finding.impact and not note.impact):
        return True
    try:
        return not _meant(finding, group) <= _meant(note, group)
    except ValueError:  # a prefix list, of which a line says no more than the id
        return not (set(finding.traffic) <= set(note.traffic) and set(note.present) <= set(finding.present))


def _meant(said: Finding | Note, group: str) -> Traffic:
    """The traffic that is open, or truly missing; raises ValueError as `_traffic` does."""
    return _traffic(said.traffic, group) - _traffic(said.present, group)


def is_again(finding: Finding, note: Note, group: str) -> bool:
    """Whether it is what was closed, or some of it, and not something else under the same statement."""
    if not (finding.traffic or note.traffic):
        return True
    try:
        return bool(_traffic(finding.traffic, group) & _traffic(note.traffic, group))
    except ValueError:
        return not set(finding.traffic).isdisjoint(note.traffic)


def _traffic(lines: Sequence[str], group: str) -> Traffic:
    """Raises ValueError for a line that does not say what it lets through."""
    return union(parse_line(line, group).traffic for line in lines)


def _all_causes(told: Iterable[Cause]) -> tuple[Cause, ...]:
    """Each call once, as it was first told."""
    calls: dict[tuple[str, str], Cause] = {}
    for each in told:
        calls.setdefault((each.event, each.event_id), each)
    return tuple(calls.values())


def remembered(entries: Mapping[str, Entry], now: datetime) -> Iterator[Entry]:
    """All that is open, and of what is closed the last in short, for a month."""
    told = {key: each.told for key, each in entries.items() if each.told and not each.state.is_open}
    closed = sorted((when, key) for key, when in told.items() if now < when + _MEMORY)
    kept = {key for _, key in closed[-_MOST_CLOSED:]}
    for each in entries.values():
        if each.state.is_open:
            yield each
        elif each.note.id in kept:
            # If it comes back, most of it is new: who keeps opening ports cannot fill the page.
            lines = each.note.traffic[:_LINES_OF_CLOSED]
            note = replace(each.note, impact="", traffic=lines, present=(), rules=(), causes=())
            yield replace(each, note=note)
