"""Findings as the ledger notes them: with what is known of them from before, and for how long that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sgwarden.life import Note, Transition
from sgwarden.traffic import Traffic, parse_line, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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
        rules=finding.rules,
        times=times,
        causes=_all_causes(known.causes if known else (), finding.cause),
    )


def is_more(finding: Finding, note: Note, group: str) -> bool:
    """Whether there is more of it than people were told of."""
    try:
        return not _traffic(finding.traffic, group) <= _traffic(note.traffic, group)
    except ValueError:  # a prefix list, of which a line says no more than the id
        return not set(finding.traffic) <= set(note.traffic)


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


def _all_causes(known: tuple[Cause, ...], new: Cause | None) -> tuple[Cause, ...]:
    """Everybody, each call once; of many, the first and the last."""
    if new is None or any((each.event, each.event_id) == (new.event, new.event_id) for each in known):
        return known
    both = (*known, new)
    return both if len(both) <= _MOST_CAUSES else (both[0], *both[-_MOST_CAUSES + 1 :])


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
            yield replace(each, note=replace(each.note, impact="", traffic=lines, rules=(), causes=()))
