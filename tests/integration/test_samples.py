"""Every call that is listened for has a sample in events/, and every sample the result that is in golden/."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from sgwarden.calls import CALLS
from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity

from tests.integration.played import GOLDEN, RENDERED, Played, play, written, written_as_told
from tests.integration.rendered import CHANNELS, CHECKS
from tests.integration.samples import ROOT, Json, samples

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Json = json.loads((ROOT / "docs" / "results.schema.json").read_text())
NAMES = sorted(samples())
HOW_TO_KEEP = (
    "`make golden` writes to tests/golden/ what samples lead to: read it before you keep it; "
    "an event that shall be no sample can lie in a folder of its own, as events/mine/"
)


@pytest.fixture(scope="module")
def played() -> Played:
    return play()


@pytest.fixture(scope="module")
def replayed(played: Played) -> Mapping[str, Json]:
    return played.results


def test_every_call_that_matters_has_a_sample() -> None:
    # That the template listens for these and no others is held by tests/template/test_rules.py.
    missing = {call.name for call in CALLS.values()} - {
        sample["detail"]["eventName"] for sample in samples().values()
    }
    assert not missing


def test_every_sample_has_a_golden_result_and_no_result_is_left_over() -> None:
    for folder in (GOLDEN, RENDERED):
        kept = [file.name for file in sorted(folder.iterdir()) if file != RENDERED]
        assert kept == [f"{name}.json" for name in NAMES], HOW_TO_KEEP


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_its_golden_result(name: str, replayed: Mapping[str, Json]) -> None:
    file = GOLDEN / f"{name}.json"
    assert file.exists(), HOW_TO_KEEP
    golden = file.read_text()
    assert json.loads(golden) == replayed[name], "if it is right so: make golden"
    assert golden == written(replayed[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_told_as_it_is_kept(name: str, played: Played) -> None:
    file = RENDERED / f"{name}.json"
    assert file.exists(), HOW_TO_KEEP
    golden, now = file.read_text(encoding="utf-8"), written_as_told(played.alerts[name])
    assert json.loads(golden) == json.loads(now), "if it is right so: make golden"
    assert golden == now


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_takes_what_samples_tell(channel: str, played: Played) -> None:
    told = [alert for alerts in played.alerts.values() for alert in alerts]
    assert len(told) > len(NAMES) / 2
    for alert in told:
        CHECKS[channel](alert)


def test_there_is_an_alert_for_every_result_that_has_one(played: Played) -> None:
    for name, found in played.results.items():
        by_mail = {each["alert"]["subject"] for each in found["results"] if each["alert"]}
        assert by_mail == {CHANNELS["mail"](alert)[0] for alert in played.alerts[name]}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_leads_to_a_result_or_a_reason(name: str, replayed: Mapping[str, Json]) -> None:
    results, ignored = replayed[name]["results"], replayed[name]["ignored"]
    assert bool(results) != bool(ignored)
    assert all(each["reason"] for each in ignored)
    for result in results:
        assert result["before"]
        assert bool(result["alert"]) == bool(result["findings"])
        assert (result["status"] == "in_sync") == (not result["changes"])


@pytest.mark.parametrize("name", NAMES)
def test_a_result_keeps_the_contract(name: str, replayed: Mapping[str, Json]) -> None:
    assert list(Draft7Validator(SCHEMA).iter_errors(replayed[name])) == []


def test_the_contract_is_a_schema_with_the_words_of_the_code() -> None:
    Draft7Validator.check_schema(SCHEMA)
    result, finding = SCHEMA["definitions"]["result"], SCHEMA["definitions"]["finding"]
    assert result["properties"]["status"]["enum"] == list(Status)
    assert result["properties"]["mode"]["enum"] == list(Mode)
    assert finding["properties"]["severity"]["enum"] == list(Severity)
    assert finding["properties"]["kind"]["enum"] == list(Kind)


def test_the_contract_has_the_keys_of_the_design() -> None:
    parts = {
        name: SCHEMA["definitions"][name]["required"] for name in ("result", "finding", "cause", "change")
    }
    assert parts == {
        "result": [
            "cluster", "security_group", "policy", "mode", "status", "findings", "changes", "after",
        ],
        "finding": [
            "id", "kind", "severity", "direction", "statement", "traffic", "rules", "summary", "cause",
        ],
        "cause": ["event", "event_id", "actor", "source_ip", "time"],
        "change": ["action", "direction", "rule_id", "rule", "why"],
    }  # fmt: skip
    assert SCHEMA["definitions"]["state"]["required"] == ["ingress", "egress", "tags"]
