"""What a message of the queue asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgwarden.followup import SELDOM, FollowUp, read_follow_up
from sgwarden.look import Ended, Look
from sgwarden.receipt import Receipt, read_receipt
from sgwarden.rest import read_rest
from sgwarden.suspicion import read_suspicion
from sgwarden.sweep import Sweep, read_sweep
from sgwarden.target import Target, TargetKind
from sgwarden.trigger import Ignored, Touch, Trigger, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the queue delivers it."""

    id: str
    body: str


@dataclass(slots=True)
class Errand:
    """One trigger of a message; `groups` are where it leads, None as long as that is not known.

    It has `failed` where that could not be found out, or whether the update is final. What it is about is not
    `in_force` yet where EC2 says so. `looks` are those that
    it asks for in this batch, `next_looks` are those to come in a later one.
    """

    trigger: Trigger
    groups: Sequence[str] | None = None
    failed: bool = False
    in_force: bool = True
    looks: list[Look] = field(default_factory=list)
    next_looks: list[FollowUp] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Whether there was no time to find all of its groups and to look at them."""
        if self.groups is None:
            return not self.failed
        return any(look.ended is Ended.LATE for look in self.looks)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it has to be tried again."""
        if self.groups is None or self.failed:
            return False
        return all(look.ended is Ended.DONE for look in self.looks)


@dataclass(slots=True)
class Asked:
    """The errands of an event, of what is left of one, of a follow-up, or of a suspicion.

    Groups that are `done` were looked at when the event came, which is kept as it was for what is left now.
    `turn` is that of a rest. It `confirms` findings that were suspected when the event came.
    """

    id: str
    errands: list[Errand]
    follow: FollowUp | None = None
    event: object = None
    done: Sequence[str] = ()
    turn: int = 0
    confirms: Sequence[str] = ()

    @property
    def groups(self) -> list[str]:
        """All that are to be looked at, as far as they are known, in order."""
        found = (group for errand in self.errands for group in errand.groups or ())
        done = frozenset(self.done)
        return [group for group in dict.fromkeys(found) if group not in done]


def read_message(message: Message) -> Receipt | Sweep | Ignored | Asked:
    """What a message asks for; raises ValueError and RecursionError for what cannot be understood."""
    body = json.loads(message.body)
    if said := read_receipt(body) or read_sweep(body):
        return said
    if follow := read_follow_up(body):
        return Asked(message.id, _errands([_trigger_of(follow)]), follow)
    if suspicion := read_suspicion(body):
        return Asked(message.id, _errands(suspicion.triggers), confirms=suspicion.findings)
    if rest := read_rest(body):
        return Asked(message.id, _errands(rest.triggers), None, rest.event, rest.done, rest.turn)
    triggers = read(body)
    if isinstance(triggers, Ignored):
        return triggers
    return Asked(message.id, _errands(triggers), event=body)


def _errands(triggers: Iterable[Trigger]) -> list[Errand]:
    return [Errand(trigger) for trigger in triggers]


def _trigger_of(follow: FollowUp) -> Trigger:
    target = Target(TargetKind.CLUSTER, "", "", follow.cluster)
    # Who has not been told of an update looks at the rules, and not at what is around the cluster.
    touches = {Touch.INGRESS, Touch.EGRESS} if follow.delay == SELDOM else Touch
    return Trigger(target, follow.cause, frozenset(touches), update_id=follow.update_id)
