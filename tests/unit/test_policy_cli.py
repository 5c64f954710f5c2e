"""`sgwarden policy compile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.policy import app
from sgwarden.policy import load_compiled
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "version: 1\npolicies: [{name: p, clusters: {name: '*'}}]\n"


def test_a_good_policy_is_written(tmp_path: Path) -> None:
    source, out = tmp_path / "policy.yaml", tmp_path / "policy.json"
    source.write_text(GOOD)
    done = CliRunner().invoke(app, ["compile", str(source), "--out", str(out)])
    assert (done.exit_code, done.output) == (0, "")
    assert load_compiled(out.read_text()).policies[0].name == "p"


def test_without_a_place_it_goes_to_standard_output(tmp_path: Path) -> None:
    source = tmp_path / "policy.yaml"
    source.write_text(GOOD)
    done = CliRunner().invoke(app, ["compile", str(source)])
    assert load_compiled(done.stdout).policies[0].name == "p"


def test_a_bad_policy_is_told_of_and_nothing_is_written(tmp_path: Path) -> None:
    source, out = tmp_path / "policy.yaml", tmp_path / "policy.json"
    source.write_text(GOOD.replace("name: p", "nam: p"))
    done = CliRunner().invoke(app, ["compile", str(source), "--out", str(out)])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == (
        f'{source}:2:13: unknown key "nam" in policy 1; did you mean "name"?\n'
        "  policies: [{nam: p, clusters: {name: '*'}}]\n"
        "              ^\n"
    )
    assert not out.exists()


def test_a_file_that_is_not_there_is_a_wrong_use(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["compile", str(tmp_path / "none.yaml")]).exit_code == 2
