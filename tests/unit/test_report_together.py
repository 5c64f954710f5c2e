"""Several documents put together: each group once, as the latest tells of it, with its history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cli.report.documents import Document, read_document
from sgwarden.cli.report.html import render
from sgwarden.cli.report.page import Report, page_of
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity
from sgwarden.report import SCHEMA

from tests.unit.alerts import alert, note, standing
from tests.unit.documents import a_finding, document, in_order, result, unjudged
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.html_pages import assert_harmless, cells, parsed
from tests.unit.outcomes import GROUP, TIME, cause

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.cli.report.group import Group

SSH = "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids."


def results(*of: Any) -> Document:  # noqa: ANN401  any JSON
    return read_document(document(*of))


def told(of: Alert, *looks: Any) -> Document:  # noqa: ANN401  any JSON
    return read_document({"schema": SCHEMA, "alert": of.as_json(), "results": [*looks]})


def groups(*documents: Document) -> list[Group]:
    sections = page_of(documents).sections
    return [group for section in sections for group in (*section.told, *section.quiet)]


def statuses(*documents: Document) -> dict[str, Status]:
    return {group.place.group: group.stands for group in groups(*documents)}


OPENED = alert(id="1", status=Status.DRIFTED)
FIXED = alert(
    note(transition=Transition.REMEDIATED), id="2", status=Status.REMEDIATED, time=TIME + timedelta(minutes=1)
)


def test_the_latest_alert_of_a_group_counts_whatever_the_order() -> None:
    for documents in ([told(OPENED), told(FIXED)], [told(FIXED), told(OPENED)]):
        assert statuses(*documents) == {GROUP: Status.REMEDIATED}


def test_an_alert_that_came_twice_is_told_once() -> None:
    page = page_of([told(OPENED), told(FIXED), told(OPENED)])
    assert page.moments == 2


def test_what_an_earlier_alert_opened_is_still_so() -> None:
    other = note("Inbound open: tcp/23 from 0.0.0.0/0.", id="other", severity=Severity.LOW)
    (group,) = groups(told(alert(other, id="0", time=TIME - timedelta(days=1))), told(OPENED))
    assert [each.summary for each in group.findings] == [SSH, other.summary]


def test_what_was_closed_before_is_not_told_again() -> None:
    other = note("Gone.", id="other", transition=Transition.RESOLVED)
    (group,) = groups(told(alert(other, id="0", time=TIME - timedelta(days=1))), told(OPENED))
    assert [each.summary for each in group.findings] == [SSH]


def test_a_result_that_was_asked_for_counts_more_than_what_was_told() -> None:
    page = page_of([results({**in_order(), "security_group": GROUP}), told(OPENED)])
    assert page.headline == "1 cluster is in order"
    assert page.moments == 1


def test_of_several_documents_the_last_counts_and_within_one_all_stand() -> None:
    assert statuses(results(result()), results(result(Status.FAILED))) == {GROUP: Status.FAILED}
    assert len(groups(results(result(), result()))) == 2


def test_each_event_of_a_replay_stands() -> None:
    assert len(groups(results(result(event="a")), results(result(event="b")))) == 2


def test_a_standing_says_how_a_group_stands() -> None:
    ledger = Document(
        alerts=(FIXED,), standings=(standing("lost", "sg-9", state=State.FAILED), standing(group=GROUP))
    )
    assert statuses(ledger) == {"sg-9": Status.FAILED, GROUP: Status.DRIFTED}
    (lost,) = (group for group in groups(ledger) if group.place.group == "sg-9")
    assert lost.findings[0].summary == f"{SSH} and 1 more"
    assert lost.findings[0].became == "since 2026-11-02 08:00 UTC"


def test_an_alert_with_its_look_shows_the_whole_group() -> None:
    (alone,), (whole,) = groups(told(OPENED)), groups(told(OPENED, result()))
    assert (alone.whole, whole.whole) == (False, True)
    assert whole.findings[0].became == "open"
    assert "Only what changed is known here." in render(page_of([told(OPENED)]))
    assert "Only what changed" not in render(page_of([told(OPENED, result())]))


def test_the_timeline_says_when_who_what_and_what_became_of_it() -> None:
    source = render(page_of([told(OPENED), told(FIXED)]))
    text = parsed(
        source[source.index('<section class="history" id="timeline">') : source.index("</main>")]
    ).text
    assert text.startswith(
        "Timeline 2 What happened, who did it and what became of it; the latest first. 2026-11-03 2 "
        "14:22:37 prod-1 111122223333 eu-west-1 sg-0c1f4a7be2d95083a "
        f"critical {SSH} put right alice (IAM user) from 203.0.113.24 : AuthorizeSecurityGroupIngress, "
        "2026-11-03 14:21:37 UTC Put right 5 made "
        "14:21:37 prod-1 111122223333 eu-west-1 sg-0c1f4a7be2d95083a "
        f"critical {SSH} open alice (IAM user) from 203.0.113.24 : AuthorizeSecurityGroupIngress "
        "Left so 5 planned"
    )


def test_the_timeline_names_every_actor_once() -> None:
    both = note(causes=(cause("alice"), cause("bob"), cause("alice")))
    (day,) = page_of([told(alert(both))]).days
    assert [each.actor for each in day.moments[0].calls] == ["alice", "bob"]


def test_a_call_behind_several_findings_is_one_moment_and_one_without_a_time_comes_last() -> None:
    undated = a_finding(summary="Undated.", cause={**a_finding()["cause"], "time": None})
    uncaused = a_finding(cause=None)
    page = page_of([results(result(findings=[undated, a_finding(), a_finding(), uncaused]))])
    assert [(day.title, [len(each.said) for each in day.moments]) for day in page.days] == [
        ("2026-11-03", [2]),
        ("", [1]),
    ]


def test_policy_lines_that_spoke_say_what_they_do_and_why() -> None:
    why = "Inbound open: all from ::/0, which no-internet forbids (nobody (at all) needs it)."
    page = page_of([results(result(findings=[a_finding(summary=why)] * 2), result(event="e"))])
    (line,) = page.lines
    assert (line.statement, line.policy, line.verb) == ("no-internet", "production", "forbids")
    assert line.why == "nobody (at all) needs it"
    assert (line.findings, line.groups) == (3, 1)


def test_a_line_without_a_why_still_says_what_it_does() -> None:
    lacking = a_finding(summary="Inbound missing: all from self, which vpn requires.", statement="vpn")
    assert [(line.verb, line.why) for line in page_of([results(result(findings=[lacking]))]).lines] == [
        ("requires", "")
    ]


def test_the_worst_line_comes_first() -> None:
    low = a_finding(severity="low", statement="a", summary="x")
    page = page_of([results(result(findings=[low, low, a_finding(statement="b", summary="y")]))])
    assert [(each.statement, each.verb, each.why) for each in page.lines] == [("b", "", ""), ("a", "", "")]


def test_a_small_page_has_exactly_these_matrices() -> None:
    before = {"ingress": ["all from self", "tcp/22 from 0.0.0.0/0"], "egress": [], "tags": {}}
    after = {"ingress": ["all from self", "tcp/443 from 10.0.0.0/8"], "egress": ["all to self"], "tags": {}}
    source = render(page_of([results(result(Status.REMEDIATED, before=before, after=after))]))
    assert cells(source) == [
        ["From", "all", "tcp/22", "tcp/443"],
        ["self", "●", ".", "."],
        ["0.0.0.0/0", ".", "\N{MINUS SIGN}", "."],
        ["10.0.0.0/8", ".", ".", "+"],
        ["To", "all"],
        ["self", "+"],
    ]
    assert "● stays \N{MINUS SIGN} taken away + added" in parsed(source).text


def test_what_a_plan_would_do_is_not_told_as_done() -> None:
    found = {"ingress": ["tcp/20-25 from 0.0.0.0/0"], "egress": [], "tags": {}}
    text = parsed(render(page_of([results(result(Status.DRIFTED, before=found))]))).text
    assert "\N{MINUS SIGN} would go + would come" in text
    assert "taken away" not in text


def test_a_group_leads_to_the_console_where_its_region_is_known() -> None:
    console = "https://eu-west-1.console.aws.amazon.com"
    found = [each["href"] for each in parsed(render(page_of([results(result())]))).of("a", "console")]
    assert found == [
        f"{console}/ec2/home?region=eu-west-1#SecurityGroup:groupId={GROUP}",
        f"{console}/eks/home?region=eu-west-1#/clusters/prod-1",
    ]
    nowhere = {"name": "prod-1", "account": "111122223333", "region": "evil.example/eu-west-1"}
    assert not parsed(render(page_of([results({**result(), "cluster": nowhere})]))).of("a", "console")


def test_a_service_that_all_know_has_its_name() -> None:
    text = parsed(render(page_of([results(in_order())]))).text
    assert "From all tcp/443 HTTPS self the group itself ● 10.0.0.0/8 ●" in text


def test_times_are_utc_whatever_zone_they_were_told_in() -> None:
    zoned = a_finding(cause={**a_finding()["cause"], "time": "2026-11-04T00:21:37+10:00"})
    source = render(page_of([results(result(findings=[zoned]))]))
    assert "2026-11-03 14:21:37 UTC" in parsed(source).text
    assert "+10" not in parsed(source).text


def test_what_is_only_known_to_stand_shows_no_empty_tables() -> None:
    text = parsed(render(page_of([Document(standings=(standing(),))]))).text
    assert SSH.rstrip(".") in text
    assert "Inbound Nothing" not in text


def test_remarks_are_told() -> None:
    why = {"paused": "by carol", "barred": "may not"}
    remarkable = {**result(), **why, "held": ["all to self"], "missed_by_events": True}
    text = parsed(render(page_of([results(remarkable)]))).text
    for line in (
        "sgwarden is paused (by carol) and changes nothing.",
        "sgwarden only observes here (may not).",
        "Held until EKS is done with its update of the cluster: all to self.",
        "No event told of this: a sweep found it.",
    ):
        assert line in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text_in_every_kind_of_document(text: str) -> None:
    report = page_of(
        [
            Document(alerts=(hostile_alert(text),), standings=(hostile_standing(text),)),
            Document(alerts=(hostile_alert(text, id="2", group="sg-2"),)),
            Document(standings=(hostile_standing(f"{text}!"),)),
        ],
        title=text,
    )
    assert_harmless(source := render(report))
    source.encode()
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\u2066"} & set(source)


def test_the_bar_has_a_part_for_each_count_end_to_end() -> None:
    of = [result(Status.FAILED), result(), result(), result(), in_order(), in_order()]
    found = parsed(render(page_of([results(*of)])))
    parts = [(each["class"], each["x"], each["width"]) for each in found.of("rect")]
    assert parts == [("failed", "0", "1"), ("drifted", "1", "3"), ("in_sync", "4", "2")]
    assert found.of("svg")[0]["viewbox"] == "0 0 6 1"


def test_what_could_not_be_looked_at_twice_is_told_once() -> None:
    denied = read_document(document(errors=[unjudged("x", "denied")]))
    assert page_of([denied, denied]).headline.endswith("and 1 could not be looked at")


def test_nothing_at_all_is_a_page_too() -> None:
    report: Report = page_of([])
    assert report.headline == "There was no cluster to judge"
    assert_harmless(render(report))
