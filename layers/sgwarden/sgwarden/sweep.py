"""Messages to ourselves: look at a group, whether or not anything is known to have happened to it.

CloudTrail promises neither that events come nor when: a schedule has every cluster security group looked at.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sgwarden.printable import printable
from sgwarden.target import TargetKind, well_formed

_MARK = "sgwarden-sweep"
_ALWAYS_SAID = ("group", "remind")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Look at the group; with `remind`, at what is around its cluster as well.

    `cluster` is named where the group was gone when the sweep came by. What is found `after_pause` is no
    surprise: events told of it while nothing was changed. It is to come after `delay` seconds. Raises
    ValueError for what is no id of a group, no name of a cluster, or no yes or no.
    """

    group: str
    remind: bool
    cluster: str = ""
    after_pause: bool = False
    delay: int = 0

    def __post_init__(self) -> None:
        answers = isinstance(self.remind, bool) and isinstance(self.after_pause, bool)
        if not answers or not well_formed(TargetKind.GROUP, [self.group]):
            raise ValueError("a sweep has the id of a security group, and says true or false to remind")
        if self.cluster != "" and not well_formed(TargetKind.CLUSTER, [self.cluster]):
            raise ValueError("a sweep of a group that is gone has the name of its cluster")

    def body(self) -> str:
        """The message's text, which `read_sweep` reads."""
        said = {name: value for name, value in asdict(self).items() if value or name in _ALWAYS_SAID}
        said.pop("delay", None)
        return json.dumps({_MARK: said})


def read_sweep(body: object) -> Sweep | None:
    """The sweep that a message is, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    try:
        return Sweep(**body[_MARK])
    except TypeError as error:
        raise ValueError(f"not a sweep: {error}") from error


@dataclass(frozen=True, slots=True)
class Order:
    """What a sweep of all groups is asked for: to `remind` of all, or to look for what drifted.

    `after_pause` is what `sgwarden resume` says: nobody waits for events that are on their way.
    """

    remind: bool
    after_pause: bool = False


def read_order(event: object) -> Order:
    """What a schedule or a resume asks for; raises ValueError for what neither of ours sends."""
    known = isinstance(event, dict) and {"remind"} <= set(event) <= {"remind", "after_pause"}
    if isinstance(event, dict) and known and all(isinstance(value, bool) for value in event.values()):
        return Order(**event)
    raise ValueError(f'expected {{"remind": true}} or {{"remind": false}}, found {printable(repr(event))}')
