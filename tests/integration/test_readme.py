"""What the README shows is what a person sees."""

from __future__ import annotations

import re
import shlex

import pytest
from sgwarden.review.build import compile_policy

from tests.integration import pages
from tests.integration.consoles import commands, without_end
from tests.integration.policy_page import ROOT

README = pages.README.read_text()
SGWARDEN = [each for each in commands(pages.README) if each[0].startswith(".venv/bin/sgwarden")]


@pytest.mark.parametrize(("command", "shown"), SGWARDEN, ids=[each[0] for each in SGWARDEN])
def test_a_command_prints_what_is_shown(command: str, shown: str) -> None:
    printed = pages.of_readme(command)
    assert printed is not None
    assert without_end(printed) == without_end(shown)


def test_both_main_commands_are_shown() -> None:
    assert [shlex.split(each[0])[1] for each in SGWARDEN] == ["replay", "plan"]


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", README)) <= targets


def test_the_policy_shown_holds() -> None:
    (policy,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert compile_policy(policy.encode(), "README.md")


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
