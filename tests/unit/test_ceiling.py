"""What pauses sgwarden: a parameter that is there, whatever it says, or the stack's own State."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.ceiling import Ceiling, State, deployed_ceiling, paused_text, read_switch
from sgwarden.policy.types import Mode

NAME = "/sgwarden/sgwarden/paused"
ALICE = "arn:aws:iam::111122223333:user/alice"
WHEN = datetime(2026, 11, 3, 14, 21, 37, tzinfo=UTC)


def test_without_a_parameter_it_runs() -> None:
    assert read_switch("", NAME) == Ceiling(Mode.REMEDIATE)


@pytest.mark.parametrize(
    ("text", "paused"),
    [
        (f"  paused by {ALICE}: upgrade\n", f"by {ALICE}: upgrade"),
        ("paused for the upgrade", "for the upgrade"),
        (" paused\n", "paused"),
        ("running", "running"),
        ("true", "true"),
        ("unpaused by me", "unpaused by me"),
        (" \n ", f"there is an SSM parameter {NAME}"),
        ("\u200b", f"there is an SSM parameter {NAME}"),
    ],
)
def test_one_that_is_there_is_a_pause_that_says_why(text: str, paused: str) -> None:
    assert read_switch(text, NAME) == Ceiling(Mode.OBSERVE, paused)


@given(st.text(min_size=1) | st.text("\x1b[2J \n\u200b", min_size=1))
def test_whatever_it_says_is_a_pause_that_can_be_shown(text: str) -> None:
    ceiling = read_switch(text, NAME)
    assert ceiling.mode is Mode.OBSERVE
    assert ceiling.paused.strip()
    assert ceiling.paused.isprintable()
    assert len(ceiling.paused) <= 300


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


@pytest.mark.parametrize(
    ("mode", "state", "ceiling"),
    [
        (Mode.REMEDIATE, State.RUNNING, Ceiling(Mode.REMEDIATE)),
        (Mode.REMEDIATE, State.PAUSED, Ceiling(Mode.OBSERVE, "the stack's parameter State says so")),
        (Mode.OBSERVE, State.RUNNING, Ceiling(Mode.OBSERVE)),
        (Mode.OBSERVE, State.PAUSED, Ceiling(Mode.OBSERVE)),
    ],
)
def test_what_a_stack_lets_be_done(mode: Mode, state: State, ceiling: Ceiling) -> None:
    assert deployed_ceiling(mode, state) == ceiling
