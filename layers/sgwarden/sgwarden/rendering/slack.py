"""Alerts for an incoming webhook of Slack: Block Kit, in which what strangers wrote is text and nothing else.

Limits and escapes are of docs.slack.dev, "Block Kit" and "Formatting message text".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sgwarden.rendering.cards import card_of, daily_card_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily
    from sgwarden.rendering.cards import Card, Point
    from sgwarden.rendering.links import Link

Json = dict[str, Any]

_HEADER = 150
_SECTION = 3_000
_FIELD = 2_000
_BUTTONS = 5
_BUTTON_TEXT = 75
_URL = 3_000
_LINE = 500
"""Of a line as it is shown: `&` alone becomes five characters, and one line must fit into a section."""
_FENCE = "```"
_CONTROL = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Slack has no way to escape its marks of format: letters that look the same take their place.
_MARKS = str.maketrans({**_CONTROL, "*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_IN_CODE = str.maketrans({**_CONTROL, "`": "\u02cb"})
_NO_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a"})
# Within a word, as in managed_by, it does not slant.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def blocks(alert: Alert) -> Json:
    """The payload of one alert: a header, and beside a bar in the colour of the severity all else."""
    return _payload(card_of(alert))


def daily_blocks(daily: Daily) -> Json:
    """The payload of the daily report."""
    return _payload(daily_card_of(daily))


def escaped(text: str) -> str:
    """The text as mrkdwn that shows it: no mention, no link, no format."""
    quoted = "\u203a" + text[1:] if text.startswith(">") else text  # &gt; begins a quotation too
    return _UNDERSCORE.sub("\u02cd", quoted.translate(_MARKS))


def _payload(said: Card) -> Json:
    return {
        "text": escaped(said.headline),
        "blocks": [{"type": "header", "text": _plain(said.title, _HEADER)}],
        "attachments": [
            {"color": said.colour, "fallback": escaped(said.headline), "blocks": list(_blocks(said))}
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(said: Card) -> Iterator[Json]:
    if said.points:
        yield _section(_listed("", [*map(_point, said.points)], "\n\n", said.left_out))
    yield {"type": "section", "fields": [_field(title, value) for title, value in said.facts]}
    if said.before:
        yield _section(_did("Before", said.before, said.earlier))
    if said.done:
        yield _section(_did("Done", said.done, said.changes))
    if said.calls:
        yield _section(_listed("*Who*\n", [_shown(each) for each in said.calls]))
    if said.steps:
        yield _section(_listed("*What to do now*\n", [f"\u2022 {_step(each)}" for each in said.steps]))
    if buttons := _buttons(said.links):
        yield {"type": "actions", "elements": buttons}
    yield {"type": "context", "elements": [_mrkdwn(_shown(said.footer))]}


def _shown(text: str) -> str:
    return escaped(text if len(text) <= _LINE else text[: _LINE - 1] + "…")


def _step(text: str) -> str:
    """With the commands in it as code, which can be copied as it is."""
    parts = text.split("`")
    if len(text) > _LINE or len(parts) % 2 == 0:
        return _shown(text)
    codes = [f"`{part.translate(_IN_CODE)}`" if part else "" for part in parts[1::2]]
    words = [escaped(part) for part in parts[::2]]
    return words[0] + "".join(code + word for code, word in zip(codes, words[1:], strict=True))


def _point(point: Point) -> str:
    impact = f"\n{_shown(point.impact)}" if point.impact else ""
    return f"*{escaped(point.label)}*\n{_shown(point.summary)}{impact}"


def _field(title: str, value: str) -> Json:
    head = f"*{title}*\n"
    shown = _shown(value) or "-"
    if len(head + shown) > _FIELD:  # each character became five at most
        shown = escaped(value[: (_FIELD - len(head)) // 5 - 1] + "…")
    return _mrkdwn(head + shown)


def _did(title: str, what: str, changes: Sequence[str]) -> str:
    done = f"*{title}*\n{_shown(what)}"
    if not changes:
        return done
    lines = [line.translate(_IN_CODE) for line in changes]
    room = _SECTION - len(done) - len(f"\n{_FENCE}\n\n{_FENCE}")
    return f"{done}\n{_FENCE}\n{_first(lines, room)}\n{_FENCE}"


def _listed(title: str, lines: Sequence[str], apart: str = "\n", left_out: int = 0) -> str:
    return title + _first(lines, _SECTION - len(title), apart, left_out)


def _first(lines: Sequence[str], room: int, apart: str = "\n", left_out: int = 0) -> str:
    """As many lines as there is room for, and how many more there are; so many were `left_out` before."""
    for shown in range(len(lines), -1, -1):
        left = len(lines) - shown + left_out
        text = apart.join([*lines[:shown], *([f"+{left} more"] if left else [])])
        if len(text) <= room:
            return text
    return ""


def _buttons(links: Sequence[Link]) -> list[Json]:
    fitting = [link for link in links if len(link.url) <= _URL][:_BUTTONS]
    return [
        {
            "type": "button",
            "text": _plain(link.title, _BUTTON_TEXT),
            "url": link.url,
            "action_id": f"link-{number}",
        }
        for number, link in enumerate(fitting)
    ]


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Json:
    # Verbatim: what looks like an address or a channel is not made a link of.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, limit: int) -> Json:
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": "plain_text", "text": shown.translate(_NO_MARKUP), "emoji": False}
