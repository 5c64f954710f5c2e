"""A field of a message is within what Slack takes, whatever the characters in it become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.rendering.slack import blocks

from tests.unit.alerts import alert

if TYPE_CHECKING:
    from sgwarden.alert import Alert

_FIELD_TAKES = 2_000


def _fields(said: Alert) -> list[str]:
    within = blocks(said)["attachments"][0]["blocks"]
    return [field["text"] for block in within for field in block.get("fields", ())]


@pytest.mark.parametrize("letter", ["&", "<", "x", "\u20ac"])
@pytest.mark.parametrize("length", [390, 395, 396, 397, 398, 399, 400, 450, 499, 500, 501, 10_000])
def test_no_field_is_longer_than_slack_takes(letter: str, length: int) -> None:
    text = letter * length
    found = _fields(alert(cluster=text, policy=text, group_name=text, additional=True))
    assert max(map(len, found)) <= _FIELD_TAKES
    assert sum(letter in field or "&amp;" in field or "&lt;" in field for field in found) >= 3


def test_what_fits_is_whole_and_what_does_not_says_so() -> None:
    (fitting,) = [field for field in _fields(alert(cluster="&" * 390)) if "&amp;" in field]
    assert fitting.count("&amp;") == 390
    (cut,) = [field for field in _fields(alert(cluster="&" * 400)) if "&amp;" in field]
    assert cut.endswith("&amp;…")
    assert cut.count("&amp;") > 390
