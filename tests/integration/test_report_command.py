"""`sgwarden report`: documents in, a page out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from sgwarden.report import SCHEMA
from typer.testing import CliRunner

from tests.integration.samples import POLICY, ROOT
from tests.unit.alerts import alert
from tests.unit.documents import document, result
from tests.unit.html_pages import assert_harmless, parsed

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

TOLD = {"schema": SCHEMA, "alert": alert(group="sg-other").as_json(), "results": []}


def report(*words: str, piped: str = "") -> Result:
    return CliRunner().invoke(app, ["report", *words], input=piped)


def written(folder: Path, name: str, said: object) -> str:
    (file := folder / name).write_text(json.dumps(said), encoding="utf-8")
    return str(file)


def test_several_files_are_put_together_in_one_page(tmp_path: Path) -> None:
    plan, told = written(tmp_path, "plan.json", document(result())), written(tmp_path, "alerts.jsonl", TOLD)
    ran = report(plan, told, "--title", "All accounts <1>")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert_harmless(ran.stdout)
    text = parsed(ran.stdout).text
    assert "All accounts <1> 2 of 2 clusters are not in order" in text
    assert "sg-other" in text


def test_the_page_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    ran = report(written(tmp_path, "plan.json", document(result())), "--out", str(out))
    assert (ran.exit_code, ran.output) == (0, "")
    assert_harmless(out.read_text(encoding="utf-8"))


def test_standard_input_is_read() -> None:
    ran = report("-", piped=f"{json.dumps(TOLD)}\n{json.dumps(TOLD)}\n")
    assert ran.exit_code == 0
    assert "1 cluster is not in order" in ran.stdout


def test_what_plan_prints_is_the_same_page_by_either_way(tmp_path: Path) -> None:
    plan = ("plan", "--from", str(ROOT / "docs" / "example"), "--policy", str(POLICY), "--output")
    printed = CliRunner().invoke(app, [*plan, "json"]).stdout
    page = CliRunner().invoke(app, [*plan, "html"]).stdout
    (file := tmp_path / "plan.json").write_text(printed, encoding="utf-8")
    assert parsed(report(str(file)).stdout).elements == parsed(page).elements


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ":1:2: no JSON here: Expecting property name enclosed in double quotes; expected JSON of"),
        (
            '{"Clusters": []}',
            ":1: expected a document of sgwarden/v1 with results, alert or alerts: write one with",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_says_what_to_do(
    tmp_path: Path, text: str, said: str
) -> None:
    (file := tmp_path / "wrong.json").write_text(text)
    ran = report(str(file), "--out", str(tmp_path / "page.html"))
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"sgwarden: {file}{said}" in ran.stderr
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    ran = report(written(tmp_path, "plan.json", document()), "--out", str(tmp_path / "no" / "page.html"))
    assert ran.exit_code == 1
    assert "cannot be written: No such file or directory" in ran.stderr


def test_a_call_without_files_is_a_wrong_call() -> None:
    assert report().exit_code == 2
