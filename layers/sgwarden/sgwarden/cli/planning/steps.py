"""The steps of a plan, each made only where nothing has moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.cli.advice import explained
from sgwarden.cli.planning.clusters import Looked, Place
from sgwarden.examine import examine, planned
from sgwarden.failure import CallError
from sgwarden.notice import moved
from sgwarden.observe import Judged, find_cluster
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.policy.types import Mode
from sgwarden.remediate import remediate

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.cli.planning.saved_plan import Step
    from sgwarden.policy.types import Document
    from sgwarden.remediate import Account

    AccountOf = Callable[[str], Account]


def check_step(step: Step, document: Document, account_of: AccountOf) -> Looked:
    """The step's group as it is now; refused where it has moved. `account_of` is given a region."""
    return _looked(step, lambda: _checked(step, document, account_of(step.place.region)))


def make_step(step: Step, document: Document, account_of: AccountOf) -> Looked:
    """Make the changes of a step whose group has not moved."""
    return _looked(step, lambda: _made(step, document, account_of(step.place.region)))


def _looked(step: Step, work: Callable[[], Outcome | Skipped]) -> Looked:
    try:
        found = work()
    except CallError as error:
        return Looked(step.place, reason=explained(error), wrong=True)
    if isinstance(found, Skipped):
        return Looked(step.place, reason=found.reason, wrong=True)
    return Looked(step.place, found)


def _checked(step: Step, document: Document, account: Account) -> Outcome | Skipped:
    _, outcome = _again(step, document, account)
    return outcome


def _made(step: Step, document: Document, account: Account) -> Outcome | Skipped:
    seen, outcome = _again(step, document, account)
    if seen is None or not isinstance(outcome, Outcome):
        return outcome
    return remediate(seen, account, outcome.changes)


def _again(step: Step, document: Document, account: Account) -> tuple[Judged | None, Outcome | Skipped]:
    """The group as it is now, to be changed only where it has not moved: then it comes with its judgement."""
    found = find_cluster(account, step.place.group_id)
    if isinstance(found, Skipped):
        return None, found
    seen = examine(*found, document, account)
    outcome = planned(seen, Mode.REMEDIATE) if isinstance(seen, Judged) else seen
    if isinstance(outcome, Skipped):
        return None, outcome
    if Place.of(outcome.cluster) != step.place:
        return None, Skipped(f"{step.place.group_id} is the group of another cluster: {outcome.cluster.name}")
    if outcome.status is not Status.DRIFTED:
        # A group in order was read without the ids of its rules.
        outcome = replace(outcome, group=account.with_rule_ids(outcome.group))
    if what := step.moved(outcome):
        findings = (moved(outcome.cluster, what),)
        return None, replace(outcome, status=Status.REFUSED, findings=findings, changes=(), planned=None)
    return (seen if isinstance(seen, Judged) else None), outcome
