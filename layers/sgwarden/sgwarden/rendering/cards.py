"""An alert as a card shows it: what Slack and Teams lay out each in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.rendering.advice import steps
from sgwarden.rendering.links import links_of
from sgwarden.rendering.plain import BROKE_OFF, call, did
from sgwarden.rendering.verdict import became, blamed, leading, nth, seen, unnamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily, Standing
    from sgwarden.life import Note
    from sgwarden.rendering.links import Link

LINE = 400
"""No line is longer, but a step to take, which may be twice as long."""
_TITLE = 150
_NAME = 60
_HELD = 3
_COLOURS = {
    Severity.CRITICAL: "#b3261e",
    Severity.HIGH: "#d9580d",
    Severity.MEDIUM: "#c99700",
    Severity.LOW: "#2f6fb7",
    Severity.INFO: "#6b7280",
}
_OVER = "#2e7d4f"


@dataclass(frozen=True, slots=True)
class Point:
    """One finding: its label in a word or two, what is the matter, and what breaks."""

    label: str
    summary: str
    impact: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """All that a card shows, each text one visible line that is yet to be escaped.

    `changes` are those of `done`, made or only meant, and `earlier` those of `before`; `colour` is that of
    the severity, or of relief. So many more points are `left_out`.
    """

    title: str
    severity: Severity
    is_over: bool
    points: tuple[Point, ...]
    facts: tuple[tuple[str, str], ...]
    footer: str
    before: str = ""
    earlier: tuple[str, ...] = ()
    done: str = ""
    changes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    left_out: int = 0

    @property
    def headline(self) -> str:
        """The title for those who see no colour."""
        return f"[{self.severity}] {self.title}"

    @property
    def colour(self) -> str:
        return _OVER if self.is_over else _COLOURS[self.severity]


def card_of(alert: Alert) -> Card:
    """What the alert tells, in the order in which people ask."""
    return Card(
        title=_title(alert),
        severity=alert.severity,
        is_over=alert.is_over,
        points=(*map(_point, alert.notes), *_others(alert)),
        facts=tuple(_facts(alert)),
        footer=_line(f"sgwarden, {alert.time:%Y-%m-%d %H:%M:%S} UTC, alert {alert.id}"),
        before=BROKE_OFF if alert.earlier else "",
        earlier=tuple(_line(made.line) for made in alert.earlier),
        done=_line(" ".join(_done(alert))),
        changes=tuple(_line(made.line) for made in alert.changes),
        calls=tuple(_calls(alert)),
        steps=tuple(_line(step, 2 * LINE) for step in steps(alert)),
        links=links_of(alert),
        left_out=alert.left_out,
    )


def daily_card_of(daily: Daily) -> Card:
    """What stands open, a point for each group, the worst first."""
    groups = daily.from_the_worst
    number = len(groups) + daily.left_out
    are = "1 group is" if number == 1 else f"{number} groups are"
    return Card(
        title=f"{are} not as the policy asks" if number else "All groups are as their policies ask",
        severity=daily.severity,
        is_over=not number,
        points=tuple(map(_standing, groups)),
        facts=(("Account", _line(daily.account)), ("Region", _line(daily.region))),
        footer=_line(f"sgwarden, daily report of {daily.time:%Y-%m-%d %H:%M} UTC"),
        left_out=daily.left_out,
    )


def _line(text: str, limit: int = LINE) -> str:
    return printable(text, limit)


def _title(alert: Alert) -> str:
    first = leading(alert)
    # The reason follows in the finding itself.
    what = f": {first.summary.partition(', which ')[0].rstrip('.')}" if first else ""
    group = f" {alert.group}" if alert.additional else ""
    return _line(f"{alert.cluster}{group} {became(alert)}{what}", _TITLE)


def _point(note: Note) -> Point:
    impact = note.impact and f"{note.impact[0].upper()}{note.impact[1:].rstrip('.')}."
    told = note.transition is not Transition.RESOLVED
    return Point(_line(_label(note)), _line(note.summary), _line(impact) if told else "")


def _others(alert: Alert) -> Iterator[Point]:
    if others := alert.others:
        more = f" And {others.findings - 1} more." if others.findings > 1 else ""
        yield Point(f"{others.severity.upper()} still open", _line(f"{others.summary}{more}"))


def _calls(alert: Alert) -> Iterator[str]:
    yield from (_line(call(each)) for each in blamed(alert))
    if more := unnamed(alert):
        yield f"and {more} more"
    yield from (_line(call(each)) for each in seen(alert))


def _label(note: Note) -> str:
    match note.transition:
        case Transition.REOPENED:
            became_of_it = f"reopened ({nth(note.times)} time)"
        case Transition.REMINDED:
            became_of_it = f"still open since {note.since:%Y-%m-%d}"
        case other:
            became_of_it = str(other)
    return f"{note.severity.upper()} {became_of_it}"


def _standing(standing: Standing) -> Point:
    more = f" And {standing.findings - 1} more." if standing.findings > 1 else ""
    group = f"additional group {standing.group}" if standing.additional else standing.group
    label = f"{standing.severity.upper()} {standing.state} since {standing.since:%Y-%m-%d}"
    return Point(label, _line(f"{standing.cluster}, {group}: {standing.summary}{more}"))


def _facts(alert: Alert) -> Iterator[tuple[str, str]]:
    named = alert.additional and alert.group_name
    yield "Cluster", _line(alert.cluster)
    group = f"{alert.group} ({alert.group_name})" if named else alert.group
    yield "Additional group" if alert.additional else "Security group", _line(group)
    yield "Account", _line(alert.account)
    yield "Region", _line(alert.region)
    yield "Policy", _line(alert.policy)
    yield "Mode", "paused" if alert.paused else str(alert.mode)


def _done(alert: Alert) -> Iterator[str]:
    if alert.missed:
        yield "No event told of it: a sweep found it."
    if alert.held:
        held = [printable(each, _NAME) for each in alert.held]
        more = f" and {len(held) - _HELD} more" if len(held) > _HELD else ""
        yield f"Held until EKS is done with its update of the cluster: {', '.join(held[:_HELD])}{more}."
    yield did(alert)
