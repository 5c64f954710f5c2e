"""Outcomes are values, and findings without a group's trouble are none."""

from __future__ import annotations

from sgwarden.finding import SEVERITIES, worst
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity

from tests.unit.outcomes import finding, outcome


def test_outcomes_that_say_the_same_are_equal() -> None:
    assert outcome() == outcome()
    assert outcome() != outcome(status=Status.FAILED)


def test_the_worst_severity() -> None:
    assert worst([]) is Severity.INFO
    assert SEVERITIES[0] is Severity.CRITICAL
    assert SEVERITIES[-1] is Severity.INFO
    assert worst([finding(severity=Severity.LOW), finding(severity=Severity.HIGH)]) is Severity.HIGH
