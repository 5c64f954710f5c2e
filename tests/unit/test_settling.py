"""What a look means for the page of its group: each change of state is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sgwarden.alert import Made
from sgwarden.finding import ABOUT_ATTACHMENT, DRIFT, Finding, Kind
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.page import LEASE, Page
from sgwarden.policy.types import Mode, Severity
from sgwarden.settling import Seen, Settled, leased, settle
from sgwarden.terms import Terms

from tests.unit.outcomes import GROUP, TIME, cause, finding, outcome

TERMS = Terms(remind_after=timedelta(hours=24))
SSH = finding(id="a" * 16)
TAG = finding("Tag missing: team", id="b" * 16, kind=Kind.MISSING_TAG, severity=Severity.MEDIUM)
OPAQUE = finding("Inbound rule left alone: x", id="c" * 16, kind=Kind.OPAQUE_RULE, severity=Severity.MEDIUM)
FAILURE = finding("Not put right: x", id="d" * 16, kind=Kind.REMEDIATION_FAILED)
LOST = finding("Inbound lost", id="e" * 16, kind=Kind.LOST_TRAFFIC, severity=Severity.HIGH)
DETACHED = finding("Detached", id="f" * 16, kind=Kind.DETACHED_CLUSTER_GROUP, severity=Severity.HIGH)
REFUSED = finding("Nothing was checked: x", id="9" * 16, kind=Kind.POLICY_REFUSED)
STORM = finding("All rules of x gone", id="1" * 16, kind=Kind.MASS_REVOCATION, severity=Severity.CRITICAL)
BOTH = finding(
    id=SSH.id, traffic=("tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0"), rules=("sgr-0a", "sgr-0b")
)
NEW = Page(GROUP)


def look(
    page: Page,
    *findings: Finding,
    status: Status = Status.DRIFTED,
    after: timedelta = timedelta(),
    terms: Terms = TERMS,
    standing: tuple[Finding, ...] = (),
    **more: object,
) -> Settled:
    mode = Mode.OBSERVE if status is Status.DRIFTED else Mode.REMEDIATE
    fields: dict[str, object] = {"changes": (), "mode": mode, **more}
    seen = outcome(*findings, status=status, standing=frozenset(each.id for each in standing), **fields)
    seen = replace(seen, findings=findings)
    return settle(page, Seen(TIME + after, seen), terms)


def told(settled: Settled) -> dict[str, Transition]:
    return {note.id: note.transition for note in settled.notes}


def state(settled: Settled, of: Finding) -> State | None:
    entry = settled.page.entry(of.id)
    return entry.state if entry else None


def test_what_is_found_is_told_once() -> None:
    first = look(NEW, SSH, TAG)
    assert told(first) == {SSH.id: Transition.OPENED, TAG.id: Transition.OPENED}
    assert [note.id for note in first.notes] == [SSH.id, TAG.id]
    again = look(first.page, SSH, TAG, after=timedelta(hours=1))
    assert told(again) == {}
    assert again.page == first.page


def test_it_is_resolved_once_it_is_gone() -> None:
    opened = look(NEW, SSH, TAG).page
    gone = look(opened, TAG)
    assert told(gone) == {SSH.id: Transition.RESOLVED}
    assert [entry.note.id for entry in gone.page.open] == [TAG.id]
    assert told(look(gone.page, TAG)) == {}


def test_it_is_reopened_within_the_month_and_counted() -> None:
    closed = look(look(NEW, SSH).page).page
    back = look(closed, SSH, after=timedelta(days=29))
    assert told(back) == {SSH.id: Transition.REOPENED}
    assert back.notes[0].times == 2
    assert back.notes[0].since == TIME + timedelta(days=29)


def test_after_a_month_it_is_new() -> None:
    closed = look(look(NEW, SSH).page).page
    later = look(closed, after=timedelta(days=31)).page
    assert later.entries == ()
    back = look(later, SSH, after=timedelta(days=31))
    assert told(back) == {SSH.id: Transition.OPENED}
    assert back.notes[0].times == 1


def test_each_remedy_is_told_and_counted() -> None:
    page = NEW
    for times in (1, 2, 3):
        put_right = look(page, SSH, status=Status.REMEDIATED)
        assert told(put_right) == {SSH.id: Transition.REMEDIATED}
        assert put_right.notes[0].times == times
        assert put_right.page.open == ()
        page = put_right.page
        assert told(look(page, status=Status.IN_SYNC)) == {}


def test_what_stands_after_a_remedy_is_open() -> None:
    """A rule that cannot be judged is as it was, whatever was put right beside it."""
    put_right = look(NEW, SSH, OPAQUE, LOST, status=Status.REMEDIATED, standing=(OPAQUE,))
    assert told(put_right) == {
        SSH.id: Transition.REMEDIATED,
        OPAQUE.id: Transition.OPENED,
        LOST.id: Transition.REMEDIATED,
    }
    assert [entry.note.id for entry in put_right.page.open] == [OPAQUE.id]


def test_a_failure_is_told_once_and_its_end_too() -> None:
    failed = look(NEW, SSH, TAG, FAILURE, status=Status.FAILED, standing=(SSH,))
    assert told(failed) == {
        SSH.id: Transition.FAILED,
        FAILURE.id: Transition.FAILED,
        TAG.id: Transition.REMEDIATED,
    }
    assert told(look(failed.page, SSH, FAILURE, status=Status.FAILED, standing=(SSH,))) == {}
    put_right = look(failed.page, SSH, status=Status.REMEDIATED)
    assert told(put_right) == {SSH.id: Transition.REMEDIATED}
    assert put_right.page.open == ()


def test_trouble_that_is_over_alone_is_told() -> None:
    refused = finding("Nothing was checked: x", id="9" * 16, kind=Kind.POLICY_REFUSED)
    page = look(NEW, refused, status=Status.REFUSED).page
    assert told(look(page, status=Status.IN_SYNC)) == {refused.id: Transition.RESOLVED}


@pytest.mark.parametrize("trouble", [Kind.REMEDIATION_FAILED, Kind.PLAN_REFUSED])
def test_that_trouble_is_over_is_no_news_while_what_it_was_about_is_open(trouble: Kind) -> None:
    """The stack observes now: nothing is tried, and nothing is in order."""
    failure = replace(FAILURE, kind=trouble)
    page = look(NEW, SSH, failure, status=Status.FAILED, standing=(SSH,)).page
    assert told(look(page, SSH)) == {}
    assert told(look(page, status=Status.IN_SYNC)) == {SSH.id: Transition.RESOLVED}


def test_that_the_policy_can_be_used_again_is_told_whatever_else_is_open() -> None:
    page = look(NEW, SSH, REFUSED).page
    assert told(look(page, SSH)) == {REFUSED.id: Transition.RESOLVED}


def test_what_a_plan_would_cost_is_told_only_beside_what_it_is_for() -> None:
    failed = look(NEW, SSH, status=Status.FAILED, standing=(SSH,)).page
    observed = look(failed, SSH, LOST)
    assert told(observed) == {}
    assert look(observed.page, SSH, LOST).page == observed.page
    reminded = look(observed.page, SSH, LOST, after=timedelta(hours=24))
    assert told(reminded) == {SSH.id: Transition.REMINDED, LOST.id: Transition.OPENED}
    again = look(failed, SSH, LOST, status=Status.FAILED, standing=(SSH,))
    assert told(again) == {}


@pytest.mark.parametrize(("hours", "reminded"), [(23, False), (24, True)])
def test_people_are_reminded_of_what_could_not_be_looked_at(hours: int, *, reminded: bool) -> None:
    page = look(NEW, DETACHED, SSH).page
    seen = replace(outcome(status=Status.IN_SYNC, changes=()), findings=())

    def unread(kind: Kind) -> bool:
        return kind in ABOUT_ATTACHMENT

    later = Seen(TIME + timedelta(hours=hours), seen, lambda _: False, unread)
    after = settle(page, later, TERMS)
    assert told(after) == ({DETACHED.id: Transition.REMINDED} if reminded else {})
    assert told(settle(after.page, later, TERMS)) == {}
    assert told(settle(page, replace(later, missed=lambda _: False), TERMS)) == {}


def test_what_a_plan_would_cost_ends_without_a_word() -> None:
    page = look(NEW, SSH, LOST).page
    assert told(look(page, status=Status.IN_SYNC)) == {SSH.id: Transition.RESOLVED}
    assert told(look(look(NEW, LOST).page)) == {}


def test_a_failure_that_wrote_to_the_group_is_told_each_time() -> None:
    failed = look(NEW, SSH, status=Status.FAILED, standing=(SSH,)).page
    from tests.unit.outcomes import CHANGES  # noqa: PLC0415

    again = look(failed, SSH, status=Status.FAILED, standing=(SSH,), changes=CHANGES)
    assert told(again) == {SSH.id: Transition.FAILED}


@pytest.mark.parametrize(
    ("hours", "status", "daily", "reminded"),
    [
        (23, Status.DRIFTED, False, False),
        (24, Status.DRIFTED, False, True),
        (24, Status.DRIFTED, True, False),
        (24, Status.FAILED, True, True),
        (24, Status.FAILED, False, True),
    ],
)
def test_what_stays_open_is_told_again(hours: int, status: Status, daily: bool, reminded: bool) -> None:
    page = look(NEW, SSH, status=status, standing=(SSH,)).page
    terms = replace(TERMS, daily=daily)
    later = look(page, SSH, status=status, standing=(SSH,), after=timedelta(hours=hours), terms=terms)
    assert told(later) == ({SSH.id: Transition.REMINDED} if reminded else {})
    assert state(later, SSH) is state(Settled(page, ()), SSH)
    soon = look(
        later.page, SSH, status=status, standing=(SSH,), after=timedelta(hours=hours + 1), terms=terms
    )
    assert told(soon) == {} or not reminded


def test_every_actor_is_kept_and_each_call_once() -> None:
    alice, bob = cause(), cause("bob (IAM user)", event_id="2")
    page = look(NEW, SSH.because_of(alice)).page
    both = look(page, SSH.because_of(bob))
    assert told(both) == {}
    assert both.page != page
    same = look(both.page, SSH.because_of(alice))
    assert same.page == both.page
    resolved = look(same.page)
    assert resolved.notes[0].causes == (alice, bob)


def test_of_many_actors_the_first_and_the_last_are_kept() -> None:
    page = NEW
    for number in range(50):
        page = look(page, SSH.because_of(cause(event_id=str(number)))).page
    entry = page.entry(SSH.id)
    assert entry
    ids = [each.event_id for each in entry.note.causes]
    assert (ids[0], ids[-1], len(ids)) == ("0", "49", 20)


def test_what_is_held_is_not_resolved() -> None:
    page = look(NEW, SSH).page
    assert look(page, held=("all to 0.0.0.0/0",), status=Status.IN_SYNC).page == page


def test_what_was_not_looked_at_stays() -> None:
    page = look(NEW, SSH, DETACHED).page
    seen = outcome(status=Status.IN_SYNC, changes=())
    of_the_group = Seen(TIME, replace(seen, findings=()), lambda kind: kind not in ABOUT_ATTACHMENT)
    assert told(settle(page, of_the_group, TERMS)) == {SSH.id: Transition.RESOLVED}
    around = Seen(TIME, replace(seen, findings=()), lambda kind: kind in ABOUT_ATTACHMENT)
    assert told(settle(page, around, TERMS)) == {DETACHED.id: Transition.RESOLVED}


def test_a_storm_is_told_once_and_never_open() -> None:
    first = look(NEW, STORM, status=Status.IN_SYNC)
    assert told(first) == {STORM.id: Transition.OPENED}
    assert first.page.open == ()
    soon = look(first.page, STORM, status=Status.IN_SYNC, after=timedelta(minutes=59))
    assert told(soon) == {}
    assert soon.page == first.page
    later = look(first.page, STORM, status=Status.IN_SYNC, after=timedelta(hours=1))
    assert told(later) == {STORM.id: Transition.OPENED}


def test_a_group_that_is_gone_has_nothing_open() -> None:
    page = look(NEW, SSH, DETACHED).page
    gone = settle(page, Seen(TIME), TERMS)
    assert set(told(gone).values()) == {Transition.RESOLVED}
    assert gone.page.open == ()


def begun(page: Page = NEW, now: datetime = TIME) -> Page:
    return leased(page, outcome(SSH.because_of(cause()), OPAQUE, changes=()), (), "me", now)


def test_a_lease_writes_down_what_is_to_be_put_right() -> None:
    page = begun()
    assert page.lease
    assert (page.lease.holder, page.lease.until) == ("me", TIME + LEASE)
    assert [(entry.note.id, entry.told) for entry in page.open] == [(SSH.id, None)]
    assert page.version == 1


def test_a_run_that_broke_off_once_it_had_put_it_right_is_told_by_the_next() -> None:
    page = begun()
    found = look(page, status=Status.IN_SYNC, after=LEASE)
    assert told(found) == {SSH.id: Transition.REMEDIATED}
    assert found.notes[0].causes == (cause(),)
    assert found.page.lease is None
    assert found.page.open == ()


@pytest.mark.parametrize(
    ("status", "transition"),
    [
        (Status.DRIFTED, Transition.OPENED),
        (Status.REMEDIATED, Transition.REMEDIATED),
        (Status.FAILED, Transition.FAILED),
    ],
)
def test_a_run_that_broke_off_before_is_begun_anew(status: Status, transition: Transition) -> None:
    standing = (SSH,) if status is Status.FAILED else ()
    found = look(begun(), SSH, status=status, standing=standing, after=LEASE)
    assert told(found) == {SSH.id: transition}
    assert found.notes[0].times == 1


@pytest.mark.parametrize("before", [Status.DRIFTED, Status.FAILED])
def test_what_was_told_as_open_and_put_right_by_a_run_that_broke_off_was_not_others(before: Status) -> None:
    """It was observed until then, or had failed."""
    opened = look(NEW, SSH, status=before, standing=(SSH,)).page
    changes = (Made("revoke", "ingress", "sgr-0a", "tcp/22 from 0.0.0.0/0"),)
    page = leased(opened, outcome(SSH, changes=()), changes, "me", TIME)
    assert page.entries == opened.entries
    found = look(page, status=Status.IN_SYNC, after=LEASE)
    assert told(found) == {SSH.id: Transition.REMEDIATED}
    assert found.resumed == changes


def test_what_grew_and_was_put_right_by_a_run_that_broke_off_is_told_whole() -> None:
    opened = look(NEW, SSH).page
    page = leased(opened, outcome(BOTH, changes=()), (), "me", TIME)
    found = look(page, status=Status.IN_SYNC, after=LEASE)
    assert [(note.transition, note.traffic) for note in found.notes] == [
        (Transition.REMEDIATED, BOTH.traffic)
    ]
    still = look(page, BOTH, after=LEASE)
    assert [(note.transition, note.traffic) for note in still.notes] == [(Transition.OPENED, BOTH.traffic)]


@pytest.mark.parametrize("reason", ["held", "policy refused"])
def test_what_a_run_that_broke_off_did_is_told_once_it_can_be_seen(reason: str) -> None:
    changes = (Made("revoke", "ingress", "sgr-0a", "tcp/22 from 0.0.0.0/0"),)
    page = leased(NEW, outcome(SSH, changes=()), changes, "me", TIME)
    if reason == "held":
        first = look(page, held=("all to 0.0.0.0/0",), status=Status.IN_SYNC, after=LEASE)
    else:
        refused = Seen(TIME + LEASE, outcome(REFUSED, changes=()), lambda kind: kind is Kind.POLICY_REFUSED)
        first = settle(page, refused, TERMS)
    assert SSH.id not in told(first)
    assert first.page.lease == page.lease
    assert not first.resumed
    then = look(first.page, status=Status.IN_SYNC, after=2 * LEASE)
    assert told(then)[SSH.id] is Transition.REMEDIATED
    assert then.page.lease is None
    assert then.resumed == changes


def test_what_nobody_puts_right_is_not_the_doing_of_a_run_that_broke_off() -> None:
    opened = look(NEW, OPAQUE, SSH).page
    page = leased(opened, outcome(OPAQUE, SSH, changes=()), (), "me", TIME)
    found = look(page, status=Status.IN_SYNC, after=LEASE)
    assert told(found) == {OPAQUE.id: Transition.RESOLVED, SSH.id: Transition.REMEDIATED}


def test_of_what_is_closed_no_more_is_kept_than_tells_it_when_it_comes_back() -> None:
    """Nobody can fill the page with what they open and close."""
    wide = finding(id=SSH.id, traffic=tuple(f"tcp/{port} from 0.0.0.0/0" for port in range(50)))
    closed = look(look(NEW, wide.because_of(cause())).page)
    (entry,) = closed.page.entries
    assert closed.notes[0].causes == (cause(),)
    kept = (entry.note.causes, entry.note.traffic, entry.note.rules, entry.note.impact, entry.note.times)
    assert kept == ((), wide.traffic[:10], (), "", 1)


RDP = ("tcp/3389 from 0.0.0.0/0",)


@pytest.mark.parametrize(
    ("before", "now", "again"),
    [
        (SSH.traffic, SSH.traffic, True),
        (SSH.traffic, RDP, False),
        (SSH.traffic, ("tcp/20-25 from 10.0.0.0/8",), True),
        ((*SSH.traffic, *RDP), RDP, True),
        ((), (), True),
        (("tcp/22 from pl-0a",), ("tcp/22 from pl-0a", *RDP), True),
        (("tcp/22 from pl-0a",), RDP, False),
    ],
)
@pytest.mark.parametrize("status", [Status.DRIFTED, Status.REMEDIATED])
def test_it_is_back_only_if_it_is_the_same_or_some_of_it(
    before: tuple[str, ...], now: tuple[str, ...], again: bool, status: Status
) -> None:
    """Another port under the same statement is no second time."""
    closed = look(NEW, finding(id=SSH.id, traffic=before), status=Status.REMEDIATED).page
    back = look(closed, finding(id=SSH.id, traffic=now), status=status)
    opened = Transition.REOPENED if again else Transition.OPENED
    assert told(back) == {SSH.id: opened if status is Status.DRIFTED else Transition.REMEDIATED}
    assert back.notes[0].times == 1 + again


def test_a_run_that_broke_off_and_its_group_is_gone() -> None:
    gone = settle(begun(), Seen(TIME + LEASE), TERMS)
    assert told(gone) == {SSH.id: Transition.RESOLVED}


def test_what_comes_back_in_a_run_that_breaks_off_is_reopened() -> None:
    closed = look(NEW, SSH, status=Status.REMEDIATED).page
    found = look(begun(closed), SSH, after=LEASE)
    assert told(found) == {SSH.id: Transition.REOPENED}
    assert found.notes[0].times == 2


def test_more_of_it_is_told_and_less_is_not() -> None:
    both = finding(id=SSH.id, traffic=("tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0"))
    half = finding(id=SSH.id, traffic=("tcp/22 from 0.0.0.0/1",))
    page = look(NEW, SSH).page
    assert told(look(page, half)) == {}
    more = look(page, both)
    assert told(more) == {SSH.id: Transition.OPENED}
    assert more.notes[0].traffic == both.traffic
    assert told(look(more.page, both)) == {}
    less = look(more.page, SSH)
    assert told(less) == {}
    assert told(look(less.page, both)) == {SSH.id: Transition.OPENED}


def test_lines_of_prefix_lists_are_told_apart_by_their_ids() -> None:
    one = finding(id=SSH.id, traffic=("tcp/22 from pl-0a",))
    two = finding(id=SSH.id, traffic=("tcp/22 from pl-0a", "tcp/22 from pl-0b"))
    page = look(NEW, one).page
    assert told(look(page, one)) == {}
    assert told(look(page, two)) == {SSH.id: Transition.OPENED}


def test_what_a_run_put_right_before_it_broke_off_is_told_with_what_came_after() -> None:
    both = finding(
        id=SSH.id, traffic=("tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0"), rules=("sgr-0a", "sgr-0b")
    )
    page = leased(NEW, outcome(both, changes=()), (), "me", TIME)
    found = look(page, SSH, status=Status.REMEDIATED, after=LEASE)
    assert told(found) == {SSH.id: Transition.REMEDIATED}
    assert found.notes[0].traffic == both.traffic
    assert found.notes[0].rules == both.rules


def test_a_reminder_of_what_was_not_judged_leaves_the_run_that_broke_off_to_be_told() -> None:
    failed = look(NEW, SSH, FAILURE, status=Status.FAILED, standing=(SSH,)).page
    changes = (Made("revoke", "ingress", "sgr-0a", "tcp/22 from 0.0.0.0/0"),)
    page = leased(failed, outcome(SSH, changes=()), changes, "me", TIME)
    later = TIME + timedelta(hours=25)
    refused = outcome(REFUSED, changes=(), status=Status.REFUSED)
    only = Seen(later, refused, lambda kind: kind is Kind.POLICY_REFUSED, lambda kind: kind in DRIFT)
    first = settle(page, only, TERMS)
    assert told(first)[SSH.id] is Transition.REMINDED
    assert first.page.lease == page.lease
    assert first.resumed == ()
    then = look(first.page, status=Status.IN_SYNC, after=timedelta(hours=26))
    assert told(then)[SSH.id] is Transition.REMEDIATED
    assert then.resumed == changes
