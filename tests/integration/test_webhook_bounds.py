"""A webhook that answers strangely, slowly or without end costs its channel a try, and the others nothing."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sgwarden.aws.channels import Settings, channels_of, slack, teams
from sgwarden.aws.channels.bounded import ANSWER_TAKES
from sgwarden.aws.channels.webhook import Answer, WebhookChannel, seconds_of
from sgwarden.failure import CallError, LaterError, PassingError

from tests.integration.deployed import ACCOUNT
from tests.integration.fake_webhook import Reply, _certificate
from tests.integration.notifying import Notifying, notifying
from tests.unit.alerts import alert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_POSTS = [slack._post, teams._post]
_SAID = {"text": "x"}
_OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def _answering(*parts: bytes | float) -> Iterator[str]:
    """The address of a server that sends the parts to whoever comes; a number is a wait in seconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate())
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_serve, args=(server, context, parts), daemon=True).start()
        with patch.dict("os.environ", SSL_CERT_FILE=str(_certificate())):
            yield f"https://127.0.0.1:{server.getsockname()[1]}/services/secret"


def _serve(server: socket.socket, context: ssl.SSLContext, parts: tuple[bytes | float, ...]) -> None:
    try:
        with context.wrap_socket(server.accept()[0], server_side=True) as connection:
            asked = b""
            # With something unread, the end of the connection would be a reset.
            while not asked.endswith(b"}") and (more := connection.recv(65_536)):
                asked += more
            for part in parts:
                time.sleep(part) if isinstance(part, float) else connection.sendall(part)
    except OSError:
        pass  # whoever asked has gone


class _Kept:
    """An address that is known, and another that stands there once the first is revoked."""

    def url(self) -> str:
        return "https://old/"

    def replaced(self) -> str:
        return "https://new/"


def _channel(post: Callable[[str, Any], Answer], **more: object) -> WebhookChannel:
    return WebhookChannel("slack", _Kept(), post, lambda _: {}, lambda _: {}, **more)  # type: ignore[arg-type]


# --- One post -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("post", _POSTS)
def test_an_answer_that_drips_is_not_waited_for(post: Callable[[str, Any], Answer]) -> None:
    drops = [part for number in range(30) for part in (0.1, b"X-%d: y\r\n" % number)]
    with _answering(_OK, *drops) as url, patch("sgwarden.aws.channels.bounded.SECONDS_TO_POST", 0.4):
        began = time.monotonic()
        with pytest.raises(PassingError):
            post(url, _SAID)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("size", [ANSWER_TAKES + 1, 8 * 2**20])
def test_an_answer_without_end_is_not_read(size: int) -> None:
    with _answering(_OK, b"\r\n", b"z" * size) as url, pytest.raises(PassingError):
        slack._post(url, _SAID)


def test_a_page_of_some_length_is_read_and_is_not_slack() -> None:
    with _answering(_OK, b"\r\n", b"z" * (ANSWER_TAKES // 2)) as url:
        assert not slack._post(url, _SAID).taken


@pytest.mark.parametrize("charset", [b"nonsense", b"rot13", b"a\x00b", b"ascii"])
def test_an_answer_in_no_characters_is_none(charset: bytes) -> None:
    head = b"Content-Type: text/html; charset=" + charset + b"\r\nContent-Length: 2\r\n\r\n"
    with _answering(_OK, head, b"o\xff") as url, pytest.raises(PassingError):
        slack._post(url, _SAID)


def test_the_whole_post_has_an_end_whatever_it_waits_for() -> None:
    def hangs(_url: str, _payload: object) -> Answer:
        time.sleep(3)
        return Answer(200, taken=True)

    began = time.monotonic()
    with patch("sgwarden.aws.channels.webhook.SECONDS_TO_POST", 0.2), pytest.raises(PassingError):
        _channel(hangs).tell(alert(), 45)
    assert time.monotonic() - began < 2


def test_nothing_is_posted_where_there_is_no_time() -> None:
    posted: list[str] = []

    def post(url: str, _payload: object) -> Answer:
        posted.append(url)
        return Answer(200, taken=True)

    with pytest.raises(PassingError):
        _channel(post).tell(alert(), 0)
    assert posted == []


# --- An address that is no longer right -----------------------------------------------------------------


def _only_the_new(status: int) -> Callable[[str, Any], Answer]:
    return lambda url, _: Answer(202, taken=True) if "new" in url else Answer(status, taken=False)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_new_address_is_looked_for_where_the_old_one_is_refused(status: int) -> None:
    _channel(_only_the_new(status)).tell(alert(), 45)


def test_without_the_time_for_that_it_is_told_later() -> None:
    with pytest.raises(PassingError):
        _channel(_only_the_new(401)).tell(alert(), 10)


def test_an_address_is_asked_for_in_the_region_of_its_arn() -> None:
    with notifying() as world:
        away = boto3.client("secretsmanager", region_name="us-east-1")
        arn = away.create_secret(Name="far", SecretString=world.webhook.url("far"))["ARN"]
        assert arn.startswith(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:")
        (channel,) = channels_of(Settings(slack_webhook=arn), "eu-west-1")
        channel.tell(alert(), 45)
        assert len(world.webhook.taken("far")) == 1


# --- Patience -------------------------------------------------------------------------------------------


@given(
    st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{1,6} \d{2}:\d{2}:\d{2} ?[-+]?\d{0,5}")
)
@example("9" * 400)
@example("1" * 5000)
@example("Wed, 21 Oct 2026 07:28:00 -0000")
@example("Wed, 21 Oct 2026 07:28:00")
@example("Wed, 21 Oct 99999999999999999999 07:28:00 GMT")
@example("Wed, 21 Oct 9999 23:59:00 -2359")
def test_whatever_a_retry_after_says_it_asks_for_a_day_at_most(said: str) -> None:
    found = seconds_of(said)
    assert found is None or 0 <= found <= 86_400


@pytest.mark.parametrize("said", ["Fri, 31 Dec 2100 23:59:59 -0000", "Fri, 31 Dec 2100 23:59:59", "9" * 400])
def test_a_retry_after_far_away_is_one_of_a_day(said: str) -> None:
    assert seconds_of(said) == 86_400


@pytest.mark.parametrize(("asked", "slept"), [(0.5, [0.5]), (3.0, [3.0]), (3.5, []), (35.0, [])])
def test_it_sleeps_for_a_moment_and_no_longer(asked: float, slept: list[float]) -> None:
    sleeps: list[float] = []
    channel = _channel(lambda *_: Answer(429, taken=False, retry_after=asked), sleep=sleeps.append)
    with pytest.raises(LaterError) as caught:
        channel.tell(alert(), 45)
    assert (sleeps, caught.value.seconds) == (slept, asked)


@pytest.fixture
def world() -> Iterator[Notifying]:
    with notifying() as there:
        yield there


@pytest.mark.parametrize("asked", ["20", "9" * 400, "Fri, 31 Dec 2100 23:59:59 -0000"])
def test_one_that_asks_for_patience_takes_the_time_of_no_other(world: Notifying, asked: str) -> None:
    world.webhook.replies = [Reply(429, "rate_limited", {"Retry-After": asked})]
    began = time.monotonic()
    assert world.deliver(*(alert(id=f"a{number}") for number in range(5))) == []
    assert time.monotonic() - began < 10
    assert (len(world.teams()), len(world.events())) == (5, 5)
    assert [left["channel"] for left, _ in world.waiting()] == ["slack"] * 5


def test_a_refusal_is_still_one() -> None:
    with pytest.raises(CallError) as caught:
        _channel(lambda *_: Answer(400, taken=False, retry_after=1.0)).tell(alert(), 45)
    assert not caught.value.passing
