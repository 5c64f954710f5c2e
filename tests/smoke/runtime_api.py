"""Lambda's Runtime API on this machine, for one execution environment.

Source: "Using the Lambda runtime API", AWS Lambda developer guide.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = "/2018-06-01/runtime"
_OUTCOME = re.compile(rf"{_START}/invocation/(?P<id>[^/]+)/(?P<kind>response|error)")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for the function; the deadline is in milliseconds since 1970."""

    id: str
    event: object
    function_arn: str
    deadline: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the runtime told: `ready` for an invocation, a `response`, an `error` or an `init error`."""

    kind: str
    invocation: str = ""
    body: Any = None


class RuntimeApi(ThreadingHTTPServer):
    """Hands invocations to the one runtime that asks, and keeps what it reports."""

    daemon_threads = True

    def __init__(self) -> None:
        self.invocations: SimpleQueue[Invocation] = SimpleQueue()
        self.reports: SimpleQueue[Report] = SimpleQueue()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that ended with the runtime's process."""

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Hold the runtime's request until there is an invocation, as Lambda freezes the environment."""
        if self.path != f"{_START}/invocation/next":
            self._answer(404)
            return
        self.server.reports.put(Report("ready"))
        invocation = self.server.invocations.get()
        self._answer(
            200,
            json.dumps(invocation.event).encode(),
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(invocation.deadline),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == f"{_START}/init/error":
            report = Report("init error", body=_read(body))
        elif outcome := _OUTCOME.fullmatch(self.path):
            report = Report(outcome["kind"], outcome["id"], _read(body))
        else:
            self._answer(404)
            return
        self._answer(202, b'{"status": "OK"}')
        self.server.reports.put(report)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr is for people."""

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _read(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return found


@contextmanager
def runtime_api() -> Iterator[RuntimeApi]:
    """An API that answers on a port of its own until the context ends."""
    with RuntimeApi() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
