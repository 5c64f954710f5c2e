"""A batch of queue messages into looks at security groups: one a group, however many messages name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from sgwarden import timing
from sgwarden.asked import Asked, Errand, Message, read_message
from sgwarden.failure import CallError
from sgwarden.following import leads_on, looks_to_come, next_look, once_more, seldom_look
from sgwarden.locations import Locations
from sgwarden.look import Ended, Look
from sgwarden.looking import looked
from sgwarden.outbox import confirm
from sgwarden.outcome import Skipped
from sgwarden.receipt import Receipt
from sgwarden.rest import Rest
from sgwarden.service import TOGETHER
from sgwarden.sweep import Sweep
from sgwarden.tagging import ON_NO_NODE, leave_out
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
    Messages for which there is no time are delivered again; of one of many groups, the rest comes by itself.
    """
    batch = _Batch(service, seconds_left)
    for message in messages:
        batch.take(message)
    batch.confirm()
    batch.locate()
    batch.look()
    batch.settle()
    batch.follow()
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
    receipts: dict[str, Receipt] = field(default_factory=dict)
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
            case Receipt():
                self.receipts[message.id] = said
            case Asked():
                said.errands = [each for each in said.errands if self._is_ours(each.trigger.target)]
                self.asked.append(said)

    def locate(self) -> None:
        """Find the groups to look at, in no more than half of the time that there is until the last look."""
        until = (self.seconds_left() + timing.SECONDS_FOR_A_LOOK) / 2
        for target in leave_out(self.asked, self.service, lambda: self.seconds_left() >= until):
            self._ignore(str(target), ON_NO_NODE)
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

        The first group of each message comes before the second of any.
        """
        groups = sorted(self.looks, key=lambda each: self.looks[each].place)
        for start in range(0, len(groups), TOGETHER):
            if self._is_late(timing.SECONDS_FOR_A_LOOK):
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
        """Send ourselves the looks to come, and events again that are not in force.

        A message that comes again is a look to come itself: with one more for each failure they multiply.
        """
        over = [asked for asked in self.asked if asked.id not in self.failed | self.put_off]
        for follow, message_id in looks_to_come(over).items():
            send = partial(self.service.teller.defer, follow)
            self._send(message_id, f"the next look at {follow.cluster}", send)
        for asked in over:
            if rest := once_more(asked, self.service):
                send = partial(self.service.teller.put_back, rest)
                self._send(asked.id, f"message {asked.id} once more", send)

    def confirm(self) -> None:
        """Write down which alerts have gone out, before a look sends them once more, and in time for one."""
        spare = timing.SECONDS_FOR_A_LOOK if self.asked or self.looks else 0
        for message_id, receipt in self.receipts.items():
            said = partial(confirm, self.service.ledger, receipt.group, receipt.alert)
            self._send(message_id, f"the receipt of alert {receipt.alert}", said, spare)

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
            following = next_look(follow, errand.trigger, self.service)
        except Exception as error:
            self.service.journal.failed(f"the update of {errand.trigger.target.name}", error)
            errand.failed = True
        else:
            errand.next_looks += [following] if following else []

    def _look_at(self, group_id: str) -> Look:
        return self.looks.setdefault(group_id, Look())

    def _ask(self, asked: Asked) -> None:
        groups = asked.groups
        for turn, group in enumerate(groups):
            self._look_at(group).line_up(turn, of=len(groups))
        for errand in asked.errands:
            errand.looks = [self.looks[group] for group in errand.groups or () if group not in asked.done]
            for look in errand.looks:
                look.ask(errand.trigger, asked.id)
                look.confirms.update(asked.confirms)
                # Where that could not be found out, it is as if the update went on.
                look.follows |= errand.trigger.is_update and (errand.failed or bool(errand.next_looks))

    def _look_at_all(self, groups: Sequence[str]) -> None:
        now, sightings = timing.now(), self._sightings(groups)
        for group_id in groups:
            look = self.looks[group_id]
            look.read_at = now
            if sightings is None:
                look.ended = Ended.BROKEN
            elif not self._is_late(self._seconds_for(look)):
                result = looked(group_id, sightings.get(group_id), look, self.service, self.seconds_left)
                if isinstance(result, Skipped):
                    self.skipped.append(result.reason)
                elif result and result.held and not look.follows:
                    self._come_back(look, result.cluster.name)

    def _come_back(self, look: Look, cluster: str) -> None:
        """Follow an update that no event has told of, where EKS itself leads here; a sweep comes anyway."""
        asking = [(each, errand) for each in self.asked for errand in each.errands if look in errand.looks]
        by_eks = next((errand for each, errand in asking if leads_on(each, errand)), None)
        if by_eks and not any(errand.next_looks for _, errand in asking):
            by_eks.next_looks.append(seldom_look(cluster, by_eks.trigger))

    def _seconds_for(self, look: Look) -> float:
        """One of several groups leaves time to send the rest; only the first look of all need not."""
        is_first = all(each.ended is Ended.LATE for each in self.looks.values())
        return timing.SECONDS_FOR_A_LOOK + (timing.SECONDS_TO_SEND if look.several and not is_first else 0)

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
        rest = Rest(asked.event, tuple(dict.fromkeys(left)), (*asked.done, *done), asked.turn)
        send = partial(self.service.teller.put_back, rest)
        self.rests += int(self._send(asked.id, f"the rest of message {asked.id}", send))

    def _send(self, message_id: str, what: str, send: Callable[[], None], spare: float = 0) -> bool:
        """Send something for the message, which comes again where that cannot be done."""
        if self._is_late(timing.SECONDS_TO_SEND + spare):
            self.put_off.add(message_id)
            return False
        try:
            send()
        except CallError as error:
            self.service.journal.failed(what, error)
            self.failed.add(message_id)
        return message_id not in self.failed


def _in_turns(asked: Iterable[Asked]) -> Iterator[tuple[Asked, Errand]]:
    """The first errand of each, then the second of each, and so on: nobody waits for all of another's."""
    for turn in zip_longest(*([(each, errand) for errand in each.errands] for each in asked)):
        yield from (pair for pair in turn if pair is not None)
