"""A function in the real runtime client, in a process of its own, started and called as Lambda does it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

from tests.smoke.environment import command, folders, variables
from tests.smoke.runtime_api import Invocation, Report, runtime_api
from tests.smoke.trouble import RuntimeGoneError, SmokeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.smoke.built import BuiltFunction
    from tests.smoke.runtime_api import RuntimeApi

Json = dict[str, Any]
INIT_SECONDS = 20
"""For the start, which Lambda allows ten seconds; this machine may be busy."""
_SHOWN = 2_000
_TICKS = os.sysconf("SC_CLK_TCK")
EMF = "_aws"
"""The key by which CloudWatch knows a line of metrics."""
_ERROR = ("errorType", "errorMessage")
_IMPORTED = re.compile(r"^# code object from '?(/[^'\n]+?\.pyc?)'?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: seconds of CPU, and the most memory it had, in MB."""

    cpu: float
    memory: float


class Runtime:
    """One execution environment of a function, which has been initialised.

    `uncounted` are the invocations of which no metric was written.
    """

    def __init__(
        self,
        function: BuiltFunction,
        layers: Path,
        process: subprocess.Popen[bytes],
        api: RuntimeApi,
        output: Path,
    ) -> None:
        self.function = function
        self.layers = layers
        self.init_seconds = 0.0
        self.uncounted = 0
        self._process = process
        self._api = api
        self._output = output
        self._read = 0
        self._count = 0

    def started(self, begun: float) -> None:
        """Returns once the runtime asks for its first event; raises SmokeError where it never does."""
        self._is_ready(INIT_SECONDS, f"it did not start within {INIT_SECONDS} seconds")
        self.init_seconds = time.perf_counter() - begun

    def invoke(self, event: object, account: str, region: str) -> Any:  # noqa: ANN401  JSON
        """The answer of the function; raises SmokeError where it gives none."""
        self._count += 1
        begun = self._output.stat().st_size
        request = f"00000000-0000-4000-8000-{self._count:012}"
        arn = f"arn:aws:lambda:{region}:{account}:function:sgwarden-{self.function.name}"
        seconds = self.function.timeout
        self._api.invocations.put(Invocation(request, event, arn, int((time.time() + seconds) * 1000)))
        report = self._report(seconds) or self._gone(f"it gave no answer within its {seconds} seconds")
        if report.invocation != request:
            raise RuntimeGoneError(f"it answered {report.invocation}, and was asked {request}")
        self._is_ready(seconds, "it did not ask for the next event")
        self.uncounted += not any(EMF in line for line in _lines(self._since(begun)))
        if report.kind == "error":
            raise SmokeError(f"the function failed: {_in_words(report.body)}")
        return report.body

    def log(self) -> tuple[Json, ...]:
        """The JSON lines written to its standard output since the last time."""
        written = self._since(self._read)
        self._read += len(written)
        return _lines(written)

    def imported(self) -> list[Path]:
        """The files of all modules that it has imported; for a runtime that was started to tell."""
        return [Path(found) for found in _IMPORTED.findall(self._written())]

    def usage(self) -> Usage:
        """What Linux tells of it; `wait4` may tell the memory of the process that began it."""
        proc = Path("/proc", str(self._process.pid))
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        peak = re.search(r"VmHWM:\s+(\d+) kB", (proc / "status").read_text())
        return Usage((int(fields[11]) + int(fields[12])) / _TICKS, int(peak[1]) / 1024 if peak else 0.0)

    def _since(self, begin: int) -> bytes:
        """Its standard output from this byte on."""
        with self._output.open("rb") as file:
            file.seek(begin)
            return file.read()

    def _is_ready(self, seconds: float, otherwise: str) -> None:
        report = self._report(seconds) or self._gone(otherwise)
        if report.kind != "ready":
            raise RuntimeGoneError(f"{report.kind}: {_in_words(report.body)}")

    def _gone(self, what: str) -> NoReturn:
        status = self._process.poll()
        ended = f"its process ended with status {status}" if status is not None else what
        said = self._written().strip()[-_SHOWN:]
        raise RuntimeGoneError(f"{ended}, and wrote {'at last:' if said else 'nothing'}\n{said}".rstrip())

    def _report(self, seconds: float) -> Report | None:
        """The next report; none where the time is up, or the process ended without one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            over = self._process.poll() is not None
            try:
                return self._api.reports.get(timeout=0.2)
            except Empty:
                if over:
                    return None
        return None

    def _written(self) -> str:
        return self._output.with_suffix(".err").read_text(errors="replace") + self._output.read_text(
            errors="replace"
        )


@contextmanager
def running(
    function: BuiltFunction, account: Mapping[str, str], *, tells_imports: bool = False
) -> Iterator[Runtime]:
    """The function, initialised and waiting for events, until the context ends."""
    with ExitStack() as stack:
        opt, runtime = stack.enter_context(folders(function))
        api = stack.enter_context(runtime_api())
        output = Path(stack.enter_context(TemporaryDirectory(prefix="sgwarden-smoke-")), "log")
        environment = variables(function, opt, runtime, api.address, account)
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  our own command
            command(function),
            cwd=function.code,
            env=environment | ({"PYTHONVERBOSE": "1"} if tells_imports else {}),
            stdin=subprocess.DEVNULL,
            stdout=stack.enter_context(output.open("wb")),
            stderr=stack.enter_context(output.with_suffix(".err").open("wb")),
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        started = Runtime(function, opt, process, api, output)
        started.started(begun)
        yield started


def _lines(written: bytes) -> tuple[Json, ...]:
    return tuple(json.loads(line) for line in written.splitlines() if line.startswith(b"{"))


def _in_words(body: object) -> str:
    """An error as the runtime reports it."""
    if not isinstance(body, dict):
        return str(body)
    trace = "".join(map(str, body.get("stackTrace") or ()))
    return ": ".join(str(body.get(key, "?")) for key in _ERROR) + (f"\n{trace}" if trace else "")
