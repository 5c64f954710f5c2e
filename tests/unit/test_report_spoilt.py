"""What is broken in a file on purpose is an error with its place, and no traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cli.main import app
from sgwarden.cli.report.files import ReportError, documents
from sgwarden.report import SCHEMA
from typer.testing import CliRunner

from tests.unit.alerts import alert, daily, standing
from tests.unit.documents import document, result

if TYPE_CHECKING:
    from pathlib import Path

TOO_EARLY, TOO_LATE = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


def told(at: tuple[str | int, ...], time: str) -> str:
    said: Any = {
        "schema": SCHEMA,
        "alert": alert().as_json(),
        "daily": daily(standing()).as_json(),
        "results": [result()],
    }
    place = said
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = time
    return json.dumps(said)


@pytest.mark.parametrize("time", [TOO_EARLY, TOO_LATE])
@pytest.mark.parametrize(
    ("at", "where"),
    [
        (("alert", "time"), "alert: a time that is in no year of UTC"),
        (("alert", "findings", 0, "since"), "alert: a time that is in no year of UTC"),
        (("alert", "causes", 0, "time"), "alert: a time that is in no year of UTC"),
        (("daily", "standings", 0, "since"), "daily: a time that is in no year of UTC"),
        (
            ("results", 0, "findings", 0, "cause", "time"),
            "results[0].findings[0].cause.time: expected a time",
        ),
    ],
)
def test_a_time_that_utc_has_no_name_for(
    tmp_path: Path, at: tuple[str | int, ...], where: str, time: str
) -> None:
    (file := tmp_path / "told.json").write_text(told(at, time))
    with pytest.raises(ReportError) as caught:
        [*documents(file)]
    assert f"told.json:1: {where}" in str(caught.value)


@pytest.mark.parametrize("digits", [5_000, 4_000])
def test_a_number_of_too_many_digits(tmp_path: Path, digits: int) -> None:
    (file := tmp_path / "big.json").write_text(f'{{"schema": "{SCHEMA}", "results": {"9" * digits}}}')
    with pytest.raises(ReportError) as caught:
        [*documents(file)]
    assert str(caught.value).startswith(str(file))
    assert len(str(caught.value)) < 400 + len(str(file))


def test_the_page_is_not_written_over_what_it_is_of(tmp_path: Path) -> None:
    (file := tmp_path / "plan.json").write_text(json.dumps(document(result())))
    (same := tmp_path / "same.html").symlink_to(file)
    for out in (file, same):
        ran = CliRunner().invoke(app, ["report", "-", str(file), "--out", str(out)])
        assert ran.exit_code == 2
        assert "name another" in ran.stderr
    assert json.loads(file.read_text()) == document(result())
    page = tmp_path / "page.html"
    for _ in range(2):  # the page of the day before is written over
        assert CliRunner().invoke(app, ["report", str(file), "--out", str(page)]).exit_code == 0
