"""An alert as SNS takes it: a text for people, the JSON for programs, and attributes to filter by."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sgwarden import report
from sgwarden.kept_alert import KeptAlert
from sgwarden.rendering import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.alert import Alert, Made
    from sgwarden.life import Note
    from sgwarden.outcome import Outcome
    from sgwarden.trigger import Cause

Json = dict[str, Any]
_Part = TypeVar("_Part", "Alert", "Note", "Made", "Cause")

TOPIC_TAKES = 250_000
"""SNS takes 262,144 bytes for all protocols of a message together, attributes included."""
_SHOWN = 20
_TEXT_SHOWN = 10_000
_LEFT_AT_LAST = ((_SHOWN, 1000), (1, 200))
"""How many of each, and how many characters of each text; the last fits whatever the characters are."""


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
    of its findings, then the result, and at last all but the first of what the alert itself says, in short.
    """
    results = [report.result(outcome)] if outcome else []
    text = plain.text(alert)
    for left in (results, *_lessened(results), []):
        yield _message(alert, left, text)
    for shown, characters in _LEFT_AT_LAST:
        yield _message(_first(alert, shown, characters), [], text[:_TEXT_SHOWN])


def _lessened(results: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for result in results:
        yield [{**result, "after": None}]
        yield [{**result, "after": None, "changes": []}]
        shown = [_shortened(finding) for finding in result["findings"][:_SHOWN]]
        yield [{**result, "after": None, "changes": [], "findings": shown}]


def _shortened(finding: Json) -> Json:
    return {**finding, "traffic": finding["traffic"][:_SHOWN], "rules": finding["rules"][:_SHOWN]}


def _first(alert: Alert, shown: int, characters: int) -> Alert:
    """The first of everything, with the first characters of all that strangers or policies can fill."""

    def cut(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(each[:characters] for each in islice(texts, shown))

    def cut_in(part: _Part, *names: str) -> _Part:
        return replace(part, **{name: getattr(part, name)[:characters] for name in names})

    def calls(causes: Iterable[Cause]) -> tuple[Cause, ...]:
        names = ("event", "event_id", "actor", "source_ip")
        return tuple(cut_in(each, *names) for each in islice(causes, shown))

    notes = (
        replace(
            cut_in(note, "summary", "headline", "impact", "statement"),
            traffic=cut(note.traffic),
            rules=cut(note.rules),
            causes=calls(note.causes),
        )
        for note in alert.notes[:shown]
    )
    return replace(
        cut_in(alert, "group_name", "policy", "paused", "barred"),
        notes=tuple(notes),
        changes=tuple(cut_in(each, "rule", "was", "why", "description") for each in alert.changes[:shown]),
        causes=calls(alert.causes),
        held=cut(alert.held),
    )


def _message(alert: Alert, results: Sequence[Json], text: str) -> Json:
    document = {**report.document(results), "alert": alert.as_json()}
    return {"default": json.dumps(document), "email": text, "sms": plain.sms(alert)}
