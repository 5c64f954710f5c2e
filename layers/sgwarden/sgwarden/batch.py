"""A batch of queue messages into looks at security groups: one a group, however many messages name it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sgwarden.failure import CallError
from sgwarden.followup import FollowUp, read_follow_up
from sgwarden.kept_alert import KeptAlert, read_kept_alert
from sgwarden.look import Look, looked
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.sweep import Sweep, read_sweep
from sgwarden.target import Target, TargetKind
from sgwarden.trigger import NO_RECORD, Ignored, Touch, Trigger, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sgwarden.observe import Sighting
    from sgwarden.service import Service, World

SECONDS_FOR_A_LOOK = 10
"""Nothing is begun with less time left: what is begun must end, or a group is put right and nobody told.

It is one try that is not answered, which the clients give up after 5 seconds, and all that a look does
where AWS answers.
"""
_OVER_AT_ONCE = "DeleteCluster"
"""The one call on a cluster after which there is nothing to look at again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the queue delivers it."""

    id: str
    body: str


def handle(messages: Iterable[Message], service: Service, seconds_left: Callable[[], float]) -> list[str]:
    """Handle the messages; returns the ids of those that must be delivered again.

    What cannot be understood is written to the journal whole and let go: it would never be understood.
    Messages for which `seconds_left` leaves no time are delivered again.
    """
    batch = _Batch(service, seconds_left)
    for message in messages:
        batch.take(message)
    batch.look()
    batch.defer()
    service.journal.left_alone(batch.ignored, batch.skipped)
    service.journal.put_off(len(batch.put_off))
    return sorted(batch.failed | batch.put_off)


@dataclass(slots=True)
class _Batch:
    """What the messages ask for, put together."""

    service: Service
    seconds_left: Callable[[], float]
    looks: dict[str, Look] = field(default_factory=dict)
    later: dict[FollowUp, tuple[str, Sequence[str]]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set)
    located: dict[Target, Sequence[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Add what a message asks for; whatever goes wrong with one message is no reason to fail others."""
        try:
            asked = _read(message)
        except (ValueError, RecursionError) as error:
            self.service.journal.dropped(message.body, f"{type(error).__name__}: {error}")
            return
        match asked:
            case Ignored() if asked is NO_RECORD:
                self.service.journal.dropped(message.body, asked.reason)
            case Ignored(reason):
                self._ignore(message.body, reason)
            case Sweep(group, remind):
                self._look_at(group).sweep(message.id, remind=remind)
            case _ if self._out_of_time():
                self.put_off.add(message.id)
            case KeptAlert():
                self._resend(message, asked)
            case FollowUp():
                self._take(message, (_trigger_of(asked),), asked)
            case _:
                self._take(message, [each for each in asked if self._is_ours(each.target)])

    def look(self) -> None:
        """Look at the groups, all of which are read at once, after the last message has come."""
        # Sweeps come last: what an event tells of is news.
        looks = sorted(self.looks.items(), key=lambda item: not item[1].messages)
        sightings = self._sightings() if looks and not self._out_of_time() else None
        for group_id, look in looks:
            if self._out_of_time():
                self.put_off |= look.messages | look.sweeps
            elif sightings is None or not self._looked(group_id, sightings.get(group_id), look):
                # Without those of sweeps: the next sweep is their retry.
                self.failed |= look.messages

    def defer(self) -> None:
        """Send ourselves the looks to come."""
        for follow, (message_id, groups) in self.later.items():
            if message_id in self.failed | self.put_off:
                continue  # it is a look to come itself: with one more for each failure they multiply
            told = tuple(finding for group_id in groups for finding in self.looks[group_id].found)
            if self._out_of_time():
                self.put_off.add(message_id)
            elif not _deferred(replace(follow, told=told), self.service):
                self.failed.add(message_id)

    def _out_of_time(self) -> bool:
        return self.seconds_left() < SECONDS_FOR_A_LOOK

    def _ignore(self, what: str, reason: str) -> None:
        self.service.journal.ignored(what, reason)
        self.ignored.append(reason)

    def _look_at(self, group_id: str) -> Look:
        return self.looks.setdefault(group_id, Look())

    def _resend(self, message: Message, kept: KeptAlert) -> None:
        try:
            self.service.teller.resend(kept)
        except CallError as error:
            self.service.journal.failed(f"the alert {kept.subject}", error)
            self.failed.add(message.id)

    def _take(self, message: Message, triggers: Sequence[Trigger], follow: FollowUp | None = None) -> None:
        try:
            for trigger in triggers:
                groups = self._groups(trigger.target)
                for group_id in groups:
                    self._look_at(group_id).ask(trigger, message.id, follow)
                # Asked before the group is read: once the update is final, EKS has put back what it does.
                if next_look := _next_look(follow, trigger, self.service):
                    self.later[next_look] = message.id, groups
        except Exception as error:
            self.service.journal.failed(f"message {message.id}", error)
            self.failed.add(message.id)

    def _is_ours(self, target: Target) -> bool:
        world = self.service.world
        ours = target.region in ("", world.region) and target.account in ("", world.account_id)
        if not ours:
            self._ignore(str(target), "another account or region than the function's own")
        return ours

    def _groups(self, target: Target) -> Sequence[str]:
        if target not in self.located:
            self.located[target] = _located(target, self.service.world)
        return self.located[target]

    def _sightings(self) -> Mapping[str, Sighting] | None:
        try:
            return self.service.world.sightings(tuple(self.looks))
        except Exception as error:
            self.service.journal.failed("the groups of the batch", error)
            return None

    def _looked(self, group_id: str, sighting: Sighting | None, look: Look) -> bool:
        """Look at the group; False where it must be tried again."""
        result = looked(group_id, sighting, look, self.service)
        if isinstance(result, Skipped):
            self.skipped.append(result.reason)
        return result is not None and not (isinstance(result, Outcome) and result.status is Status.FAILED)


def _read(message: Message) -> KeptAlert | FollowUp | Sweep | Ignored | Sequence[Trigger]:
    """What a message is; raises ValueError and RecursionError for what cannot be understood."""
    body = json.loads(message.body)
    return read_kept_alert(body) or read_follow_up(body) or read_sweep(body) or read(body)


def _trigger_of(follow: FollowUp) -> Trigger:
    target = Target(TargetKind.CLUSTER, "", "", follow.cluster)
    return Trigger(target, follow.cause, frozenset(Touch), update_id=follow.update_id)


def _next_look(follow: FollowUp | None, trigger: Trigger, service: Service) -> FollowUp | None:
    if follow is None:
        last = trigger.target.kind is not TargetKind.CLUSTER or trigger.cause.event == _OVER_AT_ONCE
        return None if last else FollowUp(trigger.target.name, trigger.update_id, trigger.cause)
    if service.world.is_final(follow.cluster, follow.update_id):
        return None
    again = follow.again()
    if again is None:
        service.journal.dropped(follow.body(), "the update is still not final after the last look")
    return again


def _located(target: Target, world: World) -> Sequence[str]:
    match target.kind:
        case TargetKind.GROUP:
            return (target.name,)
        case TargetKind.GROUP_NAME:
            return world.groups_named(target.name, target.vpc_id)
        case TargetKind.RULE:
            return world.groups_with_rule(target.name)
        case TargetKind.CLUSTER:
            return world.group_of_cluster(target.name)
        case TargetKind.PREFIX_LIST:
            return world.groups_with_prefix_list(target.name)


def _deferred(follow: FollowUp, service: Service) -> bool:
    try:
        service.teller.defer(follow)
    except CallError as error:
        service.journal.failed(f"the next look at {follow.cluster}", error)
        return False
    return True
