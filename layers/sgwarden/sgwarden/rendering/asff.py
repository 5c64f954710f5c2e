"""The AWS Security Finding Format: what Security Hub imports, one finding of its own for each of ours."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from sgwarden.finding import Kind
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.rendering import advice
from sgwarden.rendering.links import links_of, partition_of
from sgwarden.rendering.single import arn, cluster_arn, each_alone, finding_uid, group_arn

if TYPE_CHECKING:
    from datetime import datetime

    from sgwarden.alert import Alert
    from sgwarden.life import Note
    from sgwarden.trigger import Cause

Json = dict[str, Any]

AT_ONCE = 100
"""BatchImportFindings takes no more in a call."""

# Security Hub API reference, AwsSecurityFinding and what it is made of: characters.
_ACCOUNT = 12
_REGION = 16
_RESOURCE = 256
_TITLE = 256
_TEXT = 512
_DESCRIPTION = 1024
_CALLS = 10
_VALUE = 1024  # 2,048 are allowed; a finding as a whole must be below 240 KB

_NAME = "sgwarden"
_PRACTICES = "Software and Configuration Checks/AWS Security Best Practices"
_REACHABILITY = f"{_PRACTICES}/Network Reachability"
_OF_TRAFFIC = {
    *(Kind.FORBIDDEN_TRAFFIC, Kind.MISSING_TRAFFIC, Kind.LOST_TRAFFIC, Kind.INTERRUPTED_TRAFFIC),
    *(Kind.OPAQUE_RULE, Kind.FORGED_CLAIM, Kind.MASS_REVOCATION, Kind.DEFAULT_GROUP_ATTACHED),
}
_LABELS = {severity: severity.upper() for severity in Severity} | {Severity.INFO: "INFORMATIONAL"}
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""Those that a resource can be in and that have the name they have in ARNs."""


def findings(alert: Alert) -> list[Json]:
    """The findings of the alert for BatchImportFindings; the same `Id` through a finding's whole life.

    The hub takes an update whose `UpdatedAt` is later than what it has, and drops any other: late and doubled
    messages do no harm. Closed is ARCHIVED and PASSED. `Workflow` is taken from the first import alone and
    then belongs to people: a finding that is ACTIVE again, the hub makes NEW by itself. Severity and types
    are in `FindingProviderFields`, as people may set those at the top.
    """
    return [_finding(of_one, note) for of_one, note in each_alone(alert)]


def _finding(alert: Alert, note: Note) -> Json:
    is_open = note.transition.state.is_open
    account, region = _fit(alert.account, _ACCOUNT), _fit(alert.region, _REGION)
    return {
        "SchemaVersion": "2018-10-08",
        "Id": finding_uid(alert, note),
        "ProductArn": arn("securityhub", region, account, f"product/{account}/default"),
        "ProductName": _NAME,
        "CompanyName": _NAME,
        "GeneratorId": _fit(
            "/".join(filter(None, (_NAME, alert.policy, note.statement or note.kind))), _TEXT
        ),
        "AwsAccountId": account,
        "Region": region,
        "CreatedAt": _moment(min(note.since, alert.time)),
        "UpdatedAt": _moment(alert.time),
        "FirstObservedAt": _moment(min(note.since, alert.time)),
        "LastObservedAt": _moment(alert.time),
        "Title": _fit(f"{alert.cluster}: {note.short}", _TITLE),
        "Description": _fit(" ".join(_told(alert, note)), _DESCRIPTION),
        "FindingProviderFields": {
            "Severity": {"Label": _LABELS[note.severity], "Original": str(note.severity)},
            "Types": [_REACHABILITY if note.kind in _OF_TRAFFIC else _PRACTICES],
        },
        "Resources": _resources(alert),
        "Compliance": {"Status": "FAILED" if is_open else "PASSED"},
        "Workflow": {"Status": "NEW" if is_open else "RESOLVED"},
        "RecordState": "ACTIVE" if is_open else "ARCHIVED",
        "ProductFields": _fields(alert, note),
        **_remedy(alert),
    }


def _told(alert: Alert, note: Note) -> list[str]:
    """What happened, where, and what became of it, in sentences."""
    impact = f"{note.impact[:1].upper()}{note.impact[1:]}." if note.impact else ""
    policy = f", policy {alert.policy} ({alert.mode})" if alert.policy else ""
    since = f", open since {_moment(note.since)}" if note.since < alert.time else ""
    became = f"{note.transition.capitalize()} {_moment(alert.time)}{since}."
    by = "; ".join(map(_call, note.causes))
    where = f"Cluster {alert.cluster}, {alert.group}{policy}."
    return [note.summary, impact, where, became, f"By {by}." if by else ""]


def _call(cause: Cause) -> str:
    where = f" from {cause.source_ip}" if cause.source_ip else ""
    return f"{cause.actor}{where}: {cause.event}{f' {_moment(cause.time)}' if cause.time else ''}"


def _resources(alert: Alert) -> list[Json]:
    """The group first: it is what the finding is about."""
    partition = partition_of(alert.region)
    place = {
        **({"Partition": partition} if partition in _PARTITIONS else {}),
        "Region": _fit(alert.region, _REGION),
    }
    group, cluster = _fit(alert.group, _RESOURCE), _fit(alert.cluster, _RESOURCE)
    named = {"GroupName": name} if (name := printable(alert.group_name, _RESOURCE)) else {}
    return [
        {
            "Type": "AwsEc2SecurityGroup",
            "Id": group_arn(alert),
            **place,
            "Details": {"AwsEc2SecurityGroup": {"GroupId": group, **named}},
        },
        {
            "Type": "AwsEksCluster",
            "Id": cluster_arn(alert),
            **place,
            "Details": {"AwsEksCluster": {"Name": cluster, "Arn": cluster_arn(alert)}},
        },
    ]


def _fields(alert: Alert, note: Note) -> dict[str, str]:
    """All else that is known, for filters and for reading; what is empty is left out."""
    said = {
        "cluster": alert.cluster,
        "group": alert.group,
        "policy": alert.policy,
        "mode": alert.mode,
        "status": alert.status,
        "paused": alert.paused,
        "barred": alert.barred,
        "kind": note.kind,
        "statement": note.statement,
        "direction": note.direction,
        "transition": note.transition,
        "times": str(note.times),
        "traffic": "; ".join(note.traffic),
        "rules": "; ".join(note.rules),
        "changes": "; ".join(made.line for made in alert.changes),
        "earlier changes": "; ".join(made.line for made in alert.earlier),
        "alert": alert.id,
        "thread": alert.thread,
        "findings left out": str(alert.left_out) if alert.left_out else "",
        **{f"call/{number}": _call(each) for number, each in enumerate(note.causes[:_CALLS], 1)},
    }
    fitting = {f"{_NAME}/{key}": printable(value, _VALUE) for key, value in said.items()}
    return {key: value for key, value in fitting.items() if value}


def _remedy(alert: Alert) -> Json:
    """What to do now, and where."""
    text = printable(" ".join(advice.steps(alert)), _TEXT)
    url = next((link.url for link in links_of(alert)), "")
    said = {**({"Text": text} if text else {}), **({"Url": url} if url else {})}
    return {"Remediation": {"Recommendation": said}} if said else {}


def _fit(text: str, limit: int) -> str:
    """The text as far as there is room; the hub takes no empty one."""
    return printable(text, limit) or "-"


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
