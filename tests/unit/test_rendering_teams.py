"""A workflow of Teams takes every card, and nothing in it but our own words can be markup."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity
from sgwarden.rendering.teams import card, daily_card

from tests.unit.alerts import alert, daily, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.outcomes import cause

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

_LIMIT = 28 * 1024
# Of adaptivecards.io, schema 1.4: what each element that is used here may have.
_KEYS = {
    "AdaptiveCard": {"$schema", "type", "version", "msteams", "fallbackText", "body", "actions"},
    "Container": {"type", "style", "bleed", "spacing", "items"},
    "RichTextBlock": {"type", "inlines", "spacing"},
    "TextRun": {"type", "text", "weight", "size", "isSubtle", "fontType"},
    "Action.OpenUrl": {"type", "title", "url"},
}
_VALUES = {
    "style": {"attention", "warning", "good", "emphasis"},
    "spacing": {"None", "Medium"},
    "weight": {"Bolder"},
    "size": {"Large", "Small"},
    "fontType": {"Monospace"},
}


def _elements(node: object) -> Iterator[Json]:
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for child in node.values():
            yield from _elements(child)
    elif isinstance(node, list):
        for child in node:
            yield from _elements(child)


def _faults(message: Json) -> list[str]:
    """What Teams would refuse, or show in another way."""
    size = len(json.dumps(message).encode())
    faults = [f"{size} bytes"] if size > _LIMIT else []
    (attachment,) = message["attachments"]
    if (message["type"], attachment["contentType"]) != ("message", "application/vnd.microsoft.card.adaptive"):
        faults.append("envelope")
    for each in _elements(attachment["content"]):
        faults += [f"{each['type']} has {key}" for key in each.keys() - _KEYS.get(each["type"], set())]
        faults += [f"{key} is {each[key]}" for key in each.keys() & _VALUES if each[key] not in _VALUES[key]]
        if each["type"] == "TextRun" and not each["text"]:
            faults.append("an empty run")
        if each["type"] == "Action.OpenUrl" and not each["url"].startswith("https://"):
            faults.append(f"address {each['url']}")
    return faults


def _lines(message: Json) -> list[str]:
    blocks = [each for each in _elements(message) if each["type"] == "RichTextBlock"]
    return ["".join(run["text"] for run in each["inlines"]) for each in blocks]


def _title_style(message: Json) -> str:
    return str(message["attachments"][0]["content"]["body"][0]["style"])


def test_what_was_found_and_only_observed() -> None:
    message = card(alert(note(impact="anybody on the internet can try to log in")))
    assert not _faults(message)
    lines = _lines(message)
    assert lines[:21] == [
        "prod-1 not touched (observing): Inbound open: tcp/22 (SSH) from 0.0.0.0/0",
        "CRITICAL opened",
        "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.",
        "Anybody on the internet can try to log in.",
        "Cluster  prod-1",
        "Security group  sg-0c1f4a7be2d95083a",
        "Account  111122223333",
        "Region  eu-west-1",
        "Policy  production",
        "Mode  observe",
        "Done",
        "Nothing: sgwarden only observes here. It would:",
        "+ ingress tcp/443 from 10.0.0.0/8",
        "~ ingress tcp/20-25 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0 (sgr-0a)",
        "- egress all to self (sgr-0b)",
        "~ tag Name=web servers -> eks-cluster-sg-prod-1",
        "+ tag team=platform",
        "Who",
        "alice (IAM user) from 203.0.113.24: AuthorizeSecurityGroupIngress, 2026-11-03 14:21:37 UTC",
        "What to do now",
        lines[20],
    ]
    assert lines[-1] == "sgwarden, 2026-11-03 14:21:37 UTC, alert fedcba9876543210"
    assert message["attachments"][0]["content"]["actions"]


def test_the_title_is_coloured_by_severity_until_it_is_over() -> None:
    styles = {each: _title_style(card(alert(note(severity=each)))) for each in Severity}
    assert (styles[Severity.CRITICAL], styles[Severity.HIGH], styles[Severity.LOW]) == (
        "attention",
        "warning",
        "emphasis",
    )
    over = alert(note(transition=Transition.REMEDIATED), status=Status.REMEDIATED)
    assert _title_style(card(over)) == "good"


def test_a_daily_report() -> None:
    message = daily_card(daily(standing()))
    assert not _faults(message)
    assert _lines(message)[:3] == [
        "1 group is not as the policy asks",
        "CRITICAL open since 2026-11-02",
        "prod-1, sg-0c1f4a7be2d95083a: Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids."
        " And 1 more.",
    ]
    assert _title_style(daily_card(daily())) == "good"


@pytest.mark.parametrize("number", [1, 10, 60, 1000])
def test_a_card_is_cut_to_what_teams_takes(number: int) -> None:
    words = "\N{LATIN SMALL LETTER E WITH ACUTE}" * 300
    notes = tuple(note(f"{each} {words}", impact=words, causes=(cause(f"{each}"),)) for each in range(number))
    changes = tuple(replace(alert().changes[0], rule=words) for _ in range(number))
    message = card(alert(*notes, changes=changes))
    assert not _faults(message)
    shown = _lines(message).count("CRITICAL opened")
    assert shown
    assert (f"+{number - shown} more" in _lines(message)) is (shown < number)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_strangers_wrote_stands_in_runs_where_no_markdown_is_read(text: str) -> None:
    for message in (card(hostile_alert(text)), daily_card(daily(hostile_standing(text)))):
        assert not _faults(message)
        kinds = {each["type"] for each in _elements(message["attachments"][0]["content"])}
        assert kinds <= {"AdaptiveCard", "Container", "RichTextBlock", "TextRun", "Action.OpenUrl"}
        assert (
            "entities" not in message["attachments"][0]["content"]["msteams"]
        )  # without, nobody is mentioned
        for line in _lines(message):
            assert line.isprintable()


def test_the_checker_finds_a_card_that_is_too_large() -> None:
    message = card(alert())
    message["attachments"][0]["content"]["fallbackText"] = "x" * _LIMIT
    assert len(_faults(message)) == 1
