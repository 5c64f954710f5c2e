"""What happened, when, by whom, and what became of it; the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sgwarden.cli.report.look import Place
from sgwarden.cli.report.open_findings import BECAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.alert import Alert
    from sgwarden.cli.report.look import Look
    from sgwarden.outcome import Status
    from sgwarden.policy.types import Severity
    from sgwarden.trigger import Cause

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in one line; `became` is empty where the status of the group says it."""

    severity: Severity
    summary: str
    became: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """What one alert, or one call in a result, tells of a group; so many more findings are `left_out`."""

    time: datetime | None
    place: Place
    status: Status
    said: tuple[Said, ...]
    calls: tuple[Cause, ...] = ()
    changes: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one day in UTC; `title` is empty for those that nothing dates."""

    title: str
    moments: tuple[Moment, ...]


def days(alerts: Iterable[Alert], looks: Iterable[Look]) -> tuple[Day, ...]:
    """All moments of alerts, and of the calls behind the findings of looks."""
    moments = [*map(_of_alert, alerts), *(moment for look in looks for moment in _of_look(look))]
    moments.sort(key=lambda each: each.time or _EARLIEST, reverse=True)
    return tuple(Day(title, tuple(each)) for title, each in groupby(moments, key=_title))


def _of_alert(alert: Alert) -> Moment:
    named = [cause for note in alert.notes for cause in note.causes] or alert.causes
    return Moment(
        time=alert.time.astimezone(UTC),
        place=Place(alert.cluster, alert.group, alert.account, alert.region, alert.additional),
        status=alert.status,
        said=tuple(Said(note.severity, note.summary, BECAME[note.transition]) for note in alert.notes),
        calls=tuple(dict.fromkeys(named)),
        changes=len(alert.changes),
        left_out=alert.left_out,
    )


def _of_look(look: Look) -> Iterator[Moment]:
    """One a call: its findings together."""
    for cause in dict.fromkeys(cause for found in look.findings for cause in found.causes):
        said = (Said(each.severity, each.summary) for each in look.findings if cause in each.causes)
        time = cause.time.astimezone(UTC) if cause.time else None
        yield Moment(time, look.place, look.status, tuple(said), (cause,), len(look.changes))


def _title(moment: Moment) -> str:
    return f"{moment.time:%Y-%m-%d}" if moment.time else ""
