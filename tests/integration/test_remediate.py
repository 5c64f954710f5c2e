"""Remediation where somebody else is at work too, and where a person has said what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from sgwarden import remediate as module
from sgwarden.aws.world import AwsAccount
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.examine import examine, gentlest_plan, planned
from sgwarden.finding import Kind
from sgwarden.observe import Judged, find_cluster
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.policy.types import Mode
from sgwarden.prove import UnprovedError
from sgwarden.remediate import remediate
from sgwarden.review.build import checked_policy_file
from sgwarden.traffic import parse_line
from sgwarden.traffic.ec2_request import permission_of

from tests.integration.deployed import ACCOUNT, GROUP, REGION, cluster, vpc
from tests.integration.live import DEFAULTS, NO_SSH, SSH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.change import Change
    from sgwarden.policy.types import Document

LATER = "tcp/22 from 198.51.100.0/24"
POLICY = checked_policy_file(NO_SSH.encode(), "policy.yaml")


class Meddled(AwsAccount):
    """An account in which somebody opens the group right before our first change."""

    def __init__(self, account: EmbeddedAccount) -> None:
        super().__init__(account.client("ec2"), account.client("eks"))
        self.waiting = [LATER]

    def change(self, group_id: str, changes: Sequence[Change]) -> None:
        while self.waiting:
            permission: Any = permission_of(parse_line(self.waiting.pop()))
            self._ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
        super().change(group_id, changes)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with patch("time.sleep"):
        yield


def opened(*lines: str, quota: int = 60) -> EmbeddedAccount:
    described = AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc(),), clusters=(cluster(*lines),))
    return EmbeddedAccount(described, quota=quota)


def seen_in(account: AwsAccount, policy: Document = POLICY) -> Judged:
    found = find_cluster(account, GROUP)
    assert not isinstance(found, Skipped)
    seen = examine(*found, policy, account)
    assert isinstance(seen, Judged)
    return seen


def kinds(outcome: Outcome) -> list[Kind]:
    return [finding.kind for finding in outcome.findings]


def test_what_comes_in_between_is_put_right_too() -> None:
    with opened(*DEFAULTS, SSH) as embedded:
        account = Meddled(embedded)
        outcome = remediate(seen_in(account), account)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.REMEDIATED
        assert set(embedded.lines(GROUP)) == set(DEFAULTS)


def test_no_change_is_made_that_was_not_confirmed() -> None:
    with opened(*DEFAULTS, SSH) as embedded:
        account = Meddled(embedded)
        seen = seen_in(account)
        outcome = remediate(seen, account, planned(seen, Mode.REMEDIATE).changes)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.FAILED
        assert set(embedded.lines(GROUP)) == {*DEFAULTS, LATER}
        (told,) = [each for each in outcome.findings if each.kind is Kind.PLAN_REFUSED]
        assert told.summary == (
            "No further change was made: it would take other changes than were confirmed "
            "(somebody else changes the group at the same time)."
        )


def test_without_anything_confirmed_nothing_is_changed() -> None:
    with opened(*DEFAULTS, SSH) as embedded:
        account = AwsAccount(embedded.client("ec2"), embedded.client("eks"))
        outcome = remediate(seen_in(account), account, confirmed=())
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.changes) == (Status.REFUSED, ())
        assert SSH in embedded.lines(GROUP)
        assert outcome.findings[-1].summary.startswith("No change was made: it would take other changes")


def test_another_order_of_what_was_confirmed_is_within_it() -> None:
    with opened("all from self", SSH, "all to 0.0.0.0/0", "tcp/22 from 10.0.0.0/8", quota=2) as embedded:
        # Outbound is at its quota of two with the rule below; the required one has to wait for no room.
        account = AwsAccount(embedded.client("ec2"), embedded.client("eks"))
        seen = seen_in(account)
        outcome = remediate(seen, account, planned(seen, Mode.REMEDIATE).changes)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.REMEDIATED
        assert SSH not in embedded.lines(GROUP)


def at_its_quota() -> EmbeddedAccount:
    """A group with no room for the rule that is required before the wide one that gives it now is gone."""
    return opened("all from self", "tcp/22 from 0.0.0.0/0", "all to self", quota=2)


QUOTA_POLICY = checked_policy_file(
    NO_SSH.replace("deny:", "require: [{id: own, traffic: tcp/22, from: 10.0.0.0/8}]\n      deny:").encode(),
    "policy.yaml",
)


def test_an_interruption_that_was_not_confirmed_is_not_made() -> None:
    with at_its_quota() as embedded:
        account = AwsAccount(embedded.client("ec2"), embedded.client("eks"))
        seen = seen_in(account, QUOTA_POLICY)
        outcome = remediate(seen, account, planned(seen, Mode.REMEDIATE).changes)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.REFUSED
        assert "tcp/22 from 0.0.0.0/0" in embedded.lines(GROUP)
        assert "it would interrupt traffic that is to stay (Authorize" in outcome.findings[-1].summary


def test_the_function_interrupts_it_and_tells() -> None:
    with at_its_quota() as embedded:
        account = AwsAccount(embedded.client("ec2"), embedded.client("eks"))
        outcome = remediate(seen_in(account, QUOTA_POLICY), account)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.REMEDIATED
        assert set(embedded.lines(GROUP)) == {"all from self", "tcp/22 from 10.0.0.0/8", "all to self"}
        assert Kind.INTERRUPTED_TRAFFIC in kinds(outcome)


def test_nothing_is_told_as_lost_with_a_rule_that_is_still_there() -> None:
    with opened(*DEFAULTS, "tcp/20-25 from 0.0.0.0/0") as embedded:
        account = AwsAccount(embedded.client("ec2"), embedded.client("eks"))
        embedded.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=9)
        embedded.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        outcome = remediate(seen_in(account), account)
        assert isinstance(outcome, Outcome)
        assert (outcome.status, len(outcome.changes)) == (Status.FAILED, 1)
        assert Kind.LOST_TRAFFIC not in kinds(outcome)


def test_a_later_plan_that_does_not_hold_says_that_changes_were_made() -> None:
    made = 0

    def once(*arguments: Any) -> Any:  # noqa: ANN401  passed on as it is
        nonlocal made
        made += 1
        if made > 1:
            raise UnprovedError("ingress would end as something else")
        return gentlest_plan(*arguments)

    with opened(*DEFAULTS, SSH) as embedded, patch.object(module, "gentlest_plan", once):
        account = Meddled(embedded)
        outcome = remediate(seen_in(account), account)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.FAILED
        assert outcome.findings[-1].summary == (
            "No further change was made: ingress would end as something else."
        )
