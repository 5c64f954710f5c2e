"""Findings on owners of rules: what claims one in vain, and an owner that has lost all of its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden import impact
from sgwarden.drift_findings import findings_of
from sgwarden.finding import Finding, Kind, identified, lines
from sgwarden.policy.types import Severity
from sgwarden.traffic import Line
from sgwarden.wording import direction_word, with_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgwarden.claim import Forgery, MassRevocation
    from sgwarden.cluster import Cluster
    from sgwarden.drift import Drift
    from sgwarden.group import SecurityGroup

_ACTORS_SHOWN = 4


def all_findings_of(drift: Drift, cluster: Cluster, group: SecurityGroup) -> tuple[Finding, ...]:
    """What the drift amounts to, and what is to be told of owners."""
    return (
        *(identified(cluster, _revoked(each)) for each in drift.revoked),
        *findings_of(drift, cluster, group),
        *(identified(cluster, _forged(each, cluster)) for each in drift.forged),
    )


def _forged(forgery: Forgery, cluster: Cluster) -> Finding:
    rule, doubt = forgery.rule, forgery.doubt
    traffic = lines([Line(rule.service, rule.peer)], rule.direction, cluster)
    word = "forged" if doubt.sure else "not verified"
    return Finding(
        id="",
        kind=Kind.FORGED_CLAIM,
        severity=Severity.HIGH if doubt.sure else Severity.MEDIUM,
        headline=f"{direction_word(rule.direction)} rule {word}: {with_names(traffic)}",
        reason=f"it says that it is of {forgery.owner}, but {doubt.why}",
        direction=rule.direction,
        statement=forgery.statement,
        traffic=traffic,
        rules=(rule.id,) if rule.id else (),
    )


def _revoked(revocation: MassRevocation) -> Finding:
    by = _listed(revocation.actors)
    return Finding(
        id="",
        kind=Kind.MASS_REVOCATION,
        severity=Severity.CRITICAL,
        headline=f"All rules of {revocation.owner} are gone",
        reason=f"{revocation.rules} were taken away within minutes by {by}",
        statement=revocation.statement,
        impact=impact.of_owner(revocation.owner),
    )


def _listed(actors: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, or as many as a person reads and how many more."""
    shown = [each or "somebody" for each in actors]
    if len(shown) > _ACTORS_SHOWN:
        shown[_ACTORS_SHOWN:] = [f"{len(shown) - _ACTORS_SHOWN} more"]
    *others, last = shown
    return f"{', '.join(others)} and {last}" if others else last
