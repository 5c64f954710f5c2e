"""Results as events of the Open Cybersecurity Schema Framework, for data lakes and SIEMs."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sgwarden.cli.results.as_alerts import alerts
from sgwarden.rendering import ocsf

if TYPE_CHECKING:
    from datetime import datetime

Json = dict[str, Any]


def render(document: Json, now: datetime) -> str:
    """JSON Lines, as what is streamed and appended: a Compliance Finding a line, in the document's order."""
    told = (each for alert in alerts(document, now) for each in ocsf.findings(alert, version("sgwarden")))
    return "".join(json.dumps(each) + "\n" for each in told)
