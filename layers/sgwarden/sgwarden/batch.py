"""A batch of queue messages into looks at security groups: one a group, however many messages name it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from sgwarden.asked import Asked, Errand, Message, read_message
from sgwarden.failure import CallError
from sgwarden.following import next_look, seldom_look
from sgwarden.kept_alert import KeptAlert
from sgwarden.locations import Locations
from sgwarden.look import Ended, Look, looked
from sgwarden.outcome import Skipped
from sgwarden.rest import Rest
from sgwarden.service import TOGETHER
from sgwarden.sweep import Sweep
from sgwarden.timing import SECONDS_FOR_A_LOOK, SECONDS_TO_SEND
from sgwarden.trigger import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sgwarden.followup import FollowUp
    from sgwarden.observe import Sighting
    from sgwarden.service import Service
    from sgwarden.target import Target

__all__ = ["Message", "handle"]


def handle(messages: Iterable[Message], service: Service, seconds_left: Callable[[], float]) -> list[str]:
    """Handle the messages; returns the ids of those that must be delivered again.

    What cannot be understood is written to the journal whole and let go: it would never be understood.
    Messages for which `seconds_left` leaves no time are delivered again; of one that names many groups, the
    rest comes as a message of its own.
    """
    batch = _Batch(service, seconds_left)
    for message in messages:
        batch.take(message)
    batch.locate()
    batch.look()
    batch.settle()
    batch.follow()
    batch.resend()
    service.journal.left_alone(batch.ignored, batch.skipped)
    service.journal.put_off(len(batch.put_off) + batch.rests)
    return sorted(batch.failed | batch.put_off)


@dataclass(slots=True)
class _Batch:
    """What the messages ask for, put together."""

    service: Service
    seconds_left: Callable[[], float]
    asked: list[Asked] = field(default_factory=list)
    looks: dict[str, Look] = field(default_factory=dict)
    kept: dict[str, KeptAlert] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set)
    rests: int = 0
    ignored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Add what a message asks for, without a call; nothing in one message is a reason to fail others."""
        try:
            said = read_message(message)
        except (ValueError, RecursionError) as error:
            self.service.journal.dropped(message.body, f"{type(error).__name__}: {error}")
            return
        match said:
            case Ignored(reason, harmless=False):
                self.service.journal.dropped(message.body, reason)
            case Ignored(reason):
                self._ignore(message.body, reason)
            case Sweep():
                self._look_at(said.group).sweep(message.id, said)
            case KeptAlert():
                self.kept[message.id] = said
            case Asked():
                said.errands = [each for each in said.errands if self._is_ours(each.trigger.target)]
                self.asked.append(said)

    def locate(self) -> None:
        """Find the groups to look at, in no more than half of the time that there is until the last look."""
        until = (self.seconds_left() + SECONDS_FOR_A_LOOK) / 2
        turns = list(_in_turns(self.asked))
        targets = [errand.trigger.target for _, errand in turns]
        locations = Locations(targets, self.service, lambda: self.seconds_left() >= until)
        for asked, errand in turns:
            locations.find(errand)
            if errand.groups is not None:
                # Asked before the group is read: once the update is final, EKS has put back what it does.
                self._see_what_follows(asked.follow, errand)
        for asked in self.asked:
            self._ask(asked)

    def look(self) -> None:
        """Look at the groups, which are read together, after the last message has come.

        The first group of each message comes before the second of any. Sweeps come last: what an event tells
        of is news.
        """
        groups = sorted(self.looks, key=lambda each: (not self.looks[each].messages, self.looks[each].turn))
        for start in range(0, len(groups), TOGETHER):
            if self._is_late(SECONDS_FOR_A_LOOK):
                return
            self._look_at_all(groups[start : start + TOGETHER])

    def settle(self) -> None:
        """Say which messages come again; of events that were handled in part, the rest is sent instead."""
        for look in self.looks.values():
            if look.ended is Ended.LATE:
                self.put_off |= look.sweeps.keys()
            elif look.ended is Ended.BROKEN:
                self.failed |= look.sweeps.keys()
        for asked in self.asked:
            if any(errand.is_late for errand in asked.errands):
                self._send_rest(asked)
            elif not all(errand.is_done for errand in asked.errands):
                self.failed.add(asked.id)

    def follow(self) -> None:
        """Send ourselves the looks to come, each once."""
        later: dict[FollowUp, tuple[str, Errand]] = {}
        for asked in self.asked:
            if asked.id in self.failed | self.put_off:
                continue  # it is a look to come itself: with one more for each failure they multiply
            for errand in asked.errands:
                if errand.next_look and errand.is_done:
                    later[errand.next_look] = asked.id, errand
        for follow, (message_id, errand) in later.items():
            told = tuple(finding for look in errand.looks for finding in look.found)
            send = partial(self.service.teller.defer, replace(follow, told=told))
            self._send(message_id, f"the next look at {follow.cluster}", send)

    def resend(self) -> None:
        """Tell people what could not be told before, now that no group waits for it."""
        for message_id, kept in self.kept.items():
            send = partial(self.service.teller.resend, kept)
            self._send(message_id, f"the alert {kept.subject}", send)

    def _is_late(self, needed: float) -> bool:
        return self.seconds_left() < needed

    def _ignore(self, what: str, reason: str) -> None:
        self.service.journal.ignored(what, reason)
        self.ignored.append(reason)

    def _is_ours(self, target: Target) -> bool:
        world = self.service.world
        ours = target.region in ("", world.region) and target.account in ("", world.account_id)
        if not ours:
            self._ignore(str(target), "another account or region than the function's own")
        return ours

    def _see_what_follows(self, follow: FollowUp | None, errand: Errand) -> None:
        try:
            errand.next_look = next_look(follow, errand.trigger, self.service)
        except Exception as error:
            self.service.journal.failed(f"the update of {errand.trigger.target.name}", error)
            errand.failed = True

    def _look_at(self, group_id: str) -> Look:
        return self.looks.setdefault(group_id, Look())

    def _ask(self, asked: Asked) -> None:
        groups = asked.groups
        for turn, group in enumerate(groups):
            self._look_at(group).line_up(turn, of=len(groups))
        for errand in asked.errands:
            errand.looks = [self.looks[group] for group in errand.groups or () if group not in asked.done]
            for look in errand.looks:
                look.ask(errand.trigger, asked.id, asked.follow)
                look.follows |= errand.next_look is not None and errand.trigger.is_update

    def _look_at_all(self, groups: Sequence[str]) -> None:
        sightings = self._sightings(groups)
        for group_id in groups:
            look = self.looks[group_id]
            if sightings is None:
                look.ended = Ended.BROKEN
            elif not self._is_late(self._seconds_for(look)):
                result = looked(group_id, sightings.get(group_id), look, self.service, self.seconds_left)
                if isinstance(result, Skipped):
                    self.skipped.append(result.reason)
                elif result and result.held and not look.follows:
                    self._come_back(look, result.cluster.name)

    def _come_back(self, look: Look, cluster: str) -> None:
        """Follow an update that no event has told of; who only swept comes again anyway."""
        asking = (errand for asked in self.asked for errand in asked.errands if look in errand.looks)
        if errand := next(asking, None):
            errand.next_look = seldom_look(cluster, errand.trigger)

    def _seconds_for(self, look: Look) -> float:
        """One of several groups leaves time to send the rest; only the first look of all need not."""
        is_first = all(each.ended is Ended.LATE for each in self.looks.values())
        return SECONDS_FOR_A_LOOK + (SECONDS_TO_SEND if look.several and not is_first else 0)

    def _sightings(self, groups: Sequence[str]) -> Mapping[str, Sighting] | None:
        try:
            return self.service.world.sightings(groups)
        except Exception as error:
            self.service.journal.failed("groups of the batch", error)
            return None

    def _send_rest(self, asked: Asked) -> None:
        """Send what is left of the event; where nothing of it was done, it comes again as it is."""
        left = [errand.trigger.target.name for errand in asked.errands if not errand.is_done]
        done = [group for group in asked.groups if self.looks[group].ended is Ended.DONE]
        if not done and len(left) == len(asked.errands):
            self.put_off.add(asked.id)
            return
        rest = Rest(asked.event, tuple(dict.fromkeys(left)), (*asked.done, *done))
        send = partial(self.service.teller.put_back, rest)
        self.rests += int(self._send(asked.id, f"the rest of message {asked.id}", send))

    def _send(self, message_id: str, what: str, send: Callable[[], None]) -> bool:
        """Send something for the message, which comes again where that cannot be done."""
        if self._is_late(SECONDS_TO_SEND):
            self.put_off.add(message_id)
            return False
        try:
            send()
        except CallError as error:
            self.service.journal.failed(what, error)
            self.failed.add(message_id)
            return False
        return True


def _in_turns(asked: Iterable[Asked]) -> Iterator[tuple[Asked, Errand]]:
    """The first errand of each, then the second of each, and so on: nobody waits for all of another's."""
    for turn in zip_longest(*([(each, errand) for errand in each.errands] for each in asked)):
        yield from (pair for pair in turn if pair is not None)
