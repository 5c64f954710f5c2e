"""What the commands of each page print. Run as a program, it writes that into the pages anew."""

from __future__ import annotations

import shlex
import shutil
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration import session
from tests.integration.consoles import refill
from tests.integration.policy_page import DOCS, FILES, ROOT
from tests.integration.terminal import piped

if TYPE_CHECKING:
    from typer.testing import Result

README = ROOT / "README.md"
POLICY_PAGE = DOCS / "policy.md"
SCENARIOS_PAGE = DOCS / "scenarios.md"
_SGWARDEN = ".venv/bin/sgwarden"


def of_readme(command: str) -> str | None:
    """What a pipe gets of a command of README.md; None for commands of others."""
    program, *arguments = shlex.split(command)
    return piped(*arguments, cwd=ROOT).stdout.decode() if program == _SGWARDEN else None


def make_policy_folder(folder: Path) -> None:
    """The files of docs/policy.md, beside the samples of docs/."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    shutil.copytree(DOCS / "example", folder / "example")


def of_policy_page(command: str) -> Result:
    """What a command of docs/policy.md leads to, run in such a folder."""
    program, *arguments = shlex.split(command)
    assert program == "sgwarden"
    return CliRunner().invoke(app, arguments)


def of_scenarios_page(command: str) -> str:
    """What a command of docs/scenarios.md prints, run in the project's folder."""
    program, *arguments = shlex.split(command)
    assert program == "sgwarden"
    with chdir(ROOT):
        return CliRunner().invoke(app, arguments).output


def main() -> None:
    """Write all pages anew."""
    refill(README, of_readme)
    refill(SCENARIOS_PAGE, of_scenarios_page)
    with TemporaryDirectory() as folder, chdir(folder):
        make_policy_folder(Path(folder))
        refill(POLICY_PAGE, lambda command: of_policy_page(command).output)
    with session.session() as terminal:
        refill(session.PAGE, terminal.type)


if __name__ == "__main__":
    main()
