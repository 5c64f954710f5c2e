"""Every scenario in events/scenarios/ comes out as it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.replay.scenario.playing import play
from sgwarden.cli.replay.scenario.reading import read_scenario

from tests.integration.samples import EVENTS

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = sorted((EVENTS / "scenarios").rglob("*.yaml"))
LARGE = {"three-thousand-clusters-swept"}  # test_sweep_compares.py sweeps a thousand in each run


def test_there_are_scenarios() -> None:
    assert {file.stem for file in SCENARIOS} > LARGE


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=[pytest.mark.slow] * (file.stem in LARGE)) for file in SCENARIOS],
)
def test_a_scenario_comes_out_as_it_expects(file: Path) -> None:
    played = play(read_scenario(file))
    assert played.checks
    assert [f"{check.what} {line}" for check in played.unmet for line in check.unmet] == []


def test_no_two_are_about_the_same() -> None:
    told = [read_scenario(file).about for file in SCENARIOS]
    assert sorted(set(told)) == sorted(told)
