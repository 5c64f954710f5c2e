"""The sandbox in a process of its own, and clients that talk to it as anybody's do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
COMMAND = [
    sys.executable,
    "-c",
    "from sgwarden.cli import main; main()",
    "sandbox",
]
# Another's; the sandbox must not mind whose credentials come.
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI"


@dataclass(frozen=True)
class Sandbox:
    process: subprocess.Popen[str]
    lines: tuple[str, ...]
    """What it printed to be pasted."""

    @property
    def port(self) -> int:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", "\n".join(self.lines))
        assert found
        return int(found[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ended_by(self, number: signal.Signals) -> tuple[int, str, str]:
        """The exit status, and what is said on stdout and stderr on the way."""
        self.process.send_signal(number)
        return self.process.wait(10), *self.process.communicate()

    def client(self, service: str, region: str = "eu-west-1") -> Any:  # noqa: ANN401  depends on the name
        """A client that takes the first answer for an answer."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=10)
        return _session().client(service, region, endpoint_url=self.url, config=config)  # type: ignore[call-overload]


@cache
def _session() -> boto3.Session:
    """One for all, as each reads the models of the APIs anew."""
    return boto3.Session(KEY, SECRET)


@contextmanager
def sandbox(*arguments: object, environment: Mapping[str, str] | None = None) -> Iterator[Sandbox]:
    """A sandbox that serves, on a port of its own."""
    command = [*COMMAND, "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(  # noqa: S603  our own command
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stderr
        try:
            said = ""
            while not (line := process.stderr.readline()).startswith("Ctrl-C"):
                said += line
                assert line, f"it did not come to serve: {said}"
            # One read, as all lines are there by now, and the end is not.
            yield Sandbox(process, tuple(os.read(process.stdout.fileno(), 2**16).decode().splitlines()))
        finally:
            process.kill()
