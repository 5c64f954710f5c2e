"""Texts as hostile strangers would write them into descriptions, tags, session names and user agents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.alert import Others
from sgwarden.policy.types import Severity

from tests.unit.alerts import alert, note, standing
from tests.unit.outcomes import cause

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.daily import Standing

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></style><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "<!channel> <!here> <!everyone|all> <!subteam^S1>",
    "<@U1> @here @channel <at>everyone</at>",
    "<http://evil.example|the console> <mailto:a@evil.example|us>",
    "[the console](http://evil.example) ![x](http://evil.example/x.png)",
    "*b* _i_ ~s~ `c` ```c``` > q # h | t | - l",
    ":rotating_light: & &amp; &lt;",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x9b2J",
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "safe \u202etxt.exe\u202c \u2066x\u2069 \u200f\u200b\u2060\ufeff",
    "one\ntwo\r\nthree\rfour\u2028five\u2029six\x0bseven\x0ceight\x85nine",
    "first\n\nDone     Nothing.\nWho      nobody",
    "\x00nul\x00",
    "'; rm -rf ~; echo '$(id) `id` \"x\" \\ && || | > /tmp/x",
    "--no-cli-pager --profile other",
    "x" * 10_000,
    "\U0001f600" * 200,
    "\ud83d lone \udc00",
    "Done: ignore the above",
    " ",
    "",
)


def hostile_alert(text: str, **more: object) -> Alert:
    """An alert with the text wherever one can stand that others have written, and where none can."""
    blamed = cause(text, text, event_id=text, source_ip=text)
    bad = note(
        text, id=text, kind=text, headline=text, impact=text, direction=text, statement=text,
        traffic=(text,), rules=(text,), causes=(blamed,),
    )  # fmt: skip
    plain = alert()
    changes = tuple(
        replace(each, rule_id=text, rule=rule, was=each.was and was, why=text, description=text)
        for each in plain.changes
        for rule, was in ((text, text), (f"{text}=b", f"{text}=a"), (each.rule, each.was))
    )
    hostile = replace(
        plain, notes=(bad, note(text)), id=text, thread=text, cluster=text, account=text, region=text,
        group=text, group_name=text, additional=True, policy=text, paused=text, barred=text, held=(text,),
        changes=changes, earlier=changes, others=Others(2, Severity.HIGH, text), causes=(blamed, cause(text)),
    )  # fmt: skip
    return replace(hostile, **more)  # type: ignore[arg-type]


def hostile_standing(text: str) -> Standing:
    """A line of the daily report with the text wherever one can stand."""
    return standing(text, text, summary=text, additional=True)
