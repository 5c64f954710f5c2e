"""What the text of the switch means: one word lets sgwarden work, and all else is a pause."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.ceiling import RUNNING, Ceiling, paused_text, read_switch
from sgwarden.policy.types import Mode

NAME = "/sgwarden/sgwarden/switch"
ALICE = "arn:aws:iam::111122223333:user/alice"
WHEN = datetime(2026, 11, 3, 14, 21, 37, tzinfo=UTC)


@pytest.mark.parametrize("text", ["running", " running\n", "\trunning "])
def test_the_one_word_is_running(text: str) -> None:
    assert read_switch(text, NAME) == Ceiling(Mode.REMEDIATE)


@pytest.mark.parametrize(
    ("text", "paused"),
    [
        ("runing", f"{NAME} says 'runing', not 'running'"),
        ("Running", f"{NAME} says 'Running', not 'running'"),
        ("running.", f"{NAME} says 'running.', not 'running'"),
        ("run\u200bning", f"{NAME} says 'run\\u200bning', not 'running'"),
        (" paused\n", f"{NAME} says so"),
        ("pausd", f"{NAME} says 'pausd', not 'running'"),
        (" \n ", f"{NAME} says '', not 'running'"),
        ("", f"there is no SSM parameter {NAME}"),
        ("paused for the upgrade", "for the upgrade"),
        (f"  paused by {ALICE}: upgrade\n", f"by {ALICE}: upgrade"),
    ],
)
def test_all_else_is_a_pause_that_says_why(text: str, paused: str) -> None:
    assert read_switch(text, NAME) == Ceiling(Mode.OBSERVE, paused)


@given(st.text())
def test_any_text_but_the_one_word_is_a_pause_that_can_be_shown(text: str) -> None:
    ceiling = read_switch(text, NAME)
    assert bool(ceiling.paused) == (ceiling.mode is Mode.OBSERVE) == (text.strip() != RUNNING)
    assert ceiling.paused.isprintable()
    assert len(ceiling.paused) < 400


def test_what_strangers_write_there_is_text_and_nothing_else() -> None:
    shown = read_switch("paused \x1b[2J\x1b]0;title\x07by eve\nDone     All is well\r\u202e", NAME).paused
    assert shown == "by eve Done All is well"


def test_a_pause_says_who_when_and_why() -> None:
    text = paused_text(ALICE, WHEN, "EKS upgrade\nof prod-1")
    assert text == f"paused by {ALICE} at 2026-11-03 14:21:37 UTC: EKS upgrade of prod-1"
    assert read_switch(text, NAME).paused == text.removeprefix("paused ")


@pytest.mark.parametrize("reason", ["{{x}}", "{{{x}}}", "{{{{ssm:x}}}}"])
def test_ssm_would_take_two_braces_for_a_reference(reason: str) -> None:
    text = paused_text(reason, WHEN, reason)
    assert "{{" not in text
    assert text.replace(" ", "").count(reason) == 2


@given(st.text("{}x \n\u200b") | st.text(), st.text("{}x \n\u200b") | st.text())
def test_ssm_takes_every_pause_and_it_reads_as_one(who: str, reason: str) -> None:
    text = paused_text(who, WHEN, reason)
    assert read_switch(text, NAME).paused.startswith("by ")
    assert "{{" not in text
    assert text.isprintable()


@pytest.mark.parametrize("letter", ["x", "{", "\u9f8d", "\U0001f512"])
def test_the_longest_pause_fits_in_a_parameter_of_the_standard_tier(letter: str) -> None:
    assert len(paused_text(letter * 5000, WHEN, letter * 5000).encode()) <= 4096


def test_nothing_is_paused_that_may_write_all_the_same() -> None:
    with pytest.raises(ValueError, match="paused, and may remediate"):
        Ceiling(Mode.REMEDIATE, "by alice")
