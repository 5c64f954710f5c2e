"""Many messages at once, and messages that nobody should have sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.deployed import (
    ACCOUNT,
    CLUSTER,
    GROUP,
    REGION,
    Json,
    changed,
    cluster,
    event,
    group,
    open_to,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.deployed import Deployed

SSH = "tcp/22 from 0.0.0.0/0"
UPDATE_ID = "6b42d1d9-d282-4e10-9a41-526c35ce2f2c"


@pytest.fixture
def quiet() -> Iterator[Deployed]:
    """A function in an account that has drift, of which nobody tells it."""
    with running() as function:
        open_to(function, SSH)
        yield function


# --- Coalescing -------------------------------------------------------------------------------------------


def _by(name: str, number: int) -> Json:
    user = {"type": "IAMUser", "accountId": ACCOUNT, "userName": name}
    return changed(userIdentity=user, eventID=f"365f86ea-b899-4aa2-9c72-7dc160b090{number:02}")


def test_ten_messages_of_one_group_are_one_reconcile_that_names_them_all() -> None:
    people = [f"person-{number}" for number in range(10)]
    with running() as function:
        open_to(function, SSH)
        assert function.deliver(*(_by(name, number) for number, name in enumerate(people))) == []
        assert len(function.account.calls("DescribeCluster")) == 1
        (alert,) = function.alerts()
        assert all(f"{name} (IAM user" in alert["text"] for name in people)
        assert len(function.logged("reconciled")[0]["events"]) == 10


def test_ten_messages_of_one_group_fail_together() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        failed = function.deliver(*(_by(f"person-{number}", number) for number in range(10)))
        assert sorted(failed) == sorted(f"m{number}" for number in range(1, 11))
        assert len(function.alerts()) == 1


def test_whatever_names_the_group_it_is_one_reconcile() -> None:
    with running() as function:
        rule_id = open_to(function, SSH)
        by_rule = {"resourcesSet": {"items": [{"resourceId": rule_id}]}}
        by_name = {"groupName": f"eks-cluster-sg-{CLUSTER}-407518226"}
        messages = (
            changed(),
            event("CreateTags", by_rule),
            event("AuthorizeSecurityGroupIngress", by_name),
            event("UpdateClusterConfig", {"name": CLUSTER}),
        )
        assert function.deliver(*messages) == []
        assert len(function.alerts()) == 1
        assert len(function.account.calls("RevokeSecurityGroupIngress")) == 1


def test_a_target_that_is_named_ten_times_is_looked_up_once() -> None:
    with running() as function:
        by_name = event("AuthorizeSecurityGroupIngress", {"groupName": f"eks-cluster-sg-{CLUSTER}-407518226"})
        assert function.deliver(*[by_name] * 10) == []
        assert function.operations() == [
            "DescribeSecurityGroups",
            "DescribeSecurityGroups",
            "DescribeCluster",
            "GetItem",
        ]


def test_one_message_may_name_several_groups() -> None:
    second = "sg-02be06bd9cbf15b62"
    with running(clusters=(cluster(), cluster(name="dev-2", group=second))) as function:
        open_to(function, SSH)
        open_to(function, SSH, second)
        request = {"resourcesSet": {"items": [{"resourceId": GROUP}, {"resourceId": second}]}}
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", nth=2)
        assert function.deliver(event("CreateTags", request)) == ["m1"]
        assert len(function.alerts()) == 2
        assert [SSH in function.account.lines(each) for each in (GROUP, second)] == [False, True]


def test_a_twin_of_a_message_sends_no_second_follow_up() -> None:
    with running() as function:
        body = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": UPDATE_ID}})
        assert function.deliver(body, body) == []
        assert len(function.account.take_messages()) == 1


def test_a_group_of_no_cluster_does_not_come_again_with_one_that_fails() -> None:
    other = "sg-0e7b9d3c5a1f28460"
    with running(groups=(group(other),)) as function:
        function.account.fail("DescribeCluster", "AccessDeniedException")
        assert function.deliver(changed(other), changed()) == ["m2"]


# --- Messages that cannot be understood -------------------------------------------------------------------

CAUSE = {"event": "UpdateClusterConfig", "event_id": "1", "actor": "alice", "source_ip": "", "time": None}
FOLLOW = {"cluster": CLUSTER, "update_id": UPDATE_ID, "looks": 1, "told": [], "cause": CAUSE}


def _follow_up(**other: object) -> str:
    return json.dumps({"sgwarden-follow-up": {**FOLLOW, **other}})


NONSENSE = {
    "empty": "",
    "no JSON": "SecurityGroup changed!",
    "half of JSON": '{"detail": {"eventName": "Auth',
    "null": "null",
    "a number": "22",
    "NaN": "NaN",
    "a number without end": "9" * 5000,
    "text": '"sg-0c1f4a7be2d95083a"',
    "an empty list": "[]",
    "a list": f'["{GROUP}"]',
    "an empty object": "{}",
    "a strange object": '{"groupId": "sg-0c1f4a7be2d95083a"}',
    "no detail": '{"source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail"}',
    "a detail that is a number": '{"source": "aws.ec2", "detail": 5}',
    "a deep nest": "[" * 100_000 + "]" * 100_000,
    "a deep nest of objects": '{"detail":' * 50_000 + "1" + "}" * 50_000,
    "a huge one": json.dumps({"detail": "x" * 1_000_000}),
    "control characters": '{"detail": "\\u001b[31mred\\u0000"}',
    "half a surrogate": '{"detail": "\\ud800"}',
    "a follow-up of nothing": '{"sgwarden-follow-up": null}',
    "a follow-up of text": '{"sgwarden-follow-up": "dev-1"}',
    "a follow-up of a list": '{"sgwarden-follow-up": [1, 2]}',
    "an empty follow-up": '{"sgwarden-follow-up": {}}',
    "a follow-up of no cluster": _follow_up(cluster=""),
    "a follow-up of a number": _follow_up(cluster=7),
    "a follow-up of a path": _follow_up(cluster="../../x"),
    "a follow-up of a strange update": _follow_up(update_id={"a": 1}),
    "a follow-up of an update that is a path": _follow_up(update_id="../x"),
    "a follow-up of text looks": _follow_up(looks="many"),
    "a follow-up of no looks": _follow_up(looks=0),
    "a follow-up of true looks": _follow_up(looks=True),
    "a follow-up of broken looks": _follow_up(looks=1.5),
    "a follow-up of a strange time": _follow_up(cause={**CAUSE, "time": "yesterday"}),
    "a follow-up without a time zone": _follow_up(cause={**CAUSE, "time": "2026-11-03T14:21:37"}),
    "a follow-up of a time that is a number": _follow_up(cause={**CAUSE, "time": 5}),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_logged_whole_and_dropped(quiet: Deployed, name: str) -> None:
    assert quiet.deliver(NONSENSE[name]) == []
    assert quiet.operations() == []
    (line,) = quiet.logged()
    assert (line["message"], line["body"]) == ("dropped", NONSENSE[name])
    assert quiet.metrics()["MessagesDropped"] == [1.0]


def test_nonsense_does_not_disturb_what_comes_with_it() -> None:
    with running() as function:
        open_to(function, SSH)
        assert function.deliver(*list(NONSENSE.values())[:5], changed(), *list(NONSENSE.values())[5:10]) == []
        assert SSH not in function.account.lines(GROUP)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (changed(errorCode="Client.UnauthorizedOperation"), "failed with Client.UnauthorizedOperation"),
        (event("RunInstances", {}), "is not a call that matters here"),
    ],
)
def test_an_event_that_leads_nowhere_is_ignored(quiet: Deployed, body: Json, reason: str) -> None:
    assert quiet.deliver(body) == []
    assert quiet.operations() == []
    assert reason in quiet.reasons()[0]
    assert quiet.metrics()["EventsIgnored"] == [1.0]


@pytest.mark.parametrize(
    "body",
    [
        event("AuthorizeSecurityGroupIngress", "Sanitized"),
        event("AuthorizeSecurityGroupIngress", {"omitted": True, "originalSize": 180_000}),
        changed("sg-../../x"),
    ],
)
def test_a_change_that_does_not_say_of_what_is_logged_whole_and_dropped(quiet: Deployed, body: Json) -> None:
    """Nobody is to miss it, however much else happens: it has an alarm."""
    strangers = [changed(f"sg-0a9e3d7c5b1f8624{number}") for number in range(4)]
    assert quiet.deliver(*strangers, body) == []
    (line,) = quiet.logged("dropped")
    assert "names no security group" in line["reason"]
    assert json.loads(line["body"]) == body
    assert quiet.metrics()["MessagesDropped"] == [1.0]
    assert "EventsIgnored" not in quiet.metrics() or quiet.metrics()["EventsIgnored"] == [0.0]


@pytest.mark.parametrize("more", [{"recipientAccountId": "444455556666"}, {"awsRegion": "us-east-1"}])
@pytest.mark.parametrize("name", ["AuthorizeSecurityGroupIngress", "UpdateClusterConfig"])
def test_what_happened_elsewhere_is_not_this_functions_business(
    quiet: Deployed, name: str, more: dict[str, str]
) -> None:
    """A cluster of the same name may be here too."""
    assert quiet.deliver(event(name, {"groupId": GROUP, "name": CLUSTER}, **more)) == []
    assert quiet.operations() == []
    assert "another account or region" in quiet.reasons()[0]


def test_a_forged_follow_up_does_no_more_than_a_look() -> None:
    """Whoever may write to the queue can ask for a look, and no text of theirs is taken as it is."""
    with running() as function:
        open_to(function, SSH)
        cause = {**CAUSE, "actor": "alice\n\x1b[31mDone     Nothing", "time": "2026-11-03T14:21:37+00:00"}
        assert function.deliver(_follow_up(cause=cause, update_id="", unknown="field")) == []
        assert SSH not in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert "\x1b" not in alert["text"]
        assert "Seen     alice Done Nothing: UpdateClusterConfig" in alert["text"]


def test_a_follow_up_of_a_cluster_that_is_gone_is_let_go() -> None:
    with running() as function:
        assert function.deliver(_follow_up(cluster="gone")) == []
        assert function.account.take_messages() == ()


def test_an_event_may_come_wrapped_by_sns() -> None:
    with running() as function:
        open_to(function, SSH)
        wrapped = {"Type": "Notification", "Message": json.dumps(changed())}
        assert function.deliver(wrapped) == []
        assert SSH not in function.account.lines(GROUP)
        assert function.account.region == REGION
