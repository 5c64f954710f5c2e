"""Outcomes as JSON: the contract `sgwarden/v1` that programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.change import Authorize, Modify, Revoke, SetTag
from sgwarden.traffic import Direction
from sgwarden.traffic.rule import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.change import Change
    from sgwarden.finding import Finding
    from sgwarden.group import SecurityGroup
    from sgwarden.outcome import Outcome
    from sgwarden.trigger import Cause

SCHEMA = "sgwarden/v1"
Json = dict[str, Any]


def document(results: Iterable[Json]) -> Json:
    """Results of any number of groups as one document."""
    return {"schema": SCHEMA, "results": list(results)}


def result(outcome: Outcome) -> Json:
    """One group's result."""
    cluster, group = outcome.cluster, outcome.group
    return {
        "cluster": {"name": cluster.name, "account": cluster.account, "region": cluster.region},
        "security_group": group.id,
        **({"additional": True} if cluster.additional else {}),
        "policy": outcome.policy,
        "mode": str(outcome.mode),
        **({"paused": outcome.paused} if outcome.paused else {}),
        **({"missed_by_events": True} if outcome.missed else {}),
        **({"barred": outcome.barred} if outcome.barred else {}),
        "status": str(outcome.status),
        **({"held": list(outcome.held)} if outcome.held else {}),
        "findings": [_finding(finding) for finding in outcome.findings],
        "changes": [change(each, group.id) for each in outcome.changes],
        "after": state(group),
    }


def state(group: SecurityGroup) -> Json:
    """The rules of a group as lines, in reading order, and its tags."""
    return {
        **{str(direction): _lines(group, direction) for direction in Direction},
        "tags": dict(sorted(group.tags.items())),
    }


def _lines(group: SecurityGroup, direction: Direction) -> list[str]:
    rules = group.rules_of(direction)
    return [
        rule.text(group.id) for rule in sorted(rules, key=lambda rule: reading_order(rule.service, rule.peer))
    ]


def _finding(finding: Finding) -> Json:
    return {
        "id": finding.id,
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "direction": finding.direction and str(finding.direction),
        "statement": finding.statement,
        "traffic": list(finding.traffic),
        "rules": list(finding.rules),
        "summary": finding.summary,
        **({"impact": finding.impact} if finding.impact else {}),
        "cause": finding.cause and _cause(finding.cause),
    }


def _cause(cause: Cause) -> Json:
    return {
        "event": cause.event,
        "event_id": cause.event_id,
        "actor": cause.actor,
        "source_ip": cause.source_ip,
        "time": cause.time.isoformat().replace("+00:00", "Z") if cause.time else None,
    }


def change(of: Change, self_id: str) -> Json:
    """One change, as `changes` of the contract has it."""
    match of:
        case SetTag(key, value, before, why):
            action, direction, rule_id = "tag", None, ""
            rule, was = f"{key}={value}", None if before is None else f"{key}={before}"
        case Authorize(made, why):
            action, direction, rule_id, rule, was = "authorize", made.direction, "", made.text(self_id), None
        case Revoke(gone, why):
            action, direction, rule_id = "revoke", gone.direction, gone.id
            rule, was = gone.text(self_id), None
        case Modify(old, into, why):
            action, direction, rule_id = "modify", old.direction, old.id
            rule, was = into.text(self_id), old.text(self_id)
    shown = {"action": action, "direction": direction and str(direction), "rule_id": rule_id, "rule": rule}
    return {**shown, **({"was": was} if was else {}), "why": why}
