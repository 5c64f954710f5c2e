"""Groups that go, others who are first, and time that runs out: what is told then is true, and told once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, Any
from unittest.mock import call, patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from sgwarden.aws.world import AwsAccount
from sgwarden.ceiling import Ceiling
from sgwarden.change import Revoke
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.examine import examine
from sgwarden.finding import Kind
from sgwarden.observe import Judged, find_cluster
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.policy.types import Mode
from sgwarden.reconcile import reconcile
from sgwarden.remediate import remediate
from sgwarden.review.build import checked_policy_file
from sgwarden.timing import SECONDS_FOR_A_LOOK, SECONDS_TO_SEND

from tests.integration.deployed import (
    ACCOUNT,
    GROUP,
    REGION,
    Json,
    changed,
    close,
    cluster,
    open_to,
    running,
    vpc,
    without_waiting,
)
from tests.integration.live import DEFAULTS, NO_SSH, SSH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.group import SecurityGroup

POLICY = checked_policy_file(NO_SSH.replace("use:", "mode: remediate\n    use:").encode(), "policy.yaml")
REVOKES = "RevokeSecurityGroupIngress"
OBSERVES = Ceiling(Mode.OBSERVE)
REMEDIATES = Ceiling(Mode.REMEDIATE)


@contextmanager
def around(
    operation: str, *, before: Callable[[], object] | None = None, after: Callable[[], object] | None = None
) -> Iterator[None]:
    """Somebody acts before or after the first call of an operation."""
    send, pending = BaseClient._make_api_call, [operation]  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        first = name in pending
        if first:
            pending.clear()
        if first and before:
            before()
        answer: Json = send(client, name, parameters)
        if first and after:
            after()
        return answer

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


@dataclass(slots=True)
class Watch:
    """Time that goes on with each call to AWS, and with each wait."""

    left: float
    latency: float

    def seconds_left(self) -> float:
        return self.left

    def wait(self, seconds: float) -> None:
        self.left -= seconds

    @contextmanager
    def ticking(self) -> Iterator[None]:
        send = BaseClient._make_api_call  # type: ignore[attr-defined]

        def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
            self.left -= self.latency
            answer: Json = send(client, name, parameters)
            return answer

        with patch.object(BaseClient, "_make_api_call", make_api_call), patch("time.sleep", self.wait):
            yield


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with without_waiting():
        yield


@contextmanager
def opened(*lines: str) -> Iterator[tuple[EmbeddedAccount, AwsAccount]]:
    described = AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc(),), clusters=(cluster(*lines),))
    with EmbeddedAccount(described) as embedded:
        yield embedded, AwsAccount(embedded.client("ec2"), embedded.client("eks"))


def reconciled(account: AwsAccount, ceiling: Ceiling, **more: Any) -> Outcome | Skipped:  # noqa: ANN401
    found = find_cluster(account, GROUP)
    assert not isinstance(found, Skipped)
    return reconcile(*found, POLICY, account, ceiling, **more)


def seen_in(account: AwsAccount) -> Judged:
    found = find_cluster(account, GROUP)
    assert not isinstance(found, Skipped)
    seen = examine(*found, POLICY, account)
    assert isinstance(seen, Judged)
    return seen


# --- A group that goes while it is looked at --------------------------------------------------------------


@pytest.mark.parametrize("mode", ["observe", "remediate"])
@pytest.mark.parametrize("operation", ["DescribeCluster", "DescribeSecurityGroups"])
def test_a_group_that_is_deleted_while_it_is_looked_at_misses_nothing(mode: str, operation: str) -> None:
    with running(mode=mode, clusters=(cluster("all to 0.0.0.0/0", SSH),)) as function:
        gone = function.account.client("ec2").delete_security_group
        with around(operation, after=lambda: gone(GroupId=GROUP)):
            assert function.deliver(changed()) == []
        assert (function.alerts(), function.writes()) == ([], [])
        assert f"{GROUP} was deleted while it was being looked at" in function.reasons()


def test_a_group_without_rules_that_is_there_is_judged() -> None:
    with running(mode="observe", clusters=(cluster("all to self"),)) as function:
        close(function, "all to self")
        assert function.account.lines(GROUP) == ()
        assert function.deliver(changed()) == []
        (alert,) = function.alerts()
        assert "Inbound missing: all from self" in alert["text"]


def test_rules_that_one_answer_lacks_are_not_missing() -> None:
    """EC2 is consistent in the end only: an answer may be from before the group had its rules."""
    with opened(*DEFAULTS, SSH) as (_, account):
        rows, asked = account.with_rule_ids, []

        def with_rule_ids(group: SecurityGroup) -> SecurityGroup:
            asked.append(group)
            return rows(group) if len(asked) > 1 else replace(group, rules=(), opaque=())

        with patch.object(account, "with_rule_ids", with_rule_ids):
            outcome = reconciled(account, OBSERVES)
        assert isinstance(outcome, Outcome)
        (change,) = outcome.changes
        assert isinstance(change, Revoke)
        assert change.rule.id
        assert Kind.MISSING_TRAFFIC not in {each.kind for each in outcome.findings}


# --- Somebody else was first ------------------------------------------------------------------------------


SWEEP = '{"sgwarden-sweep": {"group": "' + GROUP + '", "remind": false}}'


def test_of_two_workers_at_once_one_writes_and_tells_and_the_other_comes_again() -> None:
    with running() as function:
        open_to(function, SSH)
        handed_back: list[list[str]] = []
        with around(REVOKES, before=lambda: handed_back.append(function.deliver(SWEEP))):
            assert function.deliver(changed()) == []
        assert handed_back == [["m1"]]
        assert function.deliver(SWEEP) == []
        (alert,) = function.alerts()
        assert (alert["status"], [each["action"] for each in alert["changes"]]) == ("remediated", ["revoke"])
        assert len(function.account.calls(REVOKES)) == 1
        told = [line["result"]["status"] for line in function.logged("reconciled")]
        assert told == ["remediated", "in_sync"]


def test_what_one_of_two_workers_did_itself_it_tells() -> None:
    """Inbound somebody else was first, outbound we were."""
    with running() as function:
        open_to(function, SSH)
        close(function, "all to 0.0.0.0/0")
        with around(REVOKES, before=lambda: close(function, SSH)):
            assert function.deliver(changed()) == []
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert [each["action"] for each in alert["changes"]] == ["authorize"]


def test_what_was_done_in_an_earlier_attempt_is_told_where_others_come_first_in_the_last() -> None:
    with running() as function:
        open_to(function, SSH)
        send = BaseClient._make_api_call  # type: ignore[attr-defined]
        done: list[str] = []

        def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
            if name != REVOKES or len(done) == 2:
                answer: Json = send(client, name, parameters)
                return answer
            done.append(name)
            if len(done) == 2:
                close(function, SSH)
            answer = send(client, name, parameters)
            open_to(function, SSH)
            return answer

        with patch.object(BaseClient, "_make_api_call", make_api_call):
            assert function.deliver(changed()) == []
        assert len(done) == 2
        (alert,) = function.alerts()
        assert (alert["status"], [each["action"] for each in alert["changes"]]) == ("remediated", ["revoke"])


def test_a_change_whose_answer_was_lost_is_our_own() -> None:
    """The SDK sends it again, and meets what its own first try has done."""
    with running() as function:
        open_to(function, SSH)
        send = BaseClient._make_api_call  # type: ignore[attr-defined]

        def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
            try:
                answer: Json = send(client, name, parameters)
            except client.exceptions.ClientError as error:
                error.response["ResponseMetadata"]["RetryAttempts"] = 1
                raise
            return answer

        with (
            patch.object(BaseClient, "_make_api_call", make_api_call),
            around(REVOKES, before=lambda: close(function, SSH)),
        ):
            assert function.deliver(changed()) == []
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"


def test_a_call_of_which_nobody_knows_what_it_did_may_be_our_own() -> None:
    with running() as function:
        open_to(function, SSH)

        def done_without_an_answer() -> None:
            close(function, SSH)
            raise ReadTimeoutError(endpoint_url="https://ec2")

        with around(REVOKES, before=done_without_an_answer):
            assert function.deliver(changed()) == []
        assert function.alerts()[0]["status"] == "remediated"


# --- No time is left --------------------------------------------------------------------------------------


def reopened(embedded: EmbeddedAccount) -> Callable[[], object]:
    permission: Any = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    ec2 = embedded.client("ec2")
    return lambda: ec2.authorize_security_group_ingress(GroupId=GROUP, IpPermissions=[permission])


@contextmanager
def contested(embedded: EmbeddedAccount) -> Iterator[None]:
    """Somebody opens the group again after each revoke."""
    send, again = BaseClient._make_api_call, reopened(embedded)  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        answer: Json = send(client, name, parameters)
        if name == REVOKES:
            again()
        return answer

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


@pytest.mark.parametrize("latency", [0.05, 0.2, 0.4])
def test_a_group_that_is_opened_again_and_again_leaves_time_to_tell_of_it(latency: float) -> None:
    watch = Watch(left=SECONDS_FOR_A_LOOK, latency=latency)
    with opened(*DEFAULTS, SSH) as (embedded, account), contested(embedded), watch.ticking():
        outcome = reconciled(account, REMEDIATES, seconds_left=watch.seconds_left)
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.FAILED
    assert outcome.changes
    assert watch.left >= SECONDS_TO_SEND
    assert outcome.findings[-1].summary == "Not put right: no time was left to go on."


def test_where_nobody_counts_the_seconds_it_is_tried_five_times() -> None:
    with opened(*DEFAULTS, SSH) as (embedded, account), contested(embedded):
        outcome = remediate(seen_in(account), account)
        assert len(embedded.calls(REVOKES)) == 5
    assert isinstance(outcome, Outcome)
    assert outcome.findings[-1].summary == ("Not put right: somebody else changes it at the same time.")


def test_without_time_nothing_is_begun() -> None:
    with opened(*DEFAULTS, SSH) as (embedded, account):
        outcome = reconciled(account, REMEDIATES, seconds_left=lambda: 5)
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.changes) == (Status.FAILED, ())
        assert embedded.calls(REVOKES) == ()
        assert [each.kind for each in outcome.findings] == [Kind.FORBIDDEN_TRAFFIC, Kind.REMEDIATION_FAILED]


@pytest.mark.parametrize(("left", "attempts"), [(5.9, 0), (6, 1), (11.9, 1), (12, 5)])
def test_an_attempt_is_begun_where_there_is_time_for_it(left: float, attempts: int) -> None:
    """After all but the first there must be time for an SNS that does not answer."""
    with opened(*DEFAULTS, SSH) as (embedded, account), contested(embedded):
        outcome = remediate(seen_in(account), account, seconds_left=lambda: left)
        assert len(embedded.calls(REVOKES)) == attempts
    assert isinstance(outcome, Outcome)
    assert (outcome.status, len(outcome.changes)) == (Status.FAILED, attempts)


@pytest.mark.parametrize(("left", "waits"), [(8.9, []), (9, [call(1.0)])])
def test_a_second_to_settle_is_waited_for_where_there_is_time(left: float, waits: list[object]) -> None:
    with opened(*DEFAULTS, SSH) as (embedded, account), contested(embedded), patch("time.sleep") as waited:
        remediate(seen_in(account), account, seconds_left=lambda: left)
    assert waited.call_args_list == waits


def test_with_time_for_one_attempt_a_group_is_put_right() -> None:
    with opened(*DEFAULTS, SSH) as (embedded, account):
        outcome = reconciled(account, REMEDIATES, seconds_left=lambda: 6)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.REMEDIATED
        assert SSH not in embedded.lines(GROUP)


def test_what_failed_before_time_ran_out_is_told() -> None:
    left = iter([10.0, *repeat(5.0, 9)])
    with opened(*DEFAULTS, SSH) as (embedded, account):
        embedded.fail(REVOKES, "InvalidPermission.NotFound", message="Not there.")
        outcome = remediate(seen_in(account), account, seconds_left=lambda: next(left))
    assert isinstance(outcome, Outcome)
    assert outcome.findings[-1].summary == (
        "Not put right: no time was left to go on after "
        f"{REVOKES} failed with InvalidPermission.NotFound: Not there."
    )
