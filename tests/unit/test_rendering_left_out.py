"""What a message of the topic has no room for is never left out without a word, whoever tells it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.alert import Alert, Made, read_alert
from sgwarden.cli.report.documents import read_document
from sgwarden.cli.report.html import render
from sgwarden.cli.report.page import page_of
from sgwarden.policy.types import Severity
from sgwarden.rendering import asff, chat, event, plain, plain_daily, slack, sns, sns_daily, teams
from sgwarden.untold import read_untold

from tests.unit.alerts import alert, daily, note, standing
from tests.unit.html_pages import parsed
from tests.unit.outcomes import cause, finding, outcome

if TYPE_CHECKING:
    from sgwarden.daily import Daily
    from sgwarden.kept_alert import KeptAlert

Json = dict[str, Any]

MANY = 2_000


def on_the_wire(kept: KeptAlert) -> Any:  # noqa: ANN401  an alert or a daily report
    return read_untold(json.loads(kept.message)["default"]).told


def published(of: Alert) -> Alert:
    told: Alert = on_the_wire(sns.published_as(of, outcome(finding())))
    return told


def crowd(number: int, **more: object) -> Alert:
    notes = (
        note(f"Inbound open: tcp/{port} from 0.0.0.0/0.", id=f"{port:016x}", **more) for port in range(number)
    )
    return alert(*notes)


def more_in(said: object) -> list[str]:
    """What a channel says of what it leaves out."""
    return re.findall(r"(?:\+|and )([0-9,]+) more", json.dumps(said))


def test_calls_traffic_and_rules_go_before_findings() -> None:
    calls = tuple(cause(f"somebody-{number}" * 5, event_id=f"{number:036}") for number in range(20))
    traffic = tuple(f"tcp/{port} from 0.0.0.0/0" for port in range(60))
    full = crowd(120, causes=calls, traffic=traffic, rules=tuple(f"sgr-{port:017x}" for port in range(60)))
    told = published(full)
    assert (len(told.notes), told.left_out) == (120, 0)
    assert [each.id for each in told.notes] == [each.id for each in full.notes]
    assert all(len(each.causes) + each.left_out == 20 for each in told.notes)
    assert all(each.causes and each.traffic and each.rules for each in told.notes)


@pytest.mark.parametrize(("number", "left"), [(30, 20), (90, 5), (150, 1)])
def test_no_more_calls_go_than_must(number: int, left: int) -> None:
    calls = tuple(cause(f"somebody-{each}" * 5, event_id=f"{each:036}") for each in range(20))
    assert {len(each.causes) for each in published(crowd(number, causes=calls)).notes} == {left}


def test_changes_go_before_findings() -> None:
    made = Made("revoke", "ingress", "sgr-0c1f4a7be2d95083a", "tcp/22 from 0.0.0.0/0", why="no-internet")
    told = published(replace(crowd(100), changes=(made,) * MANY, earlier=(made,) * MANY))
    assert (len(told.notes), told.left_out) == (100, 0)
    assert told.changes
    assert told.earlier


def test_of_too_many_findings_the_number_is_told_by_every_channel() -> None:
    told = published(crowd(MANY))
    assert 100 < len(told.notes) < MANY
    assert len(told.notes) + told.left_out == MANY
    for said in (slack.blocks(told), teams.card(told), chat.message(told), plain.text(told)):
        assert more_in(said) == [str(MANY - json.dumps(said).count("CRITICAL"))]
    assert all(
        json.loads(each["Detail"])["more"]["findings"] == told.left_out for each in event.entries(told)
    )
    fields = [each["ProductFields"]["sgwarden/findings left out"] for each in asff.findings(told)]
    assert fields == [str(told.left_out)] * len(told.notes)


def test_an_event_tells_of_lists_and_of_findings_that_are_cut() -> None:
    told = replace(alert(note(left_out=3)), left_out=2)
    assert json.loads(event.entries(told)[0]["Detail"])["more"] == {"findings": 2, "causes": 3}


def test_where_none_is_left_out_nobody_says_so() -> None:
    told = published(crowd(2))
    assert told.left_out == 0
    assert "more" not in json.loads(event.entries(told)[0]["Detail"])
    assert "sgwarden/findings left out" not in asff.findings(told)[0]["ProductFields"]
    assert not more_in(teams.card(told))


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(0, 300),
    st.sampled_from(["x", "\U0001f600", '"\\']),
    st.integers(1, 2_000),
)
def test_whatever_is_in_it_no_finding_is_lost_from_the_count(
    number: int, before: int, letter: str, length: int
) -> None:
    whole = replace(crowd(number, impact=letter * length), left_out=before)
    kept = sns.published_as(whole, None)
    told = on_the_wire(kept)
    assert len(kept.message.encode()) <= sns.TOPIC_TAKES
    assert len(told.notes) + told.left_out == number + before
    assert told.notes
    assert [each.id for each in told.notes] == [each.id for each in whole.notes[: len(told.notes)]]


def test_as_many_findings_are_told_as_there_is_room_for() -> None:
    kept = sns.published_as(crowd(MANY), None)
    assert len(kept.message.encode()) > sns.TOPIC_TAKES - 10_000


@pytest.mark.parametrize("left_out", [-1, "3", None, True, 1.0])
def test_a_number_is_a_number(left_out: object) -> None:
    with pytest.raises(ValueError, match="leaves out"):
        read_alert({**alert().as_json(), "left_out": left_out})


def test_the_page_says_so_too() -> None:
    told = replace(alert(), left_out=1_880)
    page = page_of([read_document({"schema": "sgwarden/v1", "alert": told.as_json(), "results": []})])
    (group,) = page.sections[0].told
    assert group.remarks == ("1,880 more findings found no room in the alert.",)
    assert parsed(render(page)).text.count("And 1,880 more.") == 1


def cut_daily() -> Daily:
    low = (standing(f"c{number}", f"sg-{number:017x}", severity=Severity.LOW) for number in range(499))
    return replace(daily(standing(), *low), left_out=2_500)


def test_a_daily_report_counts_what_it_has_no_room_for() -> None:
    report = cut_daily()
    assert slack.daily_blocks(report)["text"] == "[critical] 3000 groups are not as the policy asks"
    card = teams.daily_card(report)
    assert card["attachments"][0]["content"]["fallbackText"].startswith("[critical] 3000 groups are")
    for said in (slack.daily_blocks(report), card):
        shown = json.dumps(said).count("Inbound open")
        assert more_in(said) == [str(3_000 - shown)]
    assert plain_daily.daily_subject(report).startswith("[critical] 3000 groups")
    (entry,) = event.daily_entries(report)
    detail = json.loads(entry["Detail"])
    assert detail["groups"] == 3_000
    assert len(detail["standings"]) + detail["more"]["standings"] == 3_000


def test_one_group_that_had_no_room_is_one_more() -> None:
    report = replace(daily(), left_out=1)
    assert slack.daily_blocks(report)["text"] == "[info] 1 group is not as the policy asks"


def test_the_wire_of_a_daily_report_counts_too() -> None:
    whole = daily(*(standing(f"cluster-{number}", f"sg-{number:017x}") for number in range(3_000)))
    told = on_the_wire(sns_daily.published_daily_as(whole))
    assert told.left_out
    assert len(told.standings) + told.left_out == 3_000
    assert "3000 groups" in slack.daily_blocks(told)["text"]
