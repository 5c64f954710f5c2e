"""The daily report as SNS takes it, like an alert."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.kept_alert import KeptAlert
from sgwarden.rendering.plain_daily import daily_attributes, daily_subject, daily_text
from sgwarden.rendering.sns import TOPIC_TAKES, size_within
from sgwarden.report import SCHEMA

if TYPE_CHECKING:
    from sgwarden.daily import Daily


def published_daily_as(daily: Daily) -> KeptAlert:
    """The report, less what of its groups must be left out for SNS to take it: the text counts them all."""
    subject = daily_subject(daily)
    said = {"email": daily_text(daily), "sms": subject}
    left = TOPIC_TAKES - len(json.dumps({**said, "default": ""}).encode())
    document = json.dumps({"schema": SCHEMA, "daily": _fitting(daily, left).as_json()})
    return KeptAlert(subject, json.dumps({"default": document, **said}), daily_attributes(daily))


def _fitting(daily: Daily, room: int) -> Daily:
    """As many of the worst groups as there is room for, in bytes."""
    kept, used = 0, size_within({**replace(daily, standings=()).as_json(), "schema": SCHEMA})
    for each in daily.from_the_worst:
        used += size_within(each.as_json())
        if used > room:
            break
        kept += 1
    shown = daily.from_the_worst[:kept]
    return replace(daily, standings=shown, left_out=daily.left_out + len(daily.standings) - kept)
