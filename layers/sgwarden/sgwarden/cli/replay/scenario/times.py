"""Times of scenarios, as people write them: `m:ss` and `h:mm:ss` since the beginning, `90s`, `5m`, `2h`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

BEGINNING = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
"""When every scenario begins, for whoever must name a date."""
_TIME = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-5][0-9])")
_DURATION = re.compile(r"([0-9]{1,6})(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def seconds_at(text: str) -> int:
    """A time since the beginning, in seconds; raises ValueError."""
    found = _TIME.fullmatch(text)
    hours, minutes = (int(found[1] or 0), int(found[2])) if found else (0, 0)
    if not found or (found[1] and minutes > 59):
        raise ValueError(f'"{text}" is no time: expected "m:ss" or "h:mm:ss", as in "1:30" or "2:05:00"')
    return hours * 3600 + minutes * 60 + int(found[3])


def seconds_in(text: str) -> int:
    """A duration, in seconds; raises ValueError."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is no duration: expected a number and s, m or h, as in 90s')
    return int(found[1]) * _SECONDS[found[2]]


def shown(seconds: int) -> str:
    """`m:ss`, from an hour on `h:mm:ss`."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
