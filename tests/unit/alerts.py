"""Alerts and what they are made of, for tests of what channels make of them."""

from __future__ import annotations

from datetime import UTC, datetime

from sgwarden.alert import Alert, Made
from sgwarden.daily import Daily, Standing
from sgwarden.finding import Kind
from sgwarden.life import Note, State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity

from tests.unit.outcomes import GROUP, TIME, cause

SINCE = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

MADE = (
    Made("authorize", "ingress", "", "tcp/443 from 10.0.0.0/8", why="office"),
    Made("modify", "ingress", "sgr-0a", "tcp/20-21 from 0.0.0.0/0", "tcp/20-25 from 0.0.0.0/0", "no-ssh"),
    Made("revoke", "egress", "sgr-0b", "all to self", why="otherwise", description="EFA"),
    Made("tag", "", "", "Name=eks-cluster-sg-prod-1", "Name=web servers", "tags"),
    Made("tag", "", "", "team=platform", why="tags"),
)


def note(summary: str = "", **more: object) -> Note:
    fields: dict[str, object] = {
        "id": "0123456789abcdef",
        "kind": str(Kind.FORBIDDEN_TRAFFIC),
        "severity": Severity.CRITICAL,
        "transition": Transition.OPENED,
        "summary": summary or "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.",
        "since": TIME,
        "direction": "ingress",
        "statement": "no-internet",
        "traffic": ("tcp/22 from 0.0.0.0/0",),
        "rules": ("sgr-0a",),
        "causes": (cause(),),
        **more,
    }
    return Note(**fields)  # type: ignore[arg-type]


def alert(*notes: Note, **more: object) -> Alert:
    """One that was only observed, unless `more` says otherwise."""
    fields: dict[str, object] = {
        "id": "fedcba9876543210",
        "thread": "0f1e2d3c4b5a6978",
        "time": TIME,
        "cluster": "prod-1",
        "account": "111122223333",
        "region": "eu-west-1",
        "group": GROUP,
        "group_name": "eks-cluster-sg-prod-1-1234567890",
        "policy": "production",
        "mode": Mode.OBSERVE,
        "status": Status.DRIFTED,
        "changes": MADE,
        "causes": (cause(),),
        **more,
    }
    return Alert(notes=notes or (note(),), **fields)  # type: ignore[arg-type]


def standing(cluster: str = "prod-1", group: str = GROUP, **more: object) -> Standing:
    fields: dict[str, object] = {
        "state": State.OPEN,
        "severity": Severity.CRITICAL,
        "findings": 2,
        "since": SINCE,
        "summary": "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.",
        **more,
    }
    return Standing(cluster, group, **fields)  # type: ignore[arg-type]


def daily(*standings: Standing) -> Daily:
    return Daily(TIME, "111122223333", "eu-west-1", standings)
