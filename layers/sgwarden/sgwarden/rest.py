"""Messages to ourselves: the rest of an event that names more groups than there was time for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.target import TargetKind, well_formed
from sgwarden.trigger import Ignored, read

if TYPE_CHECKING:
    from sgwarden.trigger import Trigger

_MARK = "sgwarden-rest"


@dataclass(frozen=True, slots=True)
class Rest:
    """The event as it came, the names of the targets that are left, and the groups that were looked at.

    Raises ValueError where the event has no such targets, or for what is no id of a group.
    """

    event: object
    left: tuple[str, ...]
    done: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.left or {trigger.target.name for trigger in self.triggers} != set(self.left):
            raise ValueError("a rest has targets of its event that are left, and nothing else")
        if well_formed(TargetKind.GROUP, self.done) != list(self.done):
            raise ValueError("a rest has the ids of the groups that were looked at, each once")

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
        return json.dumps({_MARK: said}, separators=(",", ":"))


def read_rest(body: object) -> Rest | None:
    """The rest that a message is, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    said = body[_MARK]
    if not isinstance(said, dict) or set(said) != {"event", "left", "done"}:
        raise ValueError("a rest has an event, what is left of it and what is done")
    return Rest(said["event"], _texts(said["left"]), _texts(said["done"]))


def _texts(said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise ValueError("a rest names targets and groups in lists of texts")
    return tuple(said)
