"""The most that may be done to groups whatever policies say, and the switch that makes it nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.policy.types import Mode
from sgwarden.printable import printable

if TYPE_CHECKING:
    from datetime import datetime

RUNNING = "running"
_PAUSED = "paused"
_SHOWN = 300  # a person's ARN of single sign-on alone takes half of it
# In UTF-8 at most 3,000 bytes together: SSM holds 4,096 of them in a parameter that costs nothing.
_WHO_LIMIT, _REASON_LIMIT = 250, 500


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What may be done at most; `paused` says why nothing may, where the stack itself would let it."""

    mode: Mode
    paused: str = ""

    def __post_init__(self) -> None:
        if self.paused and self.mode is not Mode.OBSERVE:
            raise ValueError(f"paused, and may {self.mode} all the same")


def read_switch(text: str, name: str) -> Ceiling:
    """What the text of the parameter means; an empty text is a parameter that is not there.

    Whatever is not exactly the one word means paused: who misspells something has wanted something.
    """
    if not text:
        return Ceiling(Mode.OBSERVE, f"there is no SSM parameter {name}")
    said = text.strip()
    if said == RUNNING:
        return Ceiling(Mode.REMEDIATE)
    if said == _PAUSED:
        return Ceiling(Mode.OBSERVE, f"{name} says so")
    shown = printable(said, _SHOWN)
    by_whom = shown.removeprefix(f"{_PAUSED} ")
    if by_whom == shown:
        return Ceiling(Mode.OBSERVE, f"{name} says {printable(repr(said), _SHOWN)}, not {RUNNING!r}")
    return Ceiling(Mode.OBSERVE, by_whom)


def paused_text(who: str, when: datetime, reason: str) -> str:
    """What the switch says once somebody has paused sgwarden; `when` is in UTC."""
    whom, why = printable(who, _WHO_LIMIT), printable(reason, _REASON_LIMIT)
    text = f"{_PAUSED} by {whom} at {when:%Y-%m-%d %H:%M:%S} UTC: {why}"
    # SSM takes no value with two braces together: it could be a reference to another parameter.
    return re.sub(r"\{(?=\{)", "{ ", text)
