"""A group as the page shows it, whatever it was told by: a result, an alert, or the ledger's standing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from sgwarden.cli.report.look import Found, Place, remarks
from sgwarden.cli.report.reach import Mark, Matrix, Tag, matrices, tags
from sgwarden.cli.report.states import around, of_changes
from sgwarden.finding import SEVERITIES
from sgwarden.life import State as Life
from sgwarden.life import Transition
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.alert import Alert, Made
    from sgwarden.cli.report.look import Look, State
    from sgwarden.daily import Standing
    from sgwarden.life import Note

BECAME = {
    Transition.FAILED: "could not be put right",
    Transition.OPENED: "open",
    Transition.REOPENED: "open again",
    Transition.REMINDED: "still open",
    Transition.REMEDIATED: "put right",
    Transition.RESOLVED: "resolved by others",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A group and how it stands; findings from the worst.

    It is `whole` where all its lines are known, and not those alone that changed. It is `planned` where the
    changes were not made; `policy` is empty where nothing says it. `event` is where a replay found it.
    """

    place: Place
    status: Status
    findings: tuple[Found, ...] = ()
    changes: tuple[Made, ...] = ()
    ingress: tuple[Matrix, ...] = ()
    egress: tuple[Matrix, ...] = ()
    tags: tuple[Tag, ...] = ()
    policy: str = ""
    mode: str = ""
    remarks: tuple[str, ...] = ()
    whole: bool = True
    event: str = ""
    subject: str = ""
    mail: str = ""

    @property
    def planned(self) -> bool:
        return self.status is Status.DRIFTED

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say but that it is in order."""
        return not (self.findings or self.changes or self.remarks) and self.status is Status.IN_SYNC

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Those that its lines and tags bear."""
        rows = (row for matrix in (*self.ingress, *self.egress) for row in matrix.rows)
        borne = {tag.mark for tag in self.tags} | {mark for row in rows for mark in row.marks}
        return tuple(mark for mark in Mark if mark in borne)

    @property
    def severities(self) -> tuple[tuple[str, int], ...]:
        return severities(self.findings)

    @property
    def rank(self) -> int:
        """How bad its worst finding is, from 0."""
        return min((SEVERITIES.index(each.severity) for each in self.findings), default=len(SEVERITIES))

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Worse first, then by name."""
        return self.rank, self.place.cluster, self.place.group, self.event


def severities(found: Iterable[Found]) -> tuple[tuple[str, int], ...]:
    """How many of each severity, from the worst, of those that there are."""
    counts = Counter(each.severity for each in found)
    return tuple((str(severity), counts[severity]) for severity in SEVERITIES if counts[severity])


def of_look(look: Look) -> Group:
    """The group as a result tells of it."""
    states = around(look)
    group = Group(
        place=look.place,
        status=look.status,
        findings=_from_the_worst(look.findings),
        changes=look.changes,
        policy=look.policy,
        mode=str(look.mode),
        remarks=look.remarks,
        event=look.event,
        subject=look.subject,
        mail=look.mail,
    )
    return _reaching(group, *(states or of_changes(look.changes)), whole=states is not None)


def of_alerts(alerts: Sequence[Alert], look: Look | None) -> Group:
    """The group as its alerts tell of it, the oldest first; `look` is what came with the last of them.

    A look knows all findings of its moment. Alerts alone tell of what changed: what was opened and not closed
    since is still so.
    """
    last = alerts[-1]
    if look is not None:
        became = {note.id: BECAME[note.transition] for note in last.notes}
        group = of_look(look)
        return replace(
            group,
            findings=tuple(replace(each, became=became.get(each.id, "")) for each in group.findings),
        )
    group = Group(
        place=Place(last.cluster, last.group, last.account, last.region, last.additional),
        status=last.status,
        findings=_from_the_worst(_found(note) for note in _standing_notes(alerts)),
        changes=last.changes,
        policy=last.policy,
        mode=str(last.mode),
        remarks=tuple(remarks(last.paused, last.barred, last.held, missed=last.missed)),
    )
    return _reaching(group, *of_changes(last.changes), whole=False)


def of_standing(standing: Standing, group: Group | None) -> Group:
    """The group as the ledger says that it stands; `group` is what its alerts say."""
    status = Status.FAILED if standing.state is Life.FAILED else Status.DRIFTED
    if group is not None and group.findings:
        return replace(group, status=status)
    place = Place(standing.cluster, standing.group, additional=standing.additional)
    more = f" and {standing.findings - 1:,} more" if standing.findings > 1 else ""
    summary = f"{standing.summary}{more}"
    found = Found(
        "",
        "",
        standing.severity,
        summary,
        became=f"since {standing.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    )
    return replace(group or Group(place, status, whole=False), status=status, findings=(found,))


def _standing_notes(alerts: Sequence[Alert]) -> list[Note]:
    latest = {note.id: note for alert in alerts for note in alert.notes}
    told = {note.id for note in alerts[-1].notes}
    return [note for note in latest.values() if note.transition.state.is_open or note.id in told]


def _found(note: Note) -> Found:
    return Found(
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


def _from_the_worst(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity)))


def _reaching(group: Group, before: State, after: State, *, whole: bool) -> Group:
    return replace(
        group,
        ingress=matrices(before, after, "ingress"),
        egress=matrices(before, after, "egress"),
        tags=tags(before, after),
        whole=whole,
    )
