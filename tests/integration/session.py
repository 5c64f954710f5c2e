"""docs/session.md, typed into a terminal in the sandbox."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sgwarden.cli.sandbox.environment import inside

from tests.integration.sandbox import ROOT, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE = ROOT / "docs" / "session.md"
_PROMPT, _ANSWER = b"Only yes is a yes: ", b"yes\n"
_COLUMNS = 120


@dataclass(frozen=True)
class Terminal:
    """A shell in a folder of its own; it says yes where it is asked."""

    folder: Path
    environment: Mapping[str, str]

    def type(self, command: str) -> str:
        """What is to be seen below the command."""
        ours, theirs = pty.openpty()
        shell = ["/bin/sh", "-c", command]
        with subprocess.Popen(  # noqa: S603  the page's own commands
            shell, cwd=self.folder, env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs
        ):
            os.close(theirs)
            seen = b"".join(_until_closed(ours))
        os.close(ours)
        return seen.decode().replace("\r\n", "\n")


def _until_closed(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # so Linux says that the other end is closed
            return
        if not part:
            return
        if part.endswith(_PROMPT):
            os.write(terminal, _ANSWER)
        yield part


@contextmanager
def session() -> Iterator[Terminal]:
    """The sandbox with its default account, and a terminal in it."""
    with sandbox() as running, TemporaryDirectory() as folder:
        around = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        shown = {"TERM": "xterm", "COLUMNS": str(_COLUMNS), "NO_COLOR": "1"}
        environment = inside(running.url, "eu-west-1", around) | shown
        yield Terminal(Path(folder), environment)
