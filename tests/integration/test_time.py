"""What is begun ends before Lambda does, and no message takes the time of the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.aws.clients import BRIEF, CONFIG
from sgwarden.timing import SECONDS_FOR_A_LOOK, SECONDS_TO_SEND

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    TIMEOUT,
    Json,
    changed,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
)
from tests.integration.lambda_time import lambda_time
from tests.integration.test_bookkeeping import page

if TYPE_CHECKING:
    from collections.abc import Callable

SSH = "tcp/22 from 0.0.0.0/0"
LIST = "pl-0b8d2f4a6c1e3957d"
MOST_BETWEEN_TWO_TRIES = 1  # botocore: a part of a second before the second try
NOBODYS = [f"sgr-{number:017x}" for number in range(1, 1001)]
CROWD = [f"sg-{0xABC000000 + number:017x}" for number in range(60)]


def tagged(*resources: str) -> Json:
    return event("CreateTags", {"resourcesSet": {"items": [{"resourceId": each} for each in resources]}})


def crowd(number: int = len(CROWD)) -> Json:
    drifted = tuple(cluster("all from self", SSH, name=f"c-{n}", group=CROWD[n]) for n in range(number))
    return {"clusters": (cluster(), *drifted)}


# --- How long things take ---------------------------------------------------------------------------------


def test_what_does_not_answer_is_given_up_in_the_time_to_send() -> None:
    brief = vars(BRIEF)
    tries = brief["retries"]["total_max_attempts"]
    a_try = brief["connect_timeout"] + brief["read_timeout"]
    assert tries * a_try + (tries - 1) * MOST_BETWEEN_TWO_TRIES == SECONDS_TO_SEND


def test_one_try_that_is_not_answered_leaves_time_to_tell() -> None:
    lost = vars(CONFIG)["connect_timeout"] + vars(CONFIG)["read_timeout"] + MOST_BETWEEN_TWO_TRIES
    assert lost < SECONDS_TO_SEND < SECONDS_FOR_A_LOOK < TIMEOUT


@pytest.mark.parametrize("service", ["sns", "sqs"])
def test_those_that_hear_what_was_done_are_asked_briefly(service: str) -> None:
    with running() as function:
        client = getattr(function.app, f"_{service}")
        assert (client.meta.config.read_timeout, client.meta.config.connect_timeout) == (2, 1)


# --- Many rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1.5])
def test_a_message_that_names_a_thousand_rules_does_not_starve_the_others(seconds: float) -> None:
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, lambda _: seconds) as time:
            assert "m2" not in time.deliver(tagged(*NOBODYS), changed())
        assert SSH not in function.account.lines(GROUP)
        assert len(function.alerts()) == 1


def test_rules_are_looked_up_together_whatever_message_names_them() -> None:
    with running() as function:
        rule_id = open_to(function, SSH)
        assert function.deliver(tagged(*NOBODYS[:150]), tagged(*NOBODYS[100:250], rule_id)) == []
        asked = [
            call.parameters["Filters"][0] for call in function.account.calls("DescribeSecurityGroupRules")
        ]
        by_id = [each["Values"] for each in asked if each["Name"] == "security-group-rule-id"]
        assert [len(values) for values in by_id] == [200, 51]
        assert len(function.alerts()) == 1


def test_rules_that_cannot_be_looked_up_fail_their_messages_alone() -> None:
    with running() as function:
        open_to(function, SSH)
        function.account.fail("DescribeSecurityGroupRules", "UnauthorizedOperation")
        assert function.deliver(tagged(NOBODYS[0]), changed()) == ["m1"]
        assert SSH not in function.account.lines(GROUP)


def test_the_first_of_each_message_is_found_before_the_second_of_any() -> None:
    names = {"Records": [event("UpdateClusterConfig", {"name": f"c-{n}"}) for n in range(100)]}
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, lambda _: 0.5) as time:
            assert "m2" not in time.deliver(names, event("UpdateClusterConfig", {"name": CLUSTER}))
        assert SSH not in function.account.lines(GROUP)


# --- Many groups ------------------------------------------------------------------------------------------


def test_groups_are_read_200_at_a_time_and_looked_at_before_the_next() -> None:
    thousands = [f"sg-{number:017x}" for number in range(1, 1001)]
    with running() as function:
        open_to(function, SSH)
        messages = [tagged(*(f"{each[:-1]}{digit}" for each in thousands)) for digit in range(9)]
        with lambda_time(function, lambda name: 2.5 if name == "DescribeSecurityGroups" else 0.1) as time:
            assert "m10" not in time.deliver(*messages, changed())
        assert SSH not in function.account.lines(GROUP)


def test_of_a_group_of_no_cluster_nothing_but_its_tags_is_kept() -> None:
    tag = {"aws:eks:cluster-name": "gone"}
    plain, orphan = "sg-0a9e3d7c5b1f86240", "sg-0a9e3d7c5b1f86241"
    with running(groups=(group(plain, SSH), group(orphan, SSH, tags=tag))) as function:
        world = function.app.AwsWorld(function.app._ec2, function.app._eks, "111122223333")
        found = world.sightings([plain, orphan])
        assert found[plain].group is None
        assert found[orphan].group().tags == tag


@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_the_rest_of_an_event_comes_by_itself_and_each_group_is_told_once(mode: str) -> None:
    with running(**crowd(), mode=mode) as function:
        waiting: list[str | Json] = [tagged(*CROWD)]
        with lambda_time(function, lambda _: 0.25) as time:
            for _ in range(30):
                assert time.deliver(*waiting) == []
                if not (waiting := [message.body for message in function.account.take_messages()]):
                    break
        assert not waiting
        told = [alert["security_group"] for alert in function.alerts()]
        assert sorted(told) == CROWD
        assert all("Seen     alice" in alert["text"] for alert in function.alerts())
        assert function.metrics()["MessagesPutOff"]


def test_a_crowd_does_not_keep_another_group_from_being_looked_at() -> None:
    with running(**crowd()) as function:
        open_to(function, SSH)
        with lambda_time(function, lambda _: 0.25) as time:
            assert time.deliver(tagged(*CROWD), changed()) == []
        assert SSH not in function.account.lines(GROUP)


def test_of_two_crowds_neither_waits_for_the_other() -> None:
    with running(**crowd()) as function, lambda_time(function, lambda _: 0.25) as time:
        assert time.deliver(tagged(*CROWD[:30]), tagged(*CROWD[30:])) == []
        assert len(function.account.take_messages()) == 2
        looked_at = {alert["security_group"] for alert in function.alerts()}
        assert looked_at & set(CROWD[:30])
        assert looked_at & set(CROWD[30:])


def test_a_follow_up_is_sent_once_however_many_parts_an_event_has() -> None:
    """Only a log file of many records names more than one cluster."""
    names = {"Records": [event("UpdateClusterConfig", {"name": f"c-{n}"}) for n in range(8)]}
    with running(**crowd(8)) as function:
        waiting: list[str | Json] = [names]
        follows: list[str] = []
        with lambda_time(function, lambda _: 0.5) as time:
            for _ in range(10):
                assert time.deliver(*waiting) == []
                sent = [message.body for message in function.account.take_messages()]
                follows += [each for each in sent if "sgwarden-follow-up" in each]
                if not (waiting := [each for each in sent if "sgwarden-rest" in each]):
                    break
        clusters = [json.loads(each)["sgwarden-follow-up"]["cluster"] for each in follows]
        assert sorted(clusters) == [f"c-{n}" for n in range(8)]
        assert sorted(alert["security_group"] for alert in function.alerts()) == CROWD[:8]


def test_a_prefix_list_of_many_clusters_is_gone_through_in_parts() -> None:
    line = f"tcp/22 from {LIST}"
    clusters = tuple(cluster("all from self", line, name=f"c-{n}", group=CROWD[n]) for n in range(30))
    lists = (prefix_list(LIST, "0.0.0.0/0"),)
    with running(clusters=clusters, prefix_lists=lists, mode="observe") as function:
        waiting: list[str | Json] = [event("ModifyManagedPrefixList", {"prefixListId": LIST})]
        with lambda_time(function, lambda _: 0.4) as time:
            for _ in range(30):
                assert time.deliver(*waiting) == []
                if not (waiting := [message.body for message in function.account.take_messages()]):
                    break
        assert sorted(line["security_group"] for line in function.logged("reconciled")) == CROWD[:30]
        assert sorted(alert["security_group"] for alert in function.alerts()) == CROWD[:30]
        assert all(finding["cause"] for alert in function.alerts() for finding in alert["findings"][:1])


def test_the_rest_of_an_event_leaves_alone_what_was_looked_at_when_it_came() -> None:
    line = f"tcp/22 from {LIST}"
    clusters = tuple(cluster("all from self", line, name=f"c-{n}", group=CROWD[n]) for n in range(2))
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, "0.0.0.0/0"),)) as function:
        came = event("ModifyManagedPrefixList", {"prefixListId": LIST})
        rest = {"sgwarden-rest": {"event": came, "left": [LIST], "done": [CROWD[0]]}}
        assert function.deliver(rest) == []
        assert [line["security_group"] for line in function.logged("reconciled")] == [CROWD[1]]


def test_a_rest_that_the_queue_does_not_take_makes_the_message_come_again() -> None:
    with running(**crowd(20)) as function:
        body = tagged(*CROWD[:20])
        body["detail"]["userAgent"] = "x" * 262_000
        with lambda_time(function, lambda _: 0.5) as time:
            assert time.deliver(body) == ["m1"]
            assert function.account.take_messages() == ()
            assert "TooLong" in function.logged("failed")[0]["error"]
            function.account.fail("SendMessage", "KmsAccessDenied")
            assert time.deliver(tagged(*CROWD[10:20])) == ["m1"]


def test_what_fails_goes_into_the_rest_and_comes_to_an_end() -> None:
    """Four of ten cannot be put right: in the end they come again by themselves, as any that fails."""
    with running(**crowd(10)) as function:
        for number in range(4):
            found = function.account.builder.eks("eu-west-1").clusters[f"c-{number}"]
            found.kubernetes_network_config = {"ipFamily": "dual"}
        waiting: list[str | Json] = [tagged(*CROWD[:10])]
        again: list[str] = []
        with lambda_time(function, lambda _: 0.5) as time:
            for _ in range(20):
                again = time.deliver(*waiting)
                if again or not (waiting := [each.body for each in function.account.take_messages()]):
                    break
        assert again == ["m1"]
        assert sorted(alert["security_group"] for alert in function.alerts()) == CROWD[4:10]


# --- Those who hear what was done do not answer -------------------------------------------------------------

LEDGER = frozenset({"GetItem", "PutItem", "TransactWriteItems"})
SILENT = frozenset({"Publish"})


def _slow_to(silent: frozenset[str]) -> Callable[[str], float]:
    return lambda name: SECONDS_TO_SEND if name in silent else 0.25


@pytest.mark.parametrize("left", [SECONDS_FOR_A_LOOK + 1, 20, TIMEOUT])
def test_where_the_topic_is_silent_the_alert_is_kept_in_the_ledger(left: float) -> None:
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, _slow_to(SILENT), SILENT) as time:
            late = TIMEOUT - left
            function.seconds_left = lambda: left - time.seconds
            assert time.deliver(changed()) == ["m1"]
            assert time.seconds < TIMEOUT - late
        assert SSH not in function.account.lines(GROUP)
        assert [len(page(function).unsent), page(function).lease] == [1, None]


def test_a_silent_topic_is_asked_once_a_batch() -> None:
    """Three look at groups that drifted, with three alerts: that is one silence, not three."""
    with running(**crowd(3)) as function:
        with lambda_time(function, _slow_to(SILENT), SILENT) as time:
            assert time.deliver(*map(changed, CROWD[:3])) == ["m1", "m2", "m3"]
            assert time.seconds < SECONDS_TO_SEND + 10
        assert all(SSH not in function.account.lines(each) for each in CROWD[:3])
        assert [len(page(function, each).unsent) for each in CROWD[:3]] == [1, 1, 1]


def test_after_a_silence_the_next_batch_asks_anew() -> None:
    with running(mode="observe") as function:
        open_to(function, SSH)
        with lambda_time(function, _slow_to(SILENT), SILENT) as time:
            assert time.deliver(changed()) == ["m1"]
        open_to(function, "tcp/3389 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert len(function.alerts()) == 1


@pytest.mark.parametrize("left", [SECONDS_FOR_A_LOOK + 1, 20, TIMEOUT])
@pytest.mark.parametrize("silent", [LEDGER, *(frozenset({each}) for each in sorted(LEDGER))])
def test_where_the_ledger_is_silent_the_port_is_closed_and_the_batch_ends(
    silent: frozenset[str], left: float
) -> None:
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, _slow_to(silent), silent) as time:
            function.seconds_left = lambda: left - time.seconds
            again = time.deliver(changed())
            assert time.seconds < left
        assert SSH not in function.account.lines(GROUP)
        # Who has the lease and cannot write the end leaves what it did to the next look.
        told = silent != {"TransactWriteItems"}
        assert (again, len(function.alerts())) == (([], 1) if told else (["m1"], 0))


def test_a_silent_ledger_does_not_take_the_time_of_the_others() -> None:
    with running(**crowd(3)) as function:
        with lambda_time(function, _slow_to(LEDGER), LEDGER) as time:
            again = time.deliver(*map(changed, CROWD[:3]))
            assert time.seconds < TIMEOUT
        told = [alert["security_group"] for alert in function.alerts()]
        mended = [each for each in CROWD[:3] if SSH not in function.account.lines(each)]
        assert told == mended == CROWD[: len(told)]
        assert again == [f"m{number}" for number in range(len(told) + 1, 4)]
        assert told


@pytest.mark.parametrize("left", [20, TIMEOUT])
def test_where_neither_answers_the_batch_ends_and_the_message_comes_again(left: float) -> None:
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, _slow_to(LEDGER | SILENT), LEDGER | SILENT) as time:
            function.seconds_left = lambda: left - time.seconds
            assert time.deliver(changed()) == ["m1"]
            assert time.seconds < left


def test_receipts_are_confirmed_before_looks_and_those_without_time_come_again() -> None:
    with running(receipts=True) as function:
        open_to(function, SSH)
        assert function.deliver(changed()) == []
        (receipt,) = [message.body for message in function.account.take_messages()]
        open_to(function, "tcp/3389 from 0.0.0.0/0")
        with lambda_time(function, lambda _: 0.25) as time:
            function.seconds_left = lambda: SECONDS_TO_SEND - 0.001 - time.seconds
            assert time.deliver(receipt) == ["m1"]
            assert time.seconds == 0
            function.seconds_left = lambda: TIMEOUT - time.seconds
            assert time.deliver(receipt, changed()) == []
        assert len(page(function).unsent) == 1


def test_receipts_that_the_ledger_does_not_take_keep_no_group_waiting() -> None:
    receipt = {"schema": "sgwarden/v1", "alert": {"group": GROUP, "id": "a1"}, "results": []}
    with running() as function:
        open_to(function, SSH)
        with lambda_time(function, _slow_to(LEDGER), LEDGER) as time:
            again = time.deliver(
                *[{**receipt, "alert": {"group": GROUP, "id": f"a{n}"}} for n in range(9)], changed()
            )
            assert time.seconds < TIMEOUT
        assert "m10" not in again
        assert SSH not in function.account.lines(GROUP)
