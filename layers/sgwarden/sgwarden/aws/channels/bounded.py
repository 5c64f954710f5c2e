"""A post that ends in time and keeps little of the answer, whatever the other side makes of it."""

from __future__ import annotations

import ssl
import time
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from sgwarden.failure import PassingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

T = TypeVar("T")

TIMEOUT = 4
"""Seconds to connect, and as many to be answered."""
SECONDS_TO_POST = 2 * TIMEOUT
ANSWER_TAKES = 64 * 1024
"""Bytes of an answer with its headers; those of Slack and Teams are of some two thousand."""


def in_time(name: str, seconds: float, post: Callable[[], T]) -> T:
    """What `post` returns or raises; PassingError where it has not ended after so many seconds.

    The time-out of a socket is for each step: for each address that a name has, each byte of an answer that
    drips. A thread that is left behind ends by the socket's own bound, or with the process.
    """
    if seconds <= 0:
        raise _late(name)
    done: Future[T] = Future()
    Thread(target=_run, args=(post, done), daemon=True).start()
    try:
        return done.result(seconds)
    except TimeoutError:
        raise _late(name) from None


def _late(name: str) -> PassingError:
    return PassingError(f"the webhook of {name}", "TimeoutError", "there was no answer in time")


def _run(post: Callable[[], T], done: Future[T]) -> None:
    try:
        done.set_result(post())
    except BaseException as error:
        done.set_exception(error)


def bounded_context() -> ssl.SSLContext:
    """Connections that end with OSError where an answer takes too long, or is too long."""
    context = ssl.create_default_context()
    context.sslsocket_class = _Bounded
    return context


class _Bounded(ssl.SSLSocket):
    """The interpreter makes it from a socket, and calls no constructor."""

    until = 0.0
    room = ANSWER_TAKES

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """What has come, as long as there is time and room for it."""
        now = time.monotonic()
        self.until = self.until or now + SECONDS_TO_POST
        if now > self.until or self.room <= 0:
            raise OSError("the answer takes too long, or is too long")
        got = super().recv_into(buffer, nbytes, flags)
        self.room -= got
        return got
