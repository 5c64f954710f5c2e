"""A scenario as it was written; times are in seconds since its beginning."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sgwarden.policy.node import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.node import Mark
    from sgwarden.policy.types import Document, Mode

Json = dict[str, Any]
USUALLY = (5,)
"""Seconds until an event is in the queue, where a step does not say so."""


class YesNo(StrEnum):
    """As parameters of the stack have it."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded call: its change is made, and its event arrives after each of so many seconds."""

    file: Path
    arrives: tuple[int, ...] = USUALLY


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a line, and what it carries; None is for what does not matter."""

    line: str
    description: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """An API call by somebody; `on` names the cluster or group that it is about, `rules` those it asks for.

    With `fails`, AWS refuses it with this code.
    """

    operation: str
    parameters: Mapping[str, Any]
    by: str
    on: str = ""
    rules: tuple[Rule, ...] = ()
    fails: str = ""
    arrives: tuple[int, ...] = USUALLY


@dataclass(frozen=True, slots=True)
class EksAct:
    """What EKS does by itself: `verb` is a name of `embedded.eks.Eks`."""

    verb: str
    cluster: str
    arrives: tuple[int, ...] = USUALLY


@dataclass(frozen=True, slots=True)
class Sweep:
    """The schedule calls the function that sweeps."""

    remind: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """AWS refuses an operation to the functions: so many requests of it, or all until `Recovery`."""

    operation: str
    code: str
    times: int


@dataclass(frozen=True, slots=True)
class Recovery:
    operation: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that is expected: exactly, or no more than that."""

    number: int
    at_most: bool = False

    def holds(self, found: int) -> bool:
        return found <= self.number if self.at_most else found == self.number

    def __str__(self) -> str:
        return f"at most {self.number}" if self.at_most else str(self.number)


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group as it is expected; None is for what does not matter, a tag of None is absent."""

    exists: bool = True
    ingress: tuple[Rule, ...] | None = None
    egress: tuple[Rule, ...] | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    mark: Mark = NOWHERE


@dataclass(frozen=True, slots=True)
class Expect:
    """What is to be true at some time, all of it since the beginning; None is for what does not matter."""

    mark: Mark
    clusters: Mapping[str, GroupState] = field(default_factory=dict)
    groups: Mapping[str, GroupState] = field(default_factory=dict)
    alerts: tuple[str, ...] | None = None
    findings: tuple[Mapping[str, str], ...] | None = None
    writes: Bound | None = None
    reads: Bound | None = None
    sweep_reads: Bound | None = None
    sweep_sends: Bound | None = None
    dead_letters: Bound | None = None


Act = Event | Call | EksAct | Sweep | Trouble | Recovery | Expect


@dataclass(frozen=True, slots=True)
class Step:
    at: int
    act: Act
    mark: Mark


@dataclass(frozen=True, slots=True)
class Scenario:
    """`text` is the file's own, for messages about its places."""

    file: Path
    text: str
    about: str
    account: AccountDescription
    policy: Document
    mode: Mode
    additional_groups: YesNo
    steps: tuple[Step, ...]
    expect: Expect | None

    @property
    def expectations(self) -> tuple[Expect, ...]:
        """Those of the steps in their order, then what is to be true in the end."""
        of_steps = [step.act for step in self.steps if isinstance(step.act, Expect)]
        return (*of_steps, *([self.expect] if self.expect else []))
