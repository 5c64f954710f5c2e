"""`--output` of every command that has results, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.live import SSH, person
from tests.integration.samples import POLICY, ROOT, Json
from tests.integration.terminal import piped

if TYPE_CHECKING:
    from pathlib import Path

SARIF = Draft7Validator(json.loads((ROOT / "tests" / "published" / "sarif-schema-2.1.0.json").read_text()))
EVENT = ROOT / "events" / "outbound-opened-beyond-the-minimum.json"
COMMANDS = {
    "plan": ("plan", "--from", str(ROOT / "docs" / "example")),
    "replay": ("replay", str(EVENT), "--mode", "observe"),
}
COMMANDS_WITH_DRIFT = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def printed(command: tuple[str, ...], output: str) -> str:
    ran = CliRunner().invoke(app, [*command, "--policy", str(POLICY), "--output", output])
    assert (ran.exit_code, ran.stderr) == (3, "")
    text: str = ran.stdout_bytes.decode()
    return text


@COMMANDS_WITH_DRIFT
def test_sarif_is_as_it_was_published(command: tuple[str, ...]) -> None:
    log = json.loads(printed(command, "sarif"))
    assert list(SARIF.iter_errors(log)) == []
    found = [each["id"] for result in results(command) for each in result["findings"]]
    assert [each["partialFingerprints"]["sgwardenFinding/v1"] for each in log["runs"][0]["results"]] == found


@COMMANDS_WITH_DRIFT
def test_sarif_points_at_the_line_of_the_policy(command: tuple[str, ...]) -> None:
    results = json.loads(printed(command, "sarif"))["runs"][0]["results"]
    policy = POLICY.read_text().splitlines()
    for each in results:
        (place,) = (location["physicalLocation"] for location in each["locations"])
        assert "name: " in policy[place["region"]["startLine"] - 1]


def test_sarif_names_the_policy_as_it_is_found_from_where_the_command_ran(tmp_path: Path) -> None:
    policy = tmp_path / "mine" / "policy 1.yaml"
    policy.parent.mkdir()
    policy.write_text(POLICY.read_text())
    (elsewhere := tmp_path / "elsewhere").mkdir()
    for here, named, uri in (
        (tmp_path, "mine/policy 1.yaml", "mine/policy%201.yaml"),
        # A path of this machine would lead GitHub nowhere.
        (elsewhere, policy, "policy%201.yaml"),
        (elsewhere, "../mine/policy 1.yaml", "policy%201.yaml"),
    ):
        ran = piped(*COMMANDS["plan"], "--policy", named, "--output", "sarif", cwd=here)
        assert f'"uri": "{uri}"' in ran.stdout.decode()
        assert str(tmp_path) not in ran.stdout.decode()
        assert "file:" not in ran.stdout.decode()


@COMMANDS_WITH_DRIFT
def test_csv_has_a_row_for_each_finding(command: tuple[str, ...]) -> None:
    text = printed(command, "csv")
    assert text.count("\r\n") == text.count("\n")
    summaries = [each["summary"] for result in results(command) for each in result["findings"]]
    assert [row["summary"] for row in csv.DictReader(io.StringIO(text))] == summaries


@COMMANDS_WITH_DRIFT
def test_html_tells_of_each_cluster(command: tuple[str, ...]) -> None:
    page = printed(command, "html")
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert all(result["cluster"]["name"] in page for result in results(command))


def test_what_was_applied_is_told_in_every_format(tmp_path: Path) -> None:
    for output in ("csv", "sarif", "html"):
        with person(tmp_path) as me:
            me.open_to(SSH)
            ran = me.run("apply", "--yes", "--output", output)
            assert ran.exit_code == 0
            assert SSH in ran.stdout or SSH.replace("/", "&#x2F;") in ran.stdout


def results(command: tuple[str, ...]) -> list[Json]:
    found: list[Json] = json.loads(printed(command, "json"))["results"]
    return found
