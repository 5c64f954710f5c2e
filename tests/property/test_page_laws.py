"""Pages and alerts come back from the ledger as they were, and pages are found while they are watched."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.alert import Made
from sgwarden.aws.ledger_items import OPEN, alert_item, alert_of, kept_of, page_item, page_of, standing_of
from sgwarden.daily import Daily, read_daily
from sgwarden.kept_alert import KeptAlert
from sgwarden.life import Note, State, Transition
from sgwarden.page import Entry, Lease, Page, Unsent, read_page
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.trigger import Cause

from tests.unit.alerts import alert
from tests.unit.outcomes import TIME

TABLE = "ledger"
TEXTS = st.text(max_size=20)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
PRINTABLE = TEXTS.map(printable)
CAUSES = st.builds(
    Cause, event=PRINTABLE, event_id=PRINTABLE, actor=PRINTABLE, source_ip=PRINTABLE, time=st.none() | TIMES
)
NOTES = st.builds(
    Note,
    id=TEXTS,
    kind=TEXTS,
    severity=st.sampled_from(Severity),
    transition=st.sampled_from(Transition),
    summary=st.text(max_size=400),
    since=TIMES,
    impact=TEXTS,
    direction=TEXTS,
    statement=TEXTS,
    traffic=st.lists(TEXTS, max_size=3).map(tuple),
    rules=st.lists(TEXTS, max_size=3).map(tuple),
    times=st.integers(1, 9),
    causes=st.lists(CAUSES, max_size=2).map(tuple),
)
MADE = st.builds(Made, *[TEXTS] * 7)
ENTRIES = st.builds(Entry, note=NOTES, state=st.sampled_from(State), told=st.none() | TIMES)
LEASES = st.builds(Lease, holder=TEXTS, until=TIMES, changes=st.lists(MADE, max_size=2).map(tuple))
PAGES = st.builds(
    Page,
    group=TEXTS,
    version=st.integers(1, 10**9),
    thread=TEXTS,
    cluster=TEXTS,
    additional=st.booleans(),
    entries=st.lists(ENTRIES, max_size=3).map(tuple),
    lease=st.none() | LEASES,
    unsent=st.lists(st.builds(Unsent, alert=TEXTS, due=TIMES), max_size=2).map(tuple),
)
KEPT = st.builds(
    KeptAlert,
    subject=st.text(min_size=1),
    message=st.text(min_size=1),
    attributes=st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=2),
)


@given(PAGES)
def test_a_page_is_read_as_it_was_written(page: Page) -> None:
    assert read_page(json.loads(json.dumps(page.as_json()))) == page
    assert page_of(page_item(page, TIME), page.group, TABLE) == page


@given(PAGES)
def test_a_page_is_in_the_index_and_does_not_expire_while_it_is_watched(page: Page) -> None:
    item = page_item(page, TIME)
    assert (OPEN in item) is page.is_watched
    assert ("ttl" in item) is not page.is_watched
    assert ("standing" in item) is bool(page.open)
    assert standing_of(item) is None or page.is_watched


@given(PAGES, TIMES)
def test_a_page_is_kept_a_month_from_its_last_change(page: Page, now: datetime) -> None:
    match page_item(page, now).get("ttl"):
        case {"N": str(ends)}:
            assert timedelta(0) <= now + timedelta(days=31) - datetime.fromtimestamp(int(ends), UTC)
            assert datetime.fromtimestamp(int(ends) + 1, UTC) > now + timedelta(days=31)
        case ends:
            assert ends is None
            assert page.is_watched


@given(PAGES)
def test_how_a_group_stands_is_the_same_in_the_index_but_for_a_long_summary(page: Page) -> None:
    shown, standing = standing_of(page_item(page, TIME)), page.standing
    assert (shown is None) == (standing is None)
    if shown and standing:
        assert standing.summary.startswith(shown.summary)
        assert {**shown.as_json(), "summary": ""} == {**standing.as_json(), "summary": ""}
        daily = Daily(TIME, "111122223333", "eu-west-1", (standing,), left_out=2)
        assert read_daily(json.loads(json.dumps(daily.as_json()))) == daily


@given(st.lists(NOTES, min_size=1, max_size=3), st.none() | KEPT, st.integers(1, 3653))
def test_an_alert_comes_back_and_expires_only_once_it_is_sent(
    notes: list[Note], kept: KeptAlert | None, days: int
) -> None:
    told = alert(*notes)
    item = alert_item(told, kept, days)
    assert alert_of(item, TABLE) == told
    assert kept_of(item, told.group, told.id, TABLE) == kept
    ends = {"N": str(int((told.time + timedelta(days=days)).timestamp()))}
    assert item.get("ttl") == (None if kept else ends)


@given(PAGES)
def test_what_is_written_in_the_table_is_ascii_whatever_strangers_wrote(page: Page) -> None:
    item = page_item(page, TIME)
    texts = [value["S"] for name, value in item.items() if "S" in value and name != "pk"]
    assert all(text.isascii() for text in texts)
