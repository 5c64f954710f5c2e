"""Events for EventBridge: what the schema says, what PutEvents takes, and nothing lost unsaid."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from sgwarden.life import State, Transition
from sgwarden.policy.types import Severity
from sgwarden.rendering import event

from tests.unit.alerts import MADE, SINCE, alert, daily, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.outcomes import TIME, cause
from tests.unit.told import SAMPLES, Json, kept, made

if TYPE_CHECKING:
    from sgwarden.alert import Alert

SCHEMA = Draft7Validator(
    json.loads((Path(__file__).parents[2] / "docs" / "event.schema.json").read_bytes()),
    format_checker=Draft7Validator.FORMAT_CHECKER,
)
PUT = botocore.session.get_session().get_service_model("events").shape_for("PutEventsRequest")
ROOM = 256 * 1024  # EventBridge user guide, quotas: the total size of the entries of PutEvents
EMOJI = "\U0001f600" * 1500


def delivered(entry: Json) -> Json:
    """The event as EventBridge hands it on, of an entry that PutEvents takes."""
    assert ParamValidator().validate({"Entries": [entry]}, PUT).generate_report() == ""
    assert size(entry) <= ROOM
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": "111122223333",
        "time": f"{entry['Time']:%Y-%m-%dT%H:%M:%SZ}",
        "region": "eu-west-1",
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }


def size(entry: Json) -> int:
    """As the user guide counts it: 14 bytes for the time, and the UTF-8 of all texts."""
    texts = (entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"])
    return 14 + sum(len(text.encode()) for text in texts)


def details(told: Alert) -> list[Json]:
    """What the events say, which are valid."""
    events = [delivered(entry) for entry in event.entries(told)]
    for each in events:
        SCHEMA.validate(each)
    return [each["detail"] for each in events]


def one(told: Alert) -> Json:
    (only,) = details(told)
    return only


def test_each_sample_is_told_as_it_is_kept() -> None:
    assert made("event") == kept("event"), "if it is right so: make golden"


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("told", SAMPLES.values(), ids=SAMPLES)
def test_each_sample_is_valid(told: Alert) -> None:
    assert len(details(told)) == len(told.notes)


@given(st.sampled_from(Transition), st.sampled_from(Severity))
def test_each_change_of_state_is_valid(transition: Transition, severity: Severity) -> None:
    said = one(alert(note(transition=transition, severity=severity)))
    assert (said["transition"], said["state"], said["severity"]) == (transition, transition.state, severity)


@pytest.mark.parametrize(
    "path", [(), ("detail",), *(("detail", key) for key in ("cluster", "group", "finding"))], ids=str
)
@pytest.mark.parametrize("spoil", ["a key more", "a key less"])
def test_no_other_keys_are(path: tuple[str, ...], spoil: str) -> None:
    said = delivered(event.entries(alert())[0])
    assert SCHEMA.is_valid(said)
    place: Any = said
    for key in path:
        place = place[key]
    if spoil == "a key more":
        place["x"] = ""
    else:
        place.popitem()
    assert not SCHEMA.is_valid(said)


@pytest.mark.parametrize(
    ("key", "value"), [("version", "2"), ("transition", "gone"), ("more", {}), ("state", "")]
)
def test_no_other_values_are(key: str, value: object) -> None:
    said = delivered(event.entries(alert())[0])
    assert not SCHEMA.is_valid({**said, "detail": {**said["detail"], key: value}})


def test_a_change_of_state_has_an_id_of_its_own() -> None:
    other = note(id="fedcba9876543210")
    told = [*details(alert(note(), other)), one(alert(id="0000"))]
    assert len({each["id"] for each in told}) == 3
    assert one(alert())["id"] == one(alert())["id"]
    assert len({each["thread"] for each in told}) == 1


def test_what_is_told_is_of_each_finding_alone() -> None:
    """But the changes, which are of the group."""
    theirs = note(id="1", causes=(cause("bob (IAM user)", event_id="77"),), traffic=("all from self",))
    mine, others = details(alert(note(), theirs, causes=()))
    assert (mine["actors"], others["actors"]) == (["alice (IAM user)"], ["bob (IAM user)"])
    assert (mine["traffic"], others["traffic"]) == (["tcp/22 from 0.0.0.0/0"], ["all from self"])
    assert "77" not in str(mine["links"])
    assert mine["changes"] == others["changes"]
    assert [each["line"] for each in mine["changes"]] == [each.line for each in MADE]


def test_who_made_many_calls_is_named_once() -> None:
    calls = tuple(cause(who, event_id=str(n)) for n, who in enumerate(["bob", "alice", "bob"]))
    said = one(alert(note(causes=calls)))
    assert said["actors"] == ["bob", "alice"]
    assert [each["event_id"] for each in said["causes"]] == ["0", "1", "2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_strangers_write_is_one_visible_line(text: str) -> None:
    for entry in event.entries(hostile_alert(text)):
        delivered(entry)
        assert entry["Detail"].isprintable()
    (report,) = event.daily_entries(daily(hostile_standing(text)))
    delivered(report)
    assert report["Detail"].isprintable()


@pytest.mark.parametrize("text", ["x", EMOJI], ids=["short", "long"])
@pytest.mark.parametrize("lines", [0, 1, 90, 2000])
@pytest.mark.parametrize("calls", [0, 1, 90])
def test_what_is_too_long_is_cut_and_said_to_be(lines: int, calls: int, text: str) -> None:
    traffic = tuple(f"{number} {text}" for number in range(lines))
    causes = tuple(cause(f"{number} {text}") for number in range(calls))
    said = one(alert(note(text, traffic=traffic, causes=causes)))
    more = said.get("more", {})
    assert len(said["traffic"]) + more.get("traffic", 0) == lines
    assert len(said["causes"]) + more.get("causes", 0) == calls
    assert len(said["actors"]) + more.get("actors", 0) == calls
    assert [each.split()[0] for each in said["traffic"]] == [str(n) for n in range(len(said["traffic"]))]
    if lines and calls:
        assert said["traffic"]
        assert said["causes"]


def test_what_has_room_is_whole() -> None:
    traffic = tuple(f"tcp/{port} from 0.0.0.0/0" for port in range(500))
    assert one(alert(note(traffic=traffic)))["traffic"] == list(traffic)


@given(st.lists(st.sampled_from([1, 20_000, 100_000, 262_000]), max_size=40))
def test_calls_have_room_and_hold_all_in_order(lengths: list[int]) -> None:
    plain = {"Source": event.SOURCE, "DetailType": event.FINDING, "Resources": ["arn:x"]}
    told = [{**plain, "Detail": "x" * length} for length in lengths]
    calls = list(event.calls(told))
    assert [entry for call in calls for entry in call] == told
    assert all(0 < len(call) <= 10 and sum(map(size, call)) <= ROOM for call in calls)
    # No two that follow each other would have had room together.
    for one_call, other in pairwise(calls):
        assert len(one_call) == 10 or sum(map(size, (*one_call, other[0]))) > ROOM - 100 * 11


def test_a_call_has_ten_entries_at_most() -> None:
    told = event.entries(alert(*(note(id=str(number)) for number in range(25))))
    assert [len(call) for call in event.calls(told)] == [10, 10, 5]
    assert list(event.calls([])) == []


def test_texts_are_written_as_they_are() -> None:
    """An escape takes up to three times the room."""
    (entry,) = event.entries(alert(note("Öffnung \U0001f600.")))
    assert "Öffnung \U0001f600." in entry["Detail"]


def test_the_daily_report_is_from_the_worst() -> None:
    low = standing("calm-1", severity=Severity.LOW, findings=3, since=SINCE - timedelta(days=1))
    (entry,) = event.daily_entries(daily(low, standing(state=State.FAILED)))
    said = delivered(entry)
    SCHEMA.validate(said)
    assert said["detail-type"] == "sgwarden daily report"
    detail = said["detail"]
    assert (detail["groups"], detail["findings"], detail["severity"]) == (2, 5, "critical")
    assert [each["cluster"] for each in detail["standings"]] == ["prod-1", "calm-1"]
    assert detail["standings"][1]["since"] == "2026-11-01T08:00:00.000Z"


def test_a_day_on_which_all_is_in_order_is_told_of_too() -> None:
    (entry,) = event.daily_entries(daily())
    said = delivered(entry)
    SCHEMA.validate(said)
    assert (said["detail"]["groups"], said["detail"]["standings"]) == (0, [])


def test_a_daily_report_of_too_many_groups_says_so() -> None:
    (entry,) = event.daily_entries(daily(*(standing(f"prod-{n}", summary=EMOJI) for n in range(700))))
    said = delivered(entry)
    SCHEMA.validate(said)
    detail = said["detail"]
    assert detail["groups"] == 700
    assert len(detail["standings"]) + detail["more"]["standings"] == 700
    assert detail["standings"]


def test_the_time_of_the_event_is_that_of_the_alert() -> None:
    (entry,) = event.entries(alert())
    assert entry["Time"] == TIME
