"""Results as a page: all of them, in words that stay words, with nothing that runs or is fetched."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sgwarden.cli.results import as_html
from sgwarden.outcome import Status

from tests.unit.documents import (
    Json,
    a_finding,
    document,
    everything_hostile,
    in_order,
    replayed,
    result,
    unjudged,
)
from tests.unit.html_pages import Page, assert_harmless, parsed


def page(of: Json, when: datetime | None = None) -> Page:
    """The page, well formed."""
    return parsed(as_html.render(of, when))


def headline(of: Json) -> str:
    found = re.search(r"<h1[^>]*>([^<]*)</h1>", as_html.render(of))
    assert found
    return found[1]


@pytest.mark.parametrize(
    "of", [document(), document(*map(result, Status)), everything_hostile(), *replayed()]
)
def test_nothing_runs_and_nothing_is_fetched(of: Json) -> None:
    assert_harmless(as_html.render(of))


def test_a_stranger_s_words_are_shown_as_text() -> None:
    found = page(everything_hostile())
    shown = "</td><script>alert(1)</script><img src=//evil.example onerror='x()'> {{ 7 * 7 }}"
    # A name, a group, a policy, an event, a summary, a statement, rules, changes, states, an alert, ...
    assert found.text.count(shown) > 30
    assert "red gnp.exe +end" in found.text
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\u2066"} & set(as_html.render(everything_hostile()))


def test_every_finding_and_change_is_there() -> None:
    for each in replayed():
        text = page(each).text
        for told in each["results"]:
            assert all(finding["summary"] in text for finding in told["findings"])
            assert all(f"{change['rule']}" in text for change in told["changes"])
            assert told["cluster"]["name"] in text
            assert told["event"] in text
        assert all(ignored["reason"] in text for ignored in each["ignored"])


def test_a_change_has_its_sign() -> None:
    text = page(document(result())).text
    for line in (
        "+ ingress tcp/443 from 10.0.0.0/8 office",
        "~ ingress tcp/20-25 from 0.0.0.0/0 → tcp/20-21 from 0.0.0.0/0 (sgr-0a) no-ssh",
        "- egress all to self (sgr-0b) otherwise",
        "~ tag Name=web servers → Name=eks-cluster-sg-prod-1 tags",
        "+ tag team=platform tags",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (result(Status.DRIFTED), "Plan + ingress"),
        (result(Status.REMEDIATED), "Changes made + ingress"),
        (result(Status.FAILED), "Changes made + ingress"),
        (result(Status.REFUSED, changes=[]), "Changes made None."),
    ],
)
def test_what_is_planned_and_what_was_done_are_told_apart(of: Json, said: str) -> None:
    assert said in page(document(of)).text


def test_a_finding_says_who_and_why() -> None:
    text = page(document(result())).text
    assert "ForbiddenTraffic · no-internet · sgr-0a" in text
    assert (
        "alice (IAM user) from 203.0.113.24 : AuthorizeSecurityGroupIngress, 2026-11-03 14:21:37 UTC" in text
    )


def test_the_worst_comes_first() -> None:
    low, high = a_finding(severity="low", summary="Low."), a_finding(severity="high", summary="High.")
    told = [
        in_order("e"),
        result(Status.DRIFTED, "c", findings=[low]),
        result(Status.DRIFTED, "d", findings=[low, high]),
        result(Status.FAILED, "b"),
    ]
    source = as_html.render(document(*told))
    names = re.findall(r'<summary>\s*<span class="name">([^<]*)</span>', source)
    assert names == ["b", "d", "c", "e"]
    assert re.findall(r"<p>(High|Low)\.</p>", source) == ["High", "Low", "Low"]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (document(), "There was no cluster to judge"),
        (document(in_order()), "1 cluster is in order"),
        (document(in_order(), result(Status.REMEDIATED)), "All 2 clusters are in order"),
        (document(in_order(), result()), "1 of 2 clusters is not in order"),
        (document(result(Status.FAILED), result(Status.REFUSED)), "2 of 2 clusters are not in order"),
        (document(result(event="e.json")), "1 result is not in order"),
        (
            document(in_order(), errors=[unjudged("", "denied")]),
            "1 cluster is in order, and 1 could not be looked at",
        ),
    ],
)
def test_the_headline_says_how_things_stand(of: Json, said: str) -> None:
    assert headline(of) == said


@pytest.mark.parametrize(
    ("of", "good"),
    [
        (document(in_order(), result(Status.REMEDIATED)), True),
        (document(in_order(), result()), False),
        (document(in_order(), errors=[unjudged("", "denied")]), False),
    ],
)
def test_it_is_green_only_where_all_is_in_order(of: Json, *, good: bool) -> None:
    assert page(of).of("h1")[0]["class"] == ("good" if good else "bad")


def test_the_tally_counts_everything() -> None:
    of = document(
        *(result(), result(), result(Status.REMEDIATED), *[in_order()] * 1_200),
        ignored=[unjudged("sandbox", "no policy", "eu-west-1", "111122223333")],
        errors=[unjudged("x", "denied")],
    )
    text = page(of).text
    assert (
        "2 Drifted 1 Put right 1,200 In order 1 Not looked at 1 Left alone Open findings 2 critical" in text
    )
    assert "cluster x, us-east-1 denied" in text
    assert "cluster sandbox, eu-west-1, account 111122223333 no policy" in text


def test_few_are_unfolded_and_many_are_not() -> None:
    few, many = page(document(*[result()] * 6)), page(document(*[result()] * 7))
    assert ["open" in each for each in few.of("details", "card")] == [True] * 6
    assert ["open" in each for each in many.of("details", "card")] == [False] * 7


def test_few_in_order_are_shown_whole_and_many_as_rows() -> None:
    few, many = page(document(*[in_order()] * 6)), page(document(*[in_order()] * 7))
    assert (len(few.of("table", "matrix")), len(few.of("table", "plain"))) == (12, 0)
    assert (len(many.of("table", "matrix")), len(many.of("table", "plain"))) == (0, 1)


def test_those_in_order_are_rows_of_one_table() -> None:
    found = page(document(*(in_order(f"calm-{number}") for number in range(2_000))))
    assert len(found.of("details")) == 1
    assert len(found.of("tr")) == 2_001
    assert "calm-1999" in found.text


def test_the_alert_of_a_replay_is_there_as_it_was_sent() -> None:
    alert = {"subject": "[high] prod-1: x", "text": "HIGH     Tag missing.\n\nWhere    cluster prod-1\n"}
    text = page(document(result(alert=alert))).text
    assert "Alert: [high] prod-1: x HIGH Tag missing. Where cluster prod-1" in text


def test_it_has_a_date_only_where_one_is_given() -> None:
    when = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert "2026-11-22 09:30 UTC" in page(document(), when).text
    assert not page(document()).of("p", "when")
