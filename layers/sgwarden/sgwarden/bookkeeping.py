"""What a look does with its group's page in the ledger: who may write, what is news, what is yet to be sent.

People are told once. The page says what is to be told before the topic hears of it, and forgets it only when
the topic itself has said that it did: whoever dies in between, the next look goes on from there.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from sgwarden import timing
from sgwarden.announcement import announcement, made
from sgwarden.failure import CallError, ConflictError
from sgwarden.page import Page, Unsent
from sgwarden.rendering.sns import published_as
from sgwarden.settling import Seen, Settled, leased, settle
from sgwarden.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sgwarden.alert import Alert
    from sgwarden.outcome import Outcome
    from sgwarden.service import Ledger, Service
    from sgwarden.trigger import Cause

_TRIES = 3
_ON_ITS_WAY = timedelta(minutes=10)
"""So long an alert that was sent may take to come back: the batch that it is in may fail, and fail again."""
_USUAL = timedelta(minutes=1)
"""So long it does take, where nothing is wrong."""
_LONGEST_DELAY = 900  # seconds that SQS keeps a message back


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
    _holder: str = field(default_factory=lambda: uuid4().hex)
    _found: Page | None = None
    _latest: Page | None = None
    _is_ours: bool = False
    _without: bool = False
    _refused: CallError | None = None

    @property
    def page(self) -> Page:
        """The page as the look found it, before its own lease."""
        if self._found is None:
            self._found = self._latest = self._read()
        return self._found

    @property
    def has_begun(self) -> bool:
        """Whether the lease is taken, and not given back."""
        return self._is_ours

    def knows(self, finding: str) -> bool:
        """Whether the finding was open before this look, and people told of it."""
        entry = self.page.entry(finding)
        return entry is not None and entry.state.is_open and entry.told is not None

    def begin(self, planned: Outcome) -> None:
        """Take the lease, right before the first change; raises BusyError where another run has it."""
        for _ in range(_TRIES):
            page, now = self.page, timing.now()
            if self._without:
                return
            if page.lease and page.lease.until > now:
                raise BusyError(f"{self.group} is being put right by another run until {page.lease.until}")
            changes = [made(change, self.group) for change in planned.changes]
            try:
                self._send_what_is_due()
                ours = leased(self.page, planned, changes, self._holder, now)
                self.service.ledger.write(ours)
            except ConflictError:
                self._found = None
            except CallError as error:
                self._go_without(error)
            else:
                self._latest, self._is_ours = ours, True
                return
        raise BusyError(f"others write to the page of {self.group} all the time")

    def settle(self, seen: Seen) -> None:
        """Write down what the look found, and tell people what of it is news.

        Raises CallError where that could not be done, and ForsakenError. What SNS or SQS refused is written
        down by then.
        """
        for _ in range(_TRIES):
            page = self.page
            if not self._is_ours and page.lease and page.lease.until > seen.now:
                return  # whoever is at work tells what comes of it
            try:
                if not self._is_ours:
                    self._send_what_is_due()
                self._write(settle(self.page, seen, self.service.terms), seen)
            except ConflictError:
                self._look_again()
            else:
                if self._refused:
                    raise self._refused
                return
        raise BusyError(f"others write to the page of {self.group} all the time")

    def _send_what_is_due(self) -> None:
        """Send alerts of which nobody has heard for long that they went out, in the order they were written.

        Before it is sure that one did not, the group is to be looked at again when it is.
        """
        now = timing.now()
        for each in self.page.unsent:
            if each.due <= now:
                self._send_once_more(each.alert, now)
            elif each.due < now + _ON_ITS_WAY - _USUAL:
                wait = math.ceil((each.due - now).total_seconds())
                later = Sweep(self.group, remind=False, delay=min(wait, _LONGEST_DELAY))
                self._attempt(partial(self.service.teller.defer, later))

    def _send_once_more(self, alert: str, now: datetime) -> None:
        kept = self.service.ledger.kept(self.group, alert)
        rest = tuple(each for each in self.page.unsent if each.alert != alert)
        again = (Unsent(alert, now + _ON_ITS_WAY),) if kept else ()
        claimed = self.page.next(unsent=(*rest, *again))
        self.service.ledger.write(claimed)
        self._found = self._latest = claimed
        if kept:
            self._attempt(partial(self.service.teller.publish, kept))

    def _attempt(self, send: Callable[[], None]) -> None:
        """Send; where that is refused, the look fails, but not before all that it did is written down."""
        try:
            send()
        except CallError as error:
            self._refused = error

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
        if not self._is_ours:
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
                self._attempt(partial(self.service.teller.publish, kept))
            return
        if alert is None and not self._is_ours and settled.page == self.page:
            return
        held_until = self.service.terms.held_until(alert.severity, seen.now) if alert else None
        due = held_until or seen.now + _ON_ITS_WAY
        unsent = (*latest.unsent, *([Unsent(alert.id, due)] if alert else []))
        thread = (alert or latest).thread if settled.page.open else ""
        after = replace(settled.page, version=latest.version + 1, unsent=unsent, thread=thread)
        self.service.ledger.write(after, alert, kept)
        self._found, self._latest, self._is_ours = after, after, False
        if kept and not held_until:
            self._attempt(partial(self.service.teller.publish, kept))

    def _alert(self, settled: Settled, seen: Seen, latest: Page) -> Alert:
        said = f"{self.group} {latest.version + 1} {seen.now.isoformat()}"
        alert_id = hashlib.sha256(said.encode()).hexdigest()[:32]
        world = self.service.world
        where = (world.account_id, world.region)
        return announcement(alert_id, settled, seen, where, tuple(dict.fromkeys(self.causes)))


def confirm(ledger: Ledger, group: str, alert: str) -> None:
    """The alert has gone out; raises CallError, ConflictError where others write to the page all the time."""
    for tries_left in reversed(range(_TRIES)):
        page = ledger.page(group)
        if not any(each.alert == alert for each in page.unsent):
            return
        try:
            ledger.confirm(page.without(alert), alert)
        except ConflictError:
            if not tries_left:
                raise
        else:
            return
