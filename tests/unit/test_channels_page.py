"""The filter policies of docs/channels.md let through what the page says, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.life import Transition
from sgwarden.policy.types import Severity
from sgwarden.rendering.plain import attributes
from sgwarden.rendering.plain_daily import daily_attributes

from tests.template.eventbridge import matches
from tests.unit.alerts import alert, daily, note, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGE = (Path(__file__).parents[2] / "docs/channels.md").read_text()
_POLICIES: dict[str, dict[str, Any]] = {
    what: json.loads(policy)
    for what, policy in re.findall(r"^\| (.+?) \| `(\{.+\})` \|$", _PAGE, re.MULTILINE)
}
_CRITICAL = attributes(alert())
_LOW = attributes(alert(note(severity=Severity.LOW)))
_FAILED = attributes(alert(note(transition=Transition.FAILED)))
_OVER = attributes(alert(note(transition=Transition.RESOLVED)))
_OTHER = attributes(alert(cluster="dev-1"))
_DAILY = daily_attributes(daily(standing()))
_ALL = (_CRITICAL, _LOW, _FAILED, _OVER, _OTHER, _DAILY)


@pytest.mark.parametrize(
    ("what", "let_through"),
    [
        ("only of what is critical", [_CRITICAL, _FAILED, _OVER, _OTHER, _DAILY]),
        ("of one cluster", [_CRITICAL, _LOW, _FAILED, _OVER]),
        ("of all clusters whose names begin alike", [_CRITICAL, _LOW, _FAILED, _OVER]),
        ("only where it could not be put right", [_FAILED]),
        ("of everything but that all is well again", [_CRITICAL, _LOW, _FAILED, _OTHER]),
        ("by the daily report alone", [_DAILY]),
    ],
)
def test_a_filter_policy_lets_through_what_the_page_says(
    what: str, let_through: list[Mapping[str, str]]
) -> None:
    assert [each for each in _ALL if matches(_POLICIES[what], dict(each))] == let_through


def test_every_filter_policy_of_the_page_is_tried() -> None:
    assert len(_POLICIES) == 6


def test_the_page_names_the_attributes_that_there_are() -> None:
    page = " ".join(_PAGE.split())
    (alerts,) = re.findall(r"has the attributes (.+?); a daily report", page)
    (reports,) = re.findall(r"daily report has (.+?); alarms", page)
    assert set(re.findall("`(.+?)`", alerts)) == set(_CRITICAL)
    assert set(re.findall("`(.+?)`", reports)) == set(_DAILY)


def test_the_page_has_every_parameter_of_a_channel() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text()
    (listed,) = re.findall(r"default: Where else to report\}, Parameters: \[(.+?)\]", template)
    rows = re.findall(r"^\| `(\w+)` \|", _PAGE, re.MULTILINE)
    assert rows == ["AlertEmail", *listed.split(", ")]
