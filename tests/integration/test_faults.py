"""AWS refuses, others interfere: the end is right, or there is a clear failure and a message to retry."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    REGION,
    SENT_BY_THE_SDK,
    Deployed,
    Json,
    changed,
    close,
    cluster,
    event,
    open_to,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")
SECOND = "sg-02be06bd9cbf15b62"
SSH = "tcp/22 from 0.0.0.0/0"
TWO_CLUSTERS = (cluster(), cluster(name="dev-2", group=SECOND))


@contextmanager
def meanwhile(function: Deployed, operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Somebody acts just before the first call of an operation is sent."""
    send, pending = BaseClient._make_api_call, [act]  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        if name == operation and pending:
            pending.pop()()
        answer: Json = send(client, name, parameters)
        return answer

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


def authorize(function: Deployed, group_id: str, line: str) -> Callable[[], object]:
    return lambda: open_to(function, line, group_id)


def revoke(function: Deployed, group_id: str, line: str) -> Callable[[], object]:
    return lambda: close(function, line, group_id)


def kinds(alert: Json) -> list[str]:
    return [finding["kind"] for finding in alert["findings"]]


# --- The rule quota ---------------------------------------------------------------------------------------

FULL = (*(f"tcp/{port} from 203.0.113.7/32" for port in range(1, 60)), "all from 10.0.0.0/8")
OUT = ("all to self", "all to 0.0.0.0/0")
ONLY_SELF = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    ingress:
      otherwise: deny
      require:
        - {id: self, traffic: all, from: self}
        - {id: office, traffic: all, from: 10.0.0.0/16}
"""


def test_at_the_quota_room_is_made_before_rules_are_added() -> None:
    with running(policy=ONLY_SELF, clusters=(cluster(*FULL, *OUT),)) as function:
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {"all from self", "all from 10.0.0.0/16", *OUT}
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert "InterruptedTraffic" not in kinds(alert)
        errors = [call.error for call in function.account.calls("AuthorizeSecurityGroupIngress")]
        assert errors[0] == "RulesPerSecurityGroupLimitExceeded"
        function.forget()
        assert function.deliver(changed()) == []
        assert function.writes() == []


NO_SSH = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    ingress: {deny: [{id: no-ssh, traffic: tcp/22, from: anywhere}]}
"""


def test_a_rule_that_cannot_be_split_for_want_of_room_goes_whole_and_people_are_told() -> None:
    """Whoever fills a group up must not be safe with a public rule in it."""
    others = tuple(f"tcp/{port} from 203.0.113.7/32" for port in range(100, 159))
    with running(policy=NO_SSH, clusters=(cluster(*others, "tcp/20-30 from 0.0.0.0/0", *OUT),)) as function:
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {*others, *OUT}
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert "LostTraffic" in kinds(alert)


STALE = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    ingress:
      require: [{id: metrics, traffic: tcp/9100, from: sg-0dead000000000000}]
      deny: [{id: no-ssh, traffic: tcp/22, from: internet}]
"""


def test_an_addition_that_ec2_refuses_does_not_keep_the_world_in() -> None:
    with running(policy=STALE, clusters=(cluster("tcp/22 from 203.0.113.0/24", *OUT),)) as function:
        assert function.deliver(changed()) == ["m1"]
        assert set(function.account.lines(GROUP)) == {*OUT}
        (alert,) = function.alerts()
        assert alert["status"] == "failed"
        assert [change["action"] for change in alert["changes"]] == ["revoke"]


DENIED_OUT = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    below_eks_minimum: true
    egress:
      otherwise: deny
      require: [{id: kubelet, traffic: tcp/10250, to: self}]
"""


def test_what_the_cluster_lives_by_stays_where_its_successor_is_refused() -> None:
    """0.0.0.0/0 is forbidden, but until the reference is there the kubelets are reached through it alone."""
    with running(policy=DENIED_OUT, clusters=(cluster("all from self", "all to 0.0.0.0/0"),)) as function:
        function.account.fail("AuthorizeSecurityGroupEgress", "UnauthorizedOperation")
        assert function.deliver(changed()) == ["m1"]
        assert "all to 0.0.0.0/0" in function.account.lines(GROUP)
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {"all from self", "tcp/10250 to self"}


REVOKES = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    remedy: revoke
    ingress:
      require: [{id: office, traffic: tcp/443, from: 10.0.0.0/16}]
      deny: [{id: not-ours, traffic: all, from: 10.128.0.0/9}]
"""


def test_at_the_quota_people_are_told_what_is_interrupted() -> None:
    """The only rule that goes carries what the rule to come carries too, and has its place."""
    with running(policy=REVOKES, clusters=(cluster(*FULL, *OUT),)) as function:
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {*FULL[:-1], "tcp/443 from 10.0.0.0/16", *OUT}
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert "Inbound interrupted for a moment: tcp/443 (HTTPS) from 10.0.0.0/16" in alert["text"]
        assert [change["action"] for change in alert["changes"]] == ["revoke", "authorize"]


def test_growth_past_the_quota_is_a_clear_failure_and_the_message_comes_again() -> None:
    """Nothing can go, and there is no room for what must come."""
    full = tuple(f"tcp/{port} from self" for port in range(1, 61))
    policy = ONLY_SELF.replace("deny", "allow").replace("all, from: self", "udp/53, from: self")
    with running(policy=policy, clusters=(cluster(*full, *OUT),)) as function:
        assert function.deliver(changed()) == ["m1"]
        assert set(function.account.lines(GROUP)) == {*full, *OUT}
        (alert,) = function.alerts()
        assert alert["status"] == "failed"
        assert kinds(alert)[-1] == "RemediationFailed"
        assert "RulesPerSecurityGroupLimitExceeded" in alert["text"]
        assert alert["subject"].startswith("[critical]")


# --- Others are there first -------------------------------------------------------------------------------


def test_a_rule_that_somebody_adds_first_is_no_failure() -> None:
    with running() as function:
        close(function, "all from self")
        with meanwhile(
            function, "AuthorizeSecurityGroupIngress", authorize(function, GROUP, "all from self")
        ):
            assert function.deliver(changed(GROUP, "RevokeSecurityGroupIngress")) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        assert function.alerts() == []  # it is as if we had looked a moment later


def test_one_of_two_rules_that_somebody_adds_first_does_not_keep_the_other_out() -> None:
    """EC2 takes all rules of a call or none."""
    policy = ONLY_SELF.replace("deny", "allow")
    with running(policy=policy, clusters=(cluster(*OUT),)) as function:
        act = authorize(function, GROUP, "all from self")
        with meanwhile(function, "AuthorizeSecurityGroupIngress", act):
            assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {"all from self", "all from 10.0.0.0/16", *OUT}


def test_a_rule_that_somebody_revokes_first_is_no_failure() -> None:
    with running() as function:
        open_to(function, SSH)
        open_to(function, "tcp/3389 from 0.0.0.0/0")
        with meanwhile(function, "RevokeSecurityGroupIngress", revoke(function, GROUP, SSH)):
            assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        assert function.alerts()[0]["status"] == "remediated"


@pytest.mark.parametrize(
    ("before", "operation", "code"),
    [
        (close, "AuthorizeSecurityGroupIngress", "InvalidPermission.Duplicate"),
        (open_to, "RevokeSecurityGroupIngress", "InvalidPermission.NotFound"),
        (open_to, "RevokeSecurityGroupIngress", "InvalidSecurityGroupRuleId.NotFound"),
    ],
)
def test_a_conflict_is_looked_at_again_and_tried_again(
    before: Callable[[Deployed, str], object], operation: str, code: str
) -> None:
    with running() as function:
        before(function, "all from self" if before is close else SSH)
        function.account.fail(operation, code)
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        assert [call.error for call in function.account.calls(operation)] == [code, ""]
        assert function.alerts()[0]["status"] == "remediated"


def test_what_was_done_before_a_conflict_is_told_too() -> None:
    with running() as function:
        open_to(function, SSH)
        close(function, "all to 0.0.0.0/0")
        function.account.fail("RevokeSecurityGroupIngress", "InvalidPermission.NotFound")
        assert function.deliver(changed()) == []
        (alert,) = function.alerts()
        assert [change["action"] for change in alert["changes"]] == ["authorize", "revoke"]


def test_somebody_who_keeps_undoing_it_is_a_failure_that_is_told() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "InvalidPermission.NotFound", times=99)
        assert function.deliver(changed()) == ["m1"]
        (alert,) = function.alerts()
        assert alert["status"] == "failed"
        assert len(function.account.calls("RevokeSecurityGroupIngress")) == 5


def test_an_answer_from_before_the_change_is_not_taken_for_drift() -> None:
    """EC2 is consistent in the end only: the first look after a change may show what was there before."""
    with running() as function:
        rule_id = open_to(function, SSH)
        stale: list[Json] = []
        send = BaseClient._make_api_call  # type: ignore[attr-defined]

        def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
            answer: Json = send(client, name, parameters)
            if name in ("DescribeSecurityGroups", "DescribeSecurityGroupRules"):
                stale.append(answer)
                return stale[len(stale) - 3] if len(stale) in (3, 4) else answer
            return answer

        with patch.object(BaseClient, "_make_api_call", make_api_call):
            assert function.deliver(changed()) == []
        assert [change["rule_id"] for change in function.alerts()[0]["changes"]] == [rule_id]
        assert function.alerts()[0]["status"] == "remediated"
        assert function.writes() == ["RevokeSecurityGroupIngress"]


# --- Half-way through a plan ------------------------------------------------------------------------------


def widely_open(function: Deployed) -> None:
    """Both a rule to add and one to take away, in one direction."""
    close(function, "all from self")
    open_to(function, SSH)


def test_a_throttle_half_way_is_told_and_the_next_delivery_finishes() -> None:
    with running() as function:
        widely_open(function)
        function.account.fail("RevokeSecurityGroupIngress", "RequestLimitExceeded", times=SENT_BY_THE_SDK)
        assert function.deliver(changed()) == ["m1"]
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, SSH}
        (alert,) = function.alerts()
        assert alert["status"] == "failed"
        assert [change["action"] for change in alert["changes"]] == ["authorize"]
        assert "RevokeSecurityGroupIngress failed with RequestLimitExceeded" in alert["text"]

        function.forget()
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        assert function.alerts()[0]["status"] == "remediated"


def test_a_throttle_that_passes_is_the_sdks_business() -> None:
    with running() as function:
        widely_open(function)
        function.account.fail("RevokeSecurityGroupIngress", "RequestLimitExceeded", times=SENT_BY_THE_SDK - 1)
        assert function.deliver(changed()) == []
        assert function.alerts()[0]["status"] == "remediated"


def test_access_denied_half_way_fails_that_message_alone() -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        widely_open(function)
        open_to(function, SSH, SECOND)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        assert function.deliver(changed(GROUP), changed(SECOND)) == ["m1"]
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, SSH}
        assert set(function.account.lines(SECOND)) == set(DEFAULTS)
        first, second = function.alerts()
        assert (first["status"], second["status"]) == ("failed", "remediated")
        assert kinds(first)[-1] == "RemediationFailed"
        assert first["findings"][-1]["severity"] == "critical"
        said = "Not put right: RevokeSecurityGroupIngress failed with UnauthorizedOperation"
        assert first["findings"][-1]["summary"].startswith(said)


def test_one_direction_that_is_denied_does_not_keep_the_rest_from_being_put_right() -> None:
    with running() as function:
        open_to(function, SSH)
        close(function, "all to 0.0.0.0/0")
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        function.forget()
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        assert function.deliver(changed()) == ["m1"]
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, SSH}
        assert "Name" in function.account.tags(GROUP)
        assert function.alerts()[0]["status"] == "failed"


def test_nothing_is_said_to_be_lost_that_was_not_taken_away() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        function.deliver(changed())
        assert "LostTraffic" not in kinds(function.alerts()[0])


def test_tags_that_are_denied_are_a_failure_too() -> None:
    with running() as function:
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        function.forget()
        function.account.fail("CreateTags", "UnauthorizedOperation")
        assert function.deliver(changed()) == ["m1"]
        assert "CreateTags failed with UnauthorizedOperation" in function.alerts()[0]["text"]


# --- Reading fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("DescribeCluster", "AccessDeniedException"),
        ("DescribeCluster", "ServerException"),
        ("DescribeSecurityGroupRules", "RequestLimitExceeded"),
    ],
)
def test_what_cannot_be_read_is_tried_again_and_nothing_is_written(operation: str, code: str) -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH)
        open_to(function, SSH, SECOND)
        function.account.fail(operation, code, times=SENT_BY_THE_SDK if code[0] in "RIS" else 1)
        assert function.deliver(changed(), changed(SECOND)) == ["m1"]
        assert SSH in function.account.lines(GROUP)
        assert SSH not in function.account.lines(SECOND)
        (line,) = function.logged("failed")
        assert f"{operation} failed with {code}" in line["error"]
        function.forget()
        assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "InternalError"])
def test_groups_that_cannot_be_read_are_all_tried_again_and_none_is_written_to(code: str) -> None:
    """They are read together."""
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH)
        open_to(function, SSH, SECOND)
        function.account.fail("DescribeSecurityGroups", code, times=SENT_BY_THE_SDK if code[0] == "I" else 1)
        assert function.deliver(changed(), changed(SECOND)) == ["m1", "m2"]
        assert function.operations() == ["DescribeSecurityGroups"]
        (line,) = function.logged("failed")
        assert f"DescribeSecurityGroups failed with {code}" in line["error"]
        assert function.metrics()["Failures"] == [1.0]
        assert function.deliver(changed(), changed(SECOND)) == []
        assert not {SSH} & {*function.account.lines(GROUP), *function.account.lines(SECOND)}


def test_a_target_that_cannot_be_found_for_now_fails_its_message_alone() -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH)
        function.account.fail("DescribeCluster", "AccessDeniedException")
        messages = event("UpdateClusterConfig", {"name": "dev-2"}), changed()
        assert function.deliver(*messages) == ["m1"]
        assert SSH not in function.account.lines(GROUP)


def test_a_cluster_of_a_kind_that_is_not_known_yet_fails_its_message_alone() -> None:
    with running(clusters=TWO_CLUSTERS) as function:
        open_to(function, SSH)
        made = function.account.builder.eks(REGION).clusters["dev-2"]
        made.kubernetes_network_config = {"ipFamily": "dual"}
        messages = event("UpdateClusterConfig", {"name": "dev-2"}), changed(SECOND), changed()
        assert function.deliver(*messages) == ["m1", "m2"]
        assert SSH not in function.account.lines(GROUP)


def test_a_look_that_fails_after_the_changes_is_no_success() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("DescribeSecurityGroups", "UnauthorizedOperation", nth=2)
        assert function.deliver(changed()) == ["m1"]
        assert SSH not in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert alert["status"] == "failed"
        assert [change["action"] for change in alert["changes"]] == ["revoke"]
        function.forget()
        assert function.deliver(changed()) == []
        assert function.writes() == []


# --- Things go away in flight -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation", ["DescribeCluster", "DescribeSecurityGroupRules", "RevokeSecurityGroupIngress"]
)
def test_a_cluster_that_is_deleted_in_flight_is_nobodys_failure(operation: str) -> None:
    """EKS deletes the group with its cluster."""
    with running() as function:
        open_to(function, SSH)
        builder = function.account.builder

        def delete() -> None:
            del builder.eks(REGION).clusters[CLUSTER]
            builder.ec2(REGION).delete_security_group(group_id=GROUP)

        with meanwhile(function, operation, delete):
            assert function.deliver(changed()) == []
        assert function.alerts() == []
        assert len(function.reasons()) == 1


# --- Telling fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alert",
    [None, [], "x", {}, {"group": GROUP}, {"group": GROUP, "id": ""}, {"group": "sg-../x", "id": "a1"}],
)
def test_a_bent_receipt_in_the_queue_is_dropped(alert: object) -> None:
    with running() as function:
        assert function.deliver({"schema": "sgwarden/v1", "alert": alert, "results": []}) == []
        assert len(function.logged("dropped")) == 1
        assert function.operations() == []


def test_a_follow_up_that_cannot_be_sent_makes_the_message_come_again() -> None:
    with running() as function:
        function.account.fail("SendMessage", "KmsAccessDenied")
        body = event("UpdateClusterConfig", {"name": CLUSTER})
        assert function.deliver(body, changed()) == ["m1"]
        assert function.account.take_messages() == ()
        assert function.deliver(body) == []
        assert len(function.account.take_messages()) == 1


def test_a_message_that_fails_sends_no_follow_up_beside_itself() -> None:
    """It comes again by itself: one more for each failure, and they would multiply."""
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=2)
        body = event("UpdateClusterConfig", {"name": CLUSTER})
        assert function.deliver(body) == ["m1"]
        assert function.deliver(body) == ["m1"]
        assert function.account.take_messages() == ()
        assert function.deliver(body) == []
        assert len(function.account.take_messages()) == 1


def test_an_update_that_cannot_be_asked_after_does_not_keep_the_group_from_being_looked_at() -> None:
    with running() as function:
        body = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": "6b42d1d9"}})
        assert function.deliver(body) == []
        (waiting,) = function.account.take_messages()
        open_to(function, SSH)
        function.account.fail("DescribeUpdate", "AccessDeniedException")
        assert function.deliver(waiting.body) == ["m1"]
        assert SSH not in function.account.lines(GROUP)
