"""Custom notifications of Amazon Q Developer in chat applications, which shows them in Slack and Teams.

Source: its administrator guide, "Custom notifications": a title has at most 250 characters, a description
8,000, a step 350 and a keyword 75. What is not in the form, it drops without a word. It shows Markdown as the
channel's application has it, and that can be either: what others wrote stands in code, which neither reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.rendering.advice import steps
from sgwarden.rendering.links import links_of, links_of_standing
from sgwarden.rendering.plain import BROKE_OFF, attributes, call, did, subject
from sgwarden.rendering.plain_daily import (
    by_severity,
    daily_attributes,
    daily_subject,
    in_short,
    standing_line,
)
from sgwarden.rendering.single import cluster_arn, group_arn
from sgwarden.rendering.verdict import became, blamed, other_findings, sentence, unnamed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.alert import Alert, Made
    from sgwarden.daily import Daily
    from sgwarden.life import Note
    from sgwarden.rendering.links import Link

Json = dict[str, Any]

TITLE_LIMIT, DESCRIPTION_LIMIT, STEP_LIMIT, KEYWORD_LIMIT = 250, 8000, 350, 75
_LINE = 400
_NAME_SHOWN = 100
_FINDINGS_SHOWN = 8
_CALLS_SHOWN = 4
_CHANGES_SHOWN = 12
_GROUPS_SHOWN = 15
_SIGNS = {
    Severity.CRITICAL: "\U0001f534",
    Severity.HIGH: "\U0001f7e0",
    Severity.MEDIUM: "\U0001f7e1",
    Severity.LOW: "\U0001f535",
    Severity.INFO: "\u26aa",
}
_OVER = "\u2705"
_CONTROL = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_IN_CODE = str.maketrans({**_CONTROL, "`": "'"})
# Neither application can show a mark of format as it is, so letters that look like it take its place.
_IN_PROSE = str.maketrans({**_CONTROL, "*": "\u2217", "~": "\u223c", "`": "'", "@": "\uff20"})
# Within a word, as in trim_limit, it does not slant.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# Custom actions put these values into commands.
_FIT_FOR_COMMANDS = re.compile(r"[A-Za-z0-9:/_.-]{1,1024}")


def message(alert: Alert) -> Json:
    """The notification of one alert, in the thread of its group."""
    sign = _OVER if alert.is_over else _SIGNS[alert.severity]
    title = f"{sign} {prose(_where(alert))} {prose(became(alert))} [{alert.severity}]"
    return _notification(
        id=alert.id,
        title=title,
        lines=_description(alert),
        steps=[*map(_step, steps(alert)), *_links(links_of(alert))],
        keywords=[str(alert.severity), str(alert.transition), str(alert.status), alert.cluster, alert.region],
        thread=alert.thread,
        summary=subject(alert),
        kind="sgwarden-finding",
        resources=(group_arn(alert), cluster_arn(alert)),
        context={**attributes(alert), "group": alert.group, "thread": alert.thread},
    )


def daily_message(daily: Daily) -> Json:
    """The notification of the daily report, in a thread of its own: in an old one nobody would see it."""
    name = f"daily-{daily.account}-{daily.region}-{daily.time:%Y-%m-%d}"
    worst = daily.from_the_worst[:1]
    title = f"{_SIGNS[daily.severity] if worst else _OVER} {in_short(daily)}, {prose(daily.region)}"
    links = (link for each in worst for link in links_of_standing(each, daily.region))
    return _notification(
        id=name,
        title=title,
        lines=_standings(daily),
        steps=[
            *(["Look at the worst of them first: `sgwarden plan` shows all."] if worst else []),
            *_links(links),
        ],
        keywords=["daily", str(daily.severity), daily.region],
        thread=name,
        summary=daily_subject(daily),
        kind="sgwarden-daily",
        resources=(),
        context=daily_attributes(daily),
    )


def prose(text: str) -> str:
    """The text in a line of Markdown that shows it: no mention, no link, no format."""
    return _shown(printable(text, _LINE))


def code(text: str, limit: int = _LINE) -> str:
    """The text in code, where neither application reads Markdown, mentions or addresses."""
    return f"`{(printable(text, limit) or '-').translate(_IN_CODE)}`"


def _notification(
    *,
    id: str,
    title: str,
    lines: Iterable[str],
    steps: Iterable[str],
    keywords: Iterable[str],
    thread: str,
    summary: str,
    kind: str,
    resources: Iterable[str],
    context: dict[str, str],
) -> Json:
    return {
        "version": "1.0",
        "source": "custom",
        "id": printable(id) or "-",
        "content": {
            "textType": "client-markdown",
            "title": _cut(title, TITLE_LIMIT),
            "description": _fitting(lines),
            "nextSteps": [step for step in steps if len(step) <= STEP_LIMIT],
            "keywords": [_cut(prose(each), KEYWORD_LIMIT) for each in keywords if printable(each)],
        },
        "metadata": {
            "threadId": printable(thread) or "-",
            "summary": prose(summary),
            "eventType": kind,
            "relatedResources": [prose(each) for each in resources],
            "additionalContext": {
                name: value for name, value in context.items() if _FIT_FOR_COMMANDS.fullmatch(value)
            },
        },
    }


def _shown(text: str) -> str:
    plain = _UNDERSCORE.sub("\u02cd", text.translate(_IN_PROSE))
    return plain.replace("://", "[:]//").replace("www.", "www[.]").replace("](", "] (")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _fitting(lines: Iterable[str]) -> str:
    """As many of the lines as a description takes: one that is cut in its code would open what follows."""
    said: list[str] = []
    room = DESCRIPTION_LIMIT
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        said.append(line)
    return "\n".join(said)


def _where(alert: Alert) -> str:
    return f"{alert.cluster} {alert.group}" if alert.additional else alert.cluster


def _description(alert: Alert) -> Iterator[str]:
    yield from _at_most(_FINDINGS_SHOWN, [_finding(note) for note in alert.notes], alert.left_out)
    if others := other_findings(alert):
        yield f"*Besides* {code(others)}"
    names = f"cluster {alert.cluster}, {alert.group}, {alert.region}, account {alert.account}"
    yield f"*Where* {code(names)}"
    calls = [f"*Who* {code(call(each))}" for each in blamed(alert)]
    yield from _at_most(_CALLS_SHOWN, calls, unnamed(alert))
    if alert.missed:
        yield "*Missed* by events: a sweep found it."
    if alert.earlier:
        yield f"*Before* {BROKE_OFF}"
        yield from _at_most(_CHANGES_SHOWN, [_change(each) for each in alert.earlier])
    yield f"*Done* {prose(did(alert))}"
    yield from _at_most(_CHANGES_SHOWN, [_change(each) for each in alert.changes])


def _finding(note: Note) -> str:
    breaks = prose(note.impact) if note.transition is not Transition.RESOLVED else ""
    return f"*{note.severity.upper()}* {code(note.summary)}" + (f" {sentence(breaks)}" if breaks else "")


def _change(made: Made) -> str:
    # One of the two may show an escaped ">" as it is written.
    return code(made.line.replace(" -> ", " → "))


def _standings(daily: Daily) -> Iterator[str]:
    yield by_severity(daily) or "All groups are as the policy wants them."
    lines = [f"*{each.severity.upper()}* {code(standing_line(each))}" for each in daily.from_the_worst]
    yield from _at_most(_GROUPS_SHOWN, lines, daily.left_out)


def _at_most(number: int, lines: Sequence[str], left_out: int = 0) -> Iterator[str]:
    yield from lines[:number]
    more = max(0, len(lines) - number) + left_out
    if more:
        yield f"and {more} more"


def _step(said: str) -> str:
    """A step with its commands, which stand in backquotes, as code."""
    parts = said.split("`")
    return "".join(code(part) if number % 2 else _shown(part) for number, part in enumerate(parts))


def _links(links: Iterable[Link]) -> Iterator[str]:
    """Bare addresses: each application writes a named link in a way of its own."""
    return (f"{prose(link.title)}: {link.url}" for link in links)
