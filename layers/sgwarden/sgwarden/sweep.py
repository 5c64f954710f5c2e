"""Messages to ourselves: look at a group, whether or not anything is known to have happened to it.

CloudTrail promises neither that events come nor when: a schedule has every cluster security group looked at.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sgwarden.printable import printable
from sgwarden.target import TargetKind, well_formed

_MARK = "sgwarden-sweep"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Look at the group; with `remind`, tell people of all that is not as it should be, known or not.

    Raises ValueError for what is no id of a group, or no yes or no.
    """

    group: str
    remind: bool

    def __post_init__(self) -> None:
        if not well_formed(TargetKind.GROUP, [self.group]) or not isinstance(self.remind, bool):
            raise ValueError("a sweep has the id of a security group, and says true or false to remind")

    def body(self) -> str:
        """The message's text, which `read_sweep` reads."""
        return json.dumps({_MARK: asdict(self)})


def read_sweep(body: object) -> Sweep | None:
    """The sweep that a message is, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    try:
        return Sweep(**body[_MARK])
    except TypeError as error:
        raise ValueError(f"not a sweep: {error}") from error


def reminds(event: object) -> bool:
    """What a schedule asks of a sweep of all groups; raises ValueError for what no schedule of ours sends."""
    if isinstance(event, dict) and set(event) == {"remind"} and isinstance(event["remind"], bool):
        return bool(event["remind"])
    raise ValueError(f'expected {{"remind": true}} or {{"remind": false}}, found {printable(repr(event))}')
