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
from sgwarden.failure import CallError, LaterError, PassingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.aws.channels.address import Address
    from sgwarden.daily import Daily

Json = dict[str, Any]

TIMEOUT = 4
"""Seconds to connect, and as many to be answered."""
_SECONDS_TO_POST = 2 * TIMEOUT
_REVOKED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
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
        """Post it; what is refused for a while is posted once more if that fits into these seconds."""
        until = time.monotonic() + seconds
        payload = self.of_alert(told) if isinstance(told, Alert) else self.of_daily(told)
        answer = self._posted(payload)
        left = until - time.monotonic() - _SECONDS_TO_POST
        if answer.retry_after is not None and answer.status in _PASSING and answer.retry_after <= left:
            self.sleep(answer.retry_after)
            answer = self._posted(payload)
        if not answer.taken:
            raise _refusal(self.name, answer)

    def _posted(self, payload: Json) -> Answer:
        answer = self.post(self.address.url(), payload)
        # Whoever revokes a webhook puts a new one in its place: this process may not have read it yet.
        if answer.status in _REVOKED and (url := self.address.replaced()):
            return self.post(url, payload)
        return answer


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After asks for, as a number or a date; None where it asks for nothing."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdigit():
            return float(retry_after)
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max((then - datetime.now(then.tzinfo or UTC)).total_seconds(), 0.0)


def _refusal(name: str, answer: Answer) -> CallError:
    # Of what strangers say, only a code such as no_service is repeated: more could have the address in it.
    said = answer.said.strip()
    reason = said if _CODE.fullmatch(said) else "it gave no reason that can be repeated"
    operation, code = f"the webhook of {name}", f"HTTP {answer.status}"
    is_passing = answer.status in _PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_passing and answer.retry_after is not None:
        return LaterError(operation, code, reason, answer.retry_after)
    return PassingError(operation, code, reason) if is_passing else CallError(operation, code, reason)
