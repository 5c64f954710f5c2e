"""An alert that comes back is its own receipt; nothing else is one."""

from __future__ import annotations

import json

import pytest
from sgwarden.receipt import Receipt, read_receipt
from sgwarden.rendering.sns import published_as

from tests.unit.alerts import alert
from tests.unit.hostile import HOSTILE
from tests.unit.outcomes import GROUP, outcome

SCHEMA = "sgwarden/v1"


def test_an_alert_as_it_is_published_is_its_receipt() -> None:
    told = alert()
    message = json.loads(published_as(told, outcome()).message)
    assert read_receipt(json.loads(message["default"])) == Receipt(GROUP, told.id)


@pytest.mark.parametrize(
    "body", [None, "", [], 7, {}, {"schema": "sgwarden/v2"}, {"alert": {"group": GROUP, "id": "a"}}]
)
def test_what_is_of_another_schema_is_something_else(body: object) -> None:
    assert read_receipt(body) is None


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"alert": None},
        {"alert": {}},
        {"daily": {}},
        {"alert": {"group": GROUP}},
        {"alert": {"id": "a"}},
        {"alert": {"group": GROUP, "id": ""}},
        {"alert": {"group": GROUP, "id": 7}},
        {"alert": {"group": "sg-", "id": "a"}},
        {"alert": {"group": [GROUP], "id": "a"}},
    ],
)
def test_one_without_a_group_or_an_id_is_bent(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="an alert of no group or id"):
        read_receipt({"schema": SCHEMA, **said})


@pytest.mark.parametrize("text", HOSTILE)
def test_no_group_is_looked_up_that_cannot_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="an alert of no group or id") as refused:
        read_receipt({"schema": SCHEMA, "alert": {"group": text, "id": text}})
    assert str(refused.value).isprintable()
