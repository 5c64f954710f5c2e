"""docs/policy.md names every owner, with the words that its rules really say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from sgwarden.marks import MARKS, NODE_PORTS
from sgwarden.policy.types import Owner
from sgwarden.traffic import parse_line

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
SECTION = PAGE.partition("### Rules of others\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", SECTION, re.MULTILINE))
RULE = parse_line("all from 10.0.0.0/8")


def test_every_owner_has_its_row_and_is_in_the_list_of_keys() -> None:
    assert set(ROWS) == set(Owner) == set(MARKS)
    (listed,) = re.findall(r"^\| to allow \| `managed_by` \| (.*) \|$", PAGE, re.MULTILINE)
    assert listed == ", ".join(f"`{owner}`" for owner in Owner)


def test_what_rules_are_said_to_say_is_what_is_looked_for() -> None:
    for owner, said in ROWS.items():
        first, *rest = re.findall(r"`([^`]+)`", said) or [""]
        for words in (first, *(each.replace("...", "kubernetes.io/rule/nlb") for each in rest)):
            claimed = MARKS[owner].is_claimed_by(replace(RULE, description=words))
            assert claimed or (owner == Owner.EKS and MARKS[owner].by_shape_alone), words


def test_the_node_ports_are_those() -> None:
    assert f"({NODE_PORTS[0]} to {NODE_PORTS[-1]};" in SECTION
