"""Messages to ourselves: the rest of an event that names more groups than there was time for.

Or all of it, once more: a call on a prefix list answers before its change is in force.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.target import TargetKind, well_formed
from sgwarden.trigger import Ignored, read

if TYPE_CHECKING:
    from sgwarden.trigger import Trigger

DELAY = 60
"""Seconds until all of an event comes once more."""
TURNS = 15
"""So often it does."""
_MARK = "sgwarden-rest"


@dataclass(frozen=True, slots=True)
class Rest:
    """The event as it came, the names of the targets that are left, and the groups that were looked at.

    `turn` is how often all of it has come once more. Raises ValueError where the event has no such targets,
    or for what is no id of a group.
    """

    event: object
    left: tuple[str, ...]
    done: tuple[str, ...]
    turn: int = 0

    def __post_init__(self) -> None:
        if not self.left or {trigger.target.name for trigger in self.triggers} != set(self.left):
            raise ValueError("a rest has targets of its event that are left, and nothing else")
        if well_formed(TargetKind.GROUP, self.done) != list(self.done):
            raise ValueError("a rest has the ids of the groups that were looked at, each once")
        if type(self.turn) is not int or not 0 <= self.turn <= TURNS:
            raise ValueError(f"the rest of an event comes in turn 0 to {TURNS}")

    @property
    def delay(self) -> int:
        """The seconds until it is to come."""
        return DELAY if self.turn and not self.done else 0

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Those of the event's that are left."""
        triggers = read(self.event)
        if isinstance(triggers, Ignored):
            return ()
        return tuple(trigger for trigger in triggers if trigger.target.name in self.left)

    def body(self) -> str:
        """The message's text, which `read_rest` reads."""
        said = {"left": list(self.left), "done": list(self.done), "event": self.event}
        if self.turn:
            said["turn"] = self.turn
        return json.dumps({_MARK: said}, separators=(",", ":"))


def read_rest(body: object) -> Rest | None:
    """The rest that a message is, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    said = body[_MARK]
    if not isinstance(said, dict) or set(said) - {"turn"} != {"event", "left", "done"}:
        raise ValueError("a rest has an event, what is left of it and what is done")
    return Rest(said["event"], _texts(said["left"]), _texts(said["done"]), said.get("turn", 0))


def _texts(said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise ValueError("a rest names targets and groups in lists of texts")
    return tuple(said)
