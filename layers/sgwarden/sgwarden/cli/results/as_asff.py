"""Results in the AWS Security Finding Format, ready for `aws securityhub batch-import-findings`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sgwarden.cli.results.as_alerts import alerts
from sgwarden.rendering import asff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

Json = dict[str, Any]


def render(document: Json, now: datetime) -> str:
    """A line for each call that imports the findings: `{"Findings": [...]}`, with at most 100.

    A call is for one account and region, as its caller must be. Of a finding that the document tells of more
    than once, only how it stands at the end is in it.
    """
    latest: dict[str, Json] = {}
    for each in sorted(alerts(document, now), key=lambda alert: alert.time):
        latest |= {finding["Id"]: finding for finding in asff.findings(each)}
    return "".join(json.dumps({"Findings": call}) + "\n" for call in _calls(latest.values()))


def _calls(findings: Iterable[Json]) -> Iterator[list[Json]]:
    places: dict[str, list[Json]] = {}
    for finding in findings:
        places.setdefault(finding["ProductArn"], []).append(finding)
    for together in places.values():
        for first in range(0, len(together), asff.AT_ONCE):
            yield together[first : first + asff.AT_ONCE]
