"""A batch of alerts into messages on every channel that is on; what one cannot take troubles no other."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sgwarden.failure import CallError, LaterError
from sgwarden.timing import SECONDS_TO_SEND
from sgwarden.untold import read_untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily
    from sgwarden.untold import Untold

TRIES = 8
"""After so many a channel is given up for an alert: about an hour, or two where it asks for patience."""
LONGEST_DELAY = 900
"""SQS lets no message wait longer."""
_FIRST_DELAY = 30
SECONDS_TO_TELL = 15
"""What a channel may take: to read its address, and to be told."""
_SECONDS_AFTER = 2 * SECONDS_TO_SEND
"""To note what was told, or to send what was not to ourselves."""


class Channel(Protocol):
    """A way to people, or to a program of theirs."""

    @property
    def name(self) -> str:
        """What it is known by in the ledger, the queue and the log."""

    def tell(self, told: Alert | Daily, seconds: float) -> None:
        """Hand it over; may wait, but no longer than these seconds in all. Raises CallError."""


class Sent(Protocol):
    """Who was told of what."""

    def channels(self, told_id: str) -> frozenset[str]:
        """The channels that were told; raises CallError."""

    def add(self, told_id: str, channel: str) -> None:
        """The channel was told; raises CallError."""


class Queue(Protocol):
    """The queue that the messages come from."""

    def put_back(self, untold: Untold, delay: int) -> None:
        """Send ourselves what is left, to arrive after so many seconds; raises CallError."""


class Journal(Protocol):
    """What operators see."""

    def dropped(self, body: str, reason: str) -> None:
        """A message that cannot be understood; whole."""

    def told(self, told_id: str, channel: str) -> None:
        """A channel took it."""

    def put_back(self, told_id: str, channel: str, delay: int, error: Exception | None) -> None:
        """A channel that did not take it is told again; no error where it was busy already."""

    def given_up(self, untold: Untold, channel: str, error: Exception) -> None:
        """A channel will not hear of it."""

    def unrecorded(self, told_id: str, error: CallError) -> None:
        """The ledger does not say, or keep, who was told: somebody may hear of it twice."""

    def failed(self, what: str, error: Exception) -> None:
        """Something that is to be tried again."""

    def put_off(self, messages: int) -> None:
        """So many messages are to come again, for want of time; often none."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to tell people; `channels` are those that are on."""

    channels: Sequence[Channel]
    sent: Sent
    queue: Queue
    journal: Journal


def handle(messages: Iterable[tuple[str, str]], desk: Desk, seconds_left: Callable[[], float]) -> list[str]:
    """Tell every channel what each message says; returns the ids of those that must be delivered again.

    A message is an id and a body. Where a channel fails for a reason that passes, what it has yet to be told
    comes as a message of its own: the others are not asked again.
    """
    batch = _Batch(desk, seconds_left)
    again = [message_id for message_id, body in messages if not batch.take(body)]
    desk.journal.put_off(batch.put_off)
    return again


@dataclass(slots=True)
class _Batch:
    """What is known of the channels and the alerts of one batch."""

    desk: Desk
    seconds_left: Callable[[], float]
    busy: dict[str, int] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)
    put_off: int = 0

    def take(self, body: str) -> bool:
        """Whether the message is done with."""
        try:
            untold = read_untold(body)
        except (ValueError, RecursionError) as error:
            self.desk.journal.dropped(body, f"{type(error).__name__}: {error}")
            return True
        if self._is_late():
            return False
        told = self._told(untold.id)
        waiting = [each for each in self.desk.channels if untold.channel in ("", each.name)]
        done = [self._is_done(each, untold) for each in waiting if each.name not in told]
        return all(done)

    def _is_done(self, channel: Channel, untold: Untold) -> bool:
        if channel.name in self.busy:
            # One that hangs or asks for patience would take the time of the others.
            return self._put_back(channel, untold.for_channel(channel.name, tried=False), None)
        if self._is_late():
            return False
        try:
            channel.tell(untold.told, self.seconds_left() - _SECONDS_AFTER)
        except CallError as error:
            return self._failed(channel, untold.for_channel(channel.name, tried=True), error)
        except Exception as error:
            # A fault of ours in one channel's words is no reason to silence the others.
            self.desk.journal.given_up(untold, channel.name, error)
            return True
        self._note(untold.id, channel.name)
        return True

    def _failed(self, channel: Channel, left: Untold, error: CallError) -> bool:
        if not error.passing or left.tries >= TRIES:
            self.desk.journal.given_up(left, channel.name, error)
            return True
        self.busy[channel.name] = _delay(left.tries, error)
        return self._put_back(channel, left, error)

    def _put_back(self, channel: Channel, left: Untold, error: CallError | None) -> bool:
        delay = self.busy[channel.name]
        try:
            self.desk.queue.put_back(left, delay)
        except CallError as refused:
            # Then the message itself comes again; who was told is in the ledger.
            self.desk.journal.failed(f"what {channel.name} has yet to be told", refused)
            return False
        self.desk.journal.put_back(left.id, channel.name, delay, error)
        return True

    def _told(self, told_id: str) -> set[str]:
        """The channels that were told, in this batch or before; none where the ledger cannot be asked."""
        here = self.known.setdefault(told_id, set())
        try:
            here |= self.desk.sent.channels(told_id)
        except CallError as error:
            self.desk.journal.unrecorded(told_id, error)
        return here

    def _note(self, told_id: str, channel: str) -> None:
        self.known.setdefault(told_id, set()).add(channel)
        self.desk.journal.told(told_id, channel)
        try:
            self.desk.sent.add(told_id, channel)
        except CallError as error:
            self.desk.journal.unrecorded(told_id, error)

    def _is_late(self) -> bool:
        if self.seconds_left() >= SECONDS_TO_TELL + _SECONDS_AFTER:
            return False
        self.put_off += 1
        return True


def _delay(tries: int, error: CallError) -> int:
    """Seconds until a channel is told again: as many as it asks for, else twice as many each time."""
    asked = error.seconds if isinstance(error, LaterError) else _FIRST_DELAY * 2 ** (tries - 1)
    return math.ceil(min(max(1, asked), LONGEST_DELAY))
