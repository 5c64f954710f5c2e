"""docs/attachment.md says what there is, and no more."""

from __future__ import annotations

import re
from pathlib import Path

from sgwarden.embedded import parse_account
from sgwarden.finding import ABOUT_ATTACHMENT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "attachment.md").read_text()


def test_each_finding_has_its_row() -> None:
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == {str(kind) for kind in ABOUT_ATTACHMENT}


def test_the_scenarios_are_there() -> None:
    named = set(re.findall(r"[a-z]+(?:-[a-z]+){3,}", PAGE)) & set(re.findall(r"`([\w/.-]+)`", PAGE))
    (whole,) = re.findall(r"events/scenarios/([a-z-]+)\.yaml", PAGE)
    assert len(named) == 3
    assert all((ROOT / "events" / "scenarios" / f"{each}.yaml").is_file() for each in {whole, *named})


def test_the_example_of_an_account_is_one() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (cluster,) = parse_account(f'account: "111122223333"\nregion: eu-west-1\n{example}'.encode()).clusters
    assert [each.many for each in cluster.nodes] == [60]
