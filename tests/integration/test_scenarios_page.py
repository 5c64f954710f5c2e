"""What docs/scenarios.md shows is what a person sees, and all that it names is there."""

from __future__ import annotations

import re

from sgwarden.cli.replay.scenario.people import PEOPLE
from sgwarden.cli.replay.scenario.read_expect import FINDING_KEYS

from tests.integration.consoles import commands, without_end
from tests.integration.pages import SCENARIOS_PAGE, of_scenarios_page
from tests.integration.samples import EVENTS, ROOT

PAGE = SCENARIOS_PAGE.read_text()


def test_a_command_prints_what_is_shown() -> None:
    ((command, shown),) = commands(SCENARIOS_PAGE)
    assert without_end(of_scenarios_page(command)) == without_end(shown)


def test_the_scenario_shown_is_the_file() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert shown == (EVENTS / "scenarios" / "throttled-for-a-while.yaml").read_text()


def test_everybody_and_every_word_of_a_finding_is_named() -> None:
    (people,) = re.findall(r"`by`, one of (.*?); alice", PAGE, re.DOTALL)
    assert re.split(r",\s+", people) == list(PEOPLE)
    (words,) = re.findall(r"`kind` and any of (.*?) \|", PAGE)
    assert re.split(r", | and ", words) == [key for key in FINDING_KEYS if key != "kind"]


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).resolve().exists()] == []
