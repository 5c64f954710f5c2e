"""An endpoint on this machine's loopback address, where no other machine can reach it."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import TYPE_CHECKING

from sgwarden.embedded.endpoint import Endpoint, HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.embedded.account import EmbeddedAccount

LOOPBACK = "127.0.0.1"
_OURSELVES = (LOOPBACK, "localhost")
_BODY_LIMIT = 2**20  # bytes; the longest request that EC2 takes is far shorter


@contextmanager
def served(account: EmbeddedAccount, port: int) -> Iterator[str]:
    """The URL where an open account answers until the context ends; port 0 is any that is free.

    Raises OSError where the port cannot be had.
    """
    endpoint = Endpoint(account.builder.ec2)
    with _Server(endpoint, port) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            endpoint.close()  # a connection that a client keeps open outlives the server


class _Server(ThreadingTCPServer):
    """A thread a connection: SDKs keep theirs open, and several come at a time."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, endpoint: Endpoint, port: int) -> None:
        self.endpoint = endpoint
        super().__init__((LOOPBACK, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Answer one request, or refuse it and hang up, as its body has not been read then."""
        length = self._length()
        if not self._is_for_us():
            self._refuse(403, f"this is a sandbox for programs on this machine, at {LOOPBACK}")
        elif not self.path.startswith("/"):
            self._refuse(400, "expected a path")
        elif length is None or "Transfer-Encoding" in self.headers:
            self._refuse(411, "expected a Content-Length")
        elif length > _BODY_LIMIT:
            self._refuse(413, f"expected at most {_BODY_LIMIT} bytes")
        else:
            body = self.rfile.read(length)
            self._send(self.server.endpoint.answer(HttpRequest(self.command, self.path, self.headers, body)))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr is the caller's."""

    def _is_for_us(self) -> bool:
        """Whether the caller knows whom it talks to: a web page with a name of its own for us does not."""
        return self.headers.get("Host", "").partition(":")[0] in _OURSELVES

    def _length(self) -> int | None:
        text = self.headers.get("Content-Length", "0")
        return int(text) if text.isascii() and text.isdigit() else None

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True
        self._send(
            HttpAnswer(status, {"Content-Type": "text/plain", "Connection": "close"}, message.encode())
        )

    def _send(self, answer: HttpAnswer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "status"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
