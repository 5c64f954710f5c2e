"""Outcomes and what they are made of, for tests of what is told of them."""

from __future__ import annotations

from datetime import UTC, datetime

from sgwarden.change import Authorize, Change, Modify, Revoke, SetTag
from sgwarden.cluster import Cluster
from sgwarden.finding import Finding, Kind
from sgwarden.group import SecurityGroup
from sgwarden.outcome import Outcome, Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.traffic import Direction, Rule, parse_line
from sgwarden.trigger import Cause

GROUP = "sg-0c1f4a7be2d95083a"
TIME = datetime(2026, 11, 3, 14, 21, 37, tzinfo=UTC)


def rule(line: str, rule_id: str = "", description: str = "") -> Rule:
    plain = parse_line(line, self_id=GROUP)
    return Rule(plain.direction, plain.service, plain.peer, rule_id, description)


def cause(
    actor: str = "alice (IAM user)", event: str = "AuthorizeSecurityGroupIngress", **more: str
) -> Cause:
    fields = {"event_id": "365f86ea", "source_ip": "203.0.113.24", **more}
    return Cause(event, fields["event_id"], actor, fields["source_ip"], TIME)


def finding(headline: str = "Inbound open: tcp/22 (SSH) from 0.0.0.0/0", **more: object) -> Finding:
    fields: dict[str, object] = {
        "id": "0123456789abcdef",
        "kind": Kind.FORBIDDEN_TRAFFIC,
        "severity": Severity.CRITICAL,
        "headline": headline,
        "reason": "which no-internet forbids",
        "direction": Direction.INGRESS,
        "statement": "no-internet",
        "traffic": ("tcp/22 from 0.0.0.0/0",),
        "rules": ("sgr-0a",),
        **more,
    }
    if "cause" in fields:
        cause = fields.pop("cause")
        fields["causes"] = (cause,) if cause else ()
    return Finding(**fields)  # type: ignore[arg-type]


CHANGES: tuple[Change, ...] = (
    Authorize(rule("tcp/443 from 10.0.0.0/8"), "office"),
    Modify(rule("tcp/20-25 from 0.0.0.0/0", "sgr-0a"), rule("tcp/20-21 from 0.0.0.0/0", "sgr-0a"), "no-ssh"),
    Revoke(rule("all to self", "sgr-0b"), "otherwise"),
    SetTag("Name", "eks-cluster-sg-prod-1", "web servers"),
    SetTag("team", "platform"),
)


def outcome(*findings: Finding, status: Status = Status.REMEDIATED, **more: object) -> Outcome:
    fields: dict[str, object] = {
        "cluster": Cluster("prod-1", "111122223333", "eu-west-1", GROUP),
        "group": SecurityGroup(
            GROUP,
            "eks-cluster-sg-prod-1",
            "vpc-0a",
            (rule("tcp/443 from 10.0.0.0/8"), rule("all from self"), rule("all to 0.0.0.0/0")),
            tags={"team": "platform", "Name": "eks-cluster-sg-prod-1"},
        ),
        "policy": "production",
        "mode": Mode.REMEDIATE,
        "changes": CHANGES,
        **more,
    }
    return Outcome(status=status, findings=findings or (finding(),), **fields)  # type: ignore[arg-type]
