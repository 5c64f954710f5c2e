"""A sweep comes back from the queue as it was sent, and nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.sweep import Order, Sweep, read_order, read_sweep

GROUP = "sg-0c1f4a7be2d95083a"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("remind", [True, False])
def test_it_comes_back_as_it_was_sent(remind: bool) -> None:
    sweep = Sweep(GROUP, remind)
    assert read_sweep(json.loads(sweep.body())) == sweep
    assert json.loads(sweep.body()) == {"sgwarden-sweep": {"group": GROUP, "remind": remind}}


def test_what_else_it_says_comes_back_too_and_is_not_said_for_nothing() -> None:
    sweep = Sweep(GROUP, remind=False, cluster="dev-1", after_pause=True)
    assert read_sweep(json.loads(sweep.body())) == sweep
    said = {"group": GROUP, "remind": False, "cluster": "dev-1", "after_pause": True}
    assert json.loads(sweep.body()) == {"sgwarden-sweep": said}


# Hypothesis takes texts from the code that it tests, and so may find the mark.
@given(JSON.filter(lambda body: not isinstance(body, dict) or "sgwarden-sweep" not in body))
def test_anything_else_is_none(body: object) -> None:
    assert read_sweep(body) is None


BENT = {
    "nothing": None,
    "text": GROUP,
    "a list": [GROUP, False],
    "an empty object": {},
    "no group": {"remind": False},
    "no answer whether to remind": {"group": GROUP},
    "more than there is": {"group": GROUP, "remind": False, "mode": "remediate"},
    "a group that is none": {"group": "vpc-0b8d2f4a6c1e3957d", "remind": False},
    "a group that is a path": {"group": "../../x", "remind": False},
    "a group of a number": {"group": 7, "remind": False},
    "a list of groups": {"group": [GROUP], "remind": False},
    "a number for no": {"group": GROUP, "remind": 0},
    "a text for yes": {"group": GROUP, "remind": "true"},
    "a cluster of no such name": {"group": GROUP, "remind": False, "cluster": "../x"},
    "no text for a cluster": {"group": GROUP, "remind": False, "cluster": None},
    "a number for a pause": {"group": GROUP, "remind": False, "after_pause": 1},
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_one_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="sweep"):
        read_sweep({"sgwarden-sweep": BENT[name]})


@given(JSON, st.sampled_from(["group", "remind", "other", ""]))
def test_a_bent_one_is_refused_or_read_and_nothing_else(value: object, key: str) -> None:
    body = json.loads(Sweep(GROUP, remind=True).body())
    if key:
        body["sgwarden-sweep"][key] = value
    else:
        body["sgwarden-sweep"] = value
    try:
        sweep = read_sweep(body)
    except ValueError:
        return
    assert sweep is not None
    assert json.loads(sweep.body()) == body


@pytest.mark.parametrize("remind", [True, False])
def test_a_schedule_says_whether_to_remind(remind: bool) -> None:
    assert read_order({"remind": remind}) == Order(remind)


@pytest.mark.parametrize("after_pause", [True, False])
def test_a_resume_says_so_too(after_pause: bool) -> None:
    order = read_order({"remind": False, "after_pause": after_pause})
    assert order == Order(remind=False, after_pause=after_pause)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (None, "None"),
        ({}, "{}"),
        ([], r"\[\]"),
        ({"remind": 1}, "{'remind': 1}"),
        ({"remind": "no\x1b[31m"}, r"{'remind': 'no\\x1b\[31m'}"),
        ({"remind": True, "group": GROUP}, "'group'"),
        ({"remind": True, "group": True}, "'group'"),
        ({"after_pause": True}, "after_pause"),
        ({"remind": False, "after_pause": 1}, "after_pause"),
        ({"detail-type": "Scheduled Event"}, "Scheduled Event"),
    ],
)
def test_what_no_schedule_of_ours_sends_is_refused_in_words(event: object, found: str) -> None:
    with pytest.raises(ValueError, match=r'expected \{"remind": true\} or .*, found .*' + found):
        read_order(event)
