"""Results as a page: all of them, in words that stay words, with nothing that runs or is fetched."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

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

VOID = {"meta", "img", "br", "hr", "link", "input"}
FETCHING = {"src", "href", "srcset", "data", "action", "formaction", "poster", "background", "ping"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "details"),
    *("summary", "h1", "h2", "h3", "p", "span", "b", "code", "div", "ul", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the text outside the style sheet."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        """The attributes of the elements with a tag, and where one is given with a class."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and (not kind or kind in (attributes.get("class") or "").split())
        ]


def page(of: Json, when: datetime | None = None) -> Page:
    """The page, well formed."""
    parsed = Page(as_html.render(of, when))
    assert parsed.open == []
    return parsed


def headline(of: Json) -> str:
    found = re.search(r"<h1[^>]*>([^<]*)</h1>", as_html.render(of))
    assert found
    return found[1]


@pytest.mark.parametrize(
    "of", [document(), document(*map(result, Status)), everything_hostile(), *replayed()]
)
def test_nothing_runs_and_nothing_is_fetched(of: Json) -> None:
    found = page(of)
    assert {tag for tag, _ in found.elements} <= ALLOWED
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in FETCHING]
    source = as_html.render(of)
    style = source[source.index("<style>") : source.index("</style>")]
    assert not re.search(r"url\(|@import|https?:|expression", style)
    assert "default-src 'none'; style-src 'unsafe-inline'" in [
        attributes.get("content") for attributes in found.of("meta")
    ]


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
        "AuthorizeSecurityGroupIngress by alice (IAM user) from 203.0.113.24, 2026-11-03 14:21:37 UTC" in text
    )


def test_the_state_after_is_there_and_before_where_it_is_known() -> None:
    after = "Inbound all from self tcp/443 from 10.0.0.0/8 Outbound all to 0.0.0.0/0 Tags"
    assert f"After {after}" in page(document(result())).text
    assert "Before" not in page(document(result())).text
    nothing: Json = {"ingress": [], "egress": [], "tags": {}}
    assert "Before Inbound nothing Outbound nothing Tags none" in page(document(result(before=nothing))).text
    assert "After" not in page(document(result(after=None))).text


def test_the_worst_comes_first() -> None:
    low, high = a_finding(severity="low", summary="Low."), a_finding(severity="high", summary="High.")
    told = [
        in_order("e"),
        result(Status.DRIFTED, "c", findings=[low]),
        result(Status.DRIFTED, "d", findings=[low, high]),
        result(Status.FAILED, "b"),
    ]
    source = as_html.render(document(*told))
    names = re.findall(r'<span class="name">([^<]*)</span>', source)
    assert names == ["b", "d", "c", "1 without findings"]
    assert re.findall(r"<p>(High|Low)\.</p>", source) == ["High", "Low", "Low"]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (document(), "There was no cluster to judge"),
        (document(in_order()), "1 cluster is in order"),
        (document(in_order(), result(Status.REMEDIATED)), "All 2 clusters are in order"),
        (document(in_order(), result()), "1 of 2 clusters is not in order"),
        (document(result(Status.FAILED), result(Status.REFUSED)), "2 of 2 clusters are not in order"),
        (document(result(event="e.json")), "1 of 1 result is not in order"),
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
    assert "2 Drifted 1 Put right 1,200 In order 1 Not looked at 1 Left alone Findings 3 critical" in text
    assert "cluster x, us-east-1 denied" in text
    assert "cluster sandbox, eu-west-1, account 111122223333 no policy" in text


def test_few_are_unfolded_and_many_are_not() -> None:
    few, many = page(document(*[result()] * 6)), page(document(*[result()] * 7))
    assert ["open" in each for each in few.of("details", "card")] == [True] * 6
    assert ["open" in each for each in many.of("details", "card")] == [False] * 7


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
