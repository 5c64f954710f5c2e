"""What the ledger keeps of one group: its findings, who is at work on it, and alerts on their way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sgwarden.alert import Made, read_made
from sgwarden.daily import Standing
from sgwarden.finding import COSTS, SEVERITIES
from sgwarden.life import Note, State, read_count, read_note, read_time
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Self

Json = dict[str, Any]

LEASE = timedelta(seconds=60)
"""So long a lease holds: twice what Lambda gives a batch, so that its holder is dead once it is over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as it stands, and the note that told of it; `told` is when, None where nobody was told."""

    note: Note
    state: State
    told: datetime | None

    def as_json(self) -> Json:
        told = self.told.isoformat() if self.told else None
        return {"note": self.note.as_json(), "state": str(self.state), "told": told}


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may write to the group, until when, and the changes that it set out to make."""

    holder: str
    until: datetime
    changes: tuple[Made, ...] = ()

    def as_json(self) -> Json:
        changes = [made.as_json() for made in self.changes]
        return {"holder": self.holder, "until": self.until.isoformat(), "changes": changes}


@dataclass(frozen=True, slots=True)
class Unsent:
    """An alert that nobody has confirmed, and when it may be sent: not before, as it may be on its way.

    It was `sent` so many times, 0 where it is held back.
    """

    alert: str
    due: datetime
    sent: int = 1

    def as_json(self) -> Json:
        return {"alert": self.alert, "due": self.due.isoformat(), "sent": self.sent}


@dataclass(frozen=True, slots=True)
class Page:
    """One group's page; `version` is how often it was written, 0 where it never was.

    `thread` joins all alerts from the first open finding until none is open. `cluster` and `additional` say
    what the group was of when it was last looked at; `settled` is when a look last wrote down what it found.
    """

    group: str
    version: int = 0
    thread: str = ""
    cluster: str = ""
    additional: bool = False
    entries: tuple[Entry, ...] = ()
    lease: Lease | None = None
    unsent: tuple[Unsent, ...] = ()
    settled: datetime | None = None

    def entry(self, finding: str) -> Entry | None:
        """What is known of the finding."""
        return next((each for each in self.entries if each.note.id == finding), None)

    @property
    def open(self) -> tuple[Entry, ...]:
        """The findings that were true when the group was last looked at."""
        return tuple(each for each in self.entries if each.state.is_open)

    @property
    def is_watched(self) -> bool:
        """Whether there is something that a sweep must come back for."""
        return bool(self.open or self.lease or self.unsent)

    @property
    def standing(self) -> Standing | None:
        """How the group stands in a daily report; None where nothing is open.

        What it would cost to put it right is not counted: it is not what is wrong.
        """
        opened = [each for each in self.open if each.note.kind not in COSTS] or self.open
        if not opened:
            return None
        worst = min(opened, key=lambda each: (SEVERITIES.index(each.note.severity), each.note.since))
        failed = any(each.state is State.FAILED for each in opened)
        return Standing(
            cluster=self.cluster,
            group=self.group,
            state=State.FAILED if failed else State.OPEN,
            severity=worst.note.severity,
            findings=len(opened),
            since=min(each.note.since for each in opened),
            summary=worst.note.summary,
            additional=self.additional,
        )

    def next(self, **changed: Any) -> Self:  # noqa: ANN401  the fields have types of their own
        """The page as it is to be written next, over this one."""
        return replace(self, version=self.version + 1, **changed)

    def without(self, alert: str) -> Self:
        """The page once the alert is confirmed."""
        return self.next(unsent=tuple(each for each in self.unsent if each.alert != alert))

    def as_json(self) -> Json:
        """What `read_page` reads."""
        return {
            "group": self.group,
            "version": self.version,
            "thread": self.thread,
            "cluster": self.cluster,
            "additional": self.additional,
            "entries": [each.as_json() for each in self.entries],
            "lease": self.lease and self.lease.as_json(),
            "unsent": [each.as_json() for each in self.unsent],
            "settled": self.settled and self.settled.isoformat(),
        }


def read_page(said: object) -> Page:
    """The page; raises ValueError for what `as_json` cannot have written."""
    version = read_count(get(said, "version"), 1, "a page of the ledger was written once at least")
    lease, settled = get(said, "lease"), get(said, "settled")
    return Page(
        group=text(get(said, "group")),
        version=version,
        thread=text(get(said, "thread")),
        cluster=text(get(said, "cluster")),
        additional=get(said, "additional") is True,
        entries=tuple(_entries(items(get(said, "entries")))),
        lease=None if lease is None else _lease(lease),
        unsent=tuple(map(_unsent, items(get(said, "unsent")))),
        settled=None if settled is None else read_time(settled),
    )


def _entries(said: Iterable[object]) -> Iterable[Entry]:
    for each in said:
        told = get(each, "told")
        state = State(text(get(each, "state")))
        yield Entry(read_note(get(each, "note")), state, None if told is None else read_time(told))


def _lease(said: object) -> Lease:
    changes = tuple(map(read_made, items(get(said, "changes"))))
    return Lease(text(get(said, "holder")), read_time(get(said, "until")), changes)


def _unsent(said: object) -> Unsent:
    sent = read_count(get(said, "sent"), 0, "an alert was sent so many times")
    return Unsent(text(get(said, "alert")), read_time(get(said, "due")), sent)
