"""An alert of whatever size comes into the ledger with its page, and out again as people are told it."""

from __future__ import annotations

import json
import random
import string

import pytest
from sgwarden.alert import Made, read_alert
from sgwarden.aws.ledger_items import Item, alert_item, alert_of, kept_of
from sgwarden.rendering.sns import published_as

from tests.unit.alerts import alert, note
from tests.unit.outcomes import GROUP

_TAKES = 400 * 1024
"""Bytes that DynamoDB takes for an item, the names of its attributes included."""
_RANDOM = random.Random(6)  # noqa: S311  it keeps no secret


def _texts(length: int, number: int) -> list[str]:
    letters = string.ascii_letters + string.digits + " ._-:/()#,@[]+=&;{}!$*"
    return ["".join(_RANDOM.choices(letters, k=length)) for _ in range(number)]


def _size(item: Item) -> int:
    return sum(
        len(name) + len(str(value.get("S", ""))) + len(value.get("B", b"")) for name, value in item.items()
    )


@pytest.mark.parametrize("rules", [20, 600, 1200, 1300, 2000, 8000])
def test_rules_that_describe_themselves_at_length_fill_no_item(rules: int) -> None:
    changes = tuple(
        Made("revoke", "ingress", f"sgr-{number:017x}", "tcp/22 from 0.0.0.0/0", "", "no-internet", text)
        for number, text in enumerate(_texts(255, rules))
    )
    told = alert(note(traffic=tuple(_texts(40, rules)), rules=tuple(_texts(21, rules))), changes=changes)
    kept = published_as(told, None)
    item = alert_item(told, kept, 365)
    assert _size(item) < _TAKES
    assert kept_of(item, GROUP, told.id, "ledger") == kept
    published = read_alert(json.loads(json.loads(kept.message)["default"])["alert"])
    assert alert_of(item, "ledger") == (told if rules < 1300 else published)


def test_what_fits_is_kept_whole_though_the_topic_takes_less_of_it() -> None:
    changes = tuple(
        Made("revoke", "ingress", f"sgr-{number:017x}", "tcp/22 from 0.0.0.0/0", "", "no-internet", "x" * 255)
        for number in range(2000)
    )
    told = alert(changes=changes)
    item = alert_item(told, published_as(told, None), 365)
    assert alert_of(item, "ledger") == told
