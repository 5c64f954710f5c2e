"""Alerts of which nobody has heard that they went out: sent again, and in the end let go."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sgwarden.failure import CallError, ConflictError
from sgwarden.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sgwarden.page import Page, Unsent
    from sgwarden.service import Ledger, Service

ON_ITS_WAY = timedelta(minutes=10)
"""So long an alert that was sent may take to come back: the batch that it is in may fail, and fail again."""
_USUAL = timedelta(minutes=1)
"""So long it does take, where nothing is wrong."""
_LONGEST_DELAY = 900  # seconds that SQS keeps a message back
_SENT_AT_MOST = 5
"""So often SNS is believed in the end: where receipts are lost, people would get the same for ever."""
_TRIES = 3
_OF_ONE_MESSAGE = "InvalidParameter"
"""How the codes begin by which SNS refuses a message, and not whoever sends it."""


@dataclass(slots=True)
class Outbox:
    """Sends for one look, of one group; `refused` is what SNS or SQS said no to.

    That is no reason to leave off: the look fails, but not before all that it did is written down.
    """

    group: str
    service: Service
    refused: CallError | None = None

    def attempt(self, send: Callable[[], None]) -> None:
        """Send, and note where that is refused."""
        try:
            send()
        except CallError as error:
            self.refused = error

    def send_what_is_due(self, page: Page, now: datetime) -> Page:
        """Send what was sent long ago and has not come back, in the order written; the page as it is then.

        Where SNS refuses, all wait for their next turn together, unless it is that one alone. Raises
        CallError where the ledger refuses, ConflictError where somebody else writes to it.
        """
        for each in page.unsent:
            if each.due > now:
                continue
            before, page = page, self._send_once_more(page, each, now)
            if self.refused and not self.refused.code.startswith(_OF_ONE_MESSAGE):
                unsent = (replace(other, due=max(other.due, now + ON_ITS_WAY)) for other in before.unsent)
                page = page.next(unsent=tuple(unsent))
                self.service.ledger.write(page)
                break
        return page

    def ask_for_a_look(self, page: Page, now: datetime) -> None:
        """Have the group looked at when the next alert counts as lost, before it is sure that it is."""
        until = now + ON_ITS_WAY - (_USUAL if self.refused is None else timedelta())
        late = [each.due for each in page.unsent if now < each.due <= until]
        if late:
            wait = math.ceil((min(late) - now).total_seconds())
            later = Sweep(self.group, remind=False, delay=min(wait, _LONGEST_DELAY))
            self.attempt(partial(self.service.teller.defer, later))

    def _send_once_more(self, page: Page, each: Unsent, now: datetime) -> Page:
        ledger = self.service.ledger
        kept = ledger.kept(self.group, each.alert)
        if kept is None or each.sent >= _SENT_AT_MOST:
            self.service.journal.unconfirmed(self.group, each.alert)
            gone = page.without(each.alert)
            ledger.confirm(gone, each.alert)
            return gone
        again = replace(each, due=now + ON_ITS_WAY, sent=each.sent + 1)
        page = page.next(unsent=tuple(again if other == each else other for other in page.unsent))
        ledger.write(page)
        self.attempt(partial(self.service.teller.publish, kept))
        return page


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
