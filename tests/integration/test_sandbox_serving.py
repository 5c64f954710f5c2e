"""What is served is served one request at a time, and to nobody once its context has ended."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import Message

from sgwarden.embedded import EmbeddedAccount
from sgwarden.embedded.endpoint import Endpoint, HttpRequest
from sgwarden.embedded.serving import served

from tests.integration.test_sandbox_http import BODY, EMPTY, FORM, SCOPE


def described_vpcs(connection: http.client.HTTPConnection) -> int:
    """The status of an ordinary request."""
    connection.request("POST", "/", BODY, {"Authorization": SCOPE, "Content-Type": FORM})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_who_stays_connected_is_not_answered_when_the_account_is_closed() -> None:
    with EmbeddedAccount(EMPTY) as account, served(account, 0) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        assert described_vpcs(connection) == 200
    assert described_vpcs(connection) == 503
    connection.close()


def test_requests_that_come_together_are_answered_one_by_one() -> None:
    inside = most = 0

    def look(region: str) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.01)
        inside -= 1

    headers = Message()
    headers["Authorization"] = SCOPE
    endpoint, request = Endpoint(look), HttpRequest("GET", "/", headers)
    with EmbeddedAccount(EMPTY), ThreadPoolExecutor(4) as pool:
        list(pool.map(endpoint.answer, [request] * 8))
    assert most == 1
