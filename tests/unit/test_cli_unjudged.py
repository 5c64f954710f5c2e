"""What led to no result is told with its place, so that two of the same name are told apart."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from sgwarden.cli.planning.clusters import Looked, Place, as_document
from sgwarden.cli.results import as_csv, as_html, as_sarif

SCHEMA = Draft7Validator(
    json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_bytes())
)
ACCOUNT = "111122223333"
REASON = "no policy matches cluster dev-1"


def document(*, wrong: bool = False) -> Any:  # noqa: ANN401  any JSON
    """Clusters of one name in two regions."""
    places = (Place("dev-1", ACCOUNT, region, "sg-1") for region in ("eu-west-1", "us-west-2"))
    return as_document(Looked(place, reason=REASON, wrong=wrong) for place in places)


@pytest.mark.parametrize("wrong", [True, False])
class TestTwoOfOneName:
    def test_the_contract_holds(self, *, wrong: bool) -> None:
        told = document(wrong=wrong)
        assert list(SCHEMA.iter_errors(told)) == []
        entries = told["errors" if wrong else "ignored"]
        assert [(each["account"], each["region"]) for each in entries] == [
            (ACCOUNT, "eu-west-1"),
            (ACCOUNT, "us-west-2"),
        ]

    def test_rows_of_csv(self, *, wrong: bool) -> None:
        rows = [*csv.DictReader(io.StringIO(as_csv.render(document(wrong=wrong)), newline=""))]
        assert [(each["cluster"], each["account"], each["region"], each["summary"]) for each in rows] == [
            ("dev-1", ACCOUNT, "eu-west-1", REASON),
            ("dev-1", ACCOUNT, "us-west-2", REASON),
        ]

    def test_notifications_of_sarif(self, *, wrong: bool) -> None:
        (run,) = json.loads(as_sarif.render(document(wrong=wrong), "policy.yaml"))["runs"]
        said = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
        what = "could not be looked at" if wrong else "led to no result"
        assert said == [
            f"cluster dev-1, eu-west-1, account {ACCOUNT} {what}: {REASON}.",
            f"cluster dev-1, us-west-2, account {ACCOUNT} {what}: {REASON}.",
        ]

    def test_rows_of_the_page(self, *, wrong: bool) -> None:
        page = as_html.render(document(wrong=wrong))
        for region in ("eu-west-1", "us-west-2"):
            assert f"cluster dev-1, {region}, account {ACCOUNT}</th><td>{REASON}" in page


@pytest.mark.parametrize(
    "place", [Place("", "", "us-east-1"), Place("dev-1", "", "us-east-1"), Place("", "", "the files")]
)
def test_what_was_not_read_far_enough_has_no_account(place: Place) -> None:
    told = as_document([Looked(place, reason="denied", wrong=True)])
    assert list(SCHEMA.iter_errors(told)) == []
    assert told["errors"] == [
        {"cluster": place.name, "account": "", "region": place.region, "reason": "denied"}
    ]
    assert "account" not in as_sarif.render(told, "policy.yaml")


@pytest.mark.parametrize("key", ["ignored", "errors"])
@pytest.mark.parametrize("lacking", ["cluster", "account", "region", "reason"])
def test_the_contract_wants_all_of_it(key: str, lacking: str) -> None:
    told = document(wrong=key == "errors")
    del told[key][0][lacking]
    assert not SCHEMA.is_valid(told)


def test_events_of_a_replay_are_told_as_they_were() -> None:
    told = {**as_document([]), "ignored": [{"event": "events/x.json", "reason": "the call failed"}]}
    assert list(SCHEMA.iter_errors(told)) == []
    assert "events/x.json led to no result: the call failed." in as_sarif.render(told, "policy.yaml")
