"""The rest of an event is read strictly, and says no more than the event did."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sgwarden.rest import Rest, read_rest

A, B = "sg-0c1f4a7be2d95083a", "sg-02be06bd9cbf15b62"
RECORD = {
    "eventName": "CreateTags",
    "eventSource": "ec2.amazonaws.com",
    "requestParameters": {"resourcesSet": {"items": [{"resourceId": A}, {"resourceId": B}]}},
}
REST = {"event": RECORD, "left": [B], "done": [A]}


def read_of(said: object) -> Rest | None:
    return read_rest({"sgwarden-rest": said})


def test_what_is_written_is_read() -> None:
    rest = Rest({"detail": RECORD}, (B,), (A,))
    assert read_rest(json.loads(rest.body())) == rest
    assert [trigger.target.name for trigger in rest.triggers] == [B]


def test_all_of_an_event_comes_once_more_after_a_minute_and_its_parts_at_once() -> None:
    whole = Rest({"detail": RECORD}, (A, B), (), 3)
    assert read_rest(json.loads(whole.body())) == whole
    assert whole.delay == 60
    assert Rest({"detail": RECORD}, (B,), (A,), 3).delay == 0
    assert Rest({"detail": RECORD}, (B,), (A,)).delay == 0


@pytest.mark.parametrize("body", [None, [], "x", {}, {"detail": RECORD}])
def test_something_else_is_none(body: object) -> None:
    assert read_rest(body) is None


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "x",
        {},
        REST | {"left": []},
        REST | {"left": B},
        REST | {"left": [7]},
        REST | {"left": ["sg-0aaaaaaaaaaaaaaaa"]},
        REST | {"left": [A, "sg-0aaaaaaaaaaaaaaaa"]},
        REST | {"done": None},
        REST | {"done": [B, {}]},
        REST | {"done": ["sg-../x"]},
        REST | {"done": [A, A]},
        REST | {"event": None},
        REST | {"event": {"sgwarden-rest": REST}},
        REST | {"more": 1},
        {"event": RECORD, "left": [B]},
        REST | {"turn": -1},
        REST | {"turn": 16},
        REST | {"turn": True},
        REST | {"turn": "1"},
        REST | {"told": []},
    ],
)
def test_a_bent_one_is_an_error(said: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValueError, match="rest"):
        read_of(said)


def test_groups_that_nobody_looked_at_may_be_none() -> None:
    rest = read_of(REST | {"done": []})
    assert rest is not None
    assert rest.done == ()
