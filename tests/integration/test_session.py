"""docs/session.md is a session as a person has it, from the first policy to a group put right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.integration.consoles import commands, without_end
from tests.integration.deployed import WRITES, cluster, prefix_list
from tests.integration.live import DEFAULTS, SSH, person
from tests.integration.session import PAGE, session

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED_TO_ALL = {"GetCallerIdentity"}


def test_each_command_shows_what_the_page_says() -> None:
    with session() as terminal:
        for command, shown in commands(PAGE):
            seen = without_end(terminal.type(command))
            assert (command, seen) == (command, without_end(shown))


def test_it_goes_all_the_way() -> None:
    used = [" ".join(command.split()[:2]) for command, _ in commands(PAGE) if command.startswith("sgwarden")]
    assert used == [
        "sgwarden policy",  # init
        "sgwarden policy",  # check
        "sgwarden plan",
        "sgwarden plan",
        "sgwarden apply",
        "sgwarden plan",
    ]


def test_the_permissions_are_those_of_the_calls_that_are_made(tmp_path: Path) -> None:
    named = set(re.findall(r"`(?:ec2|eks):(\w+)`", PAGE.read_text()))
    lists = (prefix_list("pl-0b8d2f4a6c1e3957d", "10.0.0.0/8"),)
    lines = (*DEFAULTS, SSH, "tcp/443 from pl-0b8d2f4a6c1e3957d")
    policy = """\
version: 1
policies:
  - name: only
    clusters: {name: "*"}
    use: [eks-baseline, no-public-ingress]
"""
    with person(tmp_path, cluster(*lines), policy=policy, prefix_lists=lists) as me:
        me.account.forget_calls()
        me.run("plan", "--all-regions", "--out", tmp_path / "plan.json")
        me.run("apply", tmp_path / "plan.json", "--yes")
        made = {call.operation for call in me.account.calls()}
        assert me.account.lines("sg-0c1f4a7be2d95083a") == (*DEFAULTS[:1], lines[-1], *DEFAULTS[1:])
    assert made - named <= ALLOWED_TO_ALL
    assert named == (made - ALLOWED_TO_ALL) | set(WRITES)
