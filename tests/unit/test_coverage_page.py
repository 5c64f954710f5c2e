"""What docs/coverage.md points to is there, and all scenarios are in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| statement")]
EVENTS = re.compile(r"\]\(\.\./(events/[^)]+)\)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split(" | ")]


def test_there_is_a_row_for_each_statement() -> None:
    assert len(ROWS) > 30
    assert len({cells(row)[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: cells(row)[0][:60])
def test_a_row_shows_and_holds_what_it_says(row: str) -> None:
    statement, done, shown, held = cells(row)
    assert statement
    assert done
    events = EVENTS.findall(shown)
    assert events
    assert all((ROOT / event).is_file() for event in events), events
    for test in held.split(", "):
        found = TEST.fullmatch(test)
        assert found, test
        assert f"def {found[2]}(" in (ROOT / found[1]).read_text()


def test_each_scenario_is_in_a_row() -> None:
    there = {f"events/scenarios/{file.name}" for file in (ROOT / "events" / "scenarios").glob("*.yaml")}
    assert there <= set(EVENTS.findall(PAGE))
