"""Findings for Security Hub: what its model takes, what its documents allow, and a finding's whole life."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.finding import Kind
from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.rendering import asff

from tests.unit.alerts import SINCE, alert, note
from tests.unit.hostile import HOSTILE, hostile_alert
from tests.unit.outcomes import TIME, cause
from tests.unit.told import SAMPLES, Json, kept, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert

HUB = botocore.session.get_session().get_service_model("securityhub")
IMPORT = HUB.shape_for("BatchImportFindingsRequest")

# Security Hub API reference, version 2018-10-26, the page of each type: characters at most, of texts that
# must have one that is no space.
LIMITS = {
    "Id": 512,
    "ProductArn": 2048,
    "ProductName": 128,
    "CompanyName": 128,
    "Region": 16,
    "GeneratorId": 512,
    "AwsAccountId": 12,
    "Title": 256,
    "Description": 1024,
    "FindingProviderFields.Severity.Original": 64,
    "Remediation.Recommendation.Text": 512,
    "Resources.Type": 256,
    "Resources.Region": 16,
}
PRODUCT_FIELDS, KEY, VALUE = 50, 128, 2048  # AwsSecurityFinding, ProductFields
SIZE = 240_000  # BatchImportFindings: "240 Kb" for a finding
# The same page: after the first import these are people's, or go into FindingProviderFields.
NOT_TO_BE_UPDATED = {
    "Note",
    "UserDefinedFields",
    "VerificationState",
    "Confidence",
    "Criticality",
    "RelatedFindings",
}
NOT_AT_THE_TOP = {"Severity", "Types"}


def one(told: Alert) -> Json:
    (found,) = checked(told)
    return found


def checked(told: Alert) -> list[Json]:
    """The findings, which Security Hub takes."""
    found = asff.findings(told)
    assert ParamValidator().validate({"Findings": found}, IMPORT).generate_report() == ""
    for each in found:
        assert list(_complaints(each)) == []
    return found


def _complaints(finding: Json) -> Iterator[str]:
    for path, limit in LIMITS.items():
        for text in _at(finding, path.split(".")):
            if not text.strip() or len(text) > limit:
                yield f"{path}: {text!r}"
    fields = finding["ProductFields"]
    if len(fields) > PRODUCT_FIELDS:
        yield f"{len(fields)} ProductFields"
    yield from (key for key, value in fields.items() if not (0 < len(key) <= KEY and 0 < len(value) <= VALUE))
    if len(json.dumps(finding, ensure_ascii=False).encode()) > SIZE:
        yield "its size"
    yield from (NOT_TO_BE_UPDATED | NOT_AT_THE_TOP) & set(finding)


def _at(value: object, path: list[str]) -> Iterator[str]:
    """The texts at a path; of lists, in each member."""
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif isinstance(value, dict):
        if path[0] in value:
            yield from _at(value[path[0]], path[1:])
    else:
        assert isinstance(value, str)
        yield value


def test_the_checks_can_fail() -> None:
    spoilt = {
        **one(alert()),
        "Title": "x" * 257,
        "Description": " ",
        "Severity": {},
        "ProductFields": {"": ""},
    }
    assert sorted(_complaints(spoilt)) == ["", "Description: ' '", "Severity", f"Title: '{'x' * 257}'"]
    assert (
        "Unknown parameter" in ParamValidator().validate({"Findings": [{"X": 1}]}, IMPORT).generate_report()
    )


def test_each_sample_is_told_as_it_is_kept() -> None:
    assert made("asff") == kept("asff"), "if it is right so: make golden"


@pytest.mark.parametrize("told", SAMPLES.values(), ids=SAMPLES)
def test_security_hub_takes_each_sample(told: Alert) -> None:
    assert len(checked(told)) == len(told.notes)


@pytest.mark.parametrize("text", HOSTILE)
def test_security_hub_takes_whatever_strangers_write(text: str) -> None:
    for each in checked(hostile_alert(text)):
        assert json.dumps(each, ensure_ascii=False).isprintable()


def test_the_longest_of_everything_has_room() -> None:
    text = "\U0001f600" * 3000
    long = note(text, impact=text, traffic=(text,) * 100, rules=(text,) * 100, causes=(cause(text),) * 40)
    assert len(one(alert(long, cluster=text, policy=text))["ProductFields"]) > 20


@given(st.sampled_from(Transition))
def test_what_is_open_is_active_and_what_is_closed_is_archived(transition: Transition) -> None:
    found = one(alert(note(transition=transition)))
    state = (found["RecordState"], found["Compliance"]["Status"], found["Workflow"]["Status"])
    if transition in (Transition.REMEDIATED, Transition.RESOLVED):
        assert state == ("ARCHIVED", "PASSED", "RESOLVED")
    else:
        assert state == ("ACTIVE", "FAILED", "NEW")


def test_a_finding_has_one_id_through_its_whole_life() -> None:
    life = [one(alert(note(transition=each, times=2), id=str(each))) for each in Transition]
    assert {each["Id"] for each in life} == {
        "aws/eu-west-1/111122223333/sg-0c1f4a7be2d95083a/0123456789abcdef"
    }
    assert len({each["ProductArn"] for each in life}) == 1


@pytest.mark.parametrize(
    "other",
    [
        alert(region="us-east-1"),
        alert(account="444455556666"),
        alert(group="sg-0d"),
        alert(note(id="fedcba9876543210")),
    ],
)
def test_and_no_other_finding_has_it(other: Alert) -> None:
    assert one(other)["Id"] != one(alert())["Id"]


def test_an_update_is_later_than_what_it_updates() -> None:
    """Security Hub drops an update that is not."""
    first = alert()
    later = replace(first, time=first.time + timedelta(milliseconds=1))
    assert one(first)["UpdatedAt"] < one(later)["UpdatedAt"]
    assert one(first)["CreatedAt"] == one(later)["CreatedAt"]


def test_times_are_in_utc_and_in_order() -> None:
    found = one(alert(note(since=SINCE)))
    assert (found["CreatedAt"], found["UpdatedAt"]) == (
        "2026-11-02T08:00:00.000Z",
        "2026-11-03T14:21:37.000Z",
    )
    # A clock that is behind must not make a finding older than its update.
    ahead = one(alert(note(since=TIME + timedelta(seconds=5))))
    assert ahead["CreatedAt"] == ahead["UpdatedAt"]


@pytest.mark.parametrize(
    ("severity", "label"),
    [
        (Severity.CRITICAL, "CRITICAL"),
        (Severity.HIGH, "HIGH"),
        (Severity.MEDIUM, "MEDIUM"),
        (Severity.LOW, "LOW"),
        (Severity.INFO, "INFORMATIONAL"),
    ],
)
def test_severity_is_said_in_security_hubs_words(severity: Severity, label: str) -> None:
    said = one(alert(note(severity=severity)))["FindingProviderFields"]["Severity"]
    assert said == {"Label": label, "Original": str(severity)}


@pytest.mark.parametrize(
    ("kind", "of_traffic"),
    [(Kind.FORBIDDEN_TRAFFIC, True), (Kind.MISSING_TAG, False), (Kind.LEFT_OVER_GROUP, False)],
)
def test_the_type_says_whether_it_is_about_traffic(kind: Kind, *, of_traffic: bool) -> None:
    (kind_of,) = one(alert(note(kind=str(kind))))["FindingProviderFields"]["Types"]
    assert kind_of.endswith("/Network Reachability") is of_traffic


@pytest.mark.parametrize(
    ("region", "partition", "said"),
    [
        ("eu-west-1", "aws", "aws"),
        ("cn-north-1", "aws-cn", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso", None),
    ],
)
def test_everything_is_in_its_partition(region: str, partition: str, said: str | None) -> None:
    found = one(alert(region=region))
    names = [found["ProductArn"], *(each["Id"] for each in found["Resources"])]
    assert all(name.startswith(f"arn:{partition}:") and f":{region}:" in name for name in names)
    assert [each.get("Partition") for each in found["Resources"]] == [said, said]


def test_what_is_advised_is_for_each_finding_alone() -> None:
    opaque = note(kind=str(Kind.OPAQUE_RULE), id="fedcba9876543210")
    both = [each["Remediation"] for each in checked(alert(note(), opaque))]
    assert both == [one(alert(each))["Remediation"] for each in (note(), opaque)]
    assert both[0] != both[1]


def test_who_is_told_is_cut_short() -> None:
    calls = tuple(cause(f"person-{number}") for number in range(12))
    fields = one(alert(note(causes=calls)))["ProductFields"]
    assert [key for key in fields if "/call/" in key] == [f"sgwarden/call/{n}" for n in range(1, 11)]
