"""What every channel says first of an alert: what became of what, and who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.finding import ABOUT_ATTACHMENT, SEVERITIES, Kind
from sgwarden.life import Note, Transition
from sgwarden.outcome import Status
from sgwarden.printable import printable

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.trigger import Cause

_SUMMARY = 200
_DONE = {
    Status.REMEDIATED: "put right, but",
    Status.DRIFTED: "not touched (observing)",
    Status.FAILED: "NOT put right",
    Status.REFUSED: "not touched (refused)",
    Status.IN_SYNC: "in order, but",
}
_NOW = {Status.DRIFTED: "now observing", Status.REFUSED: "then refused"}
"""The same where a run had begun that then broke off."""


def leading(alert: Alert) -> Note | None:
    """The finding to name where there is room for one: the worst, of equals the one that ended worst.

    What others have put right comes after all else, and that it failed is said beside what failed.
    """
    order = tuple(Transition)

    def rank(note: Note) -> tuple[bool, bool, int, int]:
        resolved = note.transition is Transition.RESOLVED
        about_work = note.kind == Kind.REMEDIATION_FAILED
        return resolved, about_work, SEVERITIES.index(note.severity), order.index(note.transition)

    return min(alert.notes, key=rank, default=None)


def became(alert: Alert) -> str:
    """What became of it in a few words, which go before a colon; good news only with what else is open."""
    words, first = _became(alert), leading(alert)
    if alert.others is None or (first and first.transition.state.is_open):
        return words
    return f"{words} ({alert.others.findings} other open, {alert.others.severity})"


def _became(alert: Alert) -> str:
    first = leading(alert)
    if first is None or first.transition is Transition.RESOLVED:
        return "resolved"
    still = f"still {{}} since {first.since:%Y-%m-%d}" if first.transition is Transition.REMINDED else "{}"
    if any(note.kind == Kind.CLUSTER_GROUP_DELETED and note.transition.state.is_open for note in alert.notes):
        return still.format("beyond repair")
    if first.transition is Transition.REMEDIATED:
        return f"put right again ({nth(first.times)} time)" if first.times > 1 else "put right"
    if alert.status is Status.FAILED and not is_about_attachment(alert):
        return still.format(_DONE[Status.FAILED])
    if first.transition is Transition.REMINDED:
        return still.format("open")
    left = _left(alert)
    if first.transition is not Transition.REOPENED:
        return left
    again = f"reopened ({nth(first.times)} time)"
    return again if alert.status is Status.IN_SYNC else f"{again}, {left}"


def _left(alert: Alert) -> str:
    """What was done about what is open."""
    is_paused = alert.paused and alert.status is Status.DRIFTED
    if alert.earlier and alert.status in _NOW:
        return f"put right in part ({'now paused' if is_paused else _NOW[alert.status]})"
    return "not touched (paused)" if is_paused else _DONE[alert.status]


def blamed(alert: Alert) -> tuple[Cause, ...]:
    """The calls that may have caused what is told, each once."""
    return tuple(dict.fromkeys(cause for note in alert.notes for cause in note.causes))


def unnamed(alert: Alert) -> int:
    """How many calls more may have caused one of the findings; what several tell of in common counts once."""
    return max((note.left_out for note in alert.notes), default=0)


def other_findings(alert: Alert) -> str:
    """What else is still open, in a sentence; empty where nothing is."""
    if (others := alert.others) is None:
        return ""
    number = "1 other finding is" if others.findings == 1 else f"{others.findings} other findings are"
    worst = printable(others.summary, _SUMMARY).rstrip(".")
    return f"{number} still open, {others.severity} at worst: {worst}."


def seen(alert: Alert) -> tuple[Cause, ...]:
    """The calls that led here and are not to blame.

    What EKS did on an update is told as its own, though it was somebody's call that began it.
    """
    known = {(cause.event, cause.event_id, cause.time) for cause in blamed(alert)}
    others = (each for each in alert.causes if (each.event, each.event_id, each.time) not in known)
    return tuple(dict.fromkeys(others))


def is_about_attachment(alert: Alert) -> bool:
    """And about nothing else."""
    return bool(alert.notes) and all(note.kind in ABOUT_ATTACHMENT for note in alert.notes)


def sentence(words: str) -> str:
    """Words, at least one, as a sentence of their own."""
    return f"{words[0].upper()}{words[1:].rstrip('.')}."


def nth(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
