"""Time as Lambda counts it: each call takes some of the 30 seconds, after which the function is killed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from tests.integration.deployed import TIMEOUT, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.deployed import Deployed


class KilledError(BaseException):
    """Lambda stops the function where it stands."""


@dataclass(slots=True)
class LambdaTime:
    """The function's time; `cost` says what a call takes, `silent` which calls are never answered."""

    function: Deployed
    cost: Callable[[str], float]
    silent: frozenset[str] = frozenset()
    seconds: float = 0.0

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        if self.seconds >= TIMEOUT:
            raise KilledError

    def deliver(self, *messages: str | Json) -> list[str]:
        """One batch, in an invocation of its own; all comes again where it is killed."""
        self.seconds = 0.0
        try:
            return self.function.deliver(*messages)
        except KilledError:
            return [f"m{number}" for number in range(1, len(messages) + 1)]


@contextmanager
def lambda_time(
    function: Deployed, cost: Callable[[str], float], silent: frozenset[str] = frozenset()
) -> Iterator[LambdaTime]:
    """The function lives in this time."""
    time = LambdaTime(function, cost, silent)
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        time.pass_by(time.cost(name))
        if name in time.silent:
            raise ReadTimeoutError(endpoint_url="https://example.com")
        answer: Json = send(client, name, parameters)
        return answer

    function.seconds_left = lambda: TIMEOUT - time.seconds
    with patch.object(BaseClient, "_make_api_call", make_api_call), patch("time.sleep", time.pass_by):
        yield time
