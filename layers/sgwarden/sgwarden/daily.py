"""What is not as it should be, of all groups, once a day in one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden.finding import SEVERITIES, worst
from sgwarden.life import State, read_count, read_time
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

    @property
    def rank(self) -> tuple[int, datetime, str]:
        """Its place among others: the worst first, the oldest of equals before the others."""
        return SEVERITIES.index(self.severity), self.since, self.group

    def as_json(self) -> Json:
        """What `read_standing` reads."""
        return {
            "cluster": self.cluster,
            "group": self.group,
            "state": str(self.state),
            "severity": str(self.severity),
            "findings": self.findings,
            "since": self.since.isoformat(),
            "summary": self.summary,
            "additional": self.additional,
        }


@dataclass(frozen=True, slots=True)
class Daily:
    """All groups of one account and region with open findings, in any order; empty where there is none.

    So many more are `left_out`, none of them worse, where a message has no room for all.
    """

    time: datetime
    account: str
    region: str
    standings: tuple[Standing, ...]
    left_out: int = 0

    @property
    def from_the_worst(self) -> tuple[Standing, ...]:
        """The groups, the worst first, the oldest of equals before the others."""
        return tuple(sorted(self.standings, key=lambda each: each.rank))

    @property
    def severity(self) -> Severity:
        """The worst of all groups."""
        return worst(self.standings)

    def as_json(self) -> Json:
        """What `read_daily` reads."""
        return {
            "time": self.time.isoformat(),
            "account": self.account,
            "region": self.region,
            "standings": [each.as_json() for each in self.from_the_worst],
            "left_out": self.left_out,
        }


def read_daily(said: object) -> Daily:
    """The report; raises ValueError for what `as_json` cannot have written."""
    left_out = read_count(get(said, "left_out"), 0, "a report leaves out a number of groups, or none")
    return Daily(
        time=read_time(get(said, "time")),
        account=text(get(said, "account")),
        region=text(get(said, "region")),
        standings=tuple(map(read_standing, items(get(said, "standings")))),
        left_out=left_out,
    )


def read_standing(said: object) -> Standing:
    """The standing; raises ValueError for what `as_json` cannot have written."""
    findings = read_count(get(said, "findings"), 1, "a group stands out with one finding at least")
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
