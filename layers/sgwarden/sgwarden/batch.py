"""A batch of queue messages into looks at security groups: one a group, however many messages name it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sgwarden.causes import cause_of
from sgwarden.failure import CallError
from sgwarden.followup import FollowUp, read_follow_up
from sgwarden.kept_alert import read_kept_alert
from sgwarden.outcome import Outcome, Status
from sgwarden.reconcile import reconcile
from sgwarden.target import Target, TargetKind
from sgwarden.trigger import NO_RECORD, Ignored, Touch, Trigger, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.kept_alert import KeptAlert
    from sgwarden.service import Service, World

_OVER_AT_ONCE = "DeleteCluster"
"""The one call on a cluster after which there is nothing to look at again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the queue delivers it."""

    id: str
    body: str


@dataclass(slots=True)
class _Look:
    """A group to look at: what asks for it, the messages that it came in, and the findings that were found.

    Where only follow-ups ask for it, it is no `event`, and `told` are the findings that people know of.
    """

    triggers: list[Trigger] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)
    event: bool = False
    told: set[str] = field(default_factory=set)
    found: tuple[str, ...] = ()

    def add(self, trigger: Trigger, message: Message, follow: FollowUp | None) -> None:
        self.triggers.append(trigger)
        self.messages.add(message.id)
        if follow is None:
            self.event = True
        else:
            self.told.update(follow.told)


def handle(messages: Iterable[Message], service: Service) -> list[str]:
    """Handle the messages; returns the ids of those that must be delivered again.

    What cannot be understood is written to the journal whole and let go: it would never be understood.
    """
    batch = _Batch(service)
    for message in messages:
        batch.take(message)
    for group_id, look in batch.looks.items():
        if not _looked(group_id, look, service):
            batch.failed |= look.messages
    for follow, (message_id, groups) in batch.later.items():
        # A message that is delivered again is a look to come: with one more for each failure they multiply.
        if message_id not in batch.failed:
            told = tuple(finding for group_id in groups for finding in batch.looks[group_id].found)
            if not _deferred(replace(follow, told=told), service):
                batch.failed.add(message_id)
    return sorted(batch.failed)


@dataclass(slots=True)
class _Batch:
    """What the messages ask for, put together."""

    service: Service
    looks: dict[str, _Look] = field(default_factory=dict)
    later: dict[FollowUp, tuple[str, Sequence[str]]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    located: dict[Target, Sequence[str]] = field(default_factory=dict)

    def take(self, message: Message) -> None:
        """Add what a message asks for; whatever goes wrong with one message is no reason to fail others."""
        try:
            body = json.loads(message.body)
            kept = read_kept_alert(body)
            follow = read_follow_up(body)
            found = read(body) if follow is None else (_trigger_of(follow),)
        except (ValueError, RecursionError) as error:
            self.service.journal.dropped(message.body, f"{type(error).__name__}: {error}")
            return
        if kept:
            self._resend(message, kept)
        elif found is NO_RECORD:
            self.service.journal.dropped(message.body, NO_RECORD.reason)
        elif isinstance(found, Ignored):
            self.service.journal.ignored(message.body, found.reason)
        else:
            self._take(message, follow, [each for each in found if self._is_ours(each.target)])

    def _resend(self, message: Message, kept: KeptAlert) -> None:
        try:
            self.service.teller.resend(kept)
        except CallError as error:
            self.service.journal.failed(f"the alert {kept.subject}", error)
            self.failed.add(message.id)

    def _take(self, message: Message, follow: FollowUp | None, triggers: Sequence[Trigger]) -> None:
        try:
            for trigger in triggers:
                groups = self._groups(trigger.target)
                for group_id in groups:
                    self.looks.setdefault(group_id, _Look()).add(trigger, message, follow)
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
            self.service.journal.ignored(str(target), "another account or region than the function's own")
        return ours

    def _groups(self, target: Target) -> Sequence[str]:
        if target not in self.located:
            self.located[target] = _located(target, self.service.world)
        return self.located[target]


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


def _looked(group_id: str, look: _Look, service: Service) -> bool:
    """Reconcile the group and tell of it; False where it must be tried again."""
    causes = [trigger.cause for trigger in look.triggers]
    try:
        result = reconcile(group_id, service.policy, service.world, service.ceiling)
        if isinstance(result, Outcome):
            findings = [finding.because_of(cause_of(finding, look.triggers)) for finding in result.findings]
            result = replace(result, findings=tuple(findings))
            look.found = tuple(finding.id for finding in findings)
        service.journal.looked(group_id, result, causes)
        if isinstance(result, Outcome) and _is_news(result, look):
            service.teller.publish(result, causes)
    except Exception as error:
        service.journal.failed(group_id, error)
        return False
    return not (isinstance(result, Outcome) and result.status is Status.FAILED)


def _is_news(outcome: Outcome, look: _Look) -> bool:
    """Whether there is something to tell that the look before, a minute ago, has not told of already."""
    if outcome.status is Status.IN_SYNC and look.event:
        # What cannot be judged was there before, and is news only if one of these calls can have brought it.
        return any(finding.cause for finding in outcome.findings)
    if look.event or outcome.status in (Status.REMEDIATED, Status.FAILED):
        return bool(outcome.findings)
    return not look.told.issuperset(look.found)


def _deferred(follow: FollowUp, service: Service) -> bool:
    try:
        service.teller.defer(follow)
    except CallError as error:
        service.journal.failed(f"the next look at {follow.cluster}", error)
        return False
    return True
