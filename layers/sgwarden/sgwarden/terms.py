"""On what terms people are told: how often of the same, and when not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sgwarden.policy.types import Severity

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Times of day in UTC between which only what is critical is told; over midnight where `end` is first."""

    start: time
    end: time

    def until(self, now: datetime) -> datetime | None:
        """When they end; None where they are not now."""
        of_day = now.time()
        inside = self.start <= of_day < self.end
        if self.start > self.end:
            inside = of_day >= self.start or of_day < self.end
        if not inside:
            return None
        end = datetime.combine(now.date(), self.end, now.tzinfo)
        return end if end > now else end + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is open is told again after `remind_after`; what sgwarden only observes, in the `daily` report."""

    remind_after: timedelta = timedelta(hours=24)
    quiet: QuietHours | None = None
    daily: bool = False

    def held_until(self, severity: Severity, now: datetime) -> datetime | None:
        """When an alert may be sent; None for at once."""
        return self.quiet.until(now) if self.quiet and severity is not Severity.CRITICAL else None


def read_quiet_hours(said: str) -> QuietHours | None:
    """The hours as the stack's parameter has them, `22:00-07:00`; None for an empty one.

    Raises ValueError for anything else.
    """
    if not said:
        return None
    found = _HOURS.fullmatch(said)
    if not found or found[1] + found[2] == found[3] + found[4]:
        raise ValueError(f"quiet hours are two times of day in UTC, as in 22:00-07:00, not {said!r}")
    return QuietHours(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))
