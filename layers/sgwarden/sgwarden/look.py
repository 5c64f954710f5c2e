"""A look at one group that messages of a batch ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from sgwarden.calls import Touch
from sgwarden.target import TargetKind

if TYPE_CHECKING:
    from datetime import datetime

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
    """A group to look at: what asks for it, and the ids of the messages that did.

    `messages` are those of events and of what follows them. It is one of `several` where a message
    names other groups too; the first of them has turn 0, and of all messages the soonest `turn` counts. It
    `follows` an EKS update that is not over, and `confirms` findings that are told only if they last.
    """

    triggers: list[Trigger] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    turn: int = 0
    several: bool = False
    remind: bool = False
    follows: bool = False
    confirms: set[str] = field(default_factory=set)
    read_at: datetime | None = None
    ended: Ended = Ended.LATE

    def ask(self, trigger: Trigger, message_id: str) -> None:
        """An event asks for it, or what follows one."""
        self.triggers.append(trigger)
        self.messages.add(message_id)

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
