"""The AWS API of the open embedded account, for requests that come from another process.

They go through moto as those of a client in this process do, so that whatever the corrections put right is
right for both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import DataNotFoundError
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message

    from moto.core.common_types import TYPE_RESPONSE

SERVICES = ("ec2", "eks", "sns", "sqs", "sts")
_XML_PROTOCOLS = ("ec2", "query", "rest-xml")
# Where a signature says what it is for; nobody checks it. Source: IAM user guide, "AWS Signature Version 4".
_SCOPE = re.compile(
    r"AWS4-\S+ Credential=[^,\s]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request"
)
_UNKNOWN_PATH: TYPE_RESPONSE = (404, {}, "Not yet implemented")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came; `target` is its path and query."""

    method: str
    target: str
    headers: Message
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Endpoint:
    """Answers one request at a time, as the account has no locks of its own; none once it is closed."""

    prepare: Callable[[str], object]
    """What is done with a region before it answers."""
    _stubber: BotocoreStubber = field(default_factory=BotocoreStubber)
    _lock: Lock = field(default_factory=Lock)
    _closed: bool = False

    def close(self) -> None:
        with self._lock:
            self._closed = True

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What AWS would answer; an error in AWS's form for what cannot be answered."""
        scope = _SCOPE.match(request.headers.get("Authorization", ""))
        if scope is None:
            return _error(
                "", 403, "MissingAuthenticationToken", "The request must be signed, with any credentials"
            )
        service = scope["service"]
        if service not in SERVICES:
            known = ", ".join(SERVICES)
            return _error(service, 501, "NotImplemented", f"There is no {service} here, only {known}")
        with self._lock:
            if self._closed:
                return _error(service, 503, "ServiceUnavailable", "The account has been closed")
            return self._answered(request, service, scope["region"])

    def _answered(self, request: HttpRequest, service: str, region: str) -> HttpAnswer:
        try:
            self.prepare(region)
            answer = self._stubber.process_request(_prepared(request, f"{service}.{region}.amazonaws.com"))
        except NotImplementedError as error:
            return _error(service, 501, "NotImplemented", str(error))
        except Exception as error:  # of moto, which stays up: the caller is told all that is known
            return _error(service, 500, "InternalFailure", f"{type(error).__name__}: {error}")
        if answer is None or answer == _UNKNOWN_PATH:
            return _error(
                service, 501, "NotImplemented", f"{request.method} {request.target} is not known here"
            )
        return _read(answer)


def _prepared(request: HttpRequest, host: str) -> AWSPreparedRequest:
    """The request as it would have been sent to AWS."""
    headers = HTTPHeaders()
    for name, value in request.headers.items():
        headers[name] = value
    del headers["Host"]
    headers["Host"] = host
    return AWSPreparedRequest(request.method, f"https://{host}{request.target}", headers, request.body, False)


def _read(answer: TYPE_RESPONSE) -> HttpAnswer:
    status, headers, body = answer
    content = body.encode() if isinstance(body, str) else body
    return HttpAnswer(int(status), {str(name): str(value) for name, value in dict(headers).items()}, content)


def _error(service: str, status: int, code: str, message: str) -> HttpAnswer:
    """An error in the form of the service's protocol."""
    protocol = _protocol(service)
    if protocol not in _XML_PROTOCOLS:
        body = json.dumps({"__type": code, "message": message})
        return HttpAnswer(
            status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, body.encode()
        )
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f"<ErrorResponse>{error}<RequestId/></ErrorResponse>"
    if protocol == "ec2":
        body = f"<Response><Errors>{error}</Errors><RequestID/></Response>"
    return HttpAnswer(status, {"Content-Type": "text/xml"}, body.encode())


def _protocol(service: str) -> str:
    """How clients of the service expect to be answered; empty where no such service is known."""
    try:
        return str(get_service_model(service).protocol)
    except DataNotFoundError:
        return ""
