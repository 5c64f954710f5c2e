"""Documents of results, for tests of the formats that they are written in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sgwarden import report
from sgwarden.outcome import Status

from tests.unit.outcomes import cause, finding, outcome

Json = dict[str, Any]

GOLDEN = Path(__file__).parents[1] / "golden"

HOSTILE = (
    "=cmd|'/C calc'!A0,\"=1+1\";-2 </td><script>alert(1)</script><img src=//evil.example onerror='x()'>"
    " {{ 7 * 7 }} {0} [pay](https://evil.example) \x1b[31mred\x1b[0m \u202egnp.exe\u2066\x07\x00 \r\n+end"
)
"""What a stranger could put in a tag, a description or an event."""

_NOT_FOR_STRANGERS = {
    *("schema", "status", "mode", "account", "id", "kind", "severity", "direction", "action", "time"),
}


def document(*results: Json, **beside: list[Json]) -> Json:
    return {**report.document(results), **beside}


def result(status: Status = Status.DRIFTED, name: str = "", **more: object) -> Json:
    """One with a finding that has a cause, and a change of every kind."""
    told = report.result(outcome(finding(cause=cause()), status=status))
    return {**told, "cluster": {**told["cluster"], **({"name": name} if name else {})}, **more}


def in_order(name: str = "calm-1") -> Json:
    return result(Status.IN_SYNC, name, findings=[], changes=[])


def a_finding(**more: object) -> Json:
    """A finding of the contract."""
    found: Json = result()["findings"][0]
    return {**found, **more}


def unjudged(cluster: str, reason: str = "x", region: str = "us-east-1", account: str = "") -> Json:
    """What `plan` and `apply` say of a cluster, or of a region, without a result."""
    return {"cluster": cluster, "account": account, "region": region, "reason": reason}


def replayed() -> list[Json]:
    """What `replay` makes of each sample."""
    return [json.loads(file.read_bytes()) for file in sorted(GOLDEN.glob("*.json"))]


def hostile(value: Any, text: str = HOSTILE) -> Any:  # noqa: ANN401  any JSON
    """The same with a stranger's text wherever one could come from, keys of tags too."""
    match value:
        case str():
            return text
        case list():
            return [hostile(each, text) for each in value]
        case dict():
            return {key: _hostile_at(key, each, text) for key, each in value.items()}
    return value


def everything_hostile(text: str = HOSTILE) -> Json:
    """A document of all that there can be, in a stranger's words."""
    whole: Json = hostile(
        document(
            result(Status.DRIFTED, event="x", before=result()["after"], alert={"subject": "x", "text": "x"}),
            result(Status.REMEDIATED),
            in_order(),
            ignored=[unjudged("x"), {"event": "x", "reason": "x"}],
            errors=[unjudged("x")],
        ),
        text,
    )
    return whole


def _hostile_at(key: str, value: Any, text: str) -> Any:  # noqa: ANN401  any JSON
    if key == "tags":
        return {text: text}
    return value if key in _NOT_FOR_STRANGERS else hostile(value, text)
