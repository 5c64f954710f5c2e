"""A group against the policy that is for its cluster, and the plan that would mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.change import Order
from sgwarden.notice import cost_of, plan_refused, policy_refused
from sgwarden.observe import Judged, judge, judge_closely, wanted
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.owner_findings import all_findings_of
from sgwarden.plan import make_plan
from sgwarden.policy.conflict import PolicyConflict
from sgwarden.policy.places import UnresolvedError
from sgwarden.policy.resolve import select
from sgwarden.prove import ProvedPlan, UnprovedError, prove
from sgwarden.updating import held_of

if TYPE_CHECKING:
    from sgwarden.change import Change
    from sgwarden.cluster import Cluster
    from sgwarden.failure import CallError
    from sgwarden.finding import Finding
    from sgwarden.group import SecurityGroup
    from sgwarden.observe import Reader
    from sgwarden.policy.types import Document, Mode


def examine(
    cluster: Cluster, group: SecurityGroup, document: Document, reader: Reader
) -> Judged | Outcome | Skipped:
    """The group against the policy that is for its cluster; an Outcome where that policy cannot be used."""
    policy = select(document, cluster)
    if policy is None:
        which = f"additional group {group.id} of " if cluster.additional else ""
        return Skipped(f"no policy matches {which}cluster {cluster.name}")
    try:
        desired, cluster = wanted(reader, policy, cluster)
        seen = judge(reader, desired, cluster, group)
        return judge_closely(reader, policy, seen) if seen.drift.is_to_be_told else seen
    except (PolicyConflict, UnresolvedError) as error:
        findings = (policy_refused(cluster, error),)
        return Outcome(cluster, group, policy.name, policy.mode, Status.REFUSED, findings)


def planned(seen: Judged, mode: Mode) -> Outcome:
    """The drift with the plan that would mend it, and nothing done."""
    if not seen.drift:
        return in_sync(seen, mode)
    findings = all_findings_of(seen.drift, seen.cluster, seen.group)
    try:
        proved = gentlest_plan(seen)
    except UnprovedError as error:
        return outcome_of(seen, mode, Status.REFUSED, (*findings, plan_refused(seen.cluster, error)))
    findings = (*findings, *cost_of(proved))
    outcome = outcome_of(seen, mode, Status.DRIFTED, findings, proved.plan.changes)
    return replace(outcome, planned=proved.after)


def in_sync(seen: Judged, mode: Mode) -> Outcome:
    """The group where nothing is to be changed; what cannot be judged of it is told all the same."""
    return outcome_of(seen, mode, Status.IN_SYNC, all_findings_of(seen.drift, seen.cluster, seen.group))


def gentlest_plan(seen: Judged, order: Order = Order.ADDITIONS_FIRST, most: int | None = None) -> ProvedPlan:
    """The gentlest plan that holds, with no more rules for a trimmed one than `most`; raises UnprovedError.

    Where trimming cannot be proved, offending rules go whole: a rule that is hard to trim must not protect
    one that opens the cluster to the world.
    """
    limit = seen.desired.trim_limit if most is None else min(most, seen.desired.trim_limit)
    refusals = []
    for limit_now in sorted({limit, min(limit, 1), 0}, reverse=True):
        desired = replace(seen.desired, trim_limit=limit_now)
        try:
            plan = make_plan(seen.cluster, seen.group, desired, seen.drift, order, seen.known)
            return prove(plan, seen.owns)
        except UnprovedError as refusal:
            refusals.append(refusal)
    raise refusals[0]


def outcome_of(
    seen: Judged,
    mode: Mode,
    status: Status,
    findings: tuple[Finding, ...],
    changes: tuple[Change, ...] = (),
    errors: tuple[CallError, ...] = (),
) -> Outcome:
    """The outcome of a look at the group."""
    outcome = Outcome(seen.cluster, seen.group, seen.desired.policy, mode, status, findings, changes, errors)
    return replace(outcome, held=held_of(seen.drift, seen.cluster, seen.group))
