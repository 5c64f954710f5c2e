"""An alert as SNS takes it: a text for people, the JSON for programs, and attributes to filter by."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sgwarden import report
from sgwarden.kept_alert import KeptAlert
from sgwarden.rendering import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.alert import Alert
    from sgwarden.outcome import Outcome

Json = dict[str, Any]

TOPIC_TAKES = 250_000
"""SNS takes 262,144 bytes for all protocols of a message together, attributes included."""
_SHOWN = 20
_TEXT_SHOWN = 10_000


def published_as(alert: Alert, outcome: Outcome | None) -> KeptAlert:
    """The alert with the result of the look, less what must be left out for SNS to take it."""
    subject, attributes = plain.subject(alert), plain.attributes(alert)
    message = ""
    for said in _messages(alert, outcome):
        message = json.dumps(said)
        if len(message.encode()) <= TOPIC_TAKES:
            break
    return KeptAlert(subject, message, attributes)


def _messages(alert: Alert, outcome: Outcome | None) -> Iterator[Json]:
    """The whole first; each that follows goes without something more that fills it.

    First the state of the group, which all can read in EC2, then the result's changes and all but the first
    of its findings, then the result, and at last all but the first of what the alert itself says.
    """
    results = [report.result(outcome)] if outcome else []
    text = plain.text(alert)
    for left in (results, *_lessened(results), []):
        yield _message(alert, left, text)
    yield _message(_first(alert), [], text[:_TEXT_SHOWN])


def _lessened(results: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for result in results:
        yield [{**result, "after": None}]
        yield [{**result, "after": None, "changes": []}]
        shown = [_shortened(finding) for finding in result["findings"][:_SHOWN]]
        yield [{**result, "after": None, "changes": [], "findings": shown}]


def _shortened(finding: Json) -> Json:
    return {**finding, "traffic": finding["traffic"][:_SHOWN], "rules": finding["rules"][:_SHOWN]}


def _first(alert: Alert) -> Alert:
    notes = (
        replace(note, traffic=note.traffic[:_SHOWN], rules=note.rules[:_SHOWN])
        for note in alert.notes[:_SHOWN]
    )
    return replace(
        alert,
        notes=tuple(notes),
        changes=alert.changes[:_SHOWN],
        causes=alert.causes[:_SHOWN],
        held=alert.held[:_SHOWN],
    )


def _message(alert: Alert, results: Sequence[Json], text: str) -> Json:
    document = {**report.document(results), "alert": alert.as_json()}
    return {"default": json.dumps(document), "email": text, "sms": plain.sms(alert)}
