"""Results as SARIF: valid by the published schema, and what GitHub's code scanning makes alerts of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from sgwarden.cli.results import as_sarif
from sgwarden.cli.results.sarif_rules import MEANINGS, rule
from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity

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

SCHEMA = json.loads((Path(__file__).parents[1] / "published" / "sarif-schema-2.1.0.json").read_bytes())
VALIDATOR = Draft7Validator(SCHEMA)
POLICY = "layers/policy/policy.yaml"
ABSENT = [unjudged("sandbox", "no policy matches it", "eu-west-1", "111122223333")]
UNSEEN = [unjudged("", "AccessDenied.")]


def log(of: Json, policy: str = POLICY, lines: dict[tuple[str, str], int] | None = None) -> Json:
    """The log, which is valid."""
    told: Json = json.loads(as_sarif.render(of, policy, lines))
    VALIDATOR.validate(told)
    return told


def run(of: Json, policy: str = POLICY, lines: dict[tuple[str, str], int] | None = None) -> Json:
    (only,) = log(of, policy, lines)["runs"]
    assert isinstance(only, dict)
    return only


def notifications(of: Json) -> list[tuple[str, str]]:
    (invocation,) = run(of)["invocations"]
    return [(each["level"], each["message"]["text"]) for each in invocation["toolExecutionNotifications"]]


def physical(of: Json, policy: str = POLICY, lines: dict[tuple[str, str], int] | None = None) -> Json:
    (told,) = run(of, policy, lines)["results"]
    (location,) = told["locations"]
    found: Json = location["physicalLocation"]
    return found


@pytest.mark.parametrize(
    "of",
    [
        document(),
        document(*map(result, Status)),
        document(in_order(), ignored=ABSENT, errors=UNSEEN),
        document(result(findings=[a_finding(direction=None, statement="", cause=None)])),
        everything_hostile(),
        *replayed(),
    ],
)
def test_it_is_valid(of: Json) -> None:
    told = log(of)
    assert (told["version"], len(told["runs"])) == ("2.1.0", 1)


def test_the_schema_refuses_what_is_not_sarif() -> None:
    told = log(document(result()))
    del told["runs"][0]["results"][0]["message"]
    assert not VALIDATOR.is_valid(told)


def test_a_finding_is_a_result() -> None:
    (told,) = run(document(result()))["results"]
    assert {key: told[key] for key in ("ruleId", "ruleIndex", "level", "message")} == {
        "ruleId": "ForbiddenTraffic/critical",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids."},
    }
    assert told["partialFingerprints"] == {
        "primaryLocationLineHash": "0123456789abcdef",
        "sgwardenFinding/v1": "0123456789abcdef",
    }
    assert told["properties"]["cause"]["actor"] == "alice (IAM user)"
    assert told["properties"]["traffic"] == ["tcp/22 from 0.0.0.0/0"]
    assert told["properties"]["status"] == "drifted"


def test_the_message_says_what_breaks() -> None:
    (told,) = run(
        document(result(findings=[{**a_finding(summary="Lost."), "impact": "pods resolve no names"}]))
    )["results"]
    assert told["message"]["text"] == "Lost. Pods resolve no names."


def test_it_says_which_cluster_and_group() -> None:
    (told,) = run(document(result()))["results"]
    assert told["locations"][0]["logicalLocations"] == [
        {"name": "prod-1", "fullyQualifiedName": "111122223333/eu-west-1/prod-1", "kind": "cluster"},
        {
            "name": "sg-0c1f4a7be2d95083a",
            "fullyQualifiedName": "111122223333/eu-west-1/prod-1/sg-0c1f4a7be2d95083a",
            "kind": "securityGroup",
        },
    ]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ({("production", "no-internet"): 12, ("production", ""): 4}, 12),
        ({("other", "no-internet"): 12, ("production", ""): 4}, 4),
        ({}, 1),
        (None, 1),
    ],
)
def test_it_points_to_the_line_of_the_statement_or_of_its_policy(
    lines: dict[tuple[str, str], int] | None, line: int
) -> None:
    assert physical(document(result()), lines=lines)["region"] == {"startLine": line}


@pytest.mark.parametrize(
    ("policy", "artifact"),
    [
        ("policy.yaml", {"uri": "policy.yaml", "uriBaseId": "%SRCROOT%"}),
        ("./a b/p#1.yaml", {"uri": "a%20b/p%231.yaml", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_the_policy_is_the_artifact(policy: str, artifact: Json) -> None:
    assert physical(document(result()), policy)["artifactLocation"] == artifact


def test_rules_are_those_in_use_each_once_and_results_point_to_theirs() -> None:
    kinds = [("WrongTag", "medium"), ("ForbiddenTraffic", "high"), ("ForbiddenTraffic", "critical")] * 2
    findings = [a_finding(kind=kind, severity=severity) for kind, severity in kinds]
    told = run(document(result(findings=findings)))
    ids = [each["id"] for each in told["tool"]["driver"]["rules"]]
    assert ids == ["ForbiddenTraffic/critical", "ForbiddenTraffic/high", "WrongTag/medium"]
    assert [ids[each["ruleIndex"]] for each in told["results"]] == [
        each["ruleId"] for each in told["results"]
    ]
    assert [each["ruleId"] for each in told["results"]] == [f"{kind}/{severity}" for kind, severity in kinds]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_finding_is_explained(kind: Kind) -> None:
    told = rule(kind, Severity.LOW)
    texts = [told[key]["text"] for key in ("shortDescription", "fullDescription", "help")]
    assert all(text.endswith(".") for text in texts)
    assert told["name"] == str(kind)
    assert len(set(texts)) == 3
    assert sum(kind_of.short == MEANINGS[kind].short for kind_of in MEANINGS.values()) == 1


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        ("critical", "error", "9.5"),
        ("high", "error", "8.0"),
        ("medium", "warning", "5.5"),
        ("low", "note", "2.0"),
        ("info", "note", None),
    ],
)
def test_severity_is_said_in_github_s_words(severity: str, level: str, score: str | None) -> None:
    told = run(document(result(findings=[a_finding(severity=severity)])))
    (descriptor,) = told["tool"]["driver"]["rules"]
    assert descriptor["defaultConfiguration"]["level"] == told["results"][0]["level"] == level
    for of in (descriptor, told["results"][0]):
        assert of["properties"].get("security-severity") == score
    assert "security" in descriptor["properties"]["tags"]


def test_a_group_in_order_has_no_result() -> None:
    assert run(document(in_order()))["results"] == []


def test_what_has_been_put_right_is_no_alert() -> None:
    over = result(Status.REMEDIATED, findings=[a_finding(), a_finding(kind="LostTraffic", summary="Lost.")])
    told = run(document(over))
    assert [each["message"]["text"] for each in told["results"]] == ["Lost."]
    (put_right,) = told["invocations"][0]["toolExecutionNotifications"]
    assert put_right["level"] == "note"
    assert put_right["message"]["text"].startswith("Put right in cluster prod-1: Inbound open: tcp/22")
    assert put_right["associatedRule"] == {"id": "ForbiddenTraffic/critical", "index": 0}


@pytest.mark.parametrize("status", [Status.DRIFTED, Status.FAILED, Status.REFUSED, Status.IN_SYNC])
def test_what_has_not_is_one(status: Status) -> None:
    assert len(run(document(result(status)))["results"]) == 1


def test_what_led_to_no_result_is_told() -> None:
    events = [{"event": "events/x.json", "reason": "the call failed"}]
    assert notifications(document(ignored=[*ABSENT, *events], errors=UNSEEN)) == [
        ("error", "us-east-1 could not be looked at: AccessDenied."),
        ("note", "cluster sandbox, eu-west-1, account 111122223333 led to no result: no policy matches it."),
        ("note", "events/x.json led to no result: the call failed."),
    ]


@pytest.mark.parametrize(
    ("of", "successful"),
    [
        (document(), True),
        (document(result(Status.DRIFTED), result(Status.REMEDIATED), in_order(), ignored=ABSENT), True),
        (document(in_order(), result(Status.FAILED)), False),
        (document(result(Status.REFUSED)), False),
        (document(in_order(), errors=UNSEEN), False),
    ],
)
def test_it_says_whether_it_went_well(of: Json, *, successful: bool) -> None:
    (invocation,) = run(of)["invocations"]
    assert invocation["executionSuccessful"] is successful


def test_a_message_has_no_link_and_no_placeholder() -> None:
    (told,) = run(document(result(findings=[a_finding(summary="[pay](https://evil.example) {0}")])))[
        "results"
    ]
    assert told["message"]["text"] == "[pay] (https://evil.example) {{0}}"


def test_nothing_invisible_comes_through() -> None:
    text = as_sarif.render(everything_hostile(), POLICY)
    assert not [sign for sign in ("\\u001b", "\\u202e", "\\u2066", "\\u0000", "\\u0007") if sign in text]
    assert text.isascii()
    assert "red gnp.exe" in text
