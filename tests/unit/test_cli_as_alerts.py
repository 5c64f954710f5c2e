"""Results as alerts, and the formats that are made of them: ASFF for Security Hub, OCSF for data lakes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator
from jsonschema import Draft7Validator
from sgwarden.alert import read_alert
from sgwarden.cli.results import as_asff, as_ocsf
from sgwarden.cli.results.as_alerts import alerts
from sgwarden.finding import Kind
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode

from tests.unit.documents import (
    Json,
    a_finding,
    document,
    everything_hostile,
    in_order,
    replayed,
    result,
    unjudged,
)
from tests.unit.ocsf_schema import compiled
from tests.unit.outcomes import CHANGES, TIME
from tests.unit.test_alert_schema import ALERT

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OCSF = Draft7Validator(compiled())
IMPORT = (
    botocore.session.get_session().get_service_model("securityhub").shape_for("BatchImportFindingsRequest")
)


def calls(of: Json) -> list[list[Json]]:
    """The findings of each line, each of which is a call that Security Hub takes."""
    found = []
    for line in as_asff.render(of, NOW).splitlines():
        call = json.loads(line)
        assert ParamValidator().validate(call, IMPORT).generate_report() == ""
        assert 1 <= len(call["Findings"]) <= 100
        assert len({(each["AwsAccountId"], each["Region"]) for each in call["Findings"]}) == 1
        found.append(call["Findings"])
    return found


def events(of: Json) -> list[Json]:
    """The event of each line, which is valid."""
    found = [json.loads(line) for line in as_ocsf.render(of, NOW).splitlines()]
    for each in found:
        OCSF.validate(each)
    return found


def only(of: Json) -> Transition:
    ((note,),) = [each.notes for each in alerts(of, NOW)]
    return note.transition


@pytest.mark.parametrize(
    ("status", "transition"),
    [
        (Status.DRIFTED, Transition.OPENED),
        (Status.REMEDIATED, Transition.REMEDIATED),
        (Status.FAILED, Transition.FAILED),
        (Status.REFUSED, Transition.FAILED),
        (Status.IN_SYNC, Transition.OPENED),
    ],
)
def test_what_became_of_a_finding(status: Status, transition: Transition) -> None:
    assert only(document(result(status))) is transition


@pytest.mark.parametrize(
    ("kind", "is_over"),
    [
        (Kind.MISSING_TRAFFIC, True),
        (Kind.WRONG_TAG, True),
        (Kind.LOST_TRAFFIC, False),
        (Kind.OPAQUE_RULE, False),
    ],
)
def test_what_no_change_can_put_right_stays_open(kind: Kind, *, is_over: bool) -> None:
    put_right = result(Status.REMEDIATED, findings=[a_finding(kind=str(kind))])
    assert (only(document(put_right)) is Transition.REMEDIATED) is is_over


def test_all_that_a_result_says_is_in_its_alert() -> None:
    of = {**result(), "additional": True, "paused": "by bob", "barred": "no", "missed_by_events": True}
    (told,) = alerts(document({**of, "held": ["all to self"]}), NOW)
    assert (told.cluster, told.account, told.region) == ("prod-1", "111122223333", "eu-west-1")
    assert (told.group, told.policy, told.mode) == ("sg-0c1f4a7be2d95083a", "production", Mode.REMEDIATE)
    assert (told.additional, told.paused, told.barred, told.missed) == (True, "by bob", "no", True)
    assert told.held == ("all to self",)
    assert [made.action for made in told.changes] == ["authorize", "modify", "revoke", "tag", "tag"]
    assert len(told.changes) == len(CHANGES)
    assert told.changes[1].was == "tcp/20-25 from 0.0.0.0/0"
    (note,) = told.notes
    assert (note.direction, note.traffic, note.rules) == ("ingress", ("tcp/22 from 0.0.0.0/0",), ("sgr-0a",))
    assert [cause.actor for cause in note.causes] == ["alice (IAM user)"]


def test_it_is_of_the_time_of_its_cause() -> None:
    (told,) = alerts(document(result()), NOW)
    assert (told.time, told.notes[0].since) == (TIME, TIME)


def test_and_of_now_where_none_is_known() -> None:
    (told,) = alerts(document(result(findings=[a_finding(cause=None)])), NOW)
    assert (told.time, told.notes[0].since) == (NOW, NOW)


def test_what_is_in_order_is_no_alert() -> None:
    of = document(in_order(), errors=[unjudged("x")], ignored=[unjudged("y")])
    assert alerts(of, NOW) == []
    assert as_asff.render(of, NOW) == as_ocsf.render(of, NOW) == ""


def test_two_looks_are_two_alerts_of_one_thread() -> None:
    first, second = alerts(document(result(event="a.json"), result(event="b.json")), NOW)
    assert first.id != second.id
    assert first.thread == second.thread


@pytest.mark.parametrize("of", [*replayed(), document(result(), result(Status.FAILED))])
def test_every_result_is_told_in_each_format(of: Json) -> None:
    told = alerts(of, NOW)
    for each in told:
        ALERT.validate(each.as_json())
        assert read_alert(each.as_json()) == each
    findings = [finding["id"] for each in of["results"] for finding in each["findings"]]
    assert [each["metadata"]["uid"].partition("/")[2] for each in events(of)] == findings
    imported = [each["Id"].rpartition("/")[2] for call in calls(of) for each in call]
    assert sorted(imported) == sorted(set(findings))


def test_calls_are_for_one_account_and_region_each_and_not_too_large() -> None:
    def of(region: str, account: str, number: int) -> Json:
        findings = [a_finding(id=f"{each:016x}") for each in range(number)]
        return result(findings=findings, cluster={"name": "c", "account": account, "region": region})

    told = calls(
        document(
            of("eu-west-1", "111122223333", 201),
            of("us-east-1", "111122223333", 100),
            of("us-east-1", "444455556666", 1),
        )
    )
    assert [len(call) for call in told] == [100, 100, 1, 100, 1]


def test_of_one_finding_the_latest_is_imported() -> None:
    """Whatever the order: Security Hub would drop the older or take it, as they come."""
    early, late = "2026-11-03T14:00:00Z", "2026-11-03T15:00:00Z"

    def at(time: str, status: Status) -> Json:
        finding = a_finding()
        return result(status, findings=[{**finding, "cause": {**finding["cause"], "time": time}}])

    for order in ((early, late), (late, early)):
        statuses = {early: Status.DRIFTED, late: Status.REMEDIATED}
        (((finding),),) = calls(document(*(at(time, statuses[time]) for time in order)))
        assert (finding["RecordState"], finding["UpdatedAt"]) == ("ARCHIVED", "2026-11-03T15:00:00.000Z")


def test_whatever_strangers_write_comes_as_visible_text() -> None:
    hostile = everything_hostile()
    for each in hostile["results"]:
        each["direction"] = None
    for text in (as_asff.render(hostile, NOW), as_ocsf.render(hostile, NOW)):
        assert not [sign for sign in ("\\u001b", "\\u202e", "\\u2066", "\\u0000", "\\u0007") if sign in text]
        assert "alert(1)" in text
    assert calls(hostile)
    assert events(hostile)
