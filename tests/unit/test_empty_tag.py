"""A tag that was empty before is not one that was missing: what was done says so, and so does its undoing."""

from __future__ import annotations

import json
import shlex

import pytest
from sgwarden import report
from sgwarden.announcement import made
from sgwarden.change import SetTag
from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.rendering.undo import undo_of

from tests.unit.alerts import alert, note
from tests.unit.outcomes import GROUP
from tests.unit.test_finding import found


@pytest.mark.parametrize(
    ("before", "was", "line", "verb", "value"),
    [
        (None, None, "+ tag team=platform", "delete-tags", "platform"),
        ("", "team=", "~ tag team= -> platform", "create-tags", ""),
        ("web", "team=web", "~ tag team=web -> platform", "create-tags", "web"),
    ],
)
def test_what_a_tag_was(before: str | None, was: str | None, line: str, verb: str, value: str) -> None:
    change = SetTag("team", "platform", before)
    assert report.change(change, GROUP).get("was") == was
    done = made(change, GROUP)
    assert done.line == line
    (command,) = undo_of(alert(note(), mode=Mode.REMEDIATE, status=Status.REMEDIATED, changes=(done,)))
    words = shlex.split(command)
    assert words[2] == verb
    assert json.loads(words[-1]) == [{"Key": "team", "Value": value}]


def test_the_finding_says_that_it_is_empty() -> None:
    (told,) = found(needs={"team": "x"}, has={"team": ""})
    assert told.kind is Kind.WRONG_TAG
    assert told.headline == "Tag changed: team is empty"
