"""Putting a group right: plan, apply, and look again."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sgwarden.apply import Applied, Writer, apply
from sgwarden.change import Order
from sgwarden.examine import gentlest_plan, in_sync, outcome_of
from sgwarden.failure import CallError, ConflictError, QuotaError
from sgwarden.notice import cost_of, failed, joined, plan_refused, unconfirmed
from sgwarden.observe import Judged, Reader, judge_again
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.owner_findings import all_findings_of
from sgwarden.policy.types import Mode
from sgwarden.prove import UnprovedError
from sgwarden.timing import SECONDS_TO_SEND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sgwarden.change import Change
    from sgwarden.finding import Finding
    from sgwarden.prove import ProvedPlan

_ATTEMPTS = 5
_SECONDS_TO_SETTLE = 1.0
# An attempt is a few writes, a second to settle and two looks. The first is worth beginning with little more.
_SECONDS_FOR_AN_ATTEMPT = 5
_SECONDS_FOR_THE_FIRST = _SECONDS_FOR_AN_ATTEMPT + 1
_SECONDS_FOR_ANOTHER = _SECONDS_FOR_AN_ATTEMPT + SECONDS_TO_SEND
_SECONDS_FOR_ANOTHER_LOOK = 2 + SECONDS_TO_SEND


class Account(Reader, Writer, Protocol):
    """One AWS account and region, read and written; each method raises CallError where AWS refuses."""

    def in_use(self, group_ids: Collection[str]) -> frozenset[str]:
        """Some of the groups that are on a network interface, whatever it is of; none where none is."""


def nobody_else(_planned: Outcome) -> None:
    """How writing begins where nobody else can be at work."""


def no_deadline() -> float:
    """The seconds left where nobody counts them."""
    return math.inf


def remediate(
    seen: Judged,
    account: Account,
    confirmed: Collection[Change] | None = None,
    seconds_left: Callable[[], float] = no_deadline,
    begin: Callable[[Outcome], None] = nobody_else,
) -> Outcome | Skipped:
    """Bring the group to the policy; with `confirmed`, by no other changes, and without interruptions.

    Where `seconds_left` leaves no time for an attempt, none is begun: what was done is to be told first.
    `begin` is called right before the first change, with what is about to be done; what it raises is raised.
    """
    return _Remediation(seen, account, confirmed, seconds_left, begin).run()


class _Remediation:
    """Plan, apply and look again, until the group is as it should be or it cannot be helped."""

    def __init__(
        self,
        seen: Judged,
        account: Account,
        confirmed: Collection[Change] | None,
        seconds_left: Callable[[], float],
        begin: Callable[[Outcome], None],
    ) -> None:
        self.seen = seen
        self.account = account
        self.confirmed = confirmed
        self.seconds_left = seconds_left
        self.begin = begin
        self.findings = [*all_findings_of(seen.drift, seen.cluster, seen.group)]
        self.made: list[Change] = []
        self.errors: tuple[CallError, ...] = ()
        self.order = Order.ADDITIONS_FIRST
        self.most: int | None = None
        self.others_were_first = True

    def run(self) -> Outcome | Skipped:
        for attempt in range(_ATTEMPTS):
            late = self.seconds_left() < (_SECONDS_FOR_ANOTHER if attempt else _SECONDS_FOR_THE_FIRST)
            if late:
                break
            try:
                proved = gentlest_plan(self.seen, self.order, self.most)
            except UnprovedError as error:
                return self._gave_up(plan_refused(self.seen.cluster, error, changed=bool(self.made)))
            if self._is_more_than_confirmed(proved):
                return self._gave_up(
                    unconfirmed(self.seen.cluster, proved, self.errors, changed=bool(self.made))
                )
            if not attempt:
                self.begin(self._about_to_be(proved))
            self._apply(proved)
            if not self._looked_again():
                return Skipped(f"{self.seen.group.id} was deleted while it was being put right")
            if not self.seen.drift:
                return self._in_order()
            if not self._can_do_with_less_room() and not self._disturbed():
                break
        self.findings.append(failed(self.seen.cluster, self.errors, late=late))
        return self._ended(Status.FAILED)

    def _about_to_be(self, proved: ProvedPlan) -> Outcome:
        findings = (*self.findings, *cost_of(proved))
        return outcome_of(self.seen, Mode.REMEDIATE, Status.DRIFTED, findings, proved.plan.changes)

    def _in_order(self) -> Outcome:
        """Nothing is told where others have done all of it: they tell, or were never told that it drifted."""
        if self.others_were_first:
            return in_sync(self.seen, Mode.REMEDIATE)
        return self._ended(Status.REMEDIATED)

    def _gave_up(self, finding: Finding) -> Outcome:
        self.findings.append(finding)
        return self._ended(Status.FAILED if self.made else Status.REFUSED)

    def _is_more_than_confirmed(self, proved: ProvedPlan) -> bool:
        if self.confirmed is None:
            return False
        return bool(proved.interrupted) or not set(proved.plan.changes) <= set(self.confirmed)

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
        met_others = all(isinstance(error, ConflictError) and not error.repeated for error in applied.errors)
        self.others_were_first &= met_others and not applied.made
        if applied.made:
            self._tell(cost_of(proved, applied.made))

    def _looked_again(self) -> bool:
        """See what came of the changes; False where the group is gone.

        EC2 may answer with what was there before a change, ours or somebody else's: where others seem to be
        at work it is asked once more (EC2 API reference, eventual consistency).
        """
        there = self._look()
        worthwhile = there and self.seen.drift and self._disturbed()
        if worthwhile and self.seconds_left() >= _SECONDS_FOR_ANOTHER_LOOK:
            time.sleep(_SECONDS_TO_SETTLE)
            there = self._look()
        self._tell(all_findings_of(self.seen.drift, self.seen.cluster, self.seen.group))
        return there

    def _look(self) -> bool:
        try:
            group = self.account.group(self.seen.group.id)
            if group is None:
                return False
            group = self.account.with_rule_ids(group)
            self.seen = judge_again(self.account, self.seen, group)
        except CallError as error:
            self.errors = (*self.errors, error)
        return True

    def _disturbed(self) -> bool:
        """Whether nothing but what others do at the same time is in the way."""
        return all(isinstance(error, ConflictError) for error in self.errors)

    def _tell(self, findings: tuple[Finding, ...]) -> None:
        known = {finding.id: finding for finding in self.findings}
        for finding in findings:
            known[finding.id] = joined(known.get(finding.id, finding), finding)
        self.findings = [*known.values()]

    def _ended(self, status: Status) -> Outcome:
        ended = outcome_of(
            self.seen, Mode.REMEDIATE, status, tuple(self.findings), tuple(self.made), self.errors
        )
        left = all_findings_of(self.seen.drift, self.seen.cluster, self.seen.group)
        return replace(ended, standing=frozenset(each.id for each in left))
