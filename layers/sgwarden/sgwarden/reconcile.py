"""One look at one cluster security group, and what follows from it.

Level-triggered: nothing here knows which event was the reason to look.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sgwarden.apply import Applied, Writer, apply
from sgwarden.change import Order
from sgwarden.failure import CallError, ConflictError, QuotaError
from sgwarden.finding import Finding, findings_of
from sgwarden.notice import cost_of, failed, plan_refused, policy_refused
from sgwarden.observe import Judged, Reader, find_cluster, judge, judge_closely, wanted
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.plan import make_plan
from sgwarden.policy.conflict import PolicyConflict
from sgwarden.policy.places import UnresolvedError
from sgwarden.policy.resolve import select
from sgwarden.policy.types import Mode
from sgwarden.prove import ProvedPlan, UnprovedError, prove

if TYPE_CHECKING:
    from sgwarden.change import Change
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Document

_ATTEMPTS = 5
_SECONDS_TO_SETTLE = 1.0


class Account(Reader, Writer, Protocol):
    """One AWS account and region, read and written."""


def reconcile(group_id: str, document: Document, account: Account, ceiling: Mode) -> Outcome | Skipped:
    """Look at the group and bring it to the policy, or under `observe` tell what would be done.

    `ceiling` is the most that may be done whatever the policy says. Raises CallError where reading fails.
    """
    found = find_cluster(account, group_id)
    if isinstance(found, Skipped):
        return found
    seen = examine(*found, document, account)
    if isinstance(seen, Outcome) and ceiling is Mode.OBSERVE:
        return replace(seen, mode=ceiling)
    if not isinstance(seen, Judged):
        return seen
    if Mode.OBSERVE in (ceiling, seen.desired.mode):
        return planned(seen, Mode.OBSERVE)
    if not seen.drift:
        return _in_sync(seen, Mode.REMEDIATE)
    return _Remediation(seen, account).run()


def examine(
    cluster: Cluster, group: SecurityGroup, document: Document, reader: Reader
) -> Judged | Outcome | Skipped:
    """The group against the policy that is for its cluster; an Outcome where that policy cannot be used."""
    policy = select(document, cluster)
    if policy is None:
        return Skipped(f"no policy matches cluster {cluster.name}")
    try:
        desired, cluster = wanted(reader, policy, cluster)
    except (PolicyConflict, UnresolvedError) as error:
        findings = (policy_refused(cluster, error),)
        return Outcome(cluster, group, policy.name, policy.mode, Status.REFUSED, findings)
    seen = judge(reader, desired, cluster, group)
    return judge_closely(reader, seen) if seen.drift or seen.drift.opaque else seen


def planned(seen: Judged, mode: Mode) -> Outcome:
    """The drift with the plan that would mend it, and nothing done."""
    if not seen.drift:
        return _in_sync(seen, mode)
    findings = findings_of(seen.drift, seen.cluster, seen.group)
    try:
        proved = _plan(seen)
    except UnprovedError as error:
        return _outcome(seen, mode, Status.REFUSED, (*findings, plan_refused(seen.cluster, error)))
    findings = (*findings, *cost_of(proved))
    outcome = _outcome(seen, mode, Status.DRIFTED, findings, proved.plan.changes)
    return replace(outcome, planned=proved.after)


def _in_sync(seen: Judged, mode: Mode) -> Outcome:
    return _outcome(seen, mode, Status.IN_SYNC, findings_of(seen.drift, seen.cluster, seen.group))


def _plan(seen: Judged, order: Order = Order.ADDITIONS_FIRST, most: int | None = None) -> ProvedPlan:
    """The gentlest plan that holds, with no more rules for a trimmed one than `most`; raises UnprovedError.

    Where trimming cannot be proved, offending rules go whole: a rule that is hard to trim must not protect
    one that opens the cluster to the world.
    """
    limit = seen.desired.trim_limit if most is None else min(most, seen.desired.trim_limit)
    refusals = []
    for limit_now in sorted({limit, min(limit, 1), 0}, reverse=True):
        desired = replace(seen.desired, trim_limit=limit_now)
        try:
            return prove(make_plan(seen.cluster, seen.group, desired, seen.drift, order), seen.owns)
        except UnprovedError as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _outcome(
    seen: Judged,
    mode: Mode,
    status: Status,
    findings: tuple[Finding, ...],
    changes: tuple[Change, ...] = (),
    errors: tuple[CallError, ...] = (),
) -> Outcome:
    return Outcome(seen.cluster, seen.group, seen.desired.policy, mode, status, findings, changes, errors)


class _Remediation:
    """Plan, apply and look again, until the group is as it should be or it cannot be helped."""

    def __init__(self, seen: Judged, account: Account) -> None:
        self.seen = seen
        self.account = account
        self.findings = [*findings_of(seen.drift, seen.cluster, seen.group)]
        self.made: list[Change] = []
        self.errors: tuple[CallError, ...] = ()
        self.order = Order.ADDITIONS_FIRST
        self.most: int | None = None

    def run(self) -> Outcome | Skipped:
        for _ in range(_ATTEMPTS):
            try:
                proved = _plan(self.seen, self.order, self.most)
            except UnprovedError as error:
                self.findings.append(plan_refused(self.seen.cluster, error))
                return self._ended(Status.FAILED if self.made else Status.REFUSED)
            self._apply(proved)
            if not self._looked_again():
                return Skipped(f"{self.seen.group.id} was deleted while it was being put right")
            if not self.seen.drift:
                return self._ended(Status.REMEDIATED)
            if not self._can_do_with_less_room() and not self._disturbed():
                break
        self.findings.append(failed(self.seen.cluster, self.errors))
        return self._ended(Status.FAILED)

    def _can_do_with_less_room(self) -> bool:
        """Whether the quota was in the way and there is a thriftier way to plan, which comes next."""
        if not any(isinstance(error, QuotaError) for error in self.errors) or self.most == 0:
            return False
        if self.order is Order.WITHIN_QUOTA:
            self.most = 1 if self.most is None else 0
        self.order = Order.WITHIN_QUOTA
        return True

    def _apply(self, proved: ProvedPlan) -> None:
        applied: Applied = apply(proved, self.account)
        self.made += applied.made
        self.errors = applied.errors
        if applied.made:
            self._tell(cost_of(proved))

    def _looked_again(self) -> bool:
        """See what came of the changes; False where the group is gone.

        EC2 may answer with what was there before a change, ours or somebody else's: where others seem to be
        at work it is asked once more (EC2 API reference, eventual consistency).
        """
        there = self._look()
        if there and self.seen.drift and self._disturbed():
            time.sleep(_SECONDS_TO_SETTLE)
            there = self._look()
        self._tell(findings_of(self.seen.drift, self.seen.cluster, self.seen.group))
        return there

    def _look(self) -> bool:
        try:
            group = self.account.group(self.seen.group.id)
            if group is None:
                return False
            group = self.account.with_rule_ids(group)
            self.seen = judge(self.account, self.seen.desired, self.seen.cluster, group)
        except CallError as error:
            self.errors = (*self.errors, error)
        return True

    def _disturbed(self) -> bool:
        """Whether nothing but what others do at the same time is in the way."""
        return all(isinstance(error, ConflictError) for error in self.errors)

    def _tell(self, findings: tuple[Finding, ...]) -> None:
        known = {finding.id for finding in self.findings}
        self.findings += [finding for finding in findings if finding.id not in known]

    def _ended(self, status: Status) -> Outcome:
        return _outcome(
            self.seen, Mode.REMEDIATE, status, tuple(self.findings), tuple(self.made), self.errors
        )
