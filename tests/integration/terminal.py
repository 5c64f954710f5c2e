"""The command line in a process of its own: in a pipe, and on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND = [sys.executable, "-c", "from sgwarden.cli import main; main()"]


def piped(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """What a pipe gets."""
    command = [*_COMMAND, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False)  # noqa: S603  our own command


def terminal(*arguments: object, **environment: str) -> tuple[str, int]:
    """What a terminal of 100 columns gets, and the exit status; an empty variable is one that is not set."""
    ours, theirs = pty.openpty()
    given: dict[str, Any] = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment}
    env = {name: value for name, value in given.items() if value}
    command = [*_COMMAND, *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:  # noqa: S603
        os.close(theirs)
        text = b"".join(_parts(ours))
    os.close(ours)
    return text.decode().replace("\r\n", "\n"), process.returncode


def _parts(descriptor: int) -> list[bytes]:
    parts: list[bytes] = []
    while True:
        try:
            parts.append(os.read(descriptor, 65536))
        except OSError:  # so Linux says that the other end is closed
            return parts
        if not parts[-1]:
            return parts
