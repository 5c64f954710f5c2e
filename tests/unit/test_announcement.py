"""An alert says what is news, how the group stands, and what was done about it, if that has to do with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.alert import Alert, Made
from sgwarden.announcement import announcement, made
from sgwarden.life import Note, Transition
from sgwarden.outcome import Outcome, Status
from sgwarden.page import Page
from sgwarden.policy.types import Mode
from sgwarden.settling import Seen, Settled

from tests.unit.alerts import MADE, note
from tests.unit.outcomes import CHANGES, GROUP, TIME, cause, outcome

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
    assert (said.resumed, said.status, said.changes) == (True, Status.REMEDIATED, MEANT)
    more = told(seen=outcome(changes=CHANGES[:1]), resumed=MEANT)
    assert more.changes == (*MEANT, made(CHANGES[0], GROUP))
    again = told(seen=outcome(changes=CHANGES[:1]), resumed=(made(CHANGES[0], GROUP),))
    assert again.changes == (made(CHANGES[0], GROUP),)
    failed = told(seen=outcome(status=Status.FAILED, changes=CHANGES[:1]), resumed=MEANT)
    assert failed.status is Status.FAILED
    assert not told(seen=outcome()).resumed


def test_each_change_is_said_in_words() -> None:
    said = [made(each, GROUP) for each in CHANGES]
    assert [each.action for each in said] == ["authorize", "modify", "revoke", "tag", "tag"]
    assert [each.line for each in said] == [each.line for each in MADE]
