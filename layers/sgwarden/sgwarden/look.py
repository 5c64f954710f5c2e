"""A look at one group that messages of a batch ask for, and whether people are told what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from sgwarden.causes import cause_of
from sgwarden.observe import find_cluster_of
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.followup import FollowUp
    from sgwarden.observe import Sighting
    from sgwarden.service import Service
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
    names other groups too; the first of them has turn 0, and of all messages the soonest `turn` counts.
    """

    triggers: list[Trigger] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)
    sweeps: set[str] = field(default_factory=set)
    event: bool = False
    turn: int = 0
    several: bool = False
    remind: bool = False
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

    def sweep(self, message_id: str, *, remind: bool) -> None:
        """A sweep asks for it, which adds nobody to blame."""
        self.sweeps.add(message_id)
        self.remind |= remind

    @property
    def causes(self) -> list[Cause]:
        """The calls that led to it; none where only sweeps did."""
        return [trigger.cause for trigger in self.triggers]


def looked(
    group_id: str,
    sighting: Sighting | None,
    look: Look,
    service: Service,
    seconds_left: Callable[[], float],
) -> Outcome | Skipped | None:
    """Reconcile the group and tell of it; None where that could not be done to the end."""
    try:
        result = _result(group_id, sighting, service, seconds_left)
        if isinstance(result, Outcome):
            findings = [finding.because_of(cause_of(finding, look.triggers)) for finding in result.findings]
            result = replace(result, findings=tuple(findings))
            look.found = tuple(finding.id for finding in findings)
        service.journal.looked(group_id, result, look.causes)
        if isinstance(result, Outcome) and _is_news(result, look):
            service.teller.publish(result, look.causes)
    except Exception as error:
        service.journal.failed(group_id, error)
        look.ended = Ended.BROKEN
        return None
    look.ended = Ended.FAILED if _has_failed(result) else Ended.DONE
    return result


def _has_failed(result: Outcome | Skipped) -> bool:
    return isinstance(result, Outcome) and result.status is Status.FAILED


def _result(
    group_id: str, sighting: Sighting | None, service: Service, seconds_left: Callable[[], float]
) -> Outcome | Skipped:
    found = find_cluster_of(service.world, group_id, sighting)
    if isinstance(found, Skipped):
        # Without a policy too: where that cannot be read, groups of no cluster are no reason to try again.
        return found
    return reconcile(*found, service.policy, service.world, service.ceiling, seconds_left)


def _is_news(outcome: Outcome, look: Look) -> bool:
    """Whether there is something to tell that people have not been told of already."""
    failed = outcome.status is Status.FAILED
    # Whoever asks: no group is written to without people being told, however it ended.
    if look.remind or outcome.status is Status.REMEDIATED or (failed and outcome.changes):
        return bool(outcome.findings)
    if look.event:
        # What cannot be judged was there before, and is news only if one of these calls can have brought it.
        in_order = outcome.status is Status.IN_SYNC
        return any(finding.cause for finding in outcome.findings) if in_order else bool(outcome.findings)
    if not look.messages:
        return False  # a sweep cannot tell what is new: it is told where one reminds
    return bool(outcome.findings) if failed else not look.told.issuperset(look.found)
