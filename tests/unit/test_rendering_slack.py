"""Slack takes every payload, shows what strangers wrote as text, and is told the whole story."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.rendering.slack import blocks, daily_blocks, escaped

from tests.unit.alerts import MADE, alert, daily, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.outcomes import cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert

Json = dict[str, Any]

# Of docs.slack.dev: reference of blocks and composition objects, and "Formatting message text".
_BLOCKS = 50
_TEXTS = {"header": 150, "section": 3000, "field": 2000, "button": 75, "context": 3000}
_KEYS = {
    "header": {"type", "text"},
    "section": {"type", "text", "fields"},
    "actions": {"type", "elements"},
    "context": {"type", "elements"},
    "button": {"type", "text", "url", "action_id"},
    "mrkdwn": {"type", "text", "verbatim"},
    "plain_text": {"type", "text", "emoji"},
}
_ALIKE = "\u2217\u223c\u02cb\u02cd\u203a"
_SPECIAL = re.compile(r"<[^>]*>")


def _faults(payload: Json) -> list[str]:
    """What Slack would refuse."""
    attachments = payload["attachments"]
    shown = [*payload["blocks"], *(block for each in attachments for block in each["blocks"])]
    faults = [f"{len(shown)} blocks"] if not 0 < len(shown) <= _BLOCKS else []
    if not payload["text"]:
        faults.append("no fallback")
    faults += [
        f"colour {each['color']}" for each in attachments if not re.fullmatch("#[0-9a-f]{6}", each["color"])
    ]
    return [*faults, *(fault for block in shown for fault in _of_block(block))]


def _of_block(block: Json) -> Iterator[str]:
    kind = block["type"]
    if not set(block) <= _KEYS[kind]:
        yield f"{kind} has {set(block) - _KEYS[kind]}"
    match kind:
        case "header":
            yield from _of_text(block["text"], "header", "plain_text")
        case "section":
            if ("text" in block) == ("fields" in block):
                yield "a section with neither or both"
            yield from _of_text(block["text"], "section") if "text" in block else ()
            if not len(block.get("fields", [""])) <= 10:
                yield f"{len(block['fields'])} fields"
            for each in block.get("fields", ()):
                yield from _of_text(each, "field")
        case "actions":
            yield from _of_buttons(block["elements"])
        case "context":
            if not 0 < len(block["elements"]) <= 10:
                yield f"{len(block['elements'])} elements of a context"
            for each in block["elements"]:
                yield from _of_text(each, "context")


def _of_buttons(buttons: list[Json]) -> Iterator[str]:
    if not 0 < len(buttons) <= 25 or len({each["action_id"] for each in buttons}) != len(buttons):
        yield "buttons"
    for each in buttons:
        yield from _of_text(each["text"], "button", "plain_text")
        if set(each) != _KEYS["button"] or not each["url"].startswith("https://") or len(each["url"]) > 3000:
            yield f"button {each}"


def _of_text(text: Json, place: str, kind: str = "mrkdwn") -> Iterator[str]:
    if text["type"] != kind or set(text) != _KEYS[kind]:
        yield f"{place} is {text}"
    if not text.get("verbatim", True):
        yield f"{place} in which addresses become links"
    if not 0 < len(text["text"]) <= _TEXTS[place]:
        yield f"{place} of {len(text['text'])} characters"


def _texts(payload: Json) -> list[str]:
    """All mrkdwn, the fallback included."""
    found = [payload["text"], *(each["fallback"] for each in payload["attachments"])]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "mrkdwn":
                found.append(node["text"])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(payload)
    return found


def _read(payload: Json) -> str:
    """The card as people read it, a block to a paragraph."""
    lines = [f"# {payload['blocks'][0]['text']['text']}"]
    for block in payload["attachments"][0]["blocks"]:
        match block["type"]:
            case "section" if "fields" in block:
                lines.append(" | ".join(each["text"].replace("\n", " ") for each in block["fields"]))
            case "section":
                lines.append(block["text"]["text"])
            case "actions":
                lines.append(" ".join(f"[{each['text']['text']}]" for each in block["elements"]))
            case "context":
                lines.append(block["elements"][0]["text"])
    return "\n\n".join(lines)


# --- What it says ---------------------------------------------------------------------------------------


def test_what_was_found_and_only_observed() -> None:
    bad = note(impact="anybody on the internet can try to log in")
    payload = blocks(alert(bad))
    assert (
        payload["text"]
        == "[critical] prod-1 not touched (observing): Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
    )
    before, _, after = _read(payload).partition("*What to do now*")
    assert (
        before
        == """\
# prod-1 not touched (observing): Inbound open: tcp/22 (SSH) from 0.0.0.0/0

*CRITICAL opened*
Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.
Anybody on the internet can try to log in.

*Cluster* prod-1 | *Security group* sg-0c1f4a7be2d95083a | *Account* 111122223333 | *Region* eu-west-1 \
| *Policy* production | *Mode* observe

*Done*
Nothing: sgwarden only observes here. It would:
```
+ ingress tcp/443 from 10.0.0.0/8
~ ingress tcp/20-25 from 0.0.0.0/0 -&gt; tcp/20-21 from 0.0.0.0/0 (sgr-0a)
- egress all to self (sgr-0b)
~ tag Name=web servers -&gt; eks-cluster-sg-prod-1
+ tag team=platform
```

*Who*
alice (IAM user) from 203.0.113.24: AuthorizeSecurityGroupIngress, 2026-11-03 14:21:37 UTC

"""
    )
    assert "`sgwarden plan --region eu-west-1 --cluster prod-1`" in after
    assert after.endswith("sgwarden, 2026-11-03 14:21:37 UTC, alert fedcba9876543210")


@pytest.mark.parametrize(
    ("said", "title", "done"),
    [
        (
            alert(note(transition=Transition.REMEDIATED), status=Status.REMEDIATED, mode=Mode.REMEDIATE),
            "prod-1 put right: Inbound open",
            "The group is as the policy wants it again:",
        ),
        (
            alert(note(transition=Transition.REMEDIATED), status=Status.REMEDIATED, earlier=MADE[:1]),
            "prod-1 put right: Inbound open",
            "*Before*\nA run broke off; these are the changes that it set out to make:",
        ),
        (
            alert(note(transition=Transition.FAILED), status=Status.FAILED),
            "prod-1 NOT put right: Inbound open",
            "It FAILED, look at it now. Changes made:",
        ),
        (
            alert(note(transition=Transition.RESOLVED), status=Status.IN_SYNC, changes=()),
            "prod-1 resolved: Inbound open",
            "*Done*\nNothing.",
        ),
        (
            alert(note(transition=Transition.REMINDED)),
            "prod-1 still open since 2026-11-03: Inbound open",
            "Nothing: sgwarden only observes here. It would:",
        ),
        (
            alert(paused="by me, an upgrade"),
            "prod-1 not touched (paused): Inbound open",
            "Nothing: sgwarden is paused (by me, an upgrade). It would:",
        ),
        (
            alert(status=Status.REFUSED, changes=()),
            "prod-1 not touched (refused): Inbound open",
            "*Done*\nNothing.",
        ),
        (
            alert(held=("a", "b", "c", "d")),
            "prod-1 not touched (observing)",
            "Held until EKS is done with its update of the cluster: a, b, c and 1 more. Nothing: sgwarden"
            " only observes here. It would:",
        ),
        (alert(missed=True), "prod-1 not touched (observing)", "No event told of it: a sweep found it."),
    ],
)
def test_the_story_by_what_became_of_it(said: Alert, title: str, done: str) -> None:
    text = _read(blocks(said))
    assert text.startswith(f"# {title}")
    assert done in text


def test_a_finding_that_came_back_says_how_often() -> None:
    text = _read(blocks(alert(note(transition=Transition.REOPENED, times=3))))
    assert text.startswith("# prod-1 reopened (3rd time), not touched (observing): ")
    assert "*CRITICAL reopened (3rd time)*" in text


def test_every_actor_is_named_once_the_blamed_first() -> None:
    eve, bob = cause("eve (IAM user)"), cause("bob (IAM user)", event_id="c0ffee00")
    said = alert(note(causes=(eve,)), causes=(bob, eve))
    (who,) = re.findall(r"\*Who\*\n(.*?)\n\n", _read(blocks(said)), re.DOTALL)
    assert [line.partition(" ")[0] for line in who.splitlines()] == ["eve", "bob"]


def test_an_additional_group_is_named() -> None:
    text = _read(blocks(alert(additional=True, group_name="nodes")))
    assert "*Additional group* sg-0c1f4a7be2d95083a (nodes)" in text


def test_the_colour_is_that_of_the_severity_until_it_is_over() -> None:
    def colour(**more: object) -> str:
        return str(blocks(alert(note("", **more)))["attachments"][0]["color"])

    colours = {severity: colour(severity=severity) for severity in Severity}
    assert len(set(colours.values())) == len(Severity)
    over = {colour(transition=each) for each in (Transition.REMEDIATED, Transition.RESOLVED)}
    assert len(over) == 1
    assert not over & set(colours.values())


def test_links_are_buttons() -> None:
    (actions,) = [each for each in blocks(alert())["attachments"][0]["blocks"] if each["type"] == "actions"]
    assert any("sg-0c1f4a7be2d95083a" in each["url"] for each in actions["elements"])


def test_a_daily_report_has_a_point_for_each_group_from_the_worst() -> None:
    low = standing("dev-2", "sg-0b", severity=Severity.LOW, findings=1, state=State.FAILED)
    payload = daily_blocks(daily(low, standing()))
    assert payload["text"] == "[critical] 2 groups are not as the policy asks"
    assert (
        _read(payload)
        == """\
# 2 groups are not as the policy asks

*CRITICAL open since 2026-11-02*
prod-1, sg-0c1f4a7be2d95083a: Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids. \
And 1 more.

*LOW failed since 2026-11-02*
dev-2, sg-0b: Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.

*Account* 111122223333 | *Region* eu-west-1

sgwarden, daily report of 2026-11-03 14:21 UTC"""
    )


def test_a_daily_report_of_nothing_says_so() -> None:
    payload = daily_blocks(daily())
    assert payload["blocks"][0]["text"]["text"] == "All groups are as their policies ask"
    assert not _faults(payload)


# --- Its limits -----------------------------------------------------------------------------------------


def _many(number: int) -> Alert:
    words = "tcp/22 & more <all> " * 12
    notes = tuple(
        note(f"{number}: {words}", impact=words, causes=(cause(f"{n} {words}"),)) for n in range(number)
    )
    changes = tuple(replace(alert().changes[0], rule=f"{words} {n}") for n in range(number))
    return alert(*notes, changes=changes, held=(words,) * number)


@pytest.mark.parametrize("number", [1, 3, 30, 500])
def test_what_does_not_fit_is_counted(number: int) -> None:
    payload = blocks(_many(number))
    assert not _faults(payload)
    said = _read(payload)
    shown = said.count("*CRITICAL opened*")
    left = re.search(r"\+(\d+) more\n\n\*Cluster\*", said)
    assert shown + (int(left[1]) if left else 0) == number
    assert shown


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_takes_whatever_strangers_wrote(text: str) -> None:
    for payload in (blocks(hostile_alert(text)), daily_blocks(daily(hostile_standing(text)))):
        assert not _faults(payload)
        json.dumps(payload).encode()


def test_the_checker_of_limits_finds_what_is_too_long() -> None:
    payload = blocks(alert())
    payload["blocks"][0]["text"]["text"] = "x" * 151
    assert _faults(payload) == ["header of 151 characters"]


# --- What strangers wrote -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_strangers_wrote_is_more_than_text(text: str) -> None:
    for payload in (blocks(hostile_alert(text)), daily_blocks(daily(hostile_standing(text)))):
        for shown in _texts(payload):
            assert not _SPECIAL.search(shown), "a mention or a link"
            assert "<" not in shown
            assert ">" not in shown
            assert not re.search("&(?!amp;|lt;|gt;)", shown)
            _only_our_marks(shown)
        assert not set("<>") & set(payload["blocks"][0]["text"]["text"])


def _only_our_marks(shown: str) -> None:
    """Bold headings and code are ours, and what is in code has no format."""
    assert not any("`" in code for code in re.findall(r"```\n(.*?)\n```", shown, re.DOTALL))
    without_code = re.sub(r"```\n.*?\n```|`[^`\n]+`", "", shown, flags=re.DOTALL)
    assert "`" not in without_code
    assert "~" not in without_code
    for line in without_code.splitlines():
        assert line.count("*") in (0, 2)
        assert "*" not in line or (line[0] == line[-1] == "*")
        assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", line)


@given(st.text(max_size=60))
def test_an_escaped_text_reads_as_it_was_written(text: str) -> None:
    alike = str.maketrans(dict(zip(_ALIKE, "*~`_>", strict=True)))
    if not set(text) & set(_ALIKE):
        assert html.unescape(escaped(text).translate(alike)) == html.unescape(html.escape(text, quote=False))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("managed_by a_b_c", "managed_by a_b_c"),
        ("_x_ y_", "\u02cdx\u02cd y\u02cd"),
        ("__init__", "\u02cd\u02cdinit\u02cd\u02cd"),
        ("> quoted > not", "\u203a quoted &gt; not"),
        ("a & b", "a &amp; b"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert escaped(text) == shown
