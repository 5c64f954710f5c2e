"""MiniStack as a process of its own, for as long as it is needed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sgwarden.cli.sandbox.environment import inside

from tests.emulator.trouble import EmulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
ACCOUNT, REGION = "111122223333", "eu-west-1"
_SERVER = Path(__file__).with_name("server.py")
_LOOPBACK = "127.0.0.1"
_START_SECONDS, _STOP_SECONDS = 30, 10
_TAIL = 15


@dataclass(frozen=True, slots=True)
class MiniStack:
    """One that runs: what a command needs in its environment to find it, and what it writes."""

    variables: Mapping[str, str]
    log: Path

    def last_lines(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:])


@contextmanager
def running(folder: Path) -> Iterator[MiniStack]:
    """A new one, reached from this machine only, that keeps what it writes in the folder."""
    if not PYTHON.exists():
        raise EmulatorError("there is no .venv-emulator; `make emulate` sets it up")
    port = _free_port()
    url = f"http://{_LOOPBACK}:{port}"
    log = folder / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [PYTHON, _SERVER], env=_settings(port, folder), cwd=folder, stdout=output, stderr=output
        )
    try:
        started = MiniStack(_found_by(url), log)
        _await(url, process, started)
        yield started
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _settings(port: int, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "BIND_HOST": _LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # the roles of the functions hold
    }


def _found_by(url: str) -> dict[str, str]:
    # An access key that is the number of an account is its root.
    return {**inside(url, REGION, os.environ), "AWS_ACCESS_KEY_ID": ACCOUNT, "SAM_CLI_TELEMETRY": "0"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _await(url: str, process: subprocess.Popen[bytes], started: MiniStack) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{url}/_ministack/health", timeout=2) as answer:
                json.load(answer)
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise EmulatorError(f"MiniStack did not start:\n{started.last_lines()}")
