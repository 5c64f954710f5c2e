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

    from sgwarden.alert import Alert, Made, Others
    from sgwarden.life import Note
    from sgwarden.outcome import Outcome
    from sgwarden.trigger import Cause

Json = dict[str, Any]
_Part = TypeVar("_Part", "Alert", "Note", "Made", "Others", "Cause")

TOPIC_TAKES = 250_000
"""SNS takes 262,144 bytes for all protocols of a message together, attributes included."""
_SHOWN = 20
_TEXT_SHOWN = 10_000
_ROOMS = ((20, 1000, 200), (5, 500, 50), (1, 200, 1))
"""How many calls, rules and lines of traffic, how many characters of each text, and how many changes."""


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
    of its findings, then the result, then more and more of the calls, rules and traffic of the alert itself,
    and its changes. Findings go last, for no other message tells of them: then their number is told.
    """
    results = [report.result(outcome)] if outcome else []
    said = {"email": plain.text(alert), "sms": plain.sms(alert)}
    for left in (results, *_lessened(results), []):
        yield _message(alert, left, said)
    said["email"] = said["email"][:_TEXT_SHOWN]
    for room in _ROOMS:
        yield _message(_shortened(alert, *room), [], said)
    yield _message(_fitting(_shortened(alert, *_ROOMS[-1]), said), [], said)


def _fitting(alert: Alert, said: dict[str, str]) -> Alert:
    """As many of the worst findings as there is room for beside what else is said, and one at least."""
    used, kept = len(json.dumps(_message(replace(alert, notes=()), [], said)).encode()), 0
    for note in alert.notes:
        used += size_within(note.as_json())
        if used > TOPIC_TAKES:
            break
        kept += 1
    kept = max(1, kept)
    return replace(alert, notes=alert.notes[:kept], left_out=alert.left_out + len(alert.notes[kept:]))


def size_within(said: object) -> int:
    """Bytes of JSON that stands in JSON as a text, and of what is between it and the next."""
    return len(json.dumps(json.dumps(said))) + 16


def _lessened(results: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for result in results:
        yield [{**result, "after": None}]
        yield [{**result, "after": None, "changes": []}]
        shown = [_in_short(finding) for finding in result["findings"][:_SHOWN]]
        yield [{**result, "after": None, "changes": [], "findings": shown}]


def _in_short(finding: Json) -> Json:
    return {**finding, "traffic": finding["traffic"][:_SHOWN], "rules": finding["rules"][:_SHOWN]}


def _shortened(alert: Alert, shown: int, characters: int, changes: int) -> Alert:
    """All findings, with the first of their lists and of all texts that strangers or policies can fill."""

    def cut(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(each[:characters] for each in islice(texts, shown))

    def cut_in(part: _Part, *names: str) -> _Part:
        return replace(part, **{name: getattr(part, name)[:characters] for name in names})

    def calls(causes: Iterable[Cause]) -> tuple[Cause, ...]:
        names = ("event", "event_id", "actor", "source_ip")
        return tuple(cut_in(each, *names) for each in islice(causes, shown))

    def first(made: Iterable[Made]) -> tuple[Made, ...]:
        return tuple(cut_in(each, "rule", "was", "why", "description") for each in islice(made, changes))

    def short(note: Note) -> Note:
        return replace(
            cut_in(note, "summary", "headline", "impact", "statement"),
            traffic=cut(note.traffic),
            present=cut(note.present),
            rules=cut(note.rules),
            causes=calls(note.causes),
            left_out=note.left_out + len(note.causes[shown:]),
        )

    return replace(
        cut_in(alert, "group_name", "policy", "paused", "barred"),
        notes=tuple(map(short, alert.notes)),
        changes=first(alert.changes),
        earlier=first(alert.earlier),
        others=alert.others and cut_in(alert.others, "summary"),
        causes=calls(alert.causes),
        held=cut(alert.held),
    )


def _message(alert: Alert, results: Sequence[Json], said: dict[str, str]) -> Json:
    document = {**report.document(results), "alert": alert.as_json()}
    return {"default": json.dumps(document), **said}
