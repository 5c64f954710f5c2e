"""A clone with a policy of its own: commands go by it unless they are given another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.samples import ROOT, Json

if TYPE_CHECKING:
    from pathlib import Path

OWN = """\
version: 1
policies:
  - {name: own, clusters: {name: ["*"]}, mode: observe, use: [no-public-ingress]}
"""
FOLDERS = ("layers/sgwarden/sgwarden", "functions", "events", "docs/example")
COMMANDS = {
    "replay": ("replay", "events/ssh-opened-to-the-world.json"),
    "plan": ("plan", "--from", "docs/example"),
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "layers" / "policy").mkdir()
    (folder / "layers" / "policy" / "policy.yaml").write_text(OWN)
    return folder


def policies(clone: Path, *arguments: str) -> set[str]:
    """The names of the policies that the command judged by."""
    ran = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", "from sgwarden.cli import main; main()", *arguments, "--output", "json"],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone / "layers" / "sgwarden")},
        capture_output=True,
        check=False,
    )
    assert ran.stderr == b""
    results: list[Json] = json.loads(ran.stdout)["results"]
    return {result["policy"] for result in results}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_it_is_gone_by_unless_another_is_given(command: tuple[str, ...], clone: Path) -> None:
    assert policies(clone, *command) == {"own"}
    assert "own" not in policies(clone, *command, "--policy", "events/policy.yaml")
