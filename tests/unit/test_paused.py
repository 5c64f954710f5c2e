"""Programs are told that sgwarden is paused, and by whom, wherever they read of drift."""

from __future__ import annotations

import json

from jsonschema import Draft7Validator
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.report import document, result

from tests.integration.deployed import ROOT
from tests.unit.outcomes import CHANGES, outcome

SCHEMA = Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text()))
BY_ALICE = "by arn:aws:iam::111122223333:user/alice at 2026-11-03 14:21:37 UTC: upgrade"
PAUSED = outcome(status=Status.DRIFTED, mode=Mode.OBSERVE, paused=BY_ALICE)
OBSERVED = outcome(status=Status.DRIFTED, mode=Mode.OBSERVE)


def test_the_result_says_so_and_keeps_the_contract() -> None:
    told = result(PAUSED)
    assert (told["status"], told["mode"], told["paused"]) == ("drifted", "observe", BY_ALICE)
    assert len(told["changes"]) == len(CHANGES)
    assert list(SCHEMA.iter_errors(document([told]))) == []


def test_the_key_is_there_only_while_it_is_paused() -> None:
    assert "paused" not in result(OBSERVED)
    assert list(SCHEMA.iter_errors(document([{**result(OBSERVED), "paused": ""}]))) != []
