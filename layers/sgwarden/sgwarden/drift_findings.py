"""What a drift amounts to, in findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden import impact
from sgwarden.drift import as_written, met_by_address
from sgwarden.eks_rules import is_of_eks
from sgwarden.finding import Finding, Kind, identified, lines
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.traffic import Line, PrefixList, Traffic, cover, union
from sgwarden.traffic.cover import services_at
from sgwarden.trim import OTHERWISE
from sgwarden.wording import direction_word, with_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.drift import DirectionDrift, Drift, TagDrift
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Resolved
    from sgwarden.traffic import Rule
    from sgwarden.traffic.ec2 import Opaque

# Load balancer controllers look the group up by the first, Karpenter by the second.
_TAGS_THAT_CONTROLLERS_NEED = ("kubernetes.io/cluster/", "karpenter.sh/")

_SERVICES_SHOWN = 4
_PRESENT_SHOWN = 40


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
        there = cover(union(line.traffic for line in written) - lacking)
        yield Finding(
            id="",
            kind=Kind.MISSING_TRAFFIC,
            severity=statement.severity,
            headline=f"{direction_word(side.direction)} missing: {with_names(traffic)}",
            reason=_because(statement, "requires"),
            direction=side.direction,
            statement=statement.id,
            traffic=traffic,
            present=lines(there if len(there) <= _PRESENT_SHOWN else (), side.direction, cluster),
            impact=impact.of_missing(lacking - met_by_address(left, cluster), side.direction, cluster),
        )


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
