"""Who may talk to the sandbox, and what becomes of requests that no AWS client makes."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING

import pytest
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.embedded.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPE = "AWS4-HMAC-SHA256 Credential=sandbox/20260101/eu-west-1/ec2/aws4_request, Signature=0"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
BODY = "Action=DescribeVpcs&Version=2016-11-15"
EMPTY = AccountDescription(account="111122223333", region="eu-west-1")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with EmbeddedAccount(EMPTY) as account, served(account, 0) as url:
        yield int(url.rpartition(":")[2])


def ask(port: int, method: str = "POST", target: str = "/", **headers: str) -> tuple[int, str]:
    """What a raw request gets; a name's _ stands for -."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    given = {"Authorization": SCOPE, "Content-Type": FORM}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("Content-Length", str(len(BODY)))
    connection.putrequest(method, target, skip_host="Host" in given)
    for name, value in given.items():
        connection.putheader(name, value)
    connection.endheaders(BODY.encode())
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.getheader("Access-Control-Allow-Origin") is None
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:4577", "127.0.0.1:1"])
def test_who_knows_where_it_is_is_answered(port: int, host: str) -> None:
    status, text = ask(port, Host=host)
    assert (status, "DescribeVpcsResponse" in text) == (200, True)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4577"]
)
def test_a_web_page_that_got_a_name_for_us_is_not(port: int, host: str) -> None:
    assert ask(port, Host=host) == (
        403,
        "this is a sandbox for programs on this machine, at 127.0.0.1",
    )


def test_a_web_page_can_neither_sign_nor_ask_whether_it_may(port: int) -> None:
    status, text = ask(port, Authorization="")
    assert (status, "MissingAuthenticationToken" in text) == (403, True)
    assert ask(port, "OPTIONS", Origin="https://evil.example")[0] == 501


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "9999999"}, 413),
        ({"Transfer_Encoding": "chunked"}, 411),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(port: int, headers: dict[str, str], status: int) -> None:
    assert ask(port, **headers)[0] == status


def test_a_request_for_somebody_else_is_refused(port: int) -> None:
    assert ask(port, target="http://evil.example/", Host="127.0.0.1")[0] == 400


def test_who_says_nothing_keeps_nobody_waiting(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)):
        assert ask(port)[0] == 200


def test_no_other_address_is_listened_at(port: int) -> None:
    with pytest.raises(OSError, match=r"."), socket.create_connection(("127.0.0.2", port), 1):
        pass
