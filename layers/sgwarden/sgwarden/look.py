"""A look at one group that messages of a batch ask for, and whether people are told what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from sgwarden.around import around
from sgwarden.calls import Touch
from sgwarden.causes import cause_of
from sgwarden.finding import TOLD_ONCE
from sgwarden.news import is_news
from sgwarden.observe import find_cluster_of
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.reconcile import reconcile
from sgwarden.suspicion import suspected
from sgwarden.target import TargetKind
from sgwarden.updating import UPDATING, made_by_others
from sgwarden.vanished import should_have, vanished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.observe import Sighting
    from sgwarden.service import Service
    from sgwarden.sweep import Sweep
    from sgwarden.trigger import Cause, Trigger


class Ended(Enum):
    """How a look ended: `LATE` where it was not begun, `FAILED` where people know that it did."""

    LATE = auto()
    DONE = auto()
    FAILED = auto()
    BROKEN = auto()


@dataclass(slots=True)
class Look:
    """A group to look at: what asks for it, the ids of the messages that did, and the findings of the look.

    `messages` are those of events and of what follows them, `told` the findings that the latter say people
    know of. Where only they and sweeps ask for it, it is no `event`. It is one of `several` where a message
    names other groups too; the first of them has turn 0, and of all messages the soonest `turn` counts. It
    `follows` an EKS update that is not over, and `confirms` findings that are told only if they last.
    """

    triggers: list[Trigger] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    event: bool = False
    turn: int = 0
    several: bool = False
    remind: bool = False
    follows: bool = False
    told: set[str] = field(default_factory=set)
    confirms: set[str] = field(default_factory=set)
    found: tuple[str, ...] = ()
    ended: Ended = Ended.LATE

    def ask(self, trigger: Trigger, message_id: str, told: Sequence[str] | None) -> None:
        """An event asks for it, or a message to ourselves that says what people have been `told`."""
        self.triggers.append(trigger)
        self.messages.add(message_id)
        if told is None:
            self.event = True
        else:
            self.told.update(told)

    def line_up(self, turn: int, of: int) -> None:
        """A message asks for it as one of so many; before `ask`."""
        self.turn = min(self.turn, turn) if self.messages else turn
        self.several |= of > 1

    def sweep(self, message_id: str, sweep: Sweep) -> None:
        """A sweep asks for it, which adds nobody to blame."""
        self.sweeps[message_id] = sweep
        self.remind |= sweep.remind

    @property
    def clusters(self) -> list[str]:
        """The clusters that are named by who asks for it."""
        targets = (trigger.target for trigger in self.triggers)
        named = (target.name for target in targets if target.kind is TargetKind.CLUSTER)
        return list(dict.fromkeys((*named, *(each.cluster for each in self.sweeps.values() if each.cluster))))

    @property
    def was_missed(self) -> bool:
        """Whether no event told of what is found, as it seems: only sweeps asked, and not after a pause."""
        return not self.messages and not any(each.after_pause for each in self.sweeps.values())

    @property
    def causes(self) -> list[Cause]:
        """The calls that led to it; none where only sweeps did."""
        return [trigger.cause for trigger in self.triggers]

    @property
    def place(self) -> tuple[bool, bool, int]:
        """Where it comes in a batch: sweeps come last, as what an event tells of is news.

        Before them come the tags of other groups, of which one call can give fifty clusters'.
        """
        of_tags = bool(self.triggers) and all(trigger.groups for trigger in self.triggers)
        return not self.messages, of_tags, self.turn

    @property
    def is_thorough(self) -> bool:
        """Whether what is around the cluster is looked at too: to remind, or where a cluster is asked for."""
        whole = (each for each in self.triggers if Touch.TAGS in each.touches)
        return self.remind or any(each.target.kind is TargetKind.CLUSTER for each in whole)

    @property
    def is_of_eks(self) -> bool:
        """Whether EKS has done something to the cluster."""
        return any(trigger.is_of_eks for trigger in self.triggers)


def looked(
    group_id: str,
    sighting: Sighting | None,
    look: Look,
    service: Service,
    seconds_left: Callable[[], float],
) -> Outcome | Skipped | None:
    """Reconcile the group and tell of it; None where that could not be done to the end."""
    try:
        service.recent.note(group_id, look.triggers)
        result = _result(group_id, sighting, look, service, seconds_left)
        if isinstance(result, Outcome):
            result = _told(group_id, result, look, service, seconds_left)
        else:
            service.journal.looked(group_id, result, look.causes)
    except Exception as error:
        service.journal.failed(group_id, error)
        look.ended = Ended.BROKEN
        return None
    look.ended = Ended.FAILED if _has_failed(result) else Ended.DONE
    return result


def _told(
    group_id: str, outcome: Outcome, look: Look, service: Service, seconds_left: Callable[[], float]
) -> Outcome:
    """The outcome as people are told of it, at once or, of what may not last, in a while."""
    recent = service.recent
    findings = [finding.because_of(cause_of(finding, look.triggers)) for finding in outcome.findings]
    recent.see(group_id, [each.id for each in findings])
    findings = [each for each in findings if not recent.was_told(each.id, group_id)]
    unsure = [each for each in findings if each.kind in TOLD_ONCE and each.id not in look.confirms]
    sure = tuple(each for each in findings if each not in unsure)
    look.found = tuple(each.id for each in sure)
    outcome = replace(outcome, findings=sure, missed=look.was_missed and outcome.has_written)
    is_clean = outcome.status is Status.IN_SYNC and not sure
    if is_clean:
        outcome = _with_around(outcome, look, service, seconds_left)
    service.journal.looked(group_id, outcome, look.causes)
    if is_news(outcome, look, recent):
        service.teller.publish(outcome, look.causes)
        recent.tell(group_id, [each.id for each in outcome.findings if each.kind in TOLD_ONCE])
        if outcome.is_gone:
            recent.tell_gone(group_id)
    if unsure:
        _suspect(group_id, [each.id for each in unsure], look, service)
    if not is_clean:
        _tell_what_is_around(group_id, outcome, look, service, seconds_left)
    return outcome


def _suspect(group_id: str, findings: Sequence[str], look: Look, service: Service) -> None:
    """Have the group looked at again before people are told: once, however many events it takes."""
    recent = service.recent
    if new := [each for each in findings if not recent.is_suspected(each, group_id)]:
        service.teller.defer(suspected(group_id, new, recent.removals(group_id), look.found))
        recent.suspect(group_id, new)


def _has_failed(result: Outcome | Skipped) -> bool:
    return isinstance(result, Outcome) and result.status is Status.FAILED


def _result(
    group_id: str,
    sighting: Sighting | None,
    look: Look,
    service: Service,
    seconds_left: Callable[[], float],
) -> Outcome | Skipped:
    found = find_cluster_of(service.world, group_id, sighting)
    if sighting is None and (gone := _gone(group_id, look, service)):
        return gone
    if isinstance(found, Skipped):
        # Without a policy too: where that cannot be read, groups of no cluster are no reason to try again.
        return found
    cluster, group = found
    cluster = replace(cluster, status=_status(cluster, look))
    removals = service.recent.removals(group_id)
    return reconcile(cluster, group, service.policy, service.world, service.ceiling, seconds_left, removals)


def _status(cluster: Cluster, look: Look) -> str:
    """The cluster's, as far as what EKS makes is held for it: until the update is over, and not for people.

    The status that EKS gives follows the update's beginning, and its end.
    """
    if any(made_by_others(trigger, cluster) for trigger in look.triggers):
        return ""
    return UPDATING if look.follows else cluster.status


def _gone(group_id: str, look: Look, service: Service) -> Outcome | Skipped | None:
    """What is told of a group that does not exist: nothing, unless a cluster lives that should have it."""
    for name in look.clusters:
        cluster = service.world.cluster(name)
        # Asked by its id once more: an answer about many may not have one that is a second old.
        if cluster and should_have(cluster, group_id) and service.world.group(group_id) is None:
            return vanished(cluster, service.policy, service.ceiling.mode)
    return None


def _with_around(
    outcome: Outcome, look: Look, service: Service, seconds_left: Callable[[], float]
) -> Outcome:
    """The outcome with nothing to tell but what is around the cluster, in a thorough look."""
    found = around(outcome, service, seconds_left) if look.is_thorough else ()
    if found is None:
        look.found = tuple(dict.fromkeys((*look.found, *sorted(look.told))))
    findings = tuple(each.because_of(cause_of(each, look.triggers)) for each in found or ())
    look.found = tuple(dict.fromkeys((*look.found, *(each.id for each in findings))))
    return replace(outcome, findings=findings, changes=(), planned=None)


def _tell_what_is_around(
    group_id: str, outcome: Outcome, look: Look, service: Service, seconds_left: Callable[[], float]
) -> None:
    """In an alert of its own, where there was something to tell of the group: that did not wait for it."""
    apart = _with_around(outcome, look, service, seconds_left)
    if apart.findings:
        service.journal.looked(group_id, apart, look.causes)
        if is_news(apart, look, service.recent):
            service.teller.publish(apart, look.causes)
