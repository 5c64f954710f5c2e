"""The process remembers what was taken within ten minutes, by the time of the calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sgwarden.recent import Recent
from sgwarden.target import Target, TargetKind
from sgwarden.traffic import Rule, parse_line
from sgwarden.trigger import Cause, Touch, Trigger

GROUP, OTHER = "sg-0c1f4a7be2d95083a", "sg-0a9e3d7c5b1f86240"
START = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)


def port(number: int) -> Rule:
    return replace(parse_line(f"tcp/{number} from 10.0.0.0/8"), description=f"rule {number}")


def revoke(*rules: Rule, at: float = 0, by: str = "alice", event: str = "") -> Trigger:
    cause = Cause("RevokeSecurityGroupIngress", event or f"e{at}", by, "", START + timedelta(minutes=at))
    target = Target(TargetKind.GROUP, "", "", GROUP)
    return Trigger(target, cause, frozenset({Touch.INGRESS}), removed=rules)


def test_what_was_taken_from_a_group_is_known_oldest_first_whatever_came_first() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(2), at=1, by="bob")])
    recent.note(GROUP, [revoke(port(1), at=0)])
    assert [(each.rule, each.cause.actor) for each in recent.removals(GROUP)] == [
        (port(1), "alice"),
        (port(2), "bob"),
    ]
    assert recent.removals(OTHER) == ()


def test_an_event_that_comes_twice_counts_once() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(1)), revoke(port(1))])
    recent.note(GROUP, [revoke(port(1))])
    assert len(recent.removals(GROUP)) == 1
    recent.note(GROUP, [revoke(port(1), event="another")])
    assert len(recent.removals(GROUP)) == 2


def test_ten_minutes_are_counted_from_the_last_call() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(1)), revoke(port(2), at=9.9), revoke(port(3), at=10)])
    assert [each.rule for each in recent.removals(GROUP)] == [port(2), port(3)]
    recent.note(GROUP, [revoke(port(1))])
    assert [each.rule for each in recent.removals(GROUP)] == [port(2), port(3)]


def test_a_call_without_a_time_is_not_remembered() -> None:
    recent = Recent()
    timeless = revoke(port(1))
    recent.note(GROUP, [replace(timeless, cause=replace(timeless.cause, time=None))])
    assert recent.removals(GROUP) == ()


def test_what_is_true_no_more_is_suspected_no_more() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(1))])
    recent.suspect(GROUP, ["f3", "f4"])
    recent.see(OTHER, [])
    assert recent.is_suspected("f3", GROUP)
    recent.see(GROUP, ["f1", "f3"])
    assert [recent.is_suspected(each, GROUP) for each in ("f3", "f4")] == [True, False]


def test_a_suspicion_counts_until_it_is_looked_at_again() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(1))])
    recent.suspect(GROUP, ["f1"])
    recent.note(GROUP, [revoke(port(2), at=2.9)])
    assert recent.is_suspected("f1", GROUP)
    recent.note(GROUP, [revoke(port(3), at=3)])
    assert not recent.is_suspected("f1", GROUP)


def test_of_a_flood_the_last_is_kept() -> None:
    recent = Recent()
    recent.note(GROUP, [revoke(port(each), at=each / 10_000, event=str(each)) for each in range(6_000)])
    kept = recent.removals(GROUP)
    assert len(kept) == 5_000
    assert kept[-1].rule == port(5_999)


def test_a_late_event_of_one_group_is_not_forgotten_for_another_group() -> None:
    recent = Recent()
    recent.note(OTHER, [revoke(port(1), at=60)])
    recent.note(GROUP, [revoke(port(2))])
    assert [each.rule for each in recent.removals(GROUP)] == [port(2)]
    assert [each.rule for each in recent.removals(OTHER)] == [port(1)]
