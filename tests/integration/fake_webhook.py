"""A webhook on this machine, as Slack and Teams have them: https, and answers as they are told."""

from __future__ import annotations

import ipaddress
import json
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request gets; `hangs` are the seconds before it."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: float = 0.0


@dataclass(slots=True)
class FakeWebhook:
    """Takes every message at any path; replies that are given come first, in their order."""

    port: int
    certificate: Path
    replies: list[Reply] = field(default_factory=list)
    received: list[tuple[str, Json]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}/{path}"

    def taken(self, path: str = "") -> list[Json]:
        """The messages that came to a path, or to any."""
        return [said for where, said in self.received if where == f"/{path}" or not path]


@contextmanager
def fake_webhook() -> Iterator[FakeWebhook]:
    """A webhook that listens until the context ends."""
    certificate = _certificate()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        webhook = FakeWebhook(server.server_address[1], certificate)
        server.webhook = webhook  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield webhook
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        webhook = self._webhook()
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = webhook.replies.pop(0) if webhook.replies else Reply()
        time.sleep(reply.hangs)
        if reply.status < 300:
            webhook.received.append((self.path, said))
        self._reply(reply)

    def do_GET(self) -> None:
        """Where a redirect that is followed leads."""
        self._webhook().others.append(self.path)
        self._reply(Reply(200, "<html>another page</html>"))

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the tests look at what came."""

    def _webhook(self) -> FakeWebhook:
        return self.server.webhook  # type: ignore[attr-defined, no-any-return]

    def _reply(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body.encode())
        except OSError:
            pass  # whoever asked has gone


@cache
def _certificate() -> Path:
    """A key and a certificate for 127.0.0.1, by which whoever trusts it knows this server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a fake webhook")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = Path(mkdtemp(prefix="sgwarden-webhook-"), "certificate.pem")
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return file
