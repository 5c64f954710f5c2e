"""`sam deploy` and `sam delete` of what was built, as a person would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.emulator.process import REGION, ROOT
from tests.emulator.trouble import EmulatorError

if TYPE_CHECKING:
    from tests.emulator.process import MiniStack

STACK = "sgwarden"
_SECONDS = 120


def deploy(ministack: MiniStack, built: Path, mode: str) -> None:
    """The whole stack, new or as an update, with the settings of samconfig.toml but for what is said here."""
    template = built / "template.yaml"
    if not template.exists():
        raise EmulatorError(f"there is no {template}; `make build` makes it")
    files: list[str | Path] = ["--config-file", ROOT / "samconfig.toml", "--template-file", template]
    stack = ["--stack-name", STACK, "--region", REGION, "--parameter-overrides", f"Mode={mode}"]
    run(ministack, "sam", "deploy", *files, *stack, "--no-confirm-changeset")


def delete(ministack: MiniStack) -> None:
    run(ministack, "sam", "delete", "--stack-name", STACK, "--region", REGION, "--no-prompts")


def run(ministack: MiniStack, command: str, *words: str | Path) -> None:
    """A command of .venv, with MiniStack for its AWS."""
    line = [Path(sys.executable).parent / command, *words]
    ran = subprocess.run(  # noqa: S603
        line,
        env=dict(ministack.variables),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if ran.returncode:
        said = "\n".join((ran.stdout + ran.stderr).splitlines()[-20:])
        raise EmulatorError(f"{command} {words[0]} ended with status {ran.returncode}:\n{said}")
