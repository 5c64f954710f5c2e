"""What a look does with its group's page in the ledger: who may write, what is news, what is yet to be sent.

People are told once. The page says what is to be told before the topic hears of it, and forgets it only when
the topic itself has said that it did: whoever dies in between, the next look goes on from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from sgwarden import timing
from sgwarden.announcement import announcement, made
from sgwarden.failure import CallError, ConflictError
from sgwarden.outbox import ON_ITS_WAY, Outbox
from sgwarden.outcome import Status
from sgwarden.page import Lease, Page, Unsent
from sgwarden.rendering.sns import published_as
from sgwarden.settling import Seen, Settled, leased, settle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sgwarden.alert import Alert
    from sgwarden.outcome import Outcome
    from sgwarden.service import Service
    from sgwarden.trigger import Cause

_TRIES = 3
_READS = ("Describe", "Get")


class BusyError(Exception):
    """Another run is at work on the group, or was first to begin."""


class ForsakenError(Exception):
    """The lease ran out while its holder was at work, and another run has taken over."""


@dataclass(slots=True)
class Books:
    """One group's page, from the beginning of a look to its end.

    Where the ledger cannot be read the look goes on without: what the cluster needs does not wait for it, and
    people may be told twice.
    """

    group: str
    service: Service
    causes: Sequence[Cause] = ()
    asked_by_event: bool = False
    read_at: datetime = field(default_factory=timing.now)
    _holder: str = field(default_factory=lambda: uuid4().hex)
    _found: Page | None = None
    _latest: Page | None = None
    _without: bool = False
    has_begun: bool = field(default=False, init=False)
    """Whether the lease is taken, and not given back."""
    _outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self._outbox = Outbox(self.group, self.service)

    @property
    def page(self) -> Page:
        """The page as the look found it, before its own lease."""
        if self._found is None:
            self._found = self._latest = self._read()
        return self._found

    def knows(self, finding: str) -> bool:
        """Whether the finding was open before this look, and people told of it."""
        entry = self.page.entry(finding)
        return entry is not None and entry.state.is_open and entry.told is not None

    def begin(self, planned: Outcome) -> None:
        """Take the lease, right before the first change.

        Raises BusyError where another run has it, or has been at work since the group was read: what it did
        is not to be planned again. Alerts that wait are sent later: the group does not wait for them.
        """
        page, now = self.page, timing.now()
        if self._without:
            return
        if page.lease and page.lease.until > now:
            raise BusyError(f"{self.group} is being put right by another run until {page.lease.until}")
        if page.settled and page.settled >= self.read_at:
            raise BusyError(f"another run was at work on {self.group} since it was read")
        changes = [made(change, self.group) for change in planned.changes]
        ours = leased(page, planned, changes, self._holder, now)
        try:
            self.service.ledger.write(ours)
        except ConflictError as error:
            raise BusyError(f"somebody was first to write to the page of {self.group}") from error
        except CallError as error:
            self._go_without(error)
        else:
            self._latest, self.has_begun = ours, True

    def settle(self, seen: Seen) -> None:
        """Write down what the look found, and tell people what of it is news.

        Raises CallError where that could not be done, and ForsakenError. What SNS or SQS refused is written
        down by then.
        """
        was_ours = self.has_begun
        for _ in range(_TRIES):
            page = self.page
            if not was_ours and page.lease and page.lease.until > seen.now:
                return  # whoever is at work tells what comes of it
            try:
                if not (was_ours or self._without):
                    self._send_what_is_due()
                self._write(settle(self.page, seen, self.service.terms), seen)
            except ConflictError:
                self._look_again()
            else:
                break
        else:
            raise BusyError(f"others write to the page of {self.group} all the time")
        if was_ours:
            self._send_what_waited()
        if self._outbox.refused:
            raise self._outbox.refused

    def _send_what_waited(self) -> None:
        """What waited for the group to be put right, which is told: that is not to be told once more."""
        for _ in range(_TRIES):
            try:
                self._send_what_is_due()
            except ConflictError:
                self._found = self._latest = self.service.ledger.page(self.group)
            else:
                return

    def _send_what_is_due(self) -> None:
        page, now = self.page, timing.now()
        self._found = self._latest = sent = self._outbox.send_what_is_due(page, now)
        # Not each look: those that it asked for would ask for others, and they would multiply. An event whose
        # alert was refused comes again, and asks then.
        asks = self._outbox.refused is None if self.asked_by_event else sent is not page
        if asks:
            self._outbox.ask_for_a_look(sent, now)

    def _read(self) -> Page:
        try:
            return self.service.ledger.page(self.group)
        except CallError as error:
            self._go_without(error)
            return Page(self.group)

    def _go_without(self, error: CallError) -> None:
        if not self._without:
            self.service.journal.ledger_unavailable(self.group, error)
        self._without = True

    def _look_again(self) -> None:
        """Somebody else has written: what was found holds, and is settled with what the page says now."""
        latest = self.service.ledger.page(self.group)
        if not self.has_begun:
            self._found = latest
        elif latest.lease is None or latest.lease.holder != self._holder:
            raise ForsakenError(f"another run has taken {self.group} over")
        self._latest = latest

    def _write(self, settled: Settled, seen: Seen) -> None:
        latest = self._latest or self.page
        alert = self._alert(settled, seen, latest) if settled.notes else None
        kept = published_as(alert, seen.outcome) if alert else None
        if self._without:
            if kept and (self.asked_by_event or (seen.outcome and seen.outcome.has_written)):
                self._outbox.attempt(partial(self.service.teller.publish, kept))
            return
        if alert is None and not self.has_begun and settled.page == self.page:
            return
        held_until = self.service.terms.held_until(alert.severity, seen.now) if alert else None
        due = held_until or seen.now + ON_ITS_WAY
        new = [Unsent(alert.id, due, sent=0 if held_until else 1)] if alert else []
        thread = (alert or latest).thread if settled.page.open else ""
        after = replace(
            settled.page,
            version=latest.version + 1,
            thread=thread,
            settled=seen.now,
            lease=self._unsure(seen) or settled.page.lease,
            unsent=(*latest.unsent, *new),
        )
        self.service.ledger.write(after, alert, kept)
        self._found, self._latest, self.has_begun = after, after, False
        if kept and not held_until:
            self._outbox.attempt(partial(self.service.teller.publish, kept))

    def _unsure(self, seen: Seen) -> Lease | None:
        """What was changed where nobody could see what came of it: as if the run had broken off."""
        outcome = seen.outcome
        if outcome is None or outcome.status is not Status.FAILED or not outcome.changes:
            return None
        if not any(error.operation.startswith(_READS) for error in outcome.errors):
            return None
        return Lease("", seen.now, tuple(made(change, self.group) for change in outcome.changes))

    def _alert(self, settled: Settled, seen: Seen, latest: Page) -> Alert:
        said = f"{self.group} {latest.version + 1} {seen.now.isoformat()}"
        alert_id = hashlib.sha256(said.encode()).hexdigest()[:32]
        world = self.service.world
        where = (world.account_id, world.region)
        return announcement(alert_id, settled, seen, where, tuple(dict.fromkeys(self.causes)))
