"""People and programs are told that sgwarden is paused, and by whom, wherever they read of drift."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft7Validator
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.rendering.text import subject, text
from sgwarden.report import document, result

from tests.integration.deployed import ROOT
from tests.unit.outcomes import CHANGES, outcome

SCHEMA = Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text()))
BY_ALICE = "by arn:aws:iam::111122223333:user/alice at 2026-11-03 14:21:37 UTC: upgrade"
PAUSED = outcome(status=Status.DRIFTED, mode=Mode.OBSERVE, paused=BY_ALICE)
OBSERVED = outcome(status=Status.DRIFTED, mode=Mode.OBSERVE)


def test_the_alert_says_so() -> None:
    assert subject(PAUSED).startswith("[critical] prod-1 not touched (paused): Inbound open")
    told = text(PAUSED, [])
    assert f"Done     Nothing: sgwarden is paused ({BY_ALICE}). It would:\n         + ingress tcp/443" in told
    assert "Policy   production (paused)\n" in told


def test_a_policy_that_only_observes_is_not_called_paused() -> None:
    assert "not touched (observing)" in subject(OBSERVED)
    assert "paused" not in text(OBSERVED, []) + subject(OBSERVED)


@pytest.mark.parametrize("status", [Status.REFUSED, Status.IN_SYNC])
def test_where_nothing_would_be_done_either_the_pause_is_not_the_reason(status: Status) -> None:
    told = outcome(status=status, mode=Mode.OBSERVE, paused=BY_ALICE, changes=())
    assert "paused" not in subject(told)
    assert text(told, []).endswith("Done     Nothing.\n")


def test_the_result_says_so_and_keeps_the_contract() -> None:
    told = result(PAUSED)
    assert (told["status"], told["mode"], told["paused"]) == ("drifted", "observe", BY_ALICE)
    assert len(told["changes"]) == len(CHANGES)
    assert list(SCHEMA.iter_errors(document([told]))) == []


def test_the_key_is_there_only_while_it_is_paused() -> None:
    assert "paused" not in result(OBSERVED)
    assert list(SCHEMA.iter_errors(document([{**result(OBSERVED), "paused": ""}]))) != []
