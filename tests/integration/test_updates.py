"""What EKS puts back in an update is told apart from what people do, and removed once, when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.embedded.recorded import make_change
from sgwarden.followup import LOOKS
from sgwarden.record import records

from tests.integration.deployed import (
    GROUP,
    REGION,
    SENT_BY_THE_SDK,
    Deployed,
    changed,
    close,
    cluster,
    event,
    open_to,
    running,
)

if TYPE_CHECKING:
    from tests.integration.deployed import Json

NAME = "restricted-1"
RESTRICTED = (
    *(f"{service} from self" for service in ("tcp/443", "tcp/10250", "tcp/53", "udp/53")),
    "all to self",
    "all to 0.0.0.0/0",
)
CLUSTER = cluster(*RESTRICTED, name=NAME)
UPDATE = "6b42d1d9-d282-4e10-9a41-526c35ce2f2c"
UPDATED = event("UpdateClusterVersion", {"name": NAME}, {"update": {"id": UPDATE, "type": "VersionUpdate"}})
SELF, SSH = "all from self", "tcp/22 from 0.0.0.0/0"
EKS = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/AmazonEKS",
    "accountId": "111122223333",
    "invokedBy": "eks.amazonaws.com",
}
BY_EKS = changed(userIdentity=EKS, sourceIPAddress="eks.amazonaws.com", userAgent="eks.amazonaws.com")


def begun(function: Deployed) -> None:
    """The update has begun, and EKS has not put anything back."""
    (record,) = records(UPDATED)
    make_change(function.account, record, late=True)
    function.forget()


def put_back(function: Deployed) -> None:
    function.account.builder.put_back(REGION, NAME)


def status(function: Deployed, word: str) -> None:
    function.account.builder.eks(REGION).clusters[NAME].status = word


def next_look(function: Deployed) -> None:
    bodies = [message.body for message in function.account.take_messages()]
    assert bodies
    assert function.deliver(*bodies) == []


def held(function: Deployed) -> list[Json]:
    return [line["result"] for line in function.logged("reconciled") if "held" in line["result"]]


def test_what_eks_puts_back_goes_once_after_the_update() -> None:
    with running(clusters=(CLUSTER,), update_looks=3) as function:
        begun(function)
        assert function.deliver(UPDATED) == []
        put_back(function)
        next_look(function)
        close(function, SELF)  # somebody who helps too early
        next_look(function)
        put_back(function)
        next_look(function)
        assert SELF in function.account.lines(GROUP)
        assert function.writes() == []
        assert function.alerts() == []
        assert held(function)[-1]["held"] == [SELF]
        assert held(function)[-1]["status"] == "in_sync"

        next_look(function)
        assert function.account.take_messages() == ()
        assert sorted(function.account.lines(GROUP)) == sorted(RESTRICTED)
        assert len(function.writes()) == 1
        (alert,) = function.alerts()
        cause = alert["findings"][0]["cause"]
        assert cause["actor"].startswith(f"EKS, on update {UPDATE}, begun by alice")
        assert (cause["event"], cause["time"]) == ("UpdateClusterVersion", "2026-11-03T14:21:37Z")
        assert f"Who      EKS, on update {UPDATE}" in alert["text"]


def test_what_people_do_meanwhile_is_put_right_at_once_and_is_theirs() -> None:
    with running(clusters=(CLUSTER,), update_looks=3) as function:
        begun(function)
        put_back(function)
        rule_id = open_to(function, SSH)
        response = {"securityGroupRuleSet": {"items": [{"groupId": GROUP, "securityGroupRuleId": rule_id}]}}
        opened = event("AuthorizeSecurityGroupIngress", {"groupId": GROUP}, response)
        assert function.deliver(UPDATED, opened) == []
        assert SSH not in function.account.lines(GROUP)
        assert SELF in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert {finding["cause"]["actor"].split()[0] for finding in alert["findings"]} == {"alice"}
        assert SELF not in str(alert["findings"])
        assert alert["held"] == [SELF]


def test_nobody_is_blamed_for_an_update_on_which_ssh_was_found_open() -> None:
    with running(clusters=(CLUSTER,)) as function:
        begun(function)
        open_to(function, SSH)
        assert function.deliver(UPDATED) == []
        (alert,) = function.alerts()
        assert alert["findings"][0]["kind"] == "ForbiddenTraffic"
        assert [finding["cause"] for finding in alert["findings"]] == [None] * len(alert["findings"])


def test_an_update_that_no_event_told_of_is_followed_all_the_same() -> None:
    """Eventbridge may lose the event of the update, and the call that EKS makes in it comes alone."""
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        put_back(function)
        function.forget()
        assert function.deliver(BY_EKS) == []
        next_look(function)
        assert SELF in function.account.lines(GROUP)
        assert function.alerts() == []

        status(function, "ACTIVE")
        next_look(function)
        assert function.account.take_messages() == ()
        assert SELF not in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert alert["findings"][0]["cause"]["actor"] == "Amazon EKS"


def test_a_call_of_eks_in_an_update_is_followed_once_where_the_update_is_followed() -> None:
    with running(clusters=(CLUSTER,), update_looks=3) as function:
        begun(function)
        put_back(function)
        function.forget()
        assert function.deliver(UPDATED, BY_EKS) == []
        assert len(function.account.take_messages()) == 1


def test_the_same_rule_is_removed_at_once_where_nothing_is_updated() -> None:
    with running(clusters=(CLUSTER,)) as function:
        open_to(function, SELF)
        assert function.deliver(changed()) == []
        assert SELF not in function.account.lines(GROUP)


def test_rules_that_only_look_like_those_of_eks_are_not_held() -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        open_to(function, "tcp/22-65535 from self")
        assert function.deliver(changed()) == []
        assert sorted(function.account.lines(GROUP)) == sorted(RESTRICTED)
        assert function.account.take_messages() == ()


def test_a_cluster_that_is_being_made_is_left_to_eks_until_it_is_active() -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "CREATING")
        put_back(function)
        open_to(function, SSH)
        assert function.deliver(event("CreateCluster", {"name": NAME}), changed()) == []
        assert function.writes() == []
        status(function, "ACTIVE")
        next_look(function)
        assert sorted(function.account.lines(GROUP)) == sorted(RESTRICTED)


def test_where_sgwarden_observes_it_tells_of_it_once_after_the_update() -> None:
    with running(clusters=(CLUSTER,), update_looks=2, mode="observe") as function:
        begun(function)
        put_back(function)
        function.forget()
        assert function.deliver(UPDATED) == []
        next_look(function)
        next_look(function)
        assert function.alerts() == []
        next_look(function)
        assert function.account.take_messages() == ()
        (alert,) = function.alerts()
        assert alert["status"] == "drifted"
        assert alert["changes"][0]["rule"] == SELF


def test_a_rule_that_a_person_makes_in_an_update_goes_at_once_and_is_theirs() -> None:
    """Though it looks like one of EKS's own."""
    with running(clusters=(CLUSTER,), update_looks=3) as function:
        begun(function)
        status(function, "UPDATING")
        assert function.deliver(UPDATED) == []
        rule = {"groupId": GROUP, "securityGroupRuleId": open_to(function, SELF), "ipProtocol": "-1"}
        made = {**rule, "fromPort": -1, "toPort": -1, "referencedGroupId": GROUP, "isEgress": False}
        bob = {"type": "IAMUser", "accountId": "111122223333", "userName": "bob"}
        response = {"securityGroupRuleSet": {"items": [made]}}
        assert function.deliver(changed(userIdentity=bob, responseElements=response)) == []
        assert SELF not in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert alert["findings"][0]["cause"]["actor"].startswith("bob")


def test_the_same_rule_made_by_eks_is_held() -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        put_back(function)
        rule_id = function.account.rule_ids(GROUP)[SELF]
        rule = {"groupId": GROUP, "securityGroupRuleId": rule_id, "ipProtocol": "-1", "isEgress": False}
        items = [{**rule, "fromPort": -1, "toPort": -1, "referencedGroupId": GROUP}]
        function.forget()
        by_eks = {**BY_EKS["detail"], "responseElements": {"securityGroupRuleSet": {"items": items}}}
        assert function.deliver({**BY_EKS, "detail": by_eks}) == []
        assert function.writes() == []


def test_events_of_others_in_an_update_begin_no_looks_of_their_own() -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        put_back(function)
        function.forget()
        for _ in range(5):
            assert function.deliver(changed()) == []
        assert function.account.take_messages() == ()
        for _ in range(5):
            assert function.deliver(BY_EKS) == []
        assert {message.delay for message in function.account.take_messages()} == {300}


def test_what_is_not_known_of_an_update_is_as_if_it_went_on() -> None:
    with running(clusters=(CLUSTER,), update_looks=30) as function:
        begun(function)
        assert function.deliver(UPDATED) == []
        put_back(function)
        (waiting,) = function.account.take_messages()
        function.forget()
        function.account.fail("DescribeUpdate", "ThrottlingException", times=SENT_BY_THE_SDK)
        assert function.deliver(waiting.body) == ["m1"]
        assert function.writes() == []


def test_the_end_of_one_update_is_not_the_end_of_another() -> None:
    with running(clusters=(CLUSTER,)) as function:
        begun(function)
        assert function.deliver(UPDATED) == []
        (waiting,) = function.account.take_messages()
        function.account.client("eks").describe_update(name=NAME, updateId=UPDATE)
        status(function, "UPDATING")
        put_back(function)
        function.forget()
        assert function.deliver(waiting.body) == []
        assert function.writes() == []
        status(function, "ACTIVE")
        next_look(function)
        assert SELF not in function.account.lines(GROUP)


@pytest.mark.parametrize("together", [True, False])
def test_looks_at_an_update_that_no_event_told_of_do_not_multiply(together: bool) -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        put_back(function)
        function.forget()
        assert function.deliver(BY_EKS) == []
        for _ in range(5):
            (waiting,) = function.account.take_messages()
            assert function.deliver(waiting.body, *([BY_EKS] if together else [])) == []
        assert len(function.account.take_messages()) == 1


def test_the_last_look_at_an_update_that_no_event_told_of_begins_no_other() -> None:
    with running(clusters=(CLUSTER,)) as function:
        status(function, "UPDATING")
        put_back(function)
        function.forget()
        assert function.deliver(BY_EKS) == []
        (waiting,) = function.account.take_messages()
        last = waiting.body.replace('"looks": 1', f'"looks": {LOOKS}')
        assert function.deliver(last) == []
        assert function.account.take_messages() == ()
