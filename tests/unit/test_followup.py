"""A follow-up comes back from the queue as it was sent, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.followup import DELAY, LOOKS, FollowUp, read_follow_up

from tests.unit.outcomes import TIME, cause

FOLLOW = FollowUp("prod-1", "6b42d1d9-d282-4e10-9a41-526c35ce2f2c", cause())


@pytest.mark.parametrize(
    "follow",
    [
        FOLLOW,
        replace(FOLLOW, update_id=""),
        replace(FOLLOW, looks=LOOKS),
        replace(FOLLOW, cause=replace(cause(), time=None, source_ip="")),
        replace(FOLLOW, cause=replace(cause(), time=TIME.astimezone(timezone(timedelta(hours=5))))),
    ],
)
def test_it_comes_back_as_it_was_sent(follow: FollowUp) -> None:
    assert read_follow_up(json.loads(follow.body())) == follow


def test_looks_come_to_an_end_after_four_hours() -> None:
    follow: FollowUp | None = FOLLOW
    seen = 0
    while follow:
        seen, follow = seen + 1, follow.again()
    assert (seen, seen * DELAY) == (LOOKS, 4 * 3600)
    assert replace(FOLLOW, looks=10**9).again() is None


def test_the_body_has_no_secrets_and_fits() -> None:
    assert len(FOLLOW.body()) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


# Hypothesis takes texts from the code that it tests, and so may find the mark.
@given(JSON.filter(lambda body: not isinstance(body, dict) or "sgwarden-follow-up" not in body))
def test_anything_else_is_none(body: object) -> None:
    assert read_follow_up(body) is None


@given(JSON, st.sampled_from(["cluster", "update_id", "looks", "delay", "cause", ""]))
def test_a_bent_one_is_refused_or_read_and_nothing_else(value: object, key: str) -> None:
    body = json.loads(FOLLOW.body())
    if key:
        body["sgwarden-follow-up"][key] = value
    else:
        body["sgwarden-follow-up"] = value
    try:
        follow = read_follow_up(body)
    except ValueError:
        return
    assert follow is not None
    assert read_follow_up(json.loads(follow.body())) == follow
    assert follow.cause.actor.isprintable()
