"""What the README shows is what a person sees."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sgwarden.review.build import compile_policy

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    tuple(part.split("\n", 1))
    for block in CONSOLE
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
]
SGWARDEN = [each for each in COMMANDS if each[0].startswith(".venv/bin/sgwarden")]


@pytest.mark.parametrize(("command", "shown"), SGWARDEN, ids=[each[0] for each in SGWARDEN])
def test_a_command_prints_what_is_shown(command: str, shown: str) -> None:
    words = shlex.split(command)[1:]
    program = [sys.executable, "-c", "from sgwarden.cli import main; main()", *words]
    printed = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S603
    assert printed.strip() == shown.strip()


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
