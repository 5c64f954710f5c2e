"""An alert says what is news, how the group stands, and what was done about it, if that has to do with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.alert import Alert, Made, Others
from sgwarden.announcement import announcement, made
from sgwarden.finding import Kind
from sgwarden.life import Note, State, Transition
from sgwarden.outcome import Outcome, Status
from sgwarden.page import Entry, Page
from sgwarden.policy.types import Mode, Severity
from sgwarden.settling import Seen, Settled

from tests.unit.alerts import MADE, note
from tests.unit.outcomes import CHANGES, GROUP, TIME, cause, outcome, rule

PAGE = Page(GROUP, version=3, thread="t", cluster="prod-1", additional=True)
WHERE = ("111122223333", "eu-west-1")
MEANT = (Made("revoke", "ingress", "sgr-0c", "tcp/22 from 0.0.0.0/0", why="no-internet"),)


def told(
    *notes: Note, seen: Outcome | None = None, resumed: tuple[Made, ...] = (), page: Page = PAGE
) -> Alert:
    settled = Settled(page, notes or (note(),), resumed)
    return announcement("a1", settled, Seen(TIME, seen), WHERE, (cause(),))


def test_it_is_of_the_group_and_in_its_thread() -> None:
    said = told(seen=outcome())
    assert (said.id, said.thread, said.time, said.group, said.cluster) == ("a1", "t", TIME, GROUP, "prod-1")
    assert (said.account, said.region, said.additional, said.causes) == (*WHERE, True, (cause(),))
    assert said.notes == (note(),)


def test_the_first_alert_begins_the_thread() -> None:
    assert told(page=replace(PAGE, thread="")).thread == "a1"


def test_it_says_how_the_group_stands() -> None:
    seen = outcome(paused="until noon", barred="not yours", missed=True, held=("all to self",))
    said = told(seen=seen)
    assert (said.policy, said.mode, said.status) == ("production", Mode.REMEDIATE, Status.REMEDIATED)
    assert (said.paused, said.barred, said.missed, said.held) == (
        "until noon",
        "not yours",
        True,
        ("all to self",),
    )
    assert said.group_name == "eks-cluster-sg-prod-1"


def test_of_a_group_that_is_gone_nothing_is_known() -> None:
    said = told(note(transition=Transition.RESOLVED))
    assert (said.policy, said.group_name, said.changes, said.status) == ("", "", (), Status.IN_SYNC)


@pytest.mark.parametrize("transition", Transition)
def test_changes_are_told_where_something_is_not_closed_by_others(transition: Transition) -> None:
    said = told(note(transition=transition), seen=outcome())
    expected = () if transition is Transition.RESOLVED else tuple(made(each, GROUP) for each in CHANGES)
    assert said.changes == expected
    both = told(note(transition=Transition.RESOLVED), note(), seen=outcome())
    assert len(both.changes) == len(CHANGES)


def test_what_a_run_set_out_to_do_that_broke_off_is_told_with_what_was_done_after() -> None:
    in_order = outcome(status=Status.IN_SYNC, changes=())
    said = told(seen=in_order, resumed=MEANT)
    assert (said.earlier, said.status, said.changes) == (MEANT, Status.REMEDIATED, ())
    more = told(seen=outcome(changes=CHANGES[:1]), resumed=MEANT)
    assert (more.earlier, more.changes) == (MEANT, (made(CHANGES[0], GROUP),))
    again = told(seen=outcome(changes=CHANGES[:1]), resumed=(made(CHANGES[0], GROUP),))
    assert (again.earlier, again.changes) == ((), (made(CHANGES[0], GROUP),))
    failed = told(seen=outcome(status=Status.FAILED, changes=CHANGES[:1]), resumed=MEANT)
    assert failed.status is Status.FAILED
    assert not told(seen=outcome()).earlier


def test_what_a_run_did_before_sgwarden_was_paused_is_not_denied() -> None:
    """And what it plainly did not come to do, or would be done now, is not claimed."""
    stays = rule("tcp/22 from 198.51.100.0/24", "sgr-0d")
    unmade = Made("revoke", "ingress", "sgr-0d", "tcp/22 from 198.51.100.0/24", why="no-internet")
    uncut = Made("modify", "ingress", "sgr-0d", "tcp/23 from 198.51.100.0/24", unmade.rule)
    cut = replace(uncut, rule=unmade.rule, was="tcp/20-22 from 198.51.100.0/24")
    seen = outcome(status=Status.DRIFTED, mode=Mode.OBSERVE, paused="until noon", changes=CHANGES[:1])
    seen = replace(seen, group=replace(seen.group, rules=(*seen.group.rules, stays)))
    meant = (*MEANT, unmade, uncut, cut, made(CHANGES[0], GROUP))
    said = told(seen=seen, resumed=meant)
    assert (said.status, said.earlier, said.changes) == (
        Status.DRIFTED,
        (*MEANT, cut),
        (made(CHANGES[0], GROUP),),
    )


def entry(finding: Note, state: State = State.OPEN) -> Entry:
    return Entry(finding, state, TIME)


def test_it_says_what_else_is_open() -> None:
    first, second = (
        note("Old.", id="2", severity=Severity.HIGH),
        note("Older.", id="3", severity=Severity.LOW),
    )
    closed = note(id="4", transition=Transition.RESOLVED)
    cost = note("Inbound lost.", id="5", kind=str(Kind.LOST_TRAFFIC))
    entries = (entry(note()), entry(second), entry(first), entry(closed, State.RESOLVED), entry(cost))
    page = replace(PAGE, entries=entries)
    assert told(page=page).others == Others(2, Severity.HIGH, "Old.")
    assert told(first, second, page=page).others == Others(1, Severity.CRITICAL, note().summary)
    resolved = told(closed, page=page)
    assert not resolved.is_over
    assert told(closed, page=replace(PAGE, entries=(entry(closed, State.RESOLVED), entry(cost)))).is_over


def test_each_change_is_said_in_words() -> None:
    said = [made(each, GROUP) for each in CHANGES]
    assert [each.action for each in said] == ["authorize", "modify", "revoke", "tag", "tag"]
    assert [each.line for each in said] == [each.line for each in MADE]
