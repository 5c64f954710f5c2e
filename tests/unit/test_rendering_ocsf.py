"""Findings for OCSF: valid by its published definitions, and their numbers mean what is said beside them."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.rendering import ocsf

from tests.unit.alerts import SINCE, alert, note
from tests.unit.hostile import HOSTILE, hostile_alert
from tests.unit.ocsf_schema import PUBLISHED, captions, compiled
from tests.unit.outcomes import cause
from tests.unit.told import SAMPLES, Json, kept, made

if TYPE_CHECKING:
    from sgwarden.alert import Alert

SCHEMA = Draft7Validator(compiled())
VERSION = "0.1.0"


def checked(told: Alert) -> list[Json]:
    """The findings, which are valid."""
    found = ocsf.findings(told, VERSION)
    for each in found:
        SCHEMA.validate(each)
    return found


def one(told: Alert) -> Json:
    (found,) = checked(told)
    return found


def test_the_published_definitions_make_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA.schema)
    assert PUBLISHED["version"] == ocsf.VERSION


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("time",), "2026-11-03T14:21:37Z"),
        (("activity_id",), 7),
        (("severity_id",), 9),
        (("status_id",), 50),
        (("cloud",), None),
        (("cloud", "provider"), None),
        (("finding_info", "uid"), None),
        (("compliance", "status_id"), 8),
        (("compliance", "standards"), []),
        (("resources", 0, "colour"), "red"),
        (("evidences", 0, "src_endpoint", "ip"), "alice"),
        (("evidences", 0, "actor", "user"), {"type_id": 1}),
        (("evidences", 0, "device"), {}),
        (("resource",), {"name": "x"}),
        (("remediation", "desc"), None),
        (("metadata", "product", "name"), 1),
        (("metadata", "product"), {"vendor_name": "x"}),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_the_schema_can_fail(path: tuple[str | int, ...], value: object) -> None:
    spoilt: Any = copy.deepcopy(one(alert()))
    place = spoilt
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert not SCHEMA.is_valid(spoilt)


def test_each_sample_is_told_as_it_is_kept() -> None:
    assert made("ocsf") == kept("ocsf"), "if it is right so: make golden"


@pytest.mark.parametrize("told", SAMPLES.values(), ids=SAMPLES)
def test_each_sample_is_valid(told: Alert) -> None:
    assert len(checked(told)) == len(told.notes)


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_valid_whatever_strangers_write(text: str) -> None:
    for each in checked(hostile_alert(text)):
        assert json.dumps(each, ensure_ascii=False).isprintable()


@given(st.sampled_from(Transition), st.sampled_from(Severity))
def test_numbers_mean_what_is_said_beside_them(transition: Transition, severity: Severity) -> None:
    found = one(alert(note(transition=transition, severity=severity)))
    for number, name in (
        ("activity_id", "activity_name"),
        ("severity_id", "severity"),
        ("status_id", "status"),
    ):
        assert captions(number)[found[number]] == found[name]
    verdict = PUBLISHED["objects"]["compliance"]["attributes"]["status_id"]["enum"]
    assert verdict[str(found["compliance"]["status_id"])]["caption"] == found["compliance"]["status"]
    kind = PUBLISHED["objects"]["account"]["attributes"]["type_id"]["enum"]
    assert kind[str(found["cloud"]["account"]["type_id"])]["caption"] == found["cloud"]["account"]["type"]
    event = PUBLISHED["events"]["compliance_finding"]
    assert found["class_uid"] == found["category_uid"] * 1000 + event["uid"]
    assert found["class_name"] == event["caption"]
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]
    assert found["type_name"] == f"{found['class_name']}: {found['activity_name']}"


@pytest.mark.parametrize(
    ("transition", "said"),
    [
        (Transition.OPENED, ("Create", "New", "Fail")),
        (Transition.REOPENED, ("Update", "New", "Fail")),
        (Transition.REMINDED, ("Update", "New", "Fail")),
        (Transition.FAILED, ("Update", "New", "Fail")),
        (Transition.REMEDIATED, ("Close", "Resolved", "Pass")),
        (Transition.RESOLVED, ("Close", "Resolved", "Pass")),
    ],
)
def test_what_became_of_it(transition: Transition, said: tuple[str, str, str]) -> None:
    found = one(alert(note(transition=transition)))
    assert (found["activity_name"], found["status"], found["compliance"]["status"]) == said


def test_a_finding_keeps_its_id_and_a_change_of_state_has_one_of_its_own() -> None:
    opened = alert(note())
    closed = alert(note(transition=Transition.REMEDIATED), id="0000")
    assert one(opened)["finding_info"]["uid"] == one(closed)["finding_info"]["uid"]
    assert one(opened)["metadata"]["uid"] != one(closed)["metadata"]["uid"]
    assert one(opened)["metadata"]["correlation_uid"] == one(closed)["metadata"]["correlation_uid"]


def test_times_are_in_milliseconds() -> None:
    found = one(alert(note(since=SINCE), time=SINCE.replace(microsecond=1500)))
    assert found["time"] == found["finding_info"]["modified_time"] == 1793606400002
    assert found["finding_info"]["created_time"] == 1793606400000


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [
        ("203.0.113.24", {"ip": "203.0.113.24"}),
        ("2001:DB8::1", {"ip": "2001:db8::1"}),
        ("eks.amazonaws.com", {"name": "eks.amazonaws.com"}),
    ],
)
def test_where_a_call_came_from(source: str, endpoint: Json) -> None:
    (evidence,) = one(alert(note(causes=(cause(source_ip=source),))))["evidences"]
    assert evidence["src_endpoint"] == endpoint


def test_what_is_not_known_of_a_call_is_left_out() -> None:
    bare = replace(cause("", source_ip="", event_id=""), time=None)
    assert one(alert(note(causes=(bare,))))["evidences"] == [{"api": {"operation": bare.event}}]
    assert "evidences" not in one(alert(note(causes=())))


def test_a_finding_of_no_statement_is_of_its_kind() -> None:
    compliance = one(alert(note(statement=""), policy=""))["compliance"]
    assert (compliance["control"], compliance["standards"]) == ("ForbiddenTraffic", ["sgwarden policy"])
