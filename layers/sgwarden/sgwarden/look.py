"""A look at one group that messages of a batch ask for, and whether people are told what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from sgwarden.attachment import attachment_findings
from sgwarden.causes import cause_of
from sgwarden.finding import ABOUT_ATTACHMENT, TOLD_ONCE, Kind
from sgwarden.observe import find_cluster_of
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.reconcile import reconcile
from sgwarden.target import TargetKind
from sgwarden.timing import SECONDS_TO_LOOK_AROUND, SECONDS_TO_SEND
from sgwarden.updating import UPDATING
from sgwarden.vanished import should_have, vanished

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.finding import Finding
    from sgwarden.followup import FollowUp
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

    `messages` are those of events and follow-ups, `told` the findings that follow-ups say people know of.
    Where only follow-ups and sweeps ask for it, it is no `event`. It is one of `several` where a message
    names other groups too; the first of them has turn 0, and of all messages the soonest `turn` counts. It
    `follows` an EKS update that is not over.
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
    found: tuple[str, ...] = ()
    ended: Ended = Ended.LATE

    def ask(self, trigger: Trigger, message_id: str, follow: FollowUp | None) -> None:
        """An event or a follow-up asks for it."""
        self.triggers.append(trigger)
        self.messages.add(message_id)
        if follow is None:
            self.event = True
        else:
            self.told.update(follow.told)

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
    def is_thorough(self) -> bool:
        """Whether what is around the cluster is looked at too: to remind, or where a cluster is asked for."""
        return self.remind or any(trigger.target.kind is TargetKind.CLUSTER for trigger in self.triggers)

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
            around = _around(result, look, service, seconds_left)
            result = replace(result, findings=(*result.findings, *(around or ())))
            findings = [finding.because_of(cause_of(finding, look.triggers)) for finding in result.findings]
            findings = [each for each in findings if not service.recent.was_told(each.id, group_id)]
            missed = look.was_missed and _has_done_something(result)
            result = replace(result, findings=tuple(findings), missed=missed)
            look.found = tuple(finding.id for finding in findings)
            if around is None:
                look.found = tuple(dict.fromkeys((*look.found, *sorted(look.told))))
        service.journal.looked(group_id, result, look.causes)
        if isinstance(result, Outcome) and _is_news(result, look):
            service.teller.publish(result, look.causes)
            service.recent.tell(group_id, [each.id for each in result.findings if each.kind in TOLD_ONCE])
    except Exception as error:
        service.journal.failed(group_id, error)
        look.ended = Ended.BROKEN
        return None
    look.ended = Ended.FAILED if _has_failed(result) else Ended.DONE
    return result


def _has_failed(result: Outcome | Skipped) -> bool:
    return isinstance(result, Outcome) and result.status is Status.FAILED


def _has_done_something(outcome: Outcome) -> bool:
    """Whether the group was written to, however that ended."""
    failed = outcome.status is Status.FAILED
    return outcome.status is Status.REMEDIATED or (failed and bool(outcome.changes))


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
    if not isinstance(found, Skipped) and look.is_of_eks:
        # Who follows the update knows better than the cluster's status, which changes before and after it.
        found = replace(found[0], status=UPDATING if look.follows else ""), found[1]
    if isinstance(found, Skipped):
        # Without a policy too: where that cannot be read, groups of no cluster are no reason to try again.
        return found
    removals = service.recent.removals(group_id)
    return reconcile(*found, service.policy, service.world, service.ceiling, seconds_left, removals)


def _gone(group_id: str, look: Look, service: Service) -> Outcome | Skipped | None:
    """What is told of a group that does not exist: nothing, unless a cluster lives that should have it."""
    for name in look.clusters:
        cluster = service.world.cluster(name)
        # Asked by its id once more: an answer about many may not have one that is a second old.
        if cluster and should_have(cluster, group_id) and service.world.group(group_id) is None:
            return vanished(cluster, service.policy, service.ceiling.mode)
    return None


def _around(
    outcome: Outcome, look: Look, service: Service, seconds_left: Callable[[], float]
) -> tuple[Finding, ...] | None:
    """What is not as it should be around the cluster, in a thorough look; None where it could not be read.

    It is never worth the rest: that cannot be read is no reason to fail, and where sgwarden has written to
    the group, people hear of that first.
    """
    cluster = outcome.cluster
    if not look.is_thorough or cluster.additional or _is_gone(outcome):
        return ()
    written = outcome.status in (Status.REMEDIATED, Status.FAILED)
    if written or seconds_left() < SECONDS_TO_LOOK_AROUND + SECONDS_TO_SEND:
        return None
    try:
        return attachment_findings(cluster, outcome.group, service.world.attachments(cluster))
    except Exception as error:
        service.journal.unread(f"the interfaces of {cluster.name}", error)
        return None


def _is_gone(outcome: Outcome) -> bool:
    return any(finding.kind is Kind.CLUSTER_GROUP_DELETED for finding in outcome.findings)


def _is_news(outcome: Outcome, look: Look) -> bool:
    """Whether there is something to tell that people have not been told of already."""
    failed = outcome.status is Status.FAILED
    # Whoever asks: no group is written to without people being told, however it ended.
    if look.remind or _has_done_something(outcome):
        return bool(outcome.findings)
    if look.event:
        # What cannot be judged was there before, and is news only if one of these calls can have brought it.
        in_order = outcome.status is Status.IN_SYNC
        if not in_order:
            return bool(outcome.findings)
        return any(finding.cause or _is_new_to(finding, look) for finding in outcome.findings)
    if not look.messages:
        # A sweep cannot tell what is new: it is told where one reminds, but for what must not wait for that.
        return _is_gone(outcome)
    return bool(outcome.findings) if failed else not look.told.issuperset(look.found)


def _is_new_to(finding: Finding, look: Look) -> bool:
    """What is around a cluster is told once for each thing that EKS does to it."""
    return finding.kind in ABOUT_ATTACHMENT and look.is_of_eks and finding.id not in look.told
