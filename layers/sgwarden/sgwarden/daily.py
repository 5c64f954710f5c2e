"""What is not as it should be, of all groups, once a day in one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden.finding import SEVERITIES
from sgwarden.life import State, read_time
from sgwarden.policy.types import Severity
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from datetime import datetime

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A group with open findings: how many, since when the oldest is, and the worst in one line."""

    cluster: str
    group: str
    state: State
    severity: Severity
    findings: int
    since: datetime
    summary: str
    additional: bool = False


@dataclass(frozen=True, slots=True)
class Daily:
    """All groups of one account and region with open findings, in any order; empty where there is none."""

    time: datetime
    account: str
    region: str
    standings: tuple[Standing, ...]

    @property
    def from_the_worst(self) -> tuple[Standing, ...]:
        """The groups, the worst first, the oldest of equals before the others."""
        return tuple(
            sorted(self.standings, key=lambda each: (SEVERITIES.index(each.severity), each.since, each.group))
        )

    @property
    def severity(self) -> Severity:
        """The worst of all groups."""
        return min((each.severity for each in self.standings), key=SEVERITIES.index, default=Severity.INFO)

    def as_json(self) -> Json:
        """What `read_daily` reads."""
        return {
            "time": self.time.isoformat(),
            "account": self.account,
            "region": self.region,
            "standings": [_as_json(each) for each in self.from_the_worst],
        }


def _as_json(standing: Standing) -> Json:
    return {
        "cluster": standing.cluster,
        "group": standing.group,
        "state": str(standing.state),
        "severity": str(standing.severity),
        "findings": standing.findings,
        "since": standing.since.isoformat(),
        "summary": standing.summary,
        "additional": standing.additional,
    }


def read_daily(said: object) -> Daily:
    """The report; raises ValueError for what `as_json` cannot have written."""
    return Daily(
        time=read_time(get(said, "time")),
        account=text(get(said, "account")),
        region=text(get(said, "region")),
        standings=tuple(map(_read_standing, items(get(said, "standings")))),
    )


def _read_standing(said: object) -> Standing:
    findings = get(said, "findings")
    if type(findings) is not int or findings < 1:
        raise ValueError("a group stands out with one finding at least")
    return Standing(
        cluster=text(get(said, "cluster")),
        group=text(get(said, "group")),
        state=State(text(get(said, "state"))),
        severity=Severity(text(get(said, "severity"))),
        findings=findings,
        since=read_time(get(said, "since")),
        summary=text(get(said, "summary")),
        additional=get(said, "additional") is True,
    )
