"""An alert as SNS takes it: whatever is in it, no more is left out than must be, and it can be read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.alert import Alert, Made, read_alert
from sgwarden.outcome import Outcome, Status
from sgwarden.rendering.sns import published_as

from tests.unit.alerts import alert, note
from tests.unit.hostile import HOSTILE
from tests.unit.outcomes import cause, finding, outcome

if TYPE_CHECKING:
    from sgwarden.kept_alert import KeptAlert

Json = dict[str, Any]

SNS_TAKES = 262_144
UGLY = '"\\é😀'
MANY = 2000


def whole(**more: object) -> Alert:
    return alert(status=Status.REMEDIATED, **more)


def size(kept: KeptAlert) -> int:
    attributes = sum(len(name) + len(value) for name, value in kept.attributes.items())
    return len(kept.message.encode()) + len(kept.subject) + attributes


def document(kept: KeptAlert) -> Json:
    said: Json = json.loads(json.loads(kept.message)["default"])
    return said


BIG: dict[str, Alert] = {
    "findings": replace(whole(), notes=tuple(note(id=f"{each:016x}") for each in range(MANY))),
    "findings that need escapes": replace(whole(), notes=(note(UGLY * 10),) * MANY),
    "traffic": replace(whole(), notes=(note(traffic=("tcp/22 from 0.0.0.0/0",) * MANY),) * 30),
    "rules": replace(whole(), notes=(note(rules=("sgr-0c1f4a7be2d95083a",) * MANY),) * 30),
    "calls of a finding": replace(whole(), notes=(note(causes=(cause(UGLY * 50),) * MANY),) * 30),
    "one long sentence": replace(whole(), notes=(note(UGLY * 100_000),)),
    "long sentences": replace(whole(), notes=(note(UGLY * 5_000, headline=UGLY * 5_000),) * 30),
    "long texts of all kinds": replace(
        whole(),
        notes=(
            note(
                UGLY * 9_000,
                headline=UGLY * 9_000,
                impact=UGLY * 9_000,
                statement=UGLY * 9_000,
                traffic=(UGLY * 9_000,) * 30,
                rules=(UGLY * 9_000,) * 30,
                causes=(cause(UGLY * 9_000),) * 30,
            ),
        )
        * 30,
        changes=(Made("tag", "", "", UGLY * 9_000, UGLY * 9_000, UGLY * 9_000),) * 30,
        causes=(cause(UGLY * 9_000),) * 30,
        held=(UGLY * 9_000,) * 30,
        paused=UGLY * 9_000,
        barred=UGLY * 9_000,
        group_name=UGLY * 9_000,
        policy=UGLY * 9_000,
    ),
    "changes": whole(changes=(Made("revoke", "ingress", "sgr-0a", "tcp/22 from 0.0.0.0/0"),) * MANY),
    "calls": whole(causes=tuple(cause(event_id=str(each)) for each in range(MANY))),
}


@pytest.mark.parametrize("name", BIG)
def test_whatever_is_in_it_sns_takes_it_and_it_can_be_read(name: str) -> None:
    kept = published_as(BIG[name], outcome())
    assert size(kept) <= SNS_TAKES
    read = read_alert(document(kept)["alert"])
    assert (read.id, read.group, read.cluster) == (BIG[name].id, BIG[name].group, "prod-1")
    assert (read.severity, read.transition) == (BIG[name].severity, BIG[name].transition)
    assert 1 <= len(read.notes) <= len(BIG[name].notes)
    assert json.loads(kept.message)["email"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_wrote_is_no_matter(text: str) -> None:
    told = replace(
        whole(group_name=text, policy=text, held=(text,)),
        notes=(note(text, headline=text, statement=text, traffic=(text,)),),
    )
    kept = published_as(told, outcome(finding(text)))
    assert size(kept) <= SNS_TAKES
    kept.message.encode("ascii")
    assert read_alert(document(kept)["alert"]).id == told.id


def test_an_ordinary_one_is_whole() -> None:
    told, result = whole(), outcome()
    said = document(published_as(told, result))
    assert set(said) == {"schema", "alert", "results"}
    assert read_alert(said["alert"]) == told
    assert len(said["results"]) == 1
    assert said["results"][0]["after"]


def _result(of: Outcome) -> list[Json]:
    said: list[Json] = document(published_as(whole(), of))["results"]
    return said


def test_no_more_is_left_out_than_must_be() -> None:
    (without_state,) = _result(
        replace(outcome(), group=replace(outcome().group, tags={str(n): "x" * 250 for n in range(1_500)}))
    )
    assert without_state["after"] is None
    assert len(without_state["changes"]) == 5
    (without_changes,) = _result(outcome(changes=outcome().changes * MANY))
    assert (without_changes["after"], without_changes["changes"]) == (None, [])
    assert len(without_changes["findings"]) == 1
    (first,) = _result(outcome(*(finding(id=f"{each:016x}") for each in range(MANY))))
    assert len(first["findings"]) == 20


def test_where_nothing_was_judged_there_is_no_result() -> None:
    assert document(published_as(whole(), None))["results"] == []
