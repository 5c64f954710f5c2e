"""`--output asff` and `--output ocsf` of the commands: for Security Hub, and for data lakes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.live import SSH, Person, person, several
from tests.integration.samples import POLICY, ROOT, Json
from tests.unit.ocsf_schema import compiled
from tests.unit.test_cli_as_alerts import OCSF

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

EVENT = ROOT / "events" / "outbound-opened-beyond-the-minimum.json"
COMMANDS = {
    "plan": ("plan", "--from", str(ROOT / "docs" / "example")),
    "replay": ("replay", str(EVENT), "--mode", "observe"),
}
WITH_DRIFT = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def ran(command: tuple[str, ...], output: str, policy: Path = POLICY) -> Result:
    return CliRunner().invoke(app, [*command, "--policy", str(policy), "--output", output])


def lines(command: tuple[str, ...], output: str) -> list[Json]:
    told = ran(command, output)
    assert (told.exit_code, told.stderr) == (3, "")
    return [json.loads(line) for line in told.stdout_bytes.decode().splitlines()]


def found(command: tuple[str, ...]) -> list[str]:
    (document,) = [json.loads(ran(command, "json").stdout)]
    return [finding["id"] for result in document["results"] for finding in result["findings"]]


@WITH_DRIFT
def test_each_finding_is_imported_once(command: tuple[str, ...]) -> None:
    findings = [each for call in lines(command, "asff") for each in call["Findings"]]
    assert sorted(each["Id"].rpartition("/")[2] for each in findings) == sorted(set(found(command)))
    assert {each["RecordState"] for each in findings} == {"ACTIVE"}


@WITH_DRIFT
def test_each_finding_is_an_event_of_ocsf(command: tuple[str, ...]) -> None:
    events = lines(command, "ocsf")
    assert [each["metadata"]["uid"].rpartition("/")[2] for each in events] == found(command)
    assert compiled() == OCSF.schema
    assert all(OCSF.is_valid(each) for each in events)


def test_what_was_applied_is_closed(tmp_path: Path) -> None:
    """And what went with a rule that was revoked whole is not: nobody has put that back."""
    with person(tmp_path) as me:
        me.open_to(SSH)
        (call,) = applied(me, "asff")
        me.open_to(SSH)
        events = applied(me, "ocsf")
    kinds = {each["ProductFields"]["sgwarden/kind"]: each["RecordState"] for each in call["Findings"]}
    assert kinds == {"ForbiddenTraffic": "ARCHIVED", "LostTraffic": "ACTIVE"}
    said = {each["metadata"]["event_code"]: each["activity_name"] for each in events}
    assert said == {"ForbiddenTraffic": "Close", "LostTraffic": "Create"}


def applied(me: Person, output: str) -> list[Json]:
    told = me.run("apply", "--yes", "--output", output)
    assert (told.exit_code, told.stderr) == (0, "")
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.parametrize("output", ["asff", "ocsf"])
def test_where_all_is_in_order_nothing_is_said(output: str) -> None:
    calm = ROOT / "events" / "call-that-failed.json"
    told = ran(("replay", str(calm)), output)
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", "")


@pytest.mark.parametrize("output", ["asff", "ocsf"])
def test_what_could_not_be_looked_at_is_told_on_stderr(tmp_path: Path, output: str) -> None:
    with person(tmp_path, *several(2)) as me:
        me.account.fail("DescribeCluster", "AccessDeniedException", nth=2, message="no")
        told = me.run("plan", "--output", output)
    assert (told.exit_code, told.stdout) == (1, "")
    (said,) = told.stderr.splitlines()
    assert said.startswith("sgwarden: cluster dev-1, ")
    assert "could not be looked at: DescribeCluster failed with AccessDeniedException: no." in said
