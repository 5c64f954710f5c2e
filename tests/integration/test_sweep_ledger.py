"""A sweep comes back for what the ledger has open, in order or not, and tells of all of it once a day."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.daily import Daily, read_daily
from sgwarden.failure import CallError
from sgwarden.life import State
from sgwarden.page import Entry, Lease, Page, Unsent
from sgwarden.policy.types import Severity
from sgwarden.rendering.sns_daily import published_daily_as

from tests.integration.deployed import CLUSTER, GROUP, Deployed, cluster, group, open_to, running
from tests.unit.alerts import note, standing
from tests.unit.outcomes import TIME

if TYPE_CHECKING:
    from collections.abc import Iterator

SSH = "tcp/22 from 0.0.0.0/0"
SECOND, PLAIN, GONE = "sg-02be06bd9cbf15b62", "sg-0a9e3d7c5b1f86240", "sg-0e7b9d3c5a1f28460"
OPEN = Entry(note(severity=Severity.HIGH), State.OPEN, TIME)
CLOSED = Entry(note(), State.RESOLVED, TIME)
SNS_TAKES = 262_144


@pytest.fixture
def function() -> Iterator[Deployed]:
    """Two clusters whose groups are in order, and a group of none."""
    clusters = (cluster(), cluster(name="dev-2", group=SECOND))
    with running(clusters=clusters, groups=(group(PLAIN),)) as function:
        yield function


def write(function: Deployed, page: Page) -> None:
    account = function.account
    DynamoLedger(lambda: account.client("dynamodb"), account.table_name, 365).write(page)
    account.forget_calls()


def sent(function: Deployed, *, remind: bool = False) -> list[dict[str, Any]]:
    function.sweep({"remind": remind})
    return [json.loads(each.body)["sgwarden-sweep"] for each in function.account.take_messages()]


def said(group_id: str, *, remind: bool = False, **more: str) -> dict[str, Any]:
    return {"group": group_id, "remind": remind, **more}


@pytest.mark.parametrize(
    "parts", [{"entries": (OPEN,)}, {"lease": Lease("me", TIME)}, {"unsent": (Unsent("a1", TIME),)}], ids=list
)
def test_a_group_that_is_in_order_is_looked_at_while_something_is_left_to_do(
    function: Deployed, parts: dict[str, Any]
) -> None:
    assert sent(function) == []
    write(function, Page(GROUP, 1, cluster=CLUSTER, **parts))
    assert sent(function) == [said(GROUP)]
    write(function, Page(GROUP, 2, cluster=CLUSTER, entries=(CLOSED,)))
    assert sent(function) == []


def test_a_group_is_looked_at_once_however_many_reasons_there_are(function: Deployed) -> None:
    write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(OPEN,)))
    open_to(function, SSH)
    assert sent(function) == [said(GROUP)]
    assert sorted(each["group"] for each in sent(function, remind=True)) == sorted([GROUP, SECOND])


@pytest.mark.parametrize("remind", [True, False])
def test_a_group_that_is_gone_is_looked_at_with_the_cluster_whose_own_it_was(
    function: Deployed, *, remind: bool
) -> None:
    write(function, Page(GONE, 1, cluster="dev-9", entries=(OPEN,)))
    write(function, Page(PLAIN, 1, cluster="not/a name", additional=True, entries=(OPEN,)))
    messages = sent(function, remind=remind)
    assert said(GONE, remind=remind, cluster="dev-9") in messages
    assert said(PLAIN, remind=remind) in messages


def test_a_group_whose_living_cluster_lost_it_is_looked_at_once(function: Deployed) -> None:
    write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(OPEN,)))
    function.account.client("ec2").delete_security_group(GroupId=GROUP)
    assert sent(function) == [said(GROUP, cluster=CLUSTER)]


def test_what_is_no_group_stops_no_sweep(function: Deployed) -> None:
    write(function, Page("sg-of-nobody", 1, entries=(OPEN,)))
    open_to(function, SSH)
    assert sent(function) == [said(GROUP)]


@pytest.mark.parametrize("remind", [True, False])
def test_where_the_ledger_cannot_be_read_the_sweep_goes_on(function: Deployed, *, remind: bool) -> None:
    write(function, Page(SECOND, 1, cluster="dev-2", entries=(OPEN,)))
    open_to(function, SSH)
    function.account.fail("Query", "AccessDeniedException")
    assert {each["group"] for each in sent(function, remind=remind)} == (
        {GROUP, SECOND} if remind else {GROUP}
    )
    (line,) = function.logged("unread")
    assert "AccessDeniedException" in line["error"]
    assert function.reports() == []


def test_the_log_says_how_many_groups_are_watched(function: Deployed) -> None:
    write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(OPEN,)))
    function.sweep({"remind": False})
    assert function.logged("swept")[0]["watched"] == 1


# --- The daily report -------------------------------------------------------------------------------------


def test_once_a_day_one_message_tells_of_all_that_is_open(function: Deployed) -> None:
    write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(OPEN, CLOSED)))
    write(function, Page(SECOND, 1, cluster="dev-2", entries=(CLOSED,), lease=Lease("me", TIME)))
    write(function, Page(PLAIN, 1, cluster="dev-2", additional=True, entries=(OPEN, OPEN)))
    function.sweep({"remind": True})
    (message,) = function.account.published()
    (report,) = map(read_daily, function.reports())
    of_clusters = {each.group: (each.cluster, each.findings) for each in report.standings}
    assert of_clusters == {GROUP: (CLUSTER, 1), PLAIN: ("dev-2", 2)}
    assert (report.account, report.region) == ("111122223333", "eu-west-1")
    assert "alert" not in message.attributes  # it would come back as a receipt
    assert message.attributes["severity"] == "high"
    texts = json.loads(message.body)
    assert CLUSTER in texts["email"]
    assert texts["sms"] == message.subject


@pytest.mark.parametrize(
    ("remind", "daily_report", "entry"), [(False, "yes", OPEN), (True, "no", OPEN), (True, "yes", CLOSED)]
)
def test_there_is_no_report_where_nothing_is_open_or_nobody_wants_one(
    remind: bool, daily_report: str, entry: Entry
) -> None:
    with running(daily_report=daily_report) as function:
        write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(entry,)))
        function.sweep({"remind": remind})
        assert function.account.published() == ()


def test_nobody_is_told_of_a_sweep_that_is_to_be_tried_again(function: Deployed) -> None:
    write(function, Page(GROUP, 1, cluster=CLUSTER, entries=(OPEN,)))
    function.account.fail("SendMessageBatch", "InternalError", times=9)
    with pytest.raises(CallError):
        function.sweep({"remind": True})
    assert function.account.published() == ()
    function.account.recover("SendMessageBatch")
    function.account.fail("Publish", "InternalError", times=9)
    with pytest.raises(CallError):
        function.sweep({"remind": True})
    function.account.recover("Publish")
    function.sweep({"remind": True})
    assert len(function.reports()) == 1


@pytest.mark.parametrize(
    "summary", ["x" * 300, '"' * 300, "\U0001f600" * 300], ids=["plain", "quotes", "emoji"]
)
def test_a_report_of_thousands_of_groups_has_room(summary: str) -> None:
    late = TIME - timedelta(days=1)
    standings = [
        standing(f"prod-{n}", f"sg-{n:08x}", summary=summary, since=late + timedelta(seconds=n))
        for n in range(3000)
    ]
    kept = published_daily_as(Daily(TIME, "111122223333", "eu-west-1", tuple(reversed(standings))))
    size = len(kept.message.encode()) + sum(len(each) for pair in kept.attributes.items() for each in pair)
    assert SNS_TAKES * 0.85 < size < SNS_TAKES
    texts = json.loads(kept.message)
    report = read_daily(json.loads(texts["default"])["daily"])
    shown = len(report.standings)
    assert shown + report.left_out == 3000
    assert report.standings == tuple(standings[:shown])
    assert "3000 groups" in kept.subject
    assert "3000 groups" in texts["email"]


def test_a_report_of_few_groups_leaves_none_out() -> None:
    told = Daily(TIME, "111122223333", "eu-west-1", (standing(),))
    message = published_daily_as(told).message
    assert read_daily(json.loads(json.loads(message)["default"])["daily"]) == told
