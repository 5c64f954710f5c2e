"""docs/alert.schema.json: what the alert and the daily report of a message look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from sgwarden import report
from sgwarden.alert import Others, read_alert
from sgwarden.daily import read_daily
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity

from tests.unit.alerts import MADE, alert, daily, note, standing
from tests.unit.outcomes import cause

Json = dict[str, Any]

DOCS = Path(__file__).parents[2] / "docs"
ALONE: Json = json.loads((DOCS / "alert.schema.json").read_bytes())
RESULTS: Json = json.loads((DOCS / "results.schema.json").read_bytes())
ALERT = Draft7Validator(ALONE)
MESSAGE = Draft7Validator(RESULTS)
WHOLE = alert(
    note(impact="SSH is open to the world", times=3),
    note("A tag is missing.", direction="", causes=(), transition=Transition.RESOLVED),
    additional=True,
    held=("all to 0.0.0.0/0",),
    earlier=MADE[:1],
    others=Others(2, Severity.HIGH, "Tag missing: team."),
    causes=(cause("bob (IAM user)", source_ip=""),),
)


def alert_message(said: Json) -> Json:
    return {**report.document([]), "alert": said}


def test_both_are_schemas() -> None:
    Draft7Validator.check_schema(ALONE)
    Draft7Validator.check_schema(RESULTS)


def test_the_schema_of_results_has_the_same_of_them() -> None:
    assert {name: RESULTS["definitions"][name] for name in ALONE["definitions"]} == ALONE["definitions"]


@given(st.sampled_from(Transition), st.sampled_from(Severity), st.sampled_from(Status), st.sampled_from(Mode))
def test_every_alert_is_valid(transition: Transition, severity: Severity, status: Status, mode: Mode) -> None:
    told = alert(note(transition=transition, severity=severity), status=status, mode=mode).as_json()
    ALERT.validate(told)
    MESSAGE.validate(alert_message(told))
    assert read_alert(told).as_json() == told


def test_the_whole_of_one_is_valid() -> None:
    ALERT.validate(WHOLE.as_json())


@given(st.lists(st.sampled_from(State), max_size=3))
def test_every_daily_report_is_valid(states: list[State]) -> None:
    told = daily(*(standing(state=state) for state in states)).as_json()
    ALERT.validate(told)
    MESSAGE.validate({"schema": report.SCHEMA, "daily": told})
    assert read_daily(told).as_json() == told


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("findings", 0),
        ("findings", 0, "causes", 0),
        ("changes", 0),
        ("earlier", 0),
        ("others",),
        ("causes", 0),
    ],
    ids=lambda path: ".".join(map(str, path)) or "alert",
)
@pytest.mark.parametrize("spoil", ["a key more", "a key less"])
def test_no_other_keys_are(path: tuple[str | int, ...], spoil: str) -> None:
    told = WHOLE.as_json()
    assert MADE
    assert ALERT.is_valid(told)
    place: Any = told
    for key in path:
        place = place[key]
    if spoil == "a key more":
        place["x"] = ""
    else:
        place.popitem()
    assert not ALERT.is_valid(told)
    assert not MESSAGE.is_valid(alert_message(told))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("account", "1111"),
        ("group", "eks"),
        ("severity", "bad"),
        ("transition", "gone"),
        ("status", "open"),
        ("mode", ""),
        ("additional", ""),
        ("id", ""),
    ],
)
def test_no_other_values_are(key: str, value: str) -> None:
    assert not ALERT.is_valid({**WHOLE.as_json(), key: value})


def test_a_message_tells_of_something() -> None:
    assert not MESSAGE.is_valid({"schema": report.SCHEMA})
    assert not MESSAGE.is_valid({"schema": report.SCHEMA, "alert": WHOLE.as_json()})


def test_the_words_are_those_of_the_code() -> None:
    properties = ALONE["definitions"]["told"]["properties"]
    for key, words in (
        ("mode", Mode),
        ("status", Status),
        ("severity", Severity),
        ("transition", Transition),
    ):
        assert sorted(properties[key]["enum"]) == sorted(words)
    assert sorted(ALONE["definitions"]["standing"]["properties"]["state"]["enum"]) == sorted(State)
