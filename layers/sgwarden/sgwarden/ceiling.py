"""The most that may be done to groups whatever policies say, and the switch that makes it nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.policy.types import Mode
from sgwarden.printable import printable

if TYPE_CHECKING:
    from datetime import datetime

    from sgwarden.cluster import Cluster

BY_STATE = "the stack's parameter State says so"
NO_ADDITIONAL = "the stack's parameter AdditionalGroups does not let it write to additional groups"
_SHOWN = 300  # a person's ARN of single sign-on alone takes half of it
# In UTF-8 at most 3,000 bytes together: SSM holds 4,096 of them in a parameter that costs nothing.
_WHO_LIMIT, _REASON_LIMIT = 250, 500


class State(StrEnum):
    """Whether the stack is deployed to work, or paused until another deploy."""

    RUNNING = "running"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What may be done at most; `paused` says why nothing may, where the stack's mode would let it.

    With `additional_groups` additional groups may be written to as cluster security groups may.
    """

    mode: Mode
    paused: str = ""
    additional_groups: bool = False

    def __post_init__(self) -> None:
        if self.paused and self.mode is not Mode.OBSERVE:
            raise ValueError(f"paused, and may {self.mode} all the same")

    def barred_from(self, cluster: Cluster) -> str:
        """Why the group of the cluster that is looked at may not be written to, whatever else may be."""
        return NO_ADDITIONAL if cluster.additional and not self.additional_groups else ""


def deployed_ceiling(mode: Mode, state: State, *, additional_groups: bool = False) -> Ceiling:
    """What the stack lets be done, whatever the switch says; one that only observes has nothing to pause."""
    if mode is Mode.REMEDIATE and state is State.PAUSED:
        return Ceiling(Mode.OBSERVE, BY_STATE, additional_groups)
    return Ceiling(mode, additional_groups=additional_groups)


def read_switch(text: str, name: str) -> Ceiling:
    """What the parameter means that is there to pause, whatever it says.

    Its text is empty where there is none: SSM holds no empty one.
    """
    if not text:
        return Ceiling(Mode.REMEDIATE)
    said = printable(text, _SHOWN).removeprefix(f"{State.PAUSED} ")
    return Ceiling(Mode.OBSERVE, said or f"there is an SSM parameter {name}")


def paused_text(who: str, when: datetime, reason: str) -> str:
    """What the switch says once somebody has paused sgwarden; `when` is in UTC."""
    whom, why = printable(who, _WHO_LIMIT), printable(reason, _REASON_LIMIT)
    text = f"{State.PAUSED} by {whom} at {when:%Y-%m-%d %H:%M:%S} UTC: {why}"
    # SSM takes no value with two braces together: it could be a reference to another parameter.
    return re.sub(r"\{(?=\{)", "{ ", text)
