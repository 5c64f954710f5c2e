"""docs/events.md: its event is a real one, its rules match what they say, its program does what it should."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from ruamel.yaml import YAML
from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.rendering import event

from tests.template.eventbridge import matches
from tests.unit.alerts import alert, daily, note, standing
from tests.unit.test_rendering_event import SCHEMA, delivered
from tests.unit.told import SAMPLES, Json

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.daily import Daily

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
EXAMPLE, TICKET, OF_CLUSTER, PUT_RIGHT, REPORT = (json.loads(text) for kind, text in BLOCKS if kind == "json")
((_, TEMPLATE),) = (block for block in BLOCKS if block[0] == "yaml")
((_, PROGRAM),) = (block for block in BLOCKS if block[0] == "python")
RESOURCES: Json = YAML(typ="safe").load(TEMPLATE)["Resources"]


def finding(told: Alert) -> Json:
    (entry,) = event.entries(told)
    return delivered(entry)


def report(told: Daily) -> Json:
    (entry,) = event.daily_entries(told)
    return delivered(entry)


def of(transition: Transition, severity: Severity = Severity.CRITICAL, **more: object) -> Json:
    return finding(alert(note(transition=transition, severity=severity), **more))


def test_the_event_of_the_page_is_a_real_one() -> None:
    SCHEMA.validate(EXAMPLE)
    assert finding(SAMPLES["forbidden traffic opened"]) == EXAMPLE


def test_each_transition_and_state_is_explained() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `transition`"))
    assert all(f"`{each}`" in row and f"`{each.state}`" in row for each in Transition)


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("severity", Severity)
def test_pagerduty_is_told_of_what_is_grave(transition: Transition, severity: Severity) -> None:
    told = of(transition, severity)
    grave = severity in (Severity.CRITICAL, Severity.HIGH)
    for rule, is_open in (("Page", True), ("Close", False)):
        pattern = RESOURCES[rule]["Properties"]["EventPattern"]
        assert matches(pattern, told) is (grave and transition.state.is_open is is_open)
        assert not matches(pattern, report(daily(standing())))


def transformed(rule: str, told: Json) -> Json:
    """What the rule sends: a placeholder alone is the value as JSON, one within quotes its text."""
    (target,) = RESOURCES[rule]["Properties"]["Targets"]
    transformer = target["InputTransformer"]
    text: str = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        value: Any = told
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        text = re.sub(rf"(?<=: )<{name}>", json.dumps(value).replace("\\", r"\\"), text)
        text = text.replace(f"<{name}>", str(value))
    sent: Json = json.loads(text)
    return sent


def test_pagerduty_closes_the_incident_that_it_opened() -> None:
    opened = transformed("Page", of(Transition.OPENED))
    closed = transformed("Close", of(Transition.REMEDIATED))
    key = "sgwarden/sg-0c1f4a7be2d95083a/0123456789abcdef"
    assert (opened["event_action"], opened["dedup_key"]) == ("trigger", key)
    assert closed == {"event_action": "resolve", "dedup_key": key}
    assert opened["payload"]["source"] == "prod-1"
    assert opened["payload"]["summary"].startswith("Inbound open: tcp/22")
    assert opened["payload"]["custom_details"] == of(Transition.OPENED)["detail"]


def test_the_template_is_one() -> None:
    assert lint(TEMPLATE, config=ManualArgs(regions=["eu-west-1"])) == []


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("cluster", ["prod-1", "test-1"])
def test_a_ticket_is_made_of_what_is_left_in_production(transition: Transition, cluster: str) -> None:
    told = of(transition, cluster=cluster)
    left = transition in (Transition.FAILED, Transition.REMINDED)
    assert matches(TICKET, told) is (left and cluster == "prod-1")


@pytest.mark.parametrize("known", [[], [{"key": "OPS-1"}]], ids=["no ticket yet", "a ticket"])
def test_a_ticket_is_made_once(known: list[Json], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA", "https://example.atlassian.net")
    monkeypatch.setenv("CREDENTIALS", "me:secret")
    program: Json = {}
    exec(PROGRAM, program)  # noqa: S102  it is what is tested
    made: list[Json] = []

    def call(path: str, body: Json | None = None) -> Json:
        if body is not None:
            made.append(body)
            return {}
        assert 'labels = "sgwarden-sg-0c1f4a7be2d95083a-0123456789abcdef"' in unquote(path)
        return {"issues": known}

    program["call"] = call
    program["handler"](finding(SAMPLES["forbidden traffic reminded of"]), None)
    if known:
        assert not made
        return
    ((fields,),) = ([each["fields"] for each in made],)
    assert fields["labels"] == ["sgwarden-sg-0c1f4a7be2d95083a-0123456789abcdef"]
    assert fields["summary"].startswith("prod-1: Inbound open: tcp/22")
    assert "By alice (IAM user)\n+ ingress tcp/443 from 10.0.0.0/8\n" in fields["description"]


def test_the_other_patterns_match_what_they_say() -> None:
    assert matches(OF_CLUSTER, of(Transition.OPENED))
    assert not matches(OF_CLUSTER, of(Transition.OPENED, cluster="prod-10"))
    assert matches(PUT_RIGHT, of(Transition.REMEDIATED))
    assert not matches(PUT_RIGHT, of(Transition.RESOLVED))
    assert not matches(PUT_RIGHT, finding(alert(note(kind="MissingTag", transition=Transition.REMEDIATED))))
    assert matches(REPORT, report(daily(standing())))
    assert not matches(REPORT, report(daily()))
    assert not matches(REPORT, of(Transition.OPENED))
