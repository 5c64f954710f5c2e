"""The function and its ledger: who may write, what people are told, and what is yet to be sent."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.finding import Kind
from sgwarden.page import LEASE, Lease, Unsent

from tests.integration.deployed import (
    GROUP,
    Deployed,
    Json,
    changed,
    close,
    cluster,
    group,
    open_to,
    running,
)
from tests.integration.dying import Life, life
from tests.integration.test_additional_groups import NODES, NODES_RULES, nodes
from tests.integration.test_additional_groups import POLICY as ADDITIONAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.page import Page

SSH, RDP, OUT = "tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0", "all to 0.0.0.0/0"
SECOND, PLAIN = "sg-02be06bd9cbf15b62", "sg-0a9e3d7c5b1f86240"
SWEEP: Json = {"sgwarden-sweep": {"group": GROUP, "remind": False}}
REMIND: Json = {"sgwarden-sweep": {"group": GROUP, "remind": True}}
LEDGER = ("GetItem", "PutItem", "TransactWriteItems")
DENIED, THROTTLED = "AccessDeniedException", "ThrottlingException"
ALWAYS = 100
TEN_MINUTES = timedelta(minutes=10)


@contextmanager
def at_work(**settings: object) -> Iterator[tuple[Deployed, Life]]:
    """The function, and the time that it lives in."""
    with running(**settings) as function, life(function.account) as time:  # type: ignore[arg-type]
        yield function, time


def ledger(function: Deployed) -> DynamoLedger:
    account = function.account
    return DynamoLedger(lambda: account.client("dynamodb"), account.table_name, 365)


@contextmanager
def unseen(function: Deployed) -> Iterator[None]:
    """Calls that are the test's own, and are not counted, nor fail."""
    calls = function.account._calls
    made = list(calls.made)
    with calls.untroubled():
        yield
    calls.made[:] = made


def page(function: Deployed, group_id: str = GROUP) -> Page:
    with unseen(function):
        return ledger(function).page(group_id)


def write(function: Deployed, **changes: object) -> Page:
    """Somebody else writes to the page."""
    after = page(function).next(**changes)
    with unseen(function):
        ledger(function).write(after)
    return after


def alerts(function: Deployed) -> list[Json]:
    published = function.account.published()
    return [json.loads(json.loads(message.body)["default"])["alert"] for message in published]


def transitions(function: Deployed) -> list[str]:
    """What became of things, as people have heard since `forget`; without what it would cost."""
    found = [note for alert in alerts(function) for note in alert["findings"]]
    return [note["transition"] for note in found if note["kind"] != Kind.LOST_TRAFFIC]


def receipts(function: Deployed) -> list[str]:
    """What the topic brings back, where the queue is subscribed to it."""
    return [message.body for message in function.account.take_messages()]


@contextmanager
def before(function: Deployed, operation: str, act: Callable[[], object], nth: int = 1) -> Iterator[None]:
    """Somebody acts right before the nth call of the operation is sent."""
    send, left = BaseClient._make_api_call, [nth]  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        if name == operation:
            left[0] -= 1
            if left[0] == 0:
                act()
        answer: Json = send(client, name, parameters)
        return answer

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield


# --- Where there is nothing to remember -----------------------------------------------------------------


def test_a_look_at_a_group_in_order_reads_its_page_once_and_writes_nothing() -> None:
    with at_work() as (function, _):
        assert function.deliver(changed()) == []
        assert [each for each in function.operations() if each in LEDGER] == ["GetItem"]


@pytest.mark.parametrize("body", [changed(), SWEEP], ids=["event", "sweep"])
def test_what_is_as_it_was_is_read_once_and_not_written_again(body: Json) -> None:
    with at_work(mode="observe", receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        function.deliver(*receipts(function))
        function.forget()
        assert function.deliver(body) == []
        assert [each for each in function.operations() if each in LEDGER] == ["GetItem"]


def test_a_group_of_no_cluster_has_no_page() -> None:
    with at_work(groups=(group(PLAIN, SSH),)) as (function, _):
        assert function.deliver(changed(PLAIN)) == []
        assert not [each for each in function.operations() if each in LEDGER]


# --- The ledger does not answer -------------------------------------------------------------------------


@pytest.mark.parametrize("code", [DENIED, THROTTLED])
@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_where_the_ledger_cannot_be_read_events_are_told_from_no_memory(mode: str, code: str) -> None:
    with at_work(mode=mode) as (function, _):
        open_to(function, SSH)
        function.account.fail("GetItem", code, times=ALWAYS)
        assert function.deliver(changed()) == []
        assert transitions(function) == ["remediated" if mode == "remediate" else "opened"]
        assert (SSH in function.account.lines(GROUP)) is (mode == "observe")
        assert page(function).version == 0
        assert len(function.logged("ledger unavailable")) == 1
        assert function.metrics()["LedgerUnavailable"] == [1.0]


@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_where_the_ledger_cannot_be_read_sweeps_tell_of_what_they_put_right_alone(mode: str) -> None:
    with at_work(mode=mode) as (function, _):
        open_to(function, SSH)
        function.account.fail("GetItem", DENIED, times=ALWAYS)
        assert function.deliver(SWEEP) == []
        assert transitions(function) == (["remediated"] if mode == "remediate" else [])


def test_where_the_ledger_takes_no_lease_the_port_is_closed_and_told_all_the_same() -> None:
    with at_work() as (function, _):
        open_to(function, SSH)
        function.account.fail("PutItem", DENIED, times=ALWAYS)
        assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)
        assert transitions(function) == ["remediated"]
        assert len(function.logged("ledger unavailable")) == 1


def test_a_run_with_a_lease_that_cannot_write_its_end_tells_nothing_and_the_next_look_all() -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        function.account.fail("TransactWriteItems", DENIED, times=ALWAYS)
        assert function.deliver(changed()) == ["m1"]
        assert SSH not in function.account.lines(GROUP)
        assert transitions(function) == []
        function.account.recover("TransactWriteItems")
        time.pass_by(LEASE.total_seconds())
        assert function.deliver(changed()) == []
        (alert,) = alerts(function)
        assert transitions(function) == ["remediated"]
        assert [made["action"] for made in alert["earlier"]] == ["revoke"]


def test_where_what_is_observed_cannot_be_written_the_message_comes_again() -> None:
    with at_work(mode="observe") as (function, _):
        open_to(function, SSH)
        function.account.fail("TransactWriteItems", THROTTLED, times=2)
        assert function.deliver(changed()) == ["m1"]
        assert transitions(function) == []
        assert function.deliver(changed()) == []
        assert transitions(function) == ["opened"]


# --- Receipts -------------------------------------------------------------------------------------------


def test_a_receipt_confirms_the_alert_and_the_second_one_changes_nothing() -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        (receipt,) = receipts(function)
        assert len(page(function).unsent) == 1
        assert function.deliver(receipt) == []
        confirmed = page(function)
        assert confirmed.unsent == ()
        assert function.deliver(receipt, receipt) == []
        assert page(function) == confirmed
        with unseen(function):
            assert ledger(function).kept(GROUP, alerts(function)[0]["id"]) is None


@pytest.mark.parametrize("said", [{"id": "f" * 32}, {"group": SECOND}, {"id": "", "group": GROUP}])
def test_a_receipt_of_what_was_never_sent_changes_nothing(said: Json) -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        sent = page(function)
        forged = json.loads(receipts(function)[0])
        forged["alert"] |= said
        assert function.deliver(forged) == []
        assert page(function) == sent
        assert page(function, SECOND).version == 0


def test_a_receipt_is_written_over_what_others_write_meanwhile() -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        (receipt,) = receipts(function)
        with before(function, "TransactWriteItems", lambda: write(function, thread="theirs")):
            assert function.deliver(receipt) == []
        assert (page(function).unsent, page(function).thread) == ((), "theirs")


def test_a_receipt_that_never_gets_through_comes_again() -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        (receipt,) = receipts(function)
        function.account.fail("TransactWriteItems", DENIED, times=ALWAYS)
        assert function.deliver(receipt) == ["m1"]
        function.account.recover("TransactWriteItems")
        assert len(page(function).unsent) == 1
        assert function.deliver(receipt) == []
        assert page(function).unsent == ()


def test_a_receipt_that_comes_while_the_lease_is_held_is_no_hindrance() -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.deliver(changed())
        (receipt,) = receipts(function)
        (first,) = alerts(function)
        open_to(function, RDP)

        def come_back() -> None:
            leased = page(function)
            assert leased.lease
            function.deliver(receipt)
            assert page(function).lease == leased.lease

        # The receipt's own write comes before that of the run, and is the second of these calls.
        with before(function, "RevokeSecurityGroupIngress", come_back):
            assert function.deliver(changed()) == []
        assert transitions(function) == ["remediated"]
        (second,) = alerts(function)
        assert [each.alert for each in page(function).unsent] == [second["id"]]
        assert second["id"] != first["id"]
        assert page(function).lease is None


# --- Who may write --------------------------------------------------------------------------------------


def test_while_another_run_has_the_lease_nothing_is_written_and_the_message_comes_again() -> None:
    clusters = (cluster(), cluster(name="dev-2", group=SECOND))
    with at_work(clusters=clusters) as (function, time):
        open_to(function, SSH)
        open_to(function, SSH, SECOND)
        theirs = write(function, lease=Lease("another", time.now + LEASE))
        began = time.now
        assert function.deliver(changed(), changed(SECOND)) == ["m1"]
        assert timedelta(seconds=6) <= time.now - began < timedelta(seconds=9)
        assert SSH in function.account.lines(GROUP)
        assert SSH not in function.account.lines(SECOND)
        assert page(function) == theirs
        assert [alert["group"] for alert in alerts(function)] == [SECOND]


def test_a_run_that_waited_goes_on_where_the_other_is_done() -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        write(function, lease=Lease("another", time.now + LEASE))

        def done() -> None:
            write(function, lease=None)

        with before(function, "GetItem", done, nth=2):
            assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)
        assert transitions(function) == ["remediated"]


def test_who_only_observes_leaves_the_telling_to_the_run_that_is_at_work() -> None:
    with at_work(mode="observe") as (function, time):
        open_to(function, SSH)
        theirs = write(function, lease=Lease("another", time.now + LEASE))
        assert function.deliver(changed()) == []
        assert (page(function), alerts(function)) == (theirs, [])
        time.pass_by(LEASE.total_seconds())
        assert function.deliver(changed()) == []
        assert transitions(function) == ["opened"]
        assert page(function).lease is None


def test_a_lease_that_has_lapsed_holds_nobody_back() -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        write(function, lease=Lease("dead", time.now))
        assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)
        assert transitions(function) == ["remediated"]
        assert page(function).lease is None


def test_a_lease_that_has_lapsed_is_cleared_by_a_look_that_finds_all_in_order() -> None:
    with at_work() as (function, time):
        write(function, lease=Lease("dead", time.now))
        assert function.deliver(SWEEP) == []
        assert (page(function).lease, alerts(function)) == (None, [])


def test_who_wakes_up_after_its_lease_was_taken_over_tells_nothing() -> None:
    with at_work(receipts=True) as (function, time):
        open_to(function, SSH)

        def taken_over() -> None:
            """What was revoked is told by the run that finds it so."""
            time.pass_by(LEASE.total_seconds())
            time.run([json.dumps(SWEEP)])

        # The first is the end of the run that took too long; that of the other comes right before it.
        with before(function, "TransactWriteItems", taken_over):
            assert function.deliver(changed()) == ["m1"]
        assert transitions(function) == ["remediated"]
        assert alerts(function)[0]["earlier"]
        after = page(function)
        assert (after.lease, len(after.unsent)) == (None, 1)
        assert function.deliver(changed()) == []
        assert page(function) == after
        assert len(alerts(function)) == 1


def test_two_runs_that_observe_the_same_at_once_tell_it_once() -> None:
    with at_work(mode="observe", receipts=True) as (function, time):
        open_to(function, SSH)
        with before(function, "TransactWriteItems", lambda: time.run([json.dumps(changed())])):
            assert function.deliver(changed()) == []
        assert transitions(function) == ["opened"]
        assert len(page(function).unsent) == 1


def test_a_group_deleted_while_it_is_put_right_leaves_no_lease_behind() -> None:
    parts = {"policy": ADDITIONAL, "groups": (nodes(*NODES_RULES, SSH),), "additional_groups": "yes"}
    with at_work(**parts) as (function, _):

        def delete() -> None:
            with unseen(function):
                function.account.client("ec2").delete_security_group(GroupId=NODES)

        with before(function, "RevokeSecurityGroupIngress", delete):
            assert function.deliver(changed(NODES)) == []
        after = page(function, NODES)
        assert (after.version, after.lease, after.open) == (2, None, ())
        assert alerts(function) == []


@pytest.mark.parametrize("with_event", [False, True], ids=["sweep", "sweep and event"])
@pytest.mark.parametrize("end", ["deleted", "consent withdrawn"])
def test_what_was_open_of_a_group_that_is_none_of_ours_any_more_is_resolved_by_a_sweep(
    end: str, *, with_event: bool
) -> None:
    parts = {"policy": ADDITIONAL, "groups": (nodes(*NODES_RULES, SSH),), "additional_groups": "yes"}
    sweep = {"sgwarden-sweep": {"group": NODES, "remind": False}}
    with at_work(mode="observe", **parts) as (function, _):
        function.deliver(changed(NODES))
        assert transitions(function) == ["opened"]
        ec2 = function.account.client("ec2")
        if end == "deleted":
            ec2.delete_security_group(GroupId=NODES)
        else:
            ec2.delete_tags(Resources=[NODES], Tags=[{"Key": "sgwarden:cluster"}])
        function.forget()
        assert function.deliver(changed(NODES)) == []
        assert alerts(function) == []
        assert function.deliver(sweep, *([changed(NODES)] if with_event else [])) == []
        assert transitions(function) == ["resolved"]
        assert (page(function, NODES).open, page(function, NODES).thread) == ((), "")


# --- What is yet to be sent -----------------------------------------------------------------------------


def unsent(function: Deployed, code: str = "Throttled") -> None:
    """SNS refuses the alert of an open port."""
    open_to(function, SSH)
    function.account.fail("Publish", code, times=ALWAYS)
    assert function.deliver(changed()) == ["m1"]
    function.account.recover("Publish")
    function.forget()


@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_an_alert_of_which_nobody_heard_is_sent_again_after_ten_minutes(mode: str) -> None:
    with at_work(mode=mode, receipts=True) as (function, time):
        unsent(function)
        (waits,) = page(function).unsent
        time.pass_by(TEN_MINUTES.total_seconds() - 120)
        assert function.deliver(changed()) == []
        assert alerts(function) == []
        (later,) = function.account.take_messages()
        assert json.loads(later.body) == SWEEP
        assert 118 <= later.delay <= 120
        time.pass_by(later.delay)
        assert function.deliver(later.body) == []
        (alert,) = alerts(function)
        assert alert["id"] == waits.alert
        assert function.deliver(*receipts(function)) == []
        assert page(function).unsent == ()
        time.pass_by(TEN_MINUTES.total_seconds())
        assert function.deliver(SWEEP) == []
        assert [each["id"] for each in alerts(function)] == [waits.alert]


def test_while_an_alert_is_on_its_way_no_look_is_asked_for() -> None:
    with at_work(mode="observe", receipts=True) as (function, time):
        open_to(function, SSH)
        function.deliver(changed())
        receipts(function)
        time.pass_by(50)
        function.deliver(changed())
        assert receipts(function) == []


def test_what_waits_is_sent_before_what_came_after_it() -> None:
    with at_work(mode="observe", receipts=True) as (function, time):
        unsent(function)
        time.pass_by(TEN_MINUTES.total_seconds())
        close(function, SSH)
        assert function.deliver(changed()) == []
        assert transitions(function) == ["opened", "resolved"]


def test_what_waits_is_sent_after_what_is_put_right_now_which_waits_for_nothing() -> None:
    with at_work(receipts=True) as (function, time):
        unsent(function)
        time.pass_by(TEN_MINUTES.total_seconds())
        open_to(function, RDP)
        assert function.deliver(changed()) == []
        assert [alert["findings"][0]["traffic"] for alert in alerts(function)] == [[RDP], [SSH]]
        assert function.deliver(*receipts(function)) == []
        assert page(function).unsent == ()


def test_all_that_waits_is_sent_in_the_order_in_which_it_was_written() -> None:
    with at_work(mode="observe", receipts=True) as (function, time):
        function.account.fail("Publish", DENIED, times=ALWAYS)
        for lines in ((SSH,), (SSH, RDP), (RDP,)):
            for line in {SSH, RDP} - set(lines):
                if line in function.account.lines(GROUP):
                    close(function, line)
            for line in set(lines) - set(function.account.lines(GROUP)):
                open_to(function, line)
            function.deliver(changed())
            time.pass_by(60)
        written = [each.alert for each in page(function).unsent]
        assert len(written) == 2
        function.account.recover("Publish")
        function.forget()
        time.pass_by(TEN_MINUTES.total_seconds())
        assert function.deliver(SWEEP) == []
        assert [alert["id"] for alert in alerts(function)] == written


def test_what_sns_refuses_again_is_no_reason_to_forget_what_is_put_right_now() -> None:
    with at_work(receipts=True) as (function, time):
        unsent(function)
        time.pass_by(TEN_MINUTES.total_seconds())
        open_to(function, RDP)
        function.account.fail("Publish", DENIED, times=ALWAYS)
        assert function.deliver(changed()) == ["m1"]
        assert RDP not in function.account.lines(GROUP)
        assert page(function).lease is None
        assert len(page(function).unsent) == 2
        assert not function.logged("ledger unavailable")
        function.account.recover("Publish")
        function.forget()
        time.pass_by(TEN_MINUTES.total_seconds())
        assert function.deliver(changed()) == []
        assert sorted(alert["findings"][0]["traffic"] for alert in alerts(function)) == [[SSH], [RDP]]


def test_an_alert_that_is_no_more_is_not_waited_for() -> None:
    with at_work() as (function, time):
        write(function, unsent=(Unsent("gone", time.now),))
        assert function.deliver(SWEEP) == []
        assert (page(function).unsent, alerts(function)) == ((), [])


# --- Quiet hours ----------------------------------------------------------------------------------------

EVENING = datetime.fromisoformat("2026-11-03T23:10:00+00:00")
MORNING = datetime.fromisoformat("2026-11-04T07:00:00+00:00")


TAGS = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    use: [eks-baseline, eks-open-egress, no-public-ingress]
    tags: {require: {team: platform}}
"""


@contextmanager
def at_night(mode: str = "observe") -> Iterator[tuple[Deployed, Life]]:
    with at_work(mode=mode, receipts=True, quiet_hours="22:00-07:00") as (function, time):
        time.now = EVENING
        yield function, time


def test_in_quiet_hours_what_is_critical_is_told_at_once() -> None:
    with at_night() as (function, _):
        open_to(function, SSH)
        assert function.deliver(changed()) == []
        assert transitions(function) == ["opened"]


def tag(function: Deployed, value: str) -> None:
    function.account.client("ec2").create_tags(Resources=[GROUP], Tags=[{"Key": "team", "Value": value}])
    function.forget()


@contextmanager
def tagged_wrongly_at_night() -> Iterator[tuple[Deployed, Life, Json]]:
    """What is medium, with what CloudTrail tells of it; it has been looked at."""
    settings = {"policy": TAGS, "mode": "observe", "receipts": True, "quiet_hours": "22:00-07:00"}
    with at_work(**settings) as (function, time):
        tag(function, "platform")
        function.deliver(changed())
        receipts(function)
        time.now = EVENING
        tag(function, "others")
        function.deliver(changed())
        assert (alerts(function), len(page(function).unsent)) == ([], 1)
        yield function, time, changed()


def test_in_quiet_hours_what_is_not_critical_is_kept_until_they_are_over() -> None:
    with tagged_wrongly_at_night() as (function, time, told):
        assert page(function).unsent[0].due == MORNING
        assert len(function.account.take_messages()) == 0
        for hours in (0.5, 4, 7.7):
            time.now = EVENING + timedelta(hours=hours)
            assert function.deliver(told, SWEEP) == []
        assert alerts(function) == []
        time.now = MORNING
        assert function.deliver(SWEEP) == []
        (alert,) = alerts(function)
        assert transitions(function) == ["opened"]
        assert datetime.fromisoformat(alert["time"]) < EVENING + timedelta(minutes=1)
        assert function.deliver(*receipts(function)) == []
        assert page(function).unsent == ()


def test_what_was_opened_and_resolved_in_quiet_hours_is_told_in_that_order() -> None:
    with tagged_wrongly_at_night() as (function, time, told):
        time.pass_by(3600)
        tag(function, "platform")
        assert function.deliver(told) == []
        assert alerts(function) == []
        time.now = MORNING
        assert function.deliver(SWEEP) == []
        assert transitions(function) == ["opened", "resolved"]


def test_what_is_critical_overtakes_what_waits_for_the_morning() -> None:
    with tagged_wrongly_at_night() as (function, time, told):
        open_to(function, SSH)
        assert function.deliver(told) == []
        assert [alert["severity"] for alert in alerts(function)] == ["critical"]
        time.now = MORNING
        function.forget()
        assert function.deliver(*receipts(function), SWEEP) == []
        assert [alert["severity"] for alert in alerts(function)] == ["medium"]


# --- Reminders ------------------------------------------------------------------------------------------


def days(function: Deployed, time: Life, *, hours: float = 24, number: int = 3) -> list[str]:
    """What people hear while the sweep that reminds comes each so many hours."""
    function.forget()
    for _ in range(number):
        time.pass_by(hours * 3600)
        assert function.deliver(*receipts(function), REMIND) == []
    return transitions(function)


@pytest.mark.parametrize(
    ("daily_report", "hours", "words"),
    [("no", 24, ["reminded"] * 3), ("no", 23.9, ["reminded"]), ("yes", 24, [])],
)
def test_what_is_only_observed_is_reminded_of_each_day_or_in_the_daily_report(
    daily_report: str, hours: float, words: list[str]
) -> None:
    with at_work(mode="observe", receipts=True, daily_report=daily_report) as (function, time):
        open_to(function, SSH)
        function.deliver(changed())
        assert days(function, time, hours=hours) == words


def test_what_could_not_be_put_right_is_reminded_of_with_a_daily_report_too() -> None:
    with at_work(receipts=True) as (function, time):
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=ALWAYS)
        function.deliver(changed())
        assert set(transitions(function)) == {"failed"}
        heard = len(transitions(function))
        assert days(function, time, number=2) == ["reminded"] * heard * 2
        function.account.recover("RevokeSecurityGroupIngress")
        assert "remediated" in days(function, time, number=1)
        assert days(function, time) == []


def test_a_sweep_that_reminds_tells_nothing_of_what_was_told_within_the_day() -> None:
    with at_work(mode="observe", receipts=True, daily_report="no") as (function, time):
        open_to(function, SSH)
        function.deliver(changed())
        assert days(function, time, hours=7, number=3) == []


# --- What is said with it -------------------------------------------------------------------------------


def missed(function: Deployed) -> list[bool]:
    return [alert["missed"] for alert in alerts(function)]


def test_events_missed_what_a_sweep_put_right_first() -> None:
    with at_work() as (function, _):
        open_to(function, SSH)
        function.deliver(SWEEP)
        assert missed(function) == [True]
        assert function.alerts()[0]["attributes"]["missed_by_events"] == "true"


@pytest.mark.parametrize(
    "body", [changed(), {"sgwarden-sweep": {**SWEEP["sgwarden-sweep"], "after_pause": True}}]
)
def test_events_did_not_miss_what_they_told_of(body: Json) -> None:
    with at_work() as (function, _):
        open_to(function, SSH)
        function.deliver(body)
        assert missed(function) == [False]


def test_events_did_not_miss_what_the_ledger_had_open() -> None:
    with at_work(receipts=True) as (function, _):
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", times=ALWAYS)
        function.deliver(changed())
        function.account.recover("RevokeSecurityGroupIngress")
        function.forget()
        function.deliver(SWEEP)
        assert missed(function) == [False]
        assert "remediated" in transitions(function)


@pytest.mark.parametrize("mode", ["observe", "remediate"])
def test_alerts_of_a_group_are_one_thread_until_it_is_in_order(mode: str) -> None:
    with at_work(mode=mode, receipts=True) as (function, _):
        threads = []
        for line in (SSH, RDP):
            open_to(function, line)
            function.deliver(changed())
            threads += [alert["thread"] for alert in alerts(function)]
        assert len(set(threads)) == (1 if mode == "observe" else 2)
        if mode == "observe":
            assert page(function).thread == threads[0]
            close(function, SSH)
            close(function, RDP)
            function.deliver(changed())
            assert [alert["thread"] for alert in alerts(function)] == [threads[0]]
        assert page(function).thread == ""


@pytest.mark.parametrize("trouble", ["SNS refuses", "receipts are lost"])
def test_messages_to_ourselves_do_not_multiply(trouble: str) -> None:
    """Sixteen openings within minutes, none of whose alerts anybody confirms for six hours."""
    with at_work(receipts=trouble == "SNS refuses") as (function, time):
        if trouble == "SNS refuses":
            function.account.fail("Publish", DENIED, times=100 * ALWAYS)
        for number in range(16):
            open_to(function, SSH)
            time.run([json.dumps(changed(eventID=f"00000000-0000-4000-8000-{number:012d}"))])
            time.pass_by(30)
        end, deliveries = time.now + timedelta(hours=6), 0
        while time.waiting and time.now < end:
            assert len(time.waiting) <= 2 * 16
            time.now = max(time.now, min(when for when, _ in time.waiting))
            time.work()
            deliveries += 1
        assert deliveries < 16 * 8
        sent = Counter(time.told())
        assert max(sent.values(), default=0) <= 5


def test_where_receipts_are_lost_sns_is_believed_in_the_end() -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        function.deliver(changed())
        for _ in range(24):
            time.pass_by(3600)
            assert function.deliver(SWEEP) == []
        assert len(time.told()) == 5
        assert page(function).unsent == ()
        (line,) = function.logged("alert unconfirmed")
        assert line["alert"] == time.told()[0]


def test_a_group_waits_neither_for_sqs_nor_for_alerts_that_wait() -> None:
    with at_work(receipts=True) as (function, time):
        for _ in range(5):
            unsent(function)
        time.pass_by(TEN_MINUTES.total_seconds())
        open_to(function, SSH)
        for operation in ("SendMessage", "Publish"):
            function.account.fail(operation, DENIED, times=ALWAYS)
        function.deliver(changed())
        assert SSH not in function.account.lines(GROUP)
        calls = [call.operation for call in function.account.calls()]
        revoked = calls.index("RevokeSecurityGroupIngress")
        assert not {"SendMessage", "Publish"} & set(calls[:revoked])


def test_what_another_run_has_done_since_the_group_was_read_is_not_planned_again() -> None:
    """It would be written down as about to be done, and told once more where the run then dies."""
    with at_work(receipts=True) as (function, time):
        open_to(function, SSH)
        group_was_read = "DescribeSecurityGroupRules"
        calls = count()

        def between(call: int) -> None:
            done = [each.operation for each in function.account.calls()]
            if done and done[-1] == group_was_read and next(calls) == 0:
                time.run([json.dumps(changed())])

        time.run([json.dumps(changed(eventID="00000000-0000-4000-8000-000000000002"))], between)
        leases = [call for call in function.account.calls("PutItem") if '"holder"' in str(call.parameters)]
        assert len(leases) == 1
        assert transitions(function) == ["remediated"]


@pytest.mark.parametrize("read", ["DescribeSecurityGroups", "DescribeSecurityGroupRules"])
def test_what_was_changed_and_could_not_be_looked_at_is_sgwardens_doing(read: str) -> None:
    with at_work(receipts=True) as (function, time):
        open_to(function, SSH)
        account = function.account

        refused: list[str] = []

        def between(_call: int) -> None:
            if account.calls("RevokeSecurityGroupIngress") and not refused:
                refused.append(read)
                account.fail(read, "UnauthorizedOperation", times=1)

        time.run([json.dumps(changed())], between)
        assert transitions(function)[0] == "failed"
        time.settle()
        assert transitions(function)[-1] == "remediated"
        assert page(function).lease is None


def test_a_remedy_is_told_once_though_receipts_come_while_what_waited_is_sent() -> None:
    with at_work(receipts=True) as (function, time):
        unsent(function)
        time.pass_by(2 * TEN_MINUTES.total_seconds())
        open_to(function, RDP)
        function.account.take_messages()
        # The first is the lease, the second the alert that waited.
        with before(function, "PutItem", lambda: time.run(receipts(function)), nth=2):
            assert function.deliver(changed()) == []
        told = [note for alert in alerts(function) for note in alert["findings"] if note["traffic"] == [RDP]]
        assert [(note["transition"], note["times"]) for note in told] == [("remediated", 1)]
        assert [alert["findings"][0]["traffic"] for alert in alerts(function)] == [[RDP], [SSH]]


def test_a_run_that_wrote_to_the_group_and_cannot_write_its_end_comes_again() -> None:
    """Looked at anew, the group would be in order, and its own lease a reason to say nothing."""
    with at_work() as (function, time):
        open_to(function, SSH)
        threads = count()

        def others() -> None:
            write(function, thread=f"thread {next(threads)}")

        with (
            before(function, "TransactWriteItems", others),
            before(function, "TransactWriteItems", others, nth=2),
            before(function, "TransactWriteItems", others, nth=3),
        ):
            assert function.deliver(changed()) == ["m1"]
        assert transitions(function) == []
        time.pass_by(LEASE.total_seconds())
        assert function.deliver(changed()) == []
        assert transitions(function) == ["remediated"]


def test_without_the_ledger_a_remedy_is_told_though_an_older_alert_waits_in_it() -> None:
    with at_work() as (function, time):
        unsent(function)
        time.pass_by(TEN_MINUTES.total_seconds())
        open_to(function, RDP)
        for operation in ("PutItem", "TransactWriteItems"):
            function.account.fail(operation, DENIED, times=ALWAYS)
        assert function.deliver(changed()) == []
        assert RDP not in function.account.lines(GROUP)
        assert [alert["findings"][0]["traffic"] for alert in alerts(function)] == [[RDP]]


def test_a_message_that_sns_never_takes_holds_back_no_other() -> None:
    with at_work(mode="observe") as (function, time):
        function.account.fail("Publish", DENIED, times=2)
        open_to(function, SSH)
        function.deliver(changed())
        open_to(function, RDP)
        function.deliver(changed())
        first, second = page(function).unsent
        time.pass_by(TEN_MINUTES.total_seconds())
        function.account.fail("Publish", "InvalidParameterException", times=1)
        function.deliver(SWEEP)
        assert [alert["id"] for alert in alerts(function)] == [second.alert]
        assert [each.alert for each in page(function).unsent] == [first.alert, second.alert]
