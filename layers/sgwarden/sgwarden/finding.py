"""Findings: what is not as the policy wants it, each in one sentence that a person understands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden import impact
from sgwarden.drift import as_written, met_by_address
from sgwarden.eks_rules import is_of_eks
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.traffic import Direction, Line, PrefixList, Rule, Traffic, cover, union
from sgwarden.traffic.cover import services_at
from sgwarden.trim import OTHERWISE
from sgwarden.wording import direction_word, with_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.drift import DirectionDrift, Drift, TagDrift
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Resolved
    from sgwarden.traffic.ec2 import Opaque
    from sgwarden.trigger import Cause


class Kind(StrEnum):
    """What a finding tells of."""

    FORBIDDEN_TRAFFIC = "ForbiddenTraffic"
    MISSING_TRAFFIC = "MissingTraffic"
    LOST_TRAFFIC = "LostTraffic"
    INTERRUPTED_TRAFFIC = "InterruptedTraffic"
    MISSING_TAG = "MissingTag"
    WRONG_TAG = "WrongTag"
    OPAQUE_RULE = "OpaqueRule"
    FORGED_CLAIM = "ForgedClaim"
    MASS_REVOCATION = "MassRevocation"
    CLUSTER_GROUP_DELETED = "ClusterGroupDeleted"
    DETACHED_CLUSTER_GROUP = "DetachedClusterGroup"
    MISPLACED_CONTROL_PLANE_GROUP = "MisplacedControlPlaneGroup"
    DEFAULT_GROUP_ATTACHED = "DefaultGroupAttached"
    AMBIGUOUS_CLUSTER_TAG = "AmbiguousClusterTag"
    LEFT_OVER_GROUP = "LeftOverGroup"
    POLICY_REFUSED = "PolicyRefused"
    PLAN_REFUSED = "PlanRefused"
    REMEDIATION_FAILED = "RemediationFailed"


DRIFT = frozenset({Kind.FORBIDDEN_TRAFFIC, Kind.MISSING_TRAFFIC, Kind.MISSING_TAG, Kind.WRONG_TAG})
"""Where the group is not as the policy wants it, which sgwarden sets out to put right."""
TOLD_ONCE = frozenset({Kind.MASS_REVOCATION})
"""What people hear of once, however many events and batches it takes to come about, and if it lasts."""
ABOUT_ATTACHMENT = frozenset(
    {
        Kind.DETACHED_CLUSTER_GROUP,
        Kind.MISPLACED_CONTROL_PLANE_GROUP,
        Kind.DEFAULT_GROUP_ATTACHED,
        Kind.AMBIGUOUS_CLUSTER_TAG,
        Kind.LEFT_OVER_GROUP,
    }
)
"""What is not about the cluster's group itself, but about what carries it: told of, and never changed."""

# Load balancer controllers look the group up by the first, Karpenter by the second.
_TAGS_THAT_CONTROLLERS_NEED = ("kubernetes.io/cluster/", "karpenter.sh/")

_SERVICES_SHOWN = 4
SEVERITIES = tuple(Severity)
"""From the worst to the least."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell; `id` stays the same for as long as the same thing is wrong with the same group.

    `traffic` is in the notation. What is forbidden is shown with the peers of the rules that open it, which
    may be more than the policy forbids: `0.0.0.0/0` and not the hundreds of blocks of the internet. What is
    missing is shown as the policy writes it, which may be more than is missing: `all to 0.0.0.0/0` and no
    line for each protocol, where only `tcp/443` is there. `impact` says what breaks, where that is known.
    What is open is `of_eks` where all rules that open it are such as EKS makes.
    """

    id: str
    kind: Kind
    severity: Severity
    headline: str
    reason: str = ""
    direction: Direction | None = None
    statement: str = ""
    traffic: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    cause: Cause | None = None
    impact: str = ""
    of_eks: bool = False

    @property
    def summary(self) -> str:
        """One sentence: what, and why it matters."""
        return f"{self.headline}{f', {self.reason}' if self.reason else ''}".rstrip(".") + "."

    def because_of(self, cause: Cause | None) -> Finding:
        return replace(self, cause=cause)


def worst(findings: Iterable[Finding]) -> Severity:
    """The worst severity among the findings; info where there are none."""
    return min((finding.severity for finding in findings), key=SEVERITIES.index, default=Severity.INFO)


def identified(cluster: Cluster, finding: Finding) -> Finding:
    """The finding with the id that follows from what it is about, and of which group."""
    group = (cluster.account, cluster.region, cluster.security_group_id)
    # What cannot be judged has neither statement nor traffic: it is its headline that names the rule.
    named = finding.headline if finding.kind is Kind.OPAQUE_RULE else finding.statement
    # Of a statement there is one finding, whose traffic may grow; of forged claims, one for each rule.
    traffic = finding.traffic if finding.kind is Kind.FORGED_CLAIM else ()
    parts = (*group, finding.kind, finding.direction, named, *traffic)
    key = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]
    return replace(finding, id=key)


def findings_of(drift: Drift, cluster: Cluster, group: SecurityGroup) -> tuple[Finding, ...]:
    """What the drift amounts to: one finding a statement and direction, one a tag, one an opaque rule."""
    found = (
        *(each for side in drift.directions for each in _forbidden(side, cluster, group)),
        *(each for side in drift.directions for each in _missing(side, cluster)),
        *(_tag(tag, cluster) for tag in drift.tags),
        *(_opaque(rule) for rule in drift.opaque),
    )
    return tuple(identified(cluster, each) for each in found)


def _forbidden(side: DirectionDrift, cluster: Cluster, group: SecurityGroup) -> Iterator[Finding]:
    """One for each deny statement that is met; what nothing allows only as far as these do not show it."""
    rules = group.rules_of(side.direction)
    shown = Traffic.NONE
    for statement in side.goal.denied:
        if excess := side.excess & statement.traffic:
            opened = _as_opened(rules, excess)
            shown |= union(line.traffic for line in opened)
            reason = _because(statement, "forbids")
            yield _open(side, opened, statement.id, statement.severity, reason, rules, excess, cluster)
    unasked = side.excess - side.goal.denied_traffic
    if not unasked <= shown:
        opened = _as_opened(rules, unasked - shown)
        reason = "which is more than the policy allows"
        yield _open(side, opened, OTHERWISE, Severity.HIGH, reason, rules, unasked - shown, cluster)


def _because(statement: Resolved, verb: str) -> str:
    return f"which {statement.id} {verb}" + (f" ({statement.why})" if statement.why else "")


def _open(
    side: DirectionDrift,
    opened: tuple[Line, ...],
    statement: str,
    severity: Severity,
    reason: str,
    rules: Iterable[Rule],
    excess: Traffic,
    cluster: Cluster,
) -> Finding:
    traffic = lines(opened, side.direction, cluster)
    opening = [rule for rule in rules if rule.traffic & excess]
    return Finding(
        id="",
        kind=Kind.FORBIDDEN_TRAFFIC,
        severity=severity,
        headline=f"{direction_word(side.direction)} open: {with_names(traffic)}",
        reason=reason,
        direction=side.direction,
        statement=statement,
        traffic=traffic,
        rules=tuple(rule.id for rule in opening if rule.id),
        impact=impact.of_open(excess, side.direction, cluster),
        of_eks=all(is_of_eks(rule, cluster) for rule in opening),
    )


def _as_opened(rules: Iterable[Rule], excess: Traffic) -> tuple[Line, ...]:
    """The forbidden services of each rule with the rule's own peer, or the whole rule where shorter."""
    opened: list[Line] = []
    for rule in rules:
        services = tuple(services_at((rule.traffic & excess).places))
        short = services if len(services) <= _SERVICES_SHOWN else (rule.service,)
        opened += [Line(service, rule.peer) for service in short]
    lists = [line for line in opened if isinstance(line.peer, PrefixList)]
    return cover(union(line.traffic for line in opened), favoured=lists)


def _missing(side: DirectionDrift, cluster: Cluster) -> Iterator[Finding]:
    for statement in side.goal.required:
        lacking = side.missing & statement.traffic
        if not lacking:
            continue
        left = side.observed - side.forbidden
        written = as_written([statement], lacking, left)
        traffic = lines(written, side.direction, cluster)
        yield Finding(
            id="",
            kind=Kind.MISSING_TRAFFIC,
            severity=statement.severity,
            headline=f"{direction_word(side.direction)} missing: {with_names(traffic)}",
            reason=_because(statement, "requires"),
            direction=side.direction,
            statement=statement.id,
            traffic=traffic,
            impact=impact.of_missing(lacking - met_by_address(left, cluster), side.direction, cluster),
        )


def lines(of: Iterable[Line], direction: Direction, cluster: Cluster) -> tuple[str, ...]:
    """The lines as text, references to the cluster's own group as `self`."""
    return tuple(Rule(direction, line.service, line.peer).text(cluster.security_group_id) for line in of)


def _tag(tag: TagDrift, cluster: Cluster) -> Finding:
    severity = Severity.HIGH if tag.key.startswith(_TAGS_THAT_CONTROLLERS_NEED) else Severity.MEDIUM
    key, required = printable(tag.key), printable(tag.required)
    kind, headline = Kind.MISSING_TAG, f"Tag missing: {key}"
    if tag.actual is not None:
        kind, headline = Kind.WRONG_TAG, f"Tag changed: {key} is {printable(tag.actual) or 'empty'}"
    return Finding(
        id="",
        kind=kind,
        severity=severity,
        headline=headline,
        reason=f"which must be {required}",
        statement=tag.key,
        impact=impact.of_tag(tag.key, additional=bool(cluster.additional)),
    )


def _opaque(rule: Opaque) -> Finding:
    headline = f"{direction_word(rule.direction)} rule left alone: {printable(rule.id or rule.text)}"
    return Finding(
        id="",
        kind=Kind.OPAQUE_RULE,
        severity=Severity.MEDIUM,
        headline=headline,
        reason=f"it cannot be judged: {printable(rule.reason)}",
        direction=rule.direction,
        rules=(rule.id,) if rule.id else (),
    )
