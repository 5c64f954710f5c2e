"""What every channel says first of an alert: what became of what, and who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.finding import ABOUT_ATTACHMENT, SEVERITIES, Kind
from sgwarden.life import Note, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.trigger import Cause

_DONE = {
    Status.REMEDIATED: "put right, but",
    Status.DRIFTED: "not touched (observing)",
    Status.FAILED: "NOT put right",
    Status.REFUSED: "not touched (refused)",
    Status.IN_SYNC: "in order, but",
}


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


def gravity(alert: Alert) -> Severity:
    """The worst of what others have not put right; of all, where that is all there is."""
    told = [note for note in alert.notes if note.transition is not Transition.RESOLVED] or alert.notes
    return min((note.severity for note in told), key=SEVERITIES.index, default=Severity.INFO)


def became(alert: Alert) -> str:
    """What became of it in a few words, which go before a colon."""
    first = leading(alert)
    if first is None or first.transition is Transition.RESOLVED:
        return "resolved"
    still = f"still {{}} since {first.since:%Y-%m-%d}" if first.transition is Transition.REMINDED else "{}"
    if any(note.kind == Kind.CLUSTER_GROUP_DELETED and note.transition.state.is_open for note in alert.notes):
        return still.format("beyond repair")
    if first.transition is Transition.REMEDIATED:
        return f"put right again ({nth(first.times)} time)" if first.times > 1 else "put right"
    if alert.status is Status.FAILED:
        return still.format(_DONE[Status.FAILED])
    if first.transition is Transition.REMINDED:
        return still.format("open")
    left = "not touched (paused)" if alert.paused and alert.status is Status.DRIFTED else _DONE[alert.status]
    if first.transition is not Transition.REOPENED:
        return left
    again = f"reopened ({nth(first.times)} time)"
    return again if alert.status is Status.IN_SYNC else f"{again}, {left}"


def blamed(alert: Alert) -> tuple[Cause, ...]:
    """The calls that may have caused what is told, each once."""
    return tuple(dict.fromkeys(cause for note in alert.notes for cause in note.causes))


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


def nth(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
