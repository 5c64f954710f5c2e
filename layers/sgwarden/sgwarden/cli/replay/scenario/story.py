"""What happened in a scenario, and what had been expected of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sgwarden.cli.replay.scenario.read_expect import word_of
from sgwarden.cli.replay.scenario.times import shown

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """Who did what, so many seconds after the beginning; `again` where it went on like that for a while."""

    at: int
    who: str
    what: tuple[str, ...]
    alerts: tuple[str, ...] = ()
    times: int = 1
    until: int = 0

    def json(self) -> Json:
        repeated = {"times": self.times, "until": shown(self.until)} if self.times > 1 else {}
        alerts = {"alerts": list(self.alerts)} if self.alerts else {}
        return {"at": shown(self.at), "who": self.who, "what": list(self.what), **alerts, **repeated}


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation, in words; `unmet` has what was found instead, line by line."""

    at: int
    what: str
    unmet: tuple[str, ...] = ()

    def json(self) -> Json:
        return {"at": shown(self.at), "what": self.what, "met": not self.unmet, "found": list(self.unmet)}


@dataclass(slots=True)
class Tally:
    """What the functions did in all; `findings` are those that people were told of."""

    writes: int = 0
    reads: int = 0
    sweep_reads: int = 0
    sweep_sends: int = 0
    alerts: list[str] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)

    def told(self, subject: str, alert: Json) -> None:
        self.alerts.append(subject)
        self.findings += [_flat(finding, alert) for finding in alert["findings"]]


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played to its end."""

    file: Path
    about: str
    moments: tuple[Moment, ...]
    checks: tuple[Check, ...]
    results: tuple[Json, ...]

    @property
    def unmet(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.unmet)

    def json(self) -> Json:
        return {
            "scenario": str(self.file),
            "about": self.about,
            "met": not self.unmet,
            "expectations": [check.json() for check in self.checks],
            "timeline": [moment.json() for moment in self.moments],
        }


def _flat(finding: Json, alert: Json) -> dict[str, str]:
    cause = finding["causes"][-1] if finding["causes"] else {}
    actors = ", ".join(each["actor"] for each in finding["causes"])
    ours = {"cluster": alert["cluster"], "missed": alert["missed"] or None, "actors": actors}
    said = {**finding, **ours, **cause}
    return {key: word_of(value) for key, value in said.items() if not isinstance(value, list | dict)}
