"""Alerts for a workflow of Microsoft Teams: an Adaptive Card in the envelope that its webhook takes.

What strangers wrote stands in text runs alone, in which no Markdown is read; elsewhere in a card it would be.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sgwarden.policy.types import Severity
from sgwarden.rendering.cards import card_of, daily_card_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily
    from sgwarden.rendering.cards import Card, Point

Json = dict[str, Any]

LIMIT = 28_000
"""Bytes of a message; Teams takes 28 KB."""
_ROOMS = ((50, 800), (20, 800), (10, 400), (5, 300), (3, 200), (1, 100))
"""Lines of each list, and characters of each; the first that makes a card small enough is taken."""
_ACTIONS = 5
_STYLES = {Severity.CRITICAL: "attention", Severity.HIGH: "warning", Severity.MEDIUM: "warning"}


def card(alert: Alert) -> Json:
    """The message of one alert."""
    return _message(card_of(alert))


def daily_card(daily: Daily) -> Json:
    """The message of the daily report."""
    return _message(daily_card_of(daily))


def _message(said: Card) -> Json:
    messages = [_enveloped(said, *room) for room in _ROOMS]
    return next((each for each in messages if _size(each) <= LIMIT), messages[-1])


def _size(message: Json) -> int:
    return len(json.dumps(message).encode())


def _enveloped(said: Card, shown: int, longest: int) -> Json:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": said.headline,
        "body": _shortened(list(_body(said, shown)), longest),
        "actions": [
            {"type": "Action.OpenUrl", "title": link.title, "url": link.url} for link in said.links[:_ACTIONS]
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _body(said: Card, shown: int) -> Iterator[Json]:
    title = _rich(_run(said.title, weight="Bolder", size="Large"))
    yield {"type": "Container", "style": _style(said), "bleed": True, "items": [title]}
    for lines in _first([list(_point(each)) for each in said.points], shown, said.left_out):
        yield from lines
    yield _box([_rich(_run(f"{name}  ", isSubtle=True), _run(value)) for name, value in said.facts])
    yield from _done("Before", said.before, said.earlier, shown)
    yield from _done("Done", said.done, said.changes, shown)
    for heading, texts in (("Who", said.calls), ("What to do now", said.steps)):
        if texts:
            yield _rich(_run(heading, weight="Bolder"), spacing="Medium")
            yield from (line for (line,) in _first([[_rich(_run(each))] for each in texts], shown))
    yield _rich(_run(said.footer, isSubtle=True, size="Small"), spacing="Medium")


def _shortened(node: Any, longest: int) -> Any:  # noqa: ANN401  any part of a card
    """The same with no longer texts."""
    match node:
        case {"type": "TextRun", "text": str(text)} if len(text) > longest:
            return {**node, "text": text[: longest - 1] + "…"}
        case dict():
            return {key: _shortened(child, longest) for key, child in node.items()}
        case list():
            return [_shortened(child, longest) for child in node]
    return node


def _style(said: Card) -> str:
    return "good" if said.is_over else _STYLES.get(said.severity, "emphasis")


def _point(point: Point) -> Iterator[Json]:
    yield _rich(_run(point.label, weight="Bolder"), spacing="Medium")
    yield _rich(_run(point.summary), spacing="None")
    if point.impact:
        yield _rich(_run(point.impact, isSubtle=True), spacing="None")


def _done(title: str, what: str, changes: Sequence[str], shown: int) -> Iterator[Json]:
    if what:
        yield _rich(_run(title, weight="Bolder"), spacing="Medium")
        yield _rich(_run(what), spacing="None")
    if changes:
        lines = [[_rich(_run(line, fontType="Monospace"), spacing="None")] for line in changes]
        yield _box([line for (line,) in _first(lines, shown)])


def _first(lines: Sequence[list[Json]], shown: int, left_out: int = 0) -> list[list[Json]]:
    """The first, and how many more there are; so many were `left_out` before."""
    left = max(0, len(lines) - shown) + left_out
    return [*lines[:shown], *([[_rich(_run(f"+{left} more", isSubtle=True))]] if left > 0 else [])]


def _box(items: list[Json]) -> Json:
    return {"type": "Container", "style": "emphasis", "spacing": "Medium", "items": items}


def _rich(*runs: Json, **more: str) -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def _run(text: str, **more: object) -> Json:
    return {"type": "TextRun", "text": text or "-", **more}
