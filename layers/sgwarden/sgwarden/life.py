"""The life of a finding: how it stands, and the changes of state that people are told of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sgwarden.kept_cause import kept_cause, moment, read_cause
from sgwarden.policy.types import Severity
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from datetime import datetime

    from sgwarden.trigger import Cause

Json = dict[str, Any]


class State(StrEnum):
    """How a finding stands; the first two are open."""

    OPEN = "open"
    FAILED = "failed"
    REMEDIATED = "remediated"
    RESOLVED = "resolved"

    @property
    def is_open(self) -> bool:
        """Whether it is as true as when it was found."""
        return self in (State.OPEN, State.FAILED)


class Transition(StrEnum):
    """What became of a finding, from the gravest: each is told once.

    `opened` is also what is open for longer, where there is more of it now; `reopened` is what was closed
    within the month, `reminded` what is open for long; `remediated` is sgwarden's doing, `resolved` that of
    others.
    """

    FAILED = "failed"
    OPENED = "opened"
    REOPENED = "reopened"
    REMINDED = "reminded"
    REMEDIATED = "remediated"
    RESOLVED = "resolved"

    @property
    def state(self) -> State:
        """How the finding stands from then on."""
        match self:
            case Transition.FAILED:
                return State.FAILED
            case Transition.REMEDIATED:
                return State.REMEDIATED
            case Transition.RESOLVED:
                return State.RESOLVED
            case _:
                return State.OPEN


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as it is told, and what became of it.

    It is open `since`, for the `times`th time; `causes` are the calls that may have caused it, oldest first,
    and so many more are `left_out`. `present` is what of missing traffic is there, where `traffic` has more
    than is missing. `direction` is ingress, egress or empty; `headline` is how the summary begins, for where
    there is little room. All texts are as the finding has them: fit to print, and yet to be escaped for the
    format that they are shown in.
    """

    id: str
    kind: str
    severity: Severity
    transition: Transition
    summary: str
    since: datetime
    headline: str = ""
    impact: str = ""
    direction: str = ""
    statement: str = ""
    traffic: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    times: int = 1
    causes: tuple[Cause, ...] = ()
    left_out: int = 0

    @property
    def short(self) -> str:
        """What it is, as short as there are words for it."""
        return self.headline or self.summary.removesuffix(".")

    def as_json(self) -> Json:
        """What `read_note` reads."""
        said = {name: getattr(self, name) for name in _TEXTS}
        return {
            **said,
            "severity": str(self.severity),
            "transition": str(self.transition),
            "since": self.since.isoformat(),
            "times": self.times,
            "traffic": list(self.traffic),
            "present": list(self.present),
            "rules": list(self.rules),
            "causes": [kept_cause(cause) for cause in self.causes],
            "left_out": self.left_out,
        }


_TEXTS = ("id", "kind", "summary", "headline", "impact", "direction", "statement")


def read_note(said: object) -> Note:
    """The note; raises ValueError for what `as_json` cannot have written."""
    times = read_count(get(said, "times"), 1, "a finding is found once at least")
    left_out = read_count(get(said, "left_out"), 0, "no less than no call is left out")
    return Note(
        **{name: text(get(said, name)) for name in _TEXTS},
        severity=Severity(text(get(said, "severity"))),
        transition=Transition(text(get(said, "transition"))),
        since=read_time(get(said, "since")),
        times=times,
        traffic=tuple(map(text, items(get(said, "traffic")))),
        present=tuple(map(text, items(get(said, "present")))),
        rules=tuple(map(text, items(get(said, "rules")))),
        causes=tuple(map(read_cause, items(get(said, "causes")))),
        left_out=left_out,
    )


def read_count(said: object, least: int, otherwise: str) -> int:
    """The number; raises ValueError, which says `otherwise`, for one that is less, or is none."""
    if type(said) is not int or said < least:
        raise ValueError(otherwise)
    return said


def read_time(said: object) -> datetime:
    """The time; raises ValueError as `moment` does."""
    return moment(text(said))
