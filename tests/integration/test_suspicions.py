"""All rules of an owner are gone: people are told minutes later, where that was no cleaning up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.deployed import (
    ACCOUNT,
    GROUP,
    Deployed,
    Json,
    changed,
    cluster,
    group,
    open_to,
    running,
)
from tests.integration.dying import life
from tests.integration.lambda_time import lambda_time
from tests.integration.test_owners import (
    BACKEND,
    BALANCER,
    LBC,
    SHARED,
    by,
    kinds,
    of,
    policy,
    revoked,
    with_rules,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

PORTS = (8080, 8081)
LINES = [f"tcp/{port} from {BACKEND}" for port in PORTS]
TEXT = policy(by(LBC))
OURS = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/sgwarden-ReconcileRole-1A/sgwarden-reconcile",
    "accountId": ACCOUNT,
}


def gone(start: int = 0, who: str = "lbc", **detail: object) -> list[Json]:
    """The events of the last rules of the controller, `start` seconds after the first of all."""
    events = [
        revoked(start + number, line, SHARED, who=who, seconds=start + number)
        for number, line in enumerate(LINES)
    ]
    for each in events:
        each["detail"] |= detail
    return events


def pending(function: Deployed) -> list[str]:
    return [message.body for message in function.account.take_messages()]


def delete_backend(function: Deployed) -> None:
    function.account.client("ec2").delete_security_group(GroupId=BACKEND)
    function.forget()


def test_a_controller_that_deletes_its_group_two_minutes_later_is_no_alert() -> None:
    with with_rules(text=TEXT) as function:
        assert function.deliver(*gone()) == []
        assert function.alerts() == []
        later = pending(function)
        assert len(later) == 1
        delete_backend(function)
        assert function.deliver(*later) == []
        assert function.alerts() == []
        assert pending(function) == []


def given_by_people() -> AbstractContextManager[Deployed]:
    """The controller's --backend-security-group, which it never deletes."""
    described = cluster(rules=(of("all from self"),), default_rules=False)
    own = group(BACKEND, tags={"elbv2.k8s.aws/cluster": "dev-1"})
    return running(policy=TEXT, clusters=(described,), groups=(own,))


def test_a_group_given_by_people_that_no_load_balancer_has_is_no_alert() -> None:
    with given_by_people() as function:
        assert function.deliver_all(*gone()) == []
        assert function.alerts() == []


def test_rules_that_are_back_by_then_are_no_alert() -> None:
    with with_rules(text=TEXT) as function:
        assert function.deliver(*gone()) == []
        again(function)
        assert function.deliver(*pending(function)) == []
        assert function.alerts() == []


def again(function: Deployed) -> None:
    """The controller makes one of its rules again."""
    permission = {
        "IpProtocol": "tcp",
        "FromPort": PORTS[0],
        "ToPort": PORTS[0],
        "UserIdGroupPairs": [{"GroupId": BACKEND, "Description": SHARED}],
    }
    function.account.client("ec2").authorize_security_group_ingress(GroupId=GROUP, IpPermissions=[permission])
    function.forget()


def test_another_process_tells_it_too_with_all_that_is_in_the_message() -> None:
    with with_rules(text=TEXT) as function:
        assert function.deliver(*gone(who="alice")) == []
        (later,) = pending(function)
        function.app._recent.__init__()
        assert function.deliver(later) == []
        (alert,) = function.alerts()
        assert kinds(alert) == ["MassRevocation"]
        (finding,) = alert["findings"]
        assert "2 were taken away within minutes by alice" in finding["summary"]
        assert finding["cause"]["event"] == "RevokeSecurityGroupIngress"
        # The same message again, as queues deliver them, or that of another process that saw the events.
        assert function.deliver(later) == []
        assert len(function.alerts()) == 1


def test_a_second_time_is_told_too_where_rules_came_back_in_between() -> None:
    with with_rules(text=TEXT, receipts=True) as function, life(function.account) as time:
        assert function.deliver_all(*gone()) == []
        assert len(function.alerts()) == 1
        again(function)
        assert function.deliver(changed()) == []
        time.pass_by(3600)
        take_all(function)
        assert function.deliver_all(*gone(3600, who="mallory")) == []
        (alert,) = function.alerts()
        assert "mallory" in alert["findings"][0]["summary"]


def take_all(function: Deployed) -> None:
    ids = function.account.rule_ids(GROUP)
    function.account.client("ec2").revoke_security_group_ingress(
        GroupId=GROUP, SecurityGroupRuleIds=[rule for line, rule in ids.items() if BACKEND in line]
    )
    function.forget()


def test_what_is_taken_later_without_rules_in_between_is_the_same() -> None:
    with with_rules(text=TEXT) as function:
        assert function.deliver_all(*gone()) == []
        assert function.deliver_all(*gone(480, who="mallory")) == []
        assert len(function.alerts()) == 1


def test_what_the_policy_forbids_the_owner_is_no_loss_when_sgwarden_takes_it() -> None:
    rules = [of(line, SHARED) for line in LINES]
    with with_rules(*rules, text=policy(by(LBC, "traffic: tcp/9000"))) as function:
        assert function.deliver(changed()) == []
        assert function.account.lines(GROUP) == ("all from self",)
        assert [kinds(alert) for alert in function.alerts()] == [["ForbiddenTraffic"]]
        assert function.deliver_all(*gone(userIdentity=OURS)) == []
        assert len(function.alerts()) == 1
        assert pending(function) == []


def test_what_people_know_is_not_told_again() -> None:
    with with_rules(text=TEXT.replace("remediate", "observe")) as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert function.deliver(*gone()) == []
        assert len(function.alerts()) == 1
        later = pending(function)
        delete_backend(function)
        assert function.deliver(*later) == []
        assert function.alerts() == []


def test_events_that_come_again_ask_for_no_second_look() -> None:
    with with_rules(text=TEXT) as function:
        for _ in range(3):
            assert function.deliver(*gone()) == []
        assert len(pending(function)) == 1


def test_a_look_that_cannot_be_asked_for_fails_and_comes_again() -> None:
    with with_rules(text=TEXT) as function:
        function.account.fail("SendMessage", "InternalError", times=100)
        assert function.deliver(*gone()) == ["m1", "m2"]
        function.account.recover("SendMessage")
        assert function.deliver_all(*gone()) == []
        assert len(function.alerts()) == 1


@pytest.mark.parametrize(
    "bent",
    [
        {"group": "sg-x"},
        {"group": GROUP, "findings": []},
        {"findings": ["<b>"]},
        {"calls": []},
        {"calls": [{"cause": {"time": None}, "rules": [[LINES[0], SHARED]]}]},
        {"calls": [{"cause": {"time": "2026-11-03T14:00:00"}, "rules": [[LINES[0], SHARED]]}]},
        {"calls": [{"cause": {"time": "2026-11-03T14:00:00Z"}, "rules": [[LINES[0], "by hand"]]}]},
        {"calls": [{"cause": {"time": "2026-11-03T14:00:00Z"}, "rules": [["anything", SHARED]]}]},
        {"calls": [{"cause": {"time": "2026-11-03T14:00:00Z"}, "rules": [[LINES[0]]]}]},
    ],
    ids=str,
)
def test_what_we_cannot_have_written_is_dropped(bent: Json) -> None:
    with with_rules(text=TEXT) as function:
        assert function.deliver(*gone()) == []
        (body,) = pending(function)
        said = json.loads(body)["sgwarden-suspicion"]
        function.forget()
        assert function.deliver(json.dumps({"sgwarden-suspicion": {**said, **bent}})) == []
        assert function.operations() == []
        assert len(function.logged("dropped")) == 1


def test_the_group_is_on_the_interfaces_of_its_load_balancers() -> None:
    with with_rules(text=TEXT) as function:
        ec2 = function.account.client("ec2")
        wanted = [{"Name": "group-id", "Values": [BACKEND]}]
        (one,) = ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
        assert one["Description"] == BALANCER


def test_many_groups_of_a_controller_do_not_keep_an_open_port_from_being_closed() -> None:
    """Each of a hundred idle load balancers had a group of its own: that is no reason for a hundred reads."""
    peers = [f"sg-{number:017x}" for number in range(1, 101)]
    groups = tuple(group(peer, tags={"elbv2.k8s.aws/cluster": "dev-1"}) for peer in peers)
    events = [
        revoked(number, f"tcp/8080 from {peer}", SHARED, who="lbc", seconds=number)
        for number, peer in enumerate(peers)
    ]
    described = cluster(rules=(of("all from self"),), default_rules=False)
    with running(policy=TEXT, clusters=(described,), groups=groups) as function:
        function.deliver(*events)
        open_to(function, "tcp/22 from 0.0.0.0/0")
        with lambda_time(function, lambda _: 0.25) as time:
            assert time.deliver(changed()) == []
        assert "tcp/22 from 0.0.0.0/0" not in function.account.lines(GROUP)
        assert len(function.account.calls("DescribeNetworkInterfaces")) == 1
