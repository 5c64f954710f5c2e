"""The Open Cybersecurity Schema Framework: a Compliance Finding for each change of state."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.rendering import advice
from sgwarden.rendering.links import links_of, partition_of
from sgwarden.rendering.single import cluster_arn, each_alone, finding_uid, group_arn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sgwarden.alert import Alert
    from sgwarden.life import Note
    from sgwarden.trigger import Cause

Json = dict[str, Any]

VERSION = "1.6.0"
"""That of the schema: the one that Security Hub takes."""

_CLASS = 2003
_ACTIVITIES = {Transition.OPENED: 1, Transition.REMEDIATED: 3, Transition.RESOLVED: 3}
_ACTIVITY_NAMES = {1: "Create", 2: "Update", 3: "Close"}
_SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_AWS_ACCOUNT = {"type_id": 10, "type": "AWS Account"}
_LINE = 1000
_TITLE = 250
_LISTED = 100


def findings(alert: Alert, version: str) -> list[Json]:
    """One Compliance Finding for each finding of the alert; `version` is sgwarden's.

    The policy is the standard, its statement the control. `finding_info.uid` stays the same through a
    finding's whole life, `metadata.uid` is of this change of state alone. Times are in milliseconds.
    """
    return [_finding(of_one, note, version) for of_one, note in each_alone(alert)]


def _finding(alert: Alert, note: Note, version: str) -> Json:
    activity = _ACTIVITIES.get(note.transition, 2)
    is_open = note.transition.state.is_open
    severity_id, severity = _SEVERITIES[note.severity]
    return {
        "activity_id": activity,
        "activity_name": _ACTIVITY_NAMES[activity],
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Compliance Finding: {_ACTIVITY_NAMES[activity]}",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1 if is_open else 4,
        "status": "New" if is_open else "Resolved",
        "time": _moment(alert.time),
        "message": _line(note.summary),
        "metadata": _metadata(alert, note, version),
        "cloud": _cloud(alert),
        "finding_info": _info(alert, note),
        "compliance": _compliance(alert, note, is_open=is_open),
        "resources": _resources(alert),
        **_evidences(note.causes),
        **_remediation(alert),
        "unmapped": {"sgwarden": _unmapped(alert, note)},
    }


def _metadata(alert: Alert, note: Note, version: str) -> Json:
    return {
        "version": VERSION,
        "product": {"name": "sgwarden", "vendor_name": "sgwarden", "version": version},
        "profiles": ["cloud"],
        "uid": _line(f"{alert.id}/{note.id}"),
        "correlation_uid": _line(alert.thread),
        "event_code": _line(note.kind),
    }


def _cloud(alert: Alert) -> Json:
    return {
        "provider": "AWS",
        "region": _line(alert.region),
        "cloud_partition": partition_of(alert.region),
        "account": {"uid": _line(alert.account), **_AWS_ACCOUNT},
    }


def _info(alert: Alert, note: Note) -> Json:
    impact = f" {note.impact[:1].upper()}{note.impact[1:]}." if note.impact else ""
    url = next((link.url for link in links_of(alert)), "")
    since = _moment(min(note.since, alert.time))
    return {
        "uid": finding_uid(alert, note),
        "title": printable(note.short, _TITLE),
        "desc": _line(note.summary + impact),
        "types": [_line(note.kind)],
        "created_time": since,
        "first_seen_time": since,
        "last_seen_time": _moment(alert.time),
        "modified_time": _moment(alert.time),
        **({"src_url": url} if url else {}),
    }


def _compliance(alert: Alert, note: Note, *, is_open: bool) -> Json:
    return {
        "control": _line(note.statement or note.kind),
        "standards": [_line(f"sgwarden policy {alert.policy}".strip())],
        "status_id": 3 if is_open else 1,
        "status": "Fail" if is_open else "Pass",
        "status_code": str(note.transition),
    }


def _resources(alert: Alert) -> list[Json]:
    """The group first: it is what the finding is about."""
    place = {"region": _line(alert.region), "cloud_partition": partition_of(alert.region)}
    name = alert.group_name or alert.group
    return [
        {"type": "AWS::EC2::SecurityGroup", "uid": group_arn(alert), "name": _line(name), **place},
        {"type": "AWS::EKS::Cluster", "uid": cluster_arn(alert), "name": _line(alert.cluster), **place},
    ]


def _evidences(causes: Sequence[Cause]) -> Json:
    """The calls that may have caused it; none, where it is not known."""
    shown = list(map(_evidence, causes[:_LISTED]))
    return {"evidences": shown} if shown else {}


def _evidence(cause: Cause) -> Json:
    actor, source = _line(cause.actor), _line(cause.source_ip)
    return {
        "api": {"operation": _line(cause.event), **({"request": _request(cause)} if cause.event_id else {})},
        **({"actor": {"user": {"name": actor}}} if actor else {}),
        **({"src_endpoint": _endpoint(source)} if source else {}),
        **({"data": {"time": _moment(cause.time)}} if cause.time else {}),
    }


def _request(cause: Cause) -> Json:
    return {"uid": _line(cause.event_id)}


def _endpoint(source: str) -> Json:
    """CloudTrail has the name of a service where the call came from one."""
    try:
        return {"ip": str(ip_address(source))}
    except ValueError:
        return {"name": source}


def _remediation(alert: Alert) -> Json:
    text = _line(" ".join(advice.steps(alert)))
    urls = [link.url for link in links_of(alert)]
    return {"remediation": {"desc": text, **({"references": urls} if urls else {})}} if text else {}


def _unmapped(alert: Alert, note: Note) -> Json:
    """What the schema has no place for, as it stands in docs/event.schema.json."""
    return {
        "transition": str(note.transition),
        "state": str(note.transition.state),
        "direction": _line(note.direction),
        "traffic": _lines(note.traffic),
        "rules": _lines(note.rules),
        "times": note.times,
        "policy": _line(alert.policy),
        "mode": str(alert.mode),
        "status": str(alert.status),
        "additional": alert.additional,
        "changes": _lines([made.line for made in alert.changes]),
        "earlier": _lines([made.line for made in alert.earlier]),
    }


def _lines(texts: Sequence[str]) -> list[str]:
    return [_line(each) for each in texts[:_LISTED]]


def _line(text: str) -> str:
    return printable(text, _LINE)


def _moment(time: datetime) -> int:
    """In milliseconds since 1970."""
    return round(time.timestamp() * 1000)
