"""A batch of queue messages into looks at security groups: one a group, however many messages name it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sgwarden.causes import cause_of
from sgwarden.failure import CallError
from sgwarden.followup import FollowUp, read_follow_up
from sgwarden.outcome import Outcome, Status
from sgwarden.reconcile import reconcile
from sgwarden.target import Target, TargetKind
from sgwarden.trigger import Ignored, Touch, Trigger, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.service import Service

_MADE_LATER = "CreateCluster"
"""The one call without an update id whose cluster is not what it will be."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the queue delivers it."""

    id: str
    body: str


@dataclass(slots=True)
class _Look:
    """A group to look at: the calls that ask for it, and the messages that they came in."""

    triggers: list[Trigger] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)


def handle(messages: Iterable[Message], service: Service) -> list[str]:
    """Handle the messages; returns the ids of those that must be delivered again.

    What cannot be understood is written to the journal whole and let go: it would never be understood.
    """
    looks: dict[str, _Look] = {}
    failed: set[str] = set()
    later: dict[FollowUp, str] = {}
    for message in messages:
        try:
            for trigger in _triggers(message, service, later):
                for group_id in _groups(trigger.target, service):
                    look = looks.setdefault(group_id, _Look())
                    look.triggers.append(trigger)
                    look.messages.add(message.id)
        except CallError as error:
            service.journal.failed(f"message {message.id}", error)
            failed.add(message.id)
    for group_id, look in looks.items():
        if not _looked(group_id, look.triggers, service):
            failed |= look.messages
    failed |= {message_id for follow, message_id in later.items() if not _deferred(follow, service)}
    return sorted(failed)


def _triggers(message: Message, service: Service, later: dict[FollowUp, str]) -> Sequence[Trigger]:
    """What the message asks for; the looks that must follow are put into `later`."""
    try:
        body = json.loads(message.body)
        follow = read_follow_up(body)
        found = read(body) if follow is None else (_trigger_of(follow),)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        service.journal.dropped(message.body, f"{type(error).__name__}: {error}")
        return ()
    if isinstance(found, Ignored):
        service.journal.ignored(message.body, found.reason)
        return ()
    for next_look in _next_looks(follow, found, service):
        later[next_look] = message.id
    return found


def _trigger_of(follow: FollowUp) -> Trigger:
    target = Target(TargetKind.CLUSTER, "", "", follow.cluster)
    return Trigger(target, follow.cause, frozenset(Touch), update_id=follow.update_id)


def _next_looks(follow: FollowUp | None, triggers: Sequence[Trigger], service: Service) -> list[FollowUp]:
    if follow is None:
        return [
            FollowUp(trigger.target.name, trigger.update_id, trigger.cause)
            for trigger in triggers
            if trigger.update_id or trigger.cause.event == _MADE_LATER
        ]
    if service.world.is_final(follow.cluster, follow.update_id):
        return []
    again = follow.again()
    if again is None:
        service.journal.dropped(follow.body(), "the update is still not final after the last look")
        return []
    return [again]


def _groups(target: Target, service: Service) -> Sequence[str]:
    world = service.world
    if target.region not in ("", world.region) or target.account not in ("", world.account_id):
        service.journal.ignored(str(target), "another account or region than the function's own")
        return ()
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


def _looked(group_id: str, triggers: Sequence[Trigger], service: Service) -> bool:
    """Reconcile the group and tell of it; False where it must be tried again."""
    causes = [trigger.cause for trigger in triggers]
    try:
        result = reconcile(group_id, service.policy, service.world, service.ceiling)
        if isinstance(result, Outcome):
            findings = tuple(finding.because_of(cause_of(finding, triggers)) for finding in result.findings)
            result = replace(result, findings=findings)
        service.journal.looked(group_id, result, causes)
        if isinstance(result, Outcome) and result.findings:
            service.teller.publish(result, causes)
    except Exception as error:
        service.journal.failed(group_id, error)
        return False
    return not (isinstance(result, Outcome) and result.status is Status.FAILED)


def _deferred(follow: FollowUp, service: Service) -> bool:
    try:
        service.teller.defer(follow)
    except CallError as error:
        service.journal.failed(f"the next look at {follow.cluster}", error)
        return False
    return True
