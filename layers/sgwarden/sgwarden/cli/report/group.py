"""A group as the page shows it, whatever it was told by: a result, an alert, or the ledger's standing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from sgwarden.cli.report.look import Found, Place, remarks
from sgwarden.cli.report.open_findings import IN_ORDER, covering, found_of, from_the_worst, is_open_after
from sgwarden.cli.report.reach import Mark, Matrix, Tag, matrices, tags
from sgwarden.cli.report.states import around, of_changes
from sgwarden.finding import SEVERITIES
from sgwarden.life import State as Life
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.alert import Alert, Made
    from sgwarden.cli.report.look import Look, State
    from sgwarden.daily import Standing


@dataclass(frozen=True, slots=True)
class Group:
    """A group, what became of it, and how it stands; findings from the worst, those that are open first.

    `state` is what the ledger says, where it was asked. It is `whole` where all its lines are known, and not
    those alone that changed. It is `planned` where the changes were not made; `policy` is empty where nothing
    says it. `event` is where a replay found it.
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
    state: Life | None = None

    @property
    def stands(self) -> Status:
        """Its status; but what is in order and has open findings, about what carries it, is not."""
        if self.state is Life.FAILED:
            return Status.FAILED
        is_open = any(each.is_open for each in self.findings)
        return Status.DRIFTED if is_open and self.status in IN_ORDER else self.status

    @property
    def counted(self) -> tuple[Found, ...]:
        """The findings that count: those that are open, and where none is, all."""
        return tuple(each for each in self.findings if each.is_open) or self.findings

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
        return severities(self.counted)

    @property
    def rank(self) -> int:
        """How bad the worst finding that counts is, from 0."""
        return min((SEVERITIES.index(each.severity) for each in self.counted), default=len(SEVERITIES))

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
        findings=from_the_worst(replace(each, is_open=is_open_after(each, look)) for each in look.findings),
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
    since is still so, and of others that are open the last one has the number and the worst.
    """
    last = alerts[-1]
    if look is not None:
        told = {note.id: found_of(note, last.status) for note in last.notes}
        group = of_look(look)
        found = (
            replace(each, became=told[each.id].became, is_open=told[each.id].is_open)
            if each.id in told
            else each
            for each in group.findings
        )
        return replace(
            group, findings=from_the_worst(found), remarks=(*group.remarks, *_of_earlier_and_left_out(last))
        )
    group = Group(
        place=Place(last.cluster, last.group, last.account, last.region, last.additional),
        status=last.status,
        findings=_told(alerts),
        changes=last.changes,
        policy=last.policy,
        mode=str(last.mode),
        remarks=(
            *remarks(last.paused, last.barred, last.held, missed=last.missed),
            *_of_earlier_and_left_out(last),
        ),
    )
    return _reaching(group, *of_changes(last.changes), whole=False)


def of_standing(standing: Standing, group: Group | None) -> Group:
    """The group as the ledger says that it stands; `group` is what its alerts say.

    Alerts may be missing, as they are kept for a time only: the ledger's word on the worst finding counts,
    and of findings that no alert tells of it has the number.
    """
    if group is None:
        place = Place(standing.cluster, standing.group, additional=standing.additional)
        group = Group(place, Status.DRIFTED, whole=False)
    said = Found(
        "",
        "",
        standing.severity,
        standing.summary,
        became=f"since {standing.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    )
    return replace(group, findings=covering(group.findings, said, standing.findings), state=standing.state)


def _told(alerts: Sequence[Alert]) -> tuple[Found, ...]:
    """What the last alert tells of, and what others have told of that is open."""
    last = alerts[-1]
    latest = {note.id: note for alert in alerts for note in alert.notes}
    told = {note.id for note in last.notes}
    others: tuple[Found, ...] = tuple(
        found_of(note, last.status)
        for note in latest.values()
        if note.id not in told and note.transition.state.is_open
    )
    if last.others:
        said = Found("", "", last.others.severity, last.others.summary, became="still open")
        others = covering(others, said, last.others.findings)
    return from_the_worst((*(found_of(note, last.status) for note in last.notes), *others))


def _of_earlier_and_left_out(alert: Alert) -> Iterator[str]:
    if alert.earlier:
        lines = "; ".join(made.line for made in alert.earlier)
        yield f"A run before broke off. It had set out to make these changes: {lines}."
    if alert.left_out:
        yield f"{alert.left_out:,} more findings found no room in the alert."


def _reaching(group: Group, before: State, after: State, *, whole: bool) -> Group:
    return replace(
        group,
        ingress=matrices(before, after, "ingress"),
        egress=matrices(before, after, "egress"),
        tags=tags(before, after),
        whole=whole,
    )
