"""Findings about sgwarden's own work: what a plan costs, and why one is refused or fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden import impact
from sgwarden.change import Modify, Revoke
from sgwarden.finding import Finding, Kind, identified, lines
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.traffic import PRIVATE, Direction, Line, cover, union
from sgwarden.trim import offended_by, revoked_by_policy
from sgwarden.wording import direction_word, with_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sgwarden.change import Change
    from sgwarden.cluster import Cluster
    from sgwarden.failure import CallError
    from sgwarden.prove import ProvedPlan
    from sgwarden.traffic import Peer


def cost_of(proved: ProvedPlan, made: Sequence[Change] | None = None) -> tuple[Finding, ...]:
    """What legitimate traffic the plan gives up, for good or for a moment; `made` are its changes so far."""
    changes = proved.plan.changes if made is None else made
    found = (*_lost(proved, changes), *_interrupted(proved, changes))
    return tuple(identified(proved.plan.cluster, each) for each in found)


def _lost(proved: ProvedPlan, made: Sequence[Change]) -> Iterator[Finding]:
    plan = proved.plan
    for direction in Direction:
        lost = plan.target(direction).lost
        gone = [
            change.rule
            for change in made
            if isinstance(change, Revoke)
            and change.rule.direction is direction
            and change.rule.traffic & lost
        ]
        if not gone:
            continue
        lost = lost & union(rule.traffic for rule in gone)
        parts = sorted(cover(lost), key=lambda line: _missed(line, {rule.peer for rule in gone}))
        traffic = lines(parts, direction, plan.cluster)
        revoked = with_names([rule.text(plan.group.id) for rule in gone])
        headline = f"{direction_word(direction)} lost with {revoked}: {with_names(traffic)}"
        side = next(side for side in plan.drift.directions if side.direction is direction)
        offended = [name for rule in gone for name in offended_by(rule.traffic & side.forbidden, side)]
        by_policy = revoked_by_policy(offended, side, plan.desired)
        limit = f"keeping it would take more than {plan.desired.trim_limit} rules"
        if plan.desired.trim_limit <= 1:
            limit = "there is no room for the rules that would keep it"
        yield Finding(
            id="",
            kind=Kind.LOST_TRAFFIC,
            severity=Severity.HIGH,
            headline=headline,
            reason=f"which no statement forbids; {'the policy says revoke' if by_policy else limit}",
            direction=direction,
            traffic=traffic,
            rules=tuple(rule.id for rule in gone if rule.id),
            impact=impact.of_missing(lost, direction, plan.cluster),
        )


def _missed(line: Line, peers: Collection[Peer]) -> int:
    """How surely somebody misses it: whole services, then private peers; the rest hardly anybody has."""
    return 0 if line.peer in peers else 1 if line.peer.peers <= PRIVATE else 2


def _interrupted(proved: ProvedPlan, made: Sequence[Change]) -> Iterator[Finding]:
    taken_from = {change.rule.direction for change in made if isinstance(change, Revoke | Modify)}
    for direction, gap in proved.interrupted:
        if direction not in taken_from:
            continue
        traffic = lines(cover(gap), direction, proved.plan.cluster)
        yield Finding(
            id="",
            kind=Kind.INTERRUPTED_TRAFFIC,
            severity=Severity.MEDIUM,
            headline=f"{direction_word(direction)} interrupted for a moment: {with_names(traffic)}",
            reason="as the rule quota leaves no room to add rules before others are removed",
            direction=direction,
            traffic=traffic,
        )


def joined(first: Finding, then: Finding) -> Finding:
    """The same finding of two looks, with the traffic and the rules of both."""
    traffic = tuple(dict.fromkeys((*first.traffic, *then.traffic)))
    if traffic == first.traffic:
        return first
    about, _, _ = first.headline.partition(": ")
    rules = tuple(dict.fromkeys((*first.rules, *then.rules)))
    return replace(first, headline=f"{about}: {with_names(traffic)}", traffic=traffic, rules=rules)


def policy_refused(cluster: Cluster, error: Exception) -> Finding:
    """The policy cannot be used for this cluster, so nothing was judged."""
    headline = f"Nothing was checked: {printable(str(error), 400)}"
    return identified(cluster, Finding("", Kind.POLICY_REFUSED, Severity.HIGH, headline))


def plan_refused(cluster: Cluster, error: Exception, *, changed: bool = False) -> Finding:
    """The plan did not hold when it was played through, so it was not used."""
    headline = f"{_no_change(changed)}: {printable(str(error), 400)}"
    return identified(cluster, Finding("", Kind.PLAN_REFUSED, Severity.HIGH, headline))


def moved(cluster: Cluster, what: str) -> Finding:
    """The group is not what it was when the plan was made that people have seen."""
    headline = f"No change was made: the group has moved since the plan was made ({printable(what, 400)})"
    return identified(cluster, Finding("", Kind.PLAN_REFUSED, Severity.HIGH, headline))


def unconfirmed(
    cluster: Cluster, proved: ProvedPlan, errors: Sequence[CallError], *, changed: bool
) -> Finding:
    """What is left takes what nobody has agreed to: other changes, or an interruption."""
    why = "; ".join(str(error) for error in errors) or "somebody else changes the group at the same time"
    others = "take other changes than were confirmed"
    what = "interrupt traffic that is to stay" if proved.interrupted else others
    headline = f"{_no_change(changed)}: it would {what} ({printable(why, 400)})"
    return identified(cluster, Finding("", Kind.PLAN_REFUSED, Severity.HIGH, headline))


def _no_change(changed: bool) -> str:
    return "No further change was made" if changed else "No change was made"


def failed(cluster: Cluster, errors: Sequence[CallError], *, late: bool = False) -> Finding:
    """The group is not as the policy wants it, although it was tried; `late`: time for more ran out."""
    reason = "; ".join(str(error) for error in errors)
    if late:
        reason = f"no time was left to go on{reason and f' after {reason}'}"
    reason = reason or "somebody else changes it at the same time"
    headline = f"Not put right: {printable(reason, 400)}"
    return identified(cluster, Finding("", Kind.REMEDIATION_FAILED, Severity.CRITICAL, headline))
