"""Results as SARIF 2.1.0, for code scanning: what is wrong now, at the line of the policy that says so."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sgwarden.cli.results.as_alerts import OVER_ONCE_REMEDIATED
from sgwarden.cli.results.sarif_rules import LEVELS, SCORES, rule, rule_id
from sgwarden.cli.results.unjudged import unjudged
from sgwarden.finding import Kind
from sgwarden.policy.types import Severity
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgwarden.cli.results.unjudged import Unjudged

Json = dict[str, Any]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_TEXT_LIMIT = 20_000

# GitHub tells alerts apart by the first alone, and makes it of the line of the policy where it is not given:
# all clusters that break one statement would be one alert.
_FINGERPRINTS = ("primaryLocationLineHash", "sgwardenFinding/v1")


def render(document: Json, policy_file: str, lines: Mapping[tuple[str, str], int] | None = None) -> str:
    """One run. What has been put right is no result but a notification: each result would be an open alert.

    `policy_file` is relative to the root of its repository. `lines` has the line of each statement, by
    the name of its policy and its own, and that of a policy as a whole, by its name and an empty one.
    """
    place = _Place(policy_file, lines or {})
    found = [(result, finding) for result in document["results"] for finding in result["findings"]]
    rules = _rules([finding for _, finding in found])
    numbers = {each["id"]: number for number, each in enumerate(rules)}
    run = {
        "tool": {"driver": {**_driver(), "rules": rules}},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the policy's repository."}}},
        "invocations": [_invocation(document, found, place, numbers)],
        "results": [_result(*each, place, numbers) for each in found if not _over(*each)],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(_visible(log), indent=2) + "\n"


class _Place:
    """Where in the policy a finding comes from."""

    def __init__(self, policy_file: str, lines: Mapping[tuple[str, str], int]) -> None:
        self._artifact = {"uri": quote(PurePath(policy_file).as_posix()), "uriBaseId": _ROOT}
        self._lines = lines

    def location(self, result: Json, finding: Json) -> Json:
        policy = result["policy"]
        # A ready-made statement has no line of its own; GitHub wants one in any case.
        line = self._lines.get((policy, finding["statement"])) or self._lines.get((policy, "")) or 1
        physical = {"artifactLocation": self._artifact, "region": {"startLine": line}}
        return {"physicalLocation": physical, "logicalLocations": [*_logical(result)]}


def _logical(result: Json) -> Iterator[Json]:
    cluster, group = result["cluster"], result["security_group"]
    name = f"{cluster['account']}/{cluster['region']}/{cluster['name']}"
    yield {"name": cluster["name"], "fullyQualifiedName": name, "kind": "cluster"}
    yield {"name": group, "fullyQualifiedName": f"{name}/{group}", "kind": "securityGroup"}


def _driver() -> Json:
    current = version("sgwarden")
    return {"name": "sgwarden", "version": current, "semanticVersion": current}


def _rules(findings: Sequence[Json]) -> list[Json]:
    """Those of the findings, each once, in the order of kinds and severities."""
    used = {(finding["kind"], finding["severity"]) for finding in findings}
    return [rule(kind, severity) for kind in Kind for severity in Severity if (kind, severity) in used]


def _over(result: Json, finding: Json) -> bool:
    return result["status"] == "remediated" and finding["kind"] in OVER_ONCE_REMEDIATED


def _result(result: Json, finding: Json, place: _Place, numbers: Mapping[str, int]) -> Json:
    rule = rule_id(finding["kind"], finding["severity"])
    return {
        "ruleId": rule,
        "ruleIndex": numbers[rule],
        "level": LEVELS[finding["severity"]],
        "message": _message(_said(finding)),
        "locations": [place.location(result, finding)],
        "partialFingerprints": dict.fromkeys(_FINGERPRINTS, finding["id"]),
        "properties": _properties(result, finding),
    }


def _said(finding: Json) -> str:
    """What it is, and what breaks."""
    impact = finding.get("impact", "")
    return f"{finding['summary']} {impact[0].upper()}{impact[1:]}." if impact else str(finding["summary"])


def _properties(result: Json, finding: Json) -> Json:
    score = SCORES.get(finding["severity"])
    return {
        **({"security-severity": score} if score else {}),
        **{key: result[key] for key in ("policy", "mode", "status", "event") if key in result},
        **{key: finding[key] for key in ("severity", "direction", "statement", "traffic", "rules", "cause")},
        "changes": result["changes"],
    }


def _invocation(
    document: Json, found: Sequence[tuple[Json, Json]], place: _Place, numbers: Mapping[str, int]
) -> Json:
    """How it went: what could not be looked at, what was left alone and what has been put right."""
    aside = [*unjudged(document)]
    went_wrong = {"failed", "refused"} & {result["status"] for result in document["results"]}
    over = (each for each in found if _over(*each))
    return {
        "executionSuccessful": not went_wrong and not any(each.wrong for each in aside),
        "toolExecutionNotifications": [
            *map(_unjudged, aside),
            *(_put_right(*each, place, numbers) for each in over),
        ],
    }


def _unjudged(each: Unjudged) -> Json:
    what = "could not be looked at" if each.wrong else "led to no result"
    level = "error" if each.wrong else "note"
    return {"level": level, "message": _message(f"{each.name} {what}: {each.reason.rstrip('.')}.")}


def _put_right(result: Json, finding: Json, place: _Place, numbers: Mapping[str, int]) -> Json:
    rule = rule_id(finding["kind"], finding["severity"])
    return {
        "level": "note",
        "message": _message(f"Put right in cluster {result['cluster']['name']}: {finding['summary']}"),
        "locations": [place.location(result, finding)],
        "associatedRule": {"id": rule, "index": numbers[rule]},
        "properties": _properties(result, finding),
    }


def _message(text: str) -> Json:
    """Text with no link and no placeholder in it (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def _visible(value: object) -> object:
    """The same with all text fit to be shown."""
    match value:
        case str():
            return printable(value, _TEXT_LIMIT)
        case dict():
            return {key: _visible(each) for key, each in value.items()}
        case list():
            return [_visible(each) for each in value]
    return value
