"""A function that dies between two AWS calls, or finds another run at work between them, in its own time."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from unittest.mock import patch

from botocore.client import BaseClient

from tests.integration.deployed import TIMEOUT, Deployed, _loaded, _with_own_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.embedded import EmbeddedAccount

    from tests.integration.deployed import Json

VISIBILITY = 190  # seconds, as template.yaml has it
AN_ALERT_ON_ITS_WAY = 600  # seconds after which one that nobody has confirmed is sent again


class Death(BaseException):
    """What no function can catch: Lambda ended it."""


@dataclass(slots=True)
class Life:
    """An account with the function at work in it; every run is a process of its own.

    What is given to a run as `between` is called before each of its AWS calls, with its number from 0.
    """

    account: EmbeddedAccount
    now: datetime = datetime(2026, 11, 3, 14, 21, 37, tzinfo=UTC)
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    between: Callable[[], None] | None = None
    deaths: int = 0

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def run(self, bodies: list[str], between: Callable[[int], None] | None = None) -> None:
        """One batch, in a new process; what fails, or all of it where that dies, comes again."""
        function = _with_own_output(Deployed(self.account, _loaded()))
        began = self.now
        function.seconds_left = lambda: TIMEOUT - (self.now - began).total_seconds()
        calls = count()
        outer, self.between = self.between, (lambda: between(next(calls))) if between else None
        try:
            failed = [int(each[1:]) - 1 for each in function.deliver(*bodies)]
        except Death:
            self.deaths += 1
            failed = list(range(len(bodies)))
        finally:
            self.between = outer
        self.waiting += [(self.now + timedelta(seconds=VISIBILITY), bodies[number]) for number in failed]
        self.collect()

    def collect(self) -> None:
        """What was sent to the queue waits in it for as long as it was told to."""
        sent = self.account.take_messages()
        self.waiting += [(self.now + timedelta(seconds=each.delay), each.body) for each in sent]

    def work(self, between: Callable[[int], None] | None = None) -> None:
        """Deliver what is due."""
        due = [body for when, body in self.waiting if when <= self.now][:10]
        for body in due:
            self.waiting.remove(next(each for each in self.waiting if each[1] == body))
        if due:
            self.run(due, between)

    def settle(self) -> None:
        """Whatever waits is delivered, until nothing does."""
        for _ in range(200):
            if not self.waiting:
                return
            self.now = max(self.now, min(when for when, _ in self.waiting))
            self.work()
        raise AssertionError(f"it never ends: {self.waiting}")

    def notes(self) -> Iterator[Json]:
        """What people were told, in the order in which it was so."""
        published = self.account.published()
        alerts = [json.loads(json.loads(message.body)["default"])["alert"] for message in published]
        for alert in sorted(alerts, key=lambda each: str(each["time"])):
            yield from alert["findings"]

    def told(self) -> list[str]:
        """The ids of the alerts that people got, in order."""
        return [message.attributes["alert"] for message in self.account.published()]


@contextmanager
def life(account: EmbeddedAccount) -> Iterator[Life]:
    """The account, in this time; the function is `deployed` in it."""
    made = Life(account)
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        made.pass_by(0.01)
        if made.between:
            made.between()
        answer: Json = send(client, name, parameters)
        return answer

    with (
        patch.object(BaseClient, "_make_api_call", make_api_call),
        patch("sgwarden.timing.now", lambda: made.now),
        patch("time.sleep", made.pass_by),
    ):
        yield made
