"""A channel behind a webhook: what its answers mean, whoever gives them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sgwarden.alert import Alert
from sgwarden.aws.channels.bounded import SECONDS_TO_POST, in_time
from sgwarden.failure import CallError, LaterError, PassingError
from sgwarden.timing import SECONDS_TO_SEND

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.aws.channels.address import Address
    from sgwarden.daily import Daily

Json = dict[str, Any]

_LONGEST_WAIT = 3
"""Whoever asks for more patience is told later: the others in the batch have no time for it."""
_LONGEST_ASKED = 86_400.0
# Of a workflow of Teams, 401: its key was renewed.
_REVOKED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered: whether it took the message, else how long it asks to wait, if it does."""

    status: int
    taken: bool
    said: str = ""
    retry_after: float | None = None


@dataclass(slots=True)
class WebhookChannel:
    """Posts what is made of an alert or a report to the address that is kept for it.

    `post` raises PassingError where there is no answer. `sleep` waits, in tests for nothing.
    """

    name: str
    address: Address
    post: Callable[[str, Json], Answer]
    of_alert: Callable[[Alert], Json]
    of_daily: Callable[[Daily], Json]
    sleep: Callable[[float], None] = time.sleep

    def tell(self, told: Alert | Daily, seconds: float) -> None:
        """Post it; what is refused for a moment is posted once more if that fits into these seconds."""
        until = time.monotonic() + seconds
        payload = self.of_alert(told) if isinstance(told, Alert) else self.of_daily(told)
        answer = self._posted(payload, until)
        wait = answer.retry_after
        if wait is not None and answer.status in _PASSING and wait <= min(_LONGEST_WAIT, _left(until)):
            self.sleep(wait)
            answer = self._posted(payload, until)
        if not answer.taken:
            raise _refusal(self.name, answer)

    def _posted(self, payload: Json, until: float) -> Answer:
        answer = self._post(self.address.url(), payload, until)
        if answer.status not in _REVOKED:
            return answer
        # Whoever revokes a webhook puts a new one in its place: this process may not have read it yet.
        if _left(until) < SECONDS_TO_SEND:
            code = f"HTTP {answer.status}"
            raise PassingError(f"the webhook of {self.name}", code, "no time to look for a new one")
        url = self.address.replaced()
        return self._post(url, payload, until) if url else answer

    def _post(self, url: str, payload: Json, until: float) -> Answer:
        seconds = min(SECONDS_TO_POST, until - time.monotonic())
        return in_time(self.name, seconds, lambda: self.post(url, payload))


def _left(until: float) -> float:
    """Seconds for anything before one more post."""
    return until - time.monotonic() - SECONDS_TO_POST


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After asks for, a day at most; None for what cannot be read."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after) if retry_after.strip().isdigit() else _until(retry_after)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def _until(date: str) -> float:
    then = parsedate_to_datetime(date)
    # -0000 says UTC, and where the clock stands whoever said it does not tell: Python gives it no zone.
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()


def _refusal(name: str, answer: Answer) -> CallError:
    # Of what strangers say, only a code such as no_service is repeated: more could have the address in it.
    said = answer.said.strip()
    reason = said if _CODE.fullmatch(said) else "it gave no reason that can be repeated"
    operation, code = f"the webhook of {name}", f"HTTP {answer.status}"
    is_passing = answer.status in _PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_passing and answer.retry_after is not None:
        return LaterError(operation, code, reason, answer.retry_after)
    return PassingError(operation, code, reason) if is_passing else CallError(operation, code, reason)
