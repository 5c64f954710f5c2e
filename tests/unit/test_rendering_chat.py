"""Custom notifications have the form that Amazon Q Developer takes; what strangers wrote is text in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sgwarden.daily import Daily
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.rendering.chat import code, daily_message, message, prose

from tests.unit.alerts import MADE, alert, daily, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.outcomes import GROUP, TIME

Json = dict[str, Any]


def _text(most: int | None = None, **more: object) -> Json:
    return {"type": "string", "minLength": 1, **({"maxLength": most} if most else {}), **more}


def _object(required: list[str], **properties: Json) -> Json:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


# Amazon Q Developer in chat applications, administrator guide, "Custom notifications": event schema and
# parameter details. Names and values of the context are as custom actions take them (API reference,
# CustomActionAttachment).
FORM = Draft202012Validator(
    _object(
        ["version", "source", "content"],
        version={"const": "1.0"},
        source={"const": "custom"},
        id=_text(),
        content=_object(
            ["description"],
            textType={"const": "client-markdown"},
            title=_text(250),
            description=_text(8000),
            nextSteps={"type": "array", "items": _text(350)},
            keywords={"type": "array", "items": _text(75)},
        ),
        metadata=_object(
            [],
            threadId=_text(),
            summary=_text(),
            eventType=_text(100, pattern="^[A-Za-z0-9-]+$"),
            relatedResources={"type": "array", "items": _text()},
            additionalContext={
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,100}$"},
                "additionalProperties": _text(1024, pattern="^[!-~]+$"),
            },
            enableCustomActions={"type": "boolean"},
        ),
    )
)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"https://[a-z0-9-]+\.console\.aws\.amazon\.com/[A-Za-z0-9?=#/:%._~-]*")
REMEDIATED = alert(note(transition=Transition.REMEDIATED), mode=Mode.REMEDIATE, status=Status.REMEDIATED)


def texts(said: Json) -> list[str]:
    """All that is shown as Markdown."""
    content, metadata = said["content"], said["metadata"]
    shown = (content["title"], content["description"], *content["nextSteps"], *content["keywords"])
    return [*shown, metadata["summary"], *metadata["relatedResources"]]


def test_an_alert_whole() -> None:
    console = "https://eu-west-1.console.aws.amazon.com"
    assert message(alert(note(impact="anybody can try passwords"), changes=MADE[1:3])) == {
        "version": "1.0",
        "source": "custom",
        "id": "fedcba9876543210",
        "content": {
            "textType": "client-markdown",
            "title": "\U0001f534 prod-1 not touched (observing) [critical]",
            "description": "\n".join(
                [
                    "*CRITICAL* `Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.` "
                    "Anybody can try passwords.",
                    f"*Where* `cluster prod-1, {GROUP}, eu-west-1, account 111122223333`",
                    "*Who* `alice (IAM user) from 203.0.113.24: AuthorizeSecurityGroupIngress, "
                    "2026-11-03 14:21:37 UTC`",
                    "*Done* Nothing: sgwarden only observes here. It would:",
                    "`~ ingress tcp/20-25 from 0.0.0.0/0 → tcp/20-21 from 0.0.0.0/0 (sgr-0a)`",
                    "`- egress all to self (sgr-0b)`",
                ]
            ),
            "nextSteps": [
                "`sgwarden plan --region eu-west-1 --cluster prod-1` shows the changes, and `sgwarden apply` "
                "with the same options makes them.",
                "For sgwarden to make them: deploy Mode=remediate, with `mode: remediate` in the policy.",
                "Where it is meant to be so, say so in the policy.",
                f"Security group: {console}/ec2/home?region=eu-west-1#SecurityGroup:groupId={GROUP}",
                f"Cluster: {console}/eks/home?region=eu-west-1#/clusters/prod-1",
                "CloudTrail event AuthorizeSecurityGroupIngress: "
                f"{console}/cloudtrailv2/home?region=eu-west-1#/events/365f86ea",
            ],
            "keywords": ["critical", "opened", "drifted", "prod-1", "eu-west-1"],
        },
        "metadata": {
            "threadId": "0f1e2d3c4b5a6978",
            "summary": "[critical] prod-1 not touched (observing): Inbound open: tcp/22 (SSH) from "
            "0.0.0.0/0, which no-i...",
            "eventType": "sgwarden-finding",
            "relatedResources": [
                f"arn:aws:ec2:eu-west-1:111122223333:security-group/{GROUP}",
                "arn:aws:eks:eu-west-1:111122223333:cluster/prod-1",
            ],
            "additionalContext": {
                "severity": "critical",
                "status": "drifted",
                "transition": "opened",
                "cluster": "prod-1",
                "account": "111122223333",
                "region": "eu-west-1",
                "alert": "fedcba9876543210",
                "group": GROUP,
                "thread": "0f1e2d3c4b5a6978",
            },
        },
    }


def test_what_opened_and_what_put_it_right_are_in_one_thread() -> None:
    opened, closed = message(alert()), message(replace(REMEDIATED, id="0123"))
    assert opened["metadata"]["threadId"] == closed["metadata"]["threadId"]
    assert opened["id"] != closed["id"]
    assert closed["content"]["title"] == "\u2705 prod-1 put right [critical]"


def test_each_daily_report_is_a_thread_of_its_own() -> None:
    """In one of yesterday nobody would see it."""
    report = daily(standing(), standing("prod-2", "sg-0a", severity=Severity.LOW, state=State.FAILED))
    said, tomorrow = daily_message(report), daily_message(replace(report, time=TIME.replace(day=4)))
    assert said["metadata"]["threadId"] != tomorrow["metadata"]["threadId"]
    assert said["content"]["title"] == "\U0001f534 2 groups of 2 clusters not in order, eu-west-1"
    assert said["content"]["description"].splitlines()[0] == "1 critical, 1 low"
    assert (
        said["content"]["description"].splitlines()[2].startswith("*LOW* `prod-2, since 2026-11-02, NOT put")
    )


@pytest.mark.parametrize(
    "told", [alert(), REMEDIATED, alert(missed=True), alert(region="us-iso-east-1", changes=())]
)
def test_alerts_are_in_the_form(told: Any) -> None:  # noqa: ANN401
    FORM.validate(message(told))


def test_what_a_message_had_no_room_for_is_counted() -> None:
    said = daily_message(replace(daily(*(standing(f"prod-{n}") for n in range(20))), left_out=7))
    assert said["content"]["description"].endswith("\nand 12 more")
    assert "\nand" not in daily_message(daily(standing()))["content"]["description"]


def test_long_alerts_are_in_the_form() -> None:
    long = alert(*(note("long " * 300, impact="breaks " * 300) for _ in range(50)), changes=MADE * 20)
    said = message(long)
    FORM.validate(said)
    assert "and 42 more" in said["content"]["description"]
    FORM.validate(message(alert(*(note("&" * 600) for _ in range(8)))))
    FORM.validate(daily_message(daily(*(standing(f"prod-{n}", summary="long " * 300) for n in range(2000)))))
    FORM.validate(daily_message(daily()))


def test_the_form_can_refuse() -> None:
    """A check of the check: every limit is one."""
    said = message(alert())
    for path, bad in (
        (("content", "title"), "x" * 251),
        (("content", "description"), "x" * 8001),
        (("content", "nextSteps"), ["x" * 351]),
        (("content", "keywords"), ["x" * 76]),
        (("metadata", "eventType"), "sgwarden finding"),
        (("metadata", "additionalContext"), {"cluster": "a b"}),
        (("source",), "sgwarden"),
    ):
        broken = json.loads(json.dumps(said))
        place = broken
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = bad
        assert not FORM.is_valid(broken)


@pytest.mark.parametrize("region", ["eu-west-1", None])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_is_text(text: str, region: str | None) -> None:
    """Outside code there is no mention, no link but ours and no format of theirs."""
    told = hostile_alert(text, region=region or text, status=Status.FAILED)
    report = Daily(TIME, text, region or text, (hostile_standing(text),))
    for said in (message(told), daily_message(report)):
        FORM.validate(said)
        json.dumps(said).encode()
        for shown in texts(said):
            _is_text(shown)
        for value in said["metadata"]["additionalContext"].values():
            assert re.fullmatch(r"[A-Za-z0-9:/_.-]+", value)


@given(st.text())
@example("see www.evil.example")
def test_any_text_is_text(text: str) -> None:
    _is_text(prose(text))
    _is_text(code(text))
    assert CODE.fullmatch(code(text))
    assert code(text) != "``"


def _is_text(shown: str) -> None:
    assert not re.search(r"[<>]", shown)
    outside = LINK.sub("", CODE.sub("", shown))
    assert "`" not in outside
    assert "://" not in outside
    assert "www." not in outside
    assert "](" not in outside
    assert not re.search(r"[@~]|(?<![^\W_])_|_(?![^\W_])", outside)
    own = re.sub(r"(?m)^\*(CRITICAL|Besides|Where|Who|Before|Done)\* ", "", outside)
    assert "*" not in own
