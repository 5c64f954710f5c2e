"""On what terms people are told: quiet hours, and what they are not for."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from sgwarden.policy.types import Severity
from sgwarden.terms import QuietHours, Terms, read_quiet_hours

NIGHT, NOON = QuietHours(time(22), time(7)), QuietHours(time(12), time(13, 30))


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{said}:00+00:00")


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (NIGHT, "03 21:59", None),
        (NIGHT, "03 22:00", "04 07:00"),
        (NIGHT, "03 23:59", "04 07:00"),
        (NIGHT, "04 00:00", "04 07:00"),
        (NIGHT, "04 06:59", "04 07:00"),
        (NIGHT, "04 07:00", None),
        (NIGHT, "04 12:00", None),
        (NIGHT, "30 23:00", "31 07:00"),
        (NOON, "03 11:59", None),
        (NOON, "03 12:00", "03 13:30"),
        (NOON, "03 13:29", "03 13:30"),
        (NOON, "03 13:30", None),
        (NOON, "03 00:00", None),
        (QuietHours(time(8), time()), "03 23:00", "04 00:00"),
        (QuietHours(time(8), time()), "04 00:00", None),
        (QuietHours(time(), time(8)), "04 00:00", "04 08:00"),
    ],
)
def test_they_end_when_they_do(hours: QuietHours, now: str, until: str | None) -> None:
    if until == "31 07:00":
        assert hours.until(at(now)) == datetime(2026, 12, 1, 7, tzinfo=UTC)
    else:
        assert hours.until(at(now)) == (at(until) if until else None)


@pytest.mark.parametrize("severity", Severity)
def test_only_what_is_critical_does_not_wait(severity: Severity) -> None:
    held = Terms(quiet=NIGHT).held_until(severity, at("03 23:00"))
    assert held == (None if severity is Severity.CRITICAL else at("04 07:00"))
    assert Terms(quiet=NIGHT).held_until(severity, at("03 12:00")) is None
    assert Terms().held_until(severity, at("03 23:00")) is None


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("", None),
        ("22:00-07:00", NIGHT),
        ("12:00-13:30", NOON),
        ("00:00-23:59", QuietHours(time(), time(23, 59))),
    ],
)
def test_they_are_read_as_the_parameter_has_them(said: str, hours: QuietHours | None) -> None:
    assert read_quiet_hours(said) == hours


@pytest.mark.parametrize(
    "said",
    [
        "22-07",
        "22:00",
        "24:00-07:00",
        "22:60-07:00",
        "7:00-8:00",
        "22:00-22:00",
        "22:00-07:00\n",
        " ",
        "22:00\u201307:00",
    ],
)
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="two times of day in UTC"):
        read_quiet_hours(said)
