"""Good news of a group that is not in order says so in each channel, and what a run did is not denied."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sgwarden.alert import Alert, Others
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.rendering import chat, event, plain, slack, teams
from sgwarden.rendering.advice import steps
from sgwarden.rendering.cards import card_of
from sgwarden.rendering.single import each_alone
from sgwarden.rendering.undo import undo_of
from sgwarden.rendering.verdict import became

from tests.unit.alerts import MADE, alert, note

SSH = Others(1, Severity.CRITICAL, "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.")
TWO = replace(SSH, findings=2)
RESOLVED = note("Tag missing: team.", severity=Severity.LOW, transition=Transition.RESOLVED)
PUT_RIGHT = replace(RESOLVED, transition=Transition.REMEDIATED)
CHANNELS = {
    "email": plain.text,
    "chat": chat.message,
    "slack": slack.blocks,
    "teams": teams.card,
    "event": event.entries,
}


def said(alert: Alert, channel: str) -> str:
    told = CHANNELS[channel](alert)
    return told if isinstance(told, str) else json.dumps(told, default=str)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("over", [RESOLVED, PUT_RIGHT])
def test_every_channel_says_what_else_is_open(channel: str, over: object) -> None:
    told = alert(over, others=TWO, changes=())  # type: ignore[arg-type]
    text = " ".join(said(told, channel).split())
    assert "Inbound open: tcp/22 (SSH) from 0.0.0.0/0" in text
    assert "in order again" not in text
    assert "the group is as the policy wants it" not in text


def test_good_news_is_not_all_of_it() -> None:
    assert became(alert(RESOLVED)) == "resolved"
    assert became(alert(RESOLVED, others=SSH)) == "resolved (1 other open, critical)"
    assert became(alert(PUT_RIGHT, others=TWO)) == "put right (2 other open, critical)"
    assert became(alert(note(), others=TWO)) == "not touched (observing)"
    assert steps(alert(RESOLVED)) == ("Nothing: it is in order again, and sgwarden had no part in it.",)
    assert steps(alert(RESOLVED, others=SSH))[0].startswith("Look at what else there is: 1 other finding is")


def test_green_is_for_groups_in_order() -> None:
    assert card_of(alert(RESOLVED)).is_over
    assert not card_of(alert(RESOLVED, others=SSH)).is_over
    assert not chat.message(alert(RESOLVED, others=SSH))["content"]["title"].startswith("\u2705")


def test_the_severity_is_that_of_what_others_have_not_put_right() -> None:
    """In the subject, and in what subscriptions filter by."""
    grave = replace(RESOLVED, severity=Severity.CRITICAL)
    told = alert(grave, note("Tag missing: team.", severity=Severity.LOW))
    assert (told.severity, plain.attributes(told)["severity"]) == (Severity.LOW, "low")
    assert plain.subject(told).startswith("[low] ")
    assert told.as_json()["severity"] == "low"
    assert alert(grave).severity is Severity.CRITICAL


def test_of_each_finding_alone_the_others_of_its_alert_are_open_too() -> None:
    told = alert(RESOLVED, note(), others=replace(SSH, severity=Severity.LOW))
    (first, _), (second, _) = each_alone(told)
    assert first.others == Others(2, Severity.CRITICAL, note().summary)
    assert second.others == told.others
    (alone, _), *_ = each_alone(alert(RESOLVED, PUT_RIGHT))
    assert alone.others is None


PAUSED = {"mode": Mode.OBSERVE, "paused": "until noon", "changes": MADE[:1], "earlier": MADE[2:3]}


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_tells_what_was_done_apart_from_what_would_be(
    channel: str,
) -> None:
    text = said(alert(**PAUSED), channel)
    assert MADE[0].rule in text
    assert MADE[2].rule in text
    if channel != "event":
        assert "A run broke off; these are the changes that it set out to make:" in text
        assert "Nothing: sgwarden" not in text
        assert text.index(MADE[2].rule) < text.index("Nothing more: sgwarden is paused (until noon)")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (PAUSED, "put right in part (now paused)"),
        ({**PAUSED, "paused": ""}, "put right in part (now observing)"),
        ({**PAUSED, "status": Status.REFUSED}, "put right in part (then refused)"),
        ({**PAUSED, "earlier": ()}, "not touched (paused)"),
    ],
)
def test_what_was_touched_is_not_denied(more: dict[str, object], words: str) -> None:
    assert became(alert(**more)) == words


def test_only_what_was_done_is_taken_back() -> None:
    assert undo_of(alert(**{**PAUSED, "earlier": ()})) == ()
    (command,) = undo_of(alert(**PAUSED))
    assert "authorize-security-group-egress" in command
    since, before = undo_of(alert(**{**PAUSED, "status": Status.REMEDIATED}))
    assert ("revoke-security-group-ingress" in since, before) == (True, command)


@pytest.mark.parametrize("channel", ["email", "chat", "slack", "teams"])
def test_every_channel_says_how_many_calls_were_left_out(channel: str) -> None:
    assert "and 80 more" in said(alert(note(left_out=80)), channel)
    assert "80" not in said(alert(note()), channel).replace("10.80", "")


def test_events_count_the_calls_that_were_left_out() -> None:
    (told,) = event.entries(alert(note(left_out=80)))
    assert json.loads(told["Detail"])["more"] == {"causes": 80}
