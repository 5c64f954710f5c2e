"""Documents from outside: all kinds are read, and what is none is refused with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cli.report.documents import read_document
from sgwarden.cli.report.files import ReportError, documents
from sgwarden.cli.report.node import UnexpectedError
from sgwarden.report import SCHEMA

from tests.unit.alerts import alert, daily, standing
from tests.unit.documents import document, everything_hostile, replayed, result, unjudged

if TYPE_CHECKING:
    from pathlib import Path

TOLD = {"schema": SCHEMA, "alert": alert().as_json(), "results": [result()]}
LEDGER = {
    "schema": SCHEMA,
    "alerts": [alert().as_json()],
    "standings": daily(standing(), standing("prod-2", "sg-2")).as_json()["standings"],
}


def read(tmp_path: Path, text: str | bytes) -> list[Any]:
    file = tmp_path / "results.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [*documents(file)]


def test_results_are_read() -> None:
    found = read_document(document(result(event="e"), errors=[unjudged("x", "denied")]))
    assert [(each.place.cluster, each.event) for each in found.looks] == [("prod-1", "e")]
    assert [(each.cluster, each.wrong) for each in found.unjudged] == [("x", True)]


@pytest.mark.parametrize("of", [everything_hostile(), *replayed()])
def test_whatever_replay_writes_is_read(of: Any) -> None:  # noqa: ANN401  any JSON
    assert len(read_document(of).looks) == len(of["results"])


def test_an_alert_is_read_with_the_look_that_it_came_from() -> None:
    found = read_document(TOLD)
    assert found.alerts == (alert(),)
    assert len(found.looks) == 1


def test_the_ledger_s_export_is_read() -> None:
    found = read_document(LEDGER)
    assert found.alerts == (alert(),)
    assert {each.cluster for each in found.standings} == {"prod-1", "prod-2"}


def test_a_daily_report_is_read() -> None:
    assert read_document({"schema": SCHEMA, "daily": daily(standing()).as_json()}).standings == (standing(),)


def test_what_a_daily_report_had_no_room_for_is_told() -> None:
    cut = {**daily(standing()).as_json(), "left_out": 1200}
    (left,) = read_document({"schema": SCHEMA, "daily": cut}).unjudged
    assert left.wrong
    assert left.reason == "1,200 more groups with open findings found no room in the daily report"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "sgwarden/v2"}, "expected a document of sgwarden/v1"),
        ({"results": None}, "expected a document of sgwarden/v1"),
        ({"results": {}}, "results: expected a list, found an object with nothing in it"),
        ({"results": [7]}, "results[0]: expected an object with cluster, found 7"),
        ({"results": [{**result(), "status": "fine"}]}, "results[0].status: expected one of in_sync,"),
        ({"results": [result(), result(mode=None)]}, "results[1]: expected an object with mode, found"),
        ({"results": [result(policy=["x"])]}, "results[0].policy: expected text, found a list"),
        ({"results": [result(after={"ingress": [1]})]}, "results[0].after.ingress[0]: expected text, found"),
        ({"results": [result(after={"ingress": [], "egress": [], "tags": []})]},
         "results[0].after.tags: expected an object, found a list"),
        ({"errors": [{}]}, "errors[0]: expected an object with reason, found an object with nothing in it"),
        ({"alert": {"id": "x"}}, "alert: "),
        ({"alerts": [alert().as_json(), 5]}, "alerts[1]: "),
        ({"standings": [{"findings": 0}]}, "standings[0]: a group stands out with one finding at least"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UnexpectedError) as caught:
        read_document({**document(result()), **change})
    assert said in str(caught.value)


@pytest.mark.parametrize("time", ["yesterday", "2026-11-03T14:21:37", ""])
def test_a_time_must_be_one(time: str) -> None:
    told: Any = result()
    told["findings"][0]["cause"]["time"] = time
    with pytest.raises(UnexpectedError, match=r"results\[0\]\.findings\[0\]\.cause\.time: expected a time"):
        read_document(document(told))


@pytest.mark.parametrize("said", [None, 7, [], "text", {"schema": SCHEMA}, {"results": []}])
def test_other_json_is_refused_with_what_to_do(said: object) -> None:
    with pytest.raises(UnexpectedError, match="sgwarden plan --output json"):
        read_document(said)


def test_what_was_found_is_printed_harmlessly() -> None:
    with pytest.raises(UnexpectedError) as caught:
        read_document(document({**result(), "status": "\x1b[31mred" * 99}))
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_file_may_hold_one_or_one_a_line_or_several_in_a_row(tmp_path: Path) -> None:
    one = json.dumps(TOLD)
    assert len(read(tmp_path, one)) == 1
    assert len(read(tmp_path, f"{one}\n{one}\n\n{json.dumps(LEDGER, indent=2)}\n")) == 3
    assert len(read(tmp_path, json.dumps(document(), ensure_ascii=False).encode("utf-16"))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "results.json:1:1: no JSON here: Expecting value; expected JSON of sgwarden/v1"),
        (f"{json.dumps(TOLD)}\n{{", "results.json:2:2: no JSON here"),
        (f"{json.dumps(TOLD)}\n\n  [1]", "results.json:3: expected a document of sgwarden/v1"),
        (b"\xff\xfe\xff", "results.json cannot be read"),
        ("[" * 100_000, "results.json cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(ReportError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"missing\.json cannot be read: No such file"):
        [*documents(tmp_path / "missing.json")]
