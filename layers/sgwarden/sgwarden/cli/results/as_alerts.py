"""Results as alerts: for formats that are made from what people are told."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sgwarden.alert import Alert, read_made
from sgwarden.finding import Kind
from sgwarden.kept_cause import read_cause
from sgwarden.life import Note, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sgwarden.trigger import Cause

Json = dict[str, Any]

OVER_ONCE_REMEDIATED = frozenset(
    {
        *(Kind.FORBIDDEN_TRAFFIC, Kind.MISSING_TRAFFIC, Kind.INTERRUPTED_TRAFFIC),
        *(Kind.MISSING_TAG, Kind.WRONG_TAG),
    }
)
"""Of these nothing is left in a group that has been put right."""


def alerts(document: Json, now: datetime) -> list[Alert]:
    """An alert for each result that has findings, in their order.

    One look knows no life: what is wrong is opened, or failed; what has been put right is remediated. It is
    of the time of the last call that caused it, and of `now` where no cause is known.
    """
    return [_alert(result, now) for result in document["results"] if result["findings"]]


def _alert(result: Json, now: datetime) -> Alert:
    cluster, group = result["cluster"], result["security_group"]
    causes = tuple(dict.fromkeys(_causes(result["findings"])))
    time = max((cause.time for cause in causes if cause.time), default=now)
    ids = [each["id"] for each in result["findings"]]
    place = (cluster["account"], cluster["region"], group)
    return Alert(
        id=_key(*place, result.get("event", ""), result["status"], time.isoformat(), *ids),
        thread=_key(*place),
        time=time,
        cluster=cluster["name"],
        account=cluster["account"],
        region=cluster["region"],
        group=group,
        policy=result["policy"],
        mode=Mode(result["mode"]),
        status=Status(result["status"]),
        notes=tuple(_note(each, result["status"], time) for each in result["findings"]),
        additional=result.get("additional", False),
        paused=result.get("paused", ""),
        barred=result.get("barred", ""),
        missed=result.get("missed_by_events", False),
        held=tuple(result.get("held", ())),
        changes=tuple(map(read_made, result["changes"])),
        causes=causes,
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _causes(findings: Iterable[Json]) -> Iterable[Cause]:
    return (read_cause(each["cause"]) for each in findings if each["cause"])


def _note(finding: Json, status: str, time: datetime) -> Note:
    causes = tuple(_causes([finding]))
    return Note(
        id=finding["id"],
        kind=finding["kind"],
        severity=Severity(finding["severity"]),
        transition=_transition(finding["kind"], Status(status)),
        summary=finding["summary"],
        since=next((cause.time for cause in causes if cause.time), time),
        impact=finding.get("impact", ""),
        direction=finding["direction"] or "",
        statement=finding["statement"],
        traffic=tuple(finding["traffic"]),
        rules=tuple(finding["rules"]),
        causes=causes,
    )


def _transition(kind: str, status: Status) -> Transition:
    match status:
        case Status.FAILED | Status.REFUSED:
            return Transition.FAILED
        case Status.REMEDIATED if kind in OVER_ONCE_REMEDIATED:
            return Transition.REMEDIATED
        case _:
            return Transition.OPENED
