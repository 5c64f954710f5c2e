"""Time in a scenario, which passes when the scenario says so and never by itself."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

from botocore.retries.bucket import TokenBucket

from sgwarden.cli.replay.scenario.times import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONOTONIC = 1000.0


@dataclass(slots=True)
class Clock:
    now: int = 0

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What waits does not wait, and what is kept for a while grows old by this clock alone."""
        with ExitStack() as stack:
            stack.enter_context(patch("time.sleep"))
            stack.enter_context(patch("time.monotonic", lambda: _MONOTONIC + self.now))
            stack.enter_context(patch("sgwarden.timing.now", lambda: BEGINNING + timedelta(seconds=self.now)))
            # The SDK's adaptive retries wait for tokens, by a clock that stands still here.
            stack.enter_context(patch.object(TokenBucket, "acquire", return_value=True))
            yield
