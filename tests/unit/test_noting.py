"""What the ledger notes of a finding: whether it is more than was told, and who had part in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.drift_findings import findings_of
from sgwarden.finding import Finding, Kind
from sgwarden.life import Note, Transition
from sgwarden.noting import is_more, note_of
from sgwarden.page import Entry
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Severity
from sgwarden.traffic import Direction

from tests.unit.outcomes import GROUP, TIME, cause, finding
from tests.unit.planning import CLUSTER, drift_of, group, require

EVERYTHING = Goal(required=(require("open-egress", "all to 0.0.0.0/0"),))
LACKS = finding(
    "Outbound missing: all to 0.0.0.0/0",
    kind=Kind.MISSING_TRAFFIC,
    direction=Direction.EGRESS,
    traffic=("all to 0.0.0.0/0",),
    present=("tcp/443 to 0.0.0.0/0",),
    impact="nodes do not join",
)
TO_LIST = replace(LACKS, traffic=("tcp to pl-0a",))
WRONG = finding("Tag changed: team is x", kind=Kind.WRONG_TAG, traffic=(), rules=())
MINOR = finding(severity=Severity.LOW)


def noted(found: Finding, entry: Entry | None = None) -> Note:
    return note_of(found, entry, Transition.OPENED, TIME, GROUP)


def lacking(*lines: str) -> Finding:
    """What is missing where only these lines are there."""
    drift = drift_of(group(*lines), egress=EVERYTHING)
    (found,) = findings_of(drift, CLUSTER, group(*lines))
    return found


@pytest.mark.parametrize(
    ("known", "found", "more"),
    [
        (MINOR, finding(severity=Severity.CRITICAL), True),
        (finding(severity=Severity.CRITICAL), MINOR, False),
        (MINOR, replace(MINOR, impact="anybody can try to log in"), True),
        (replace(MINOR, impact="anybody can try to log in"), MINOR, False),
        (replace(MINOR, impact="a"), replace(MINOR, impact="b"), False),
        (WRONG, replace(WRONG, headline="Tag changed: team is y"), True),
        (WRONG, WRONG, False),
        (MINOR, replace(MINOR, headline="in other words"), False),
        (LACKS, replace(LACKS, present=()), True),
        (replace(LACKS, present=()), LACKS, False),
        (LACKS, replace(LACKS, present=("tcp/0-65535 to 0.0.0.0/0",)), False),
        (LACKS, replace(LACKS, present=("tcp/80 to 0.0.0.0/0",)), True),
        (LACKS, replace(LACKS, traffic=("udp to 0.0.0.0/0",), present=()), False),
        (LACKS, replace(LACKS, traffic=("tcp/443 to 0.0.0.0/0",), present=()), True),
        (TO_LIST, TO_LIST, False),
        (TO_LIST, replace(TO_LIST, traffic=("tcp to pl-0b",)), True),
        (
            TO_LIST,
            replace(TO_LIST, present=()),
            True,
        ),
    ],
)
def test_there_is_more_where_it_grew_or_got_worse(known: Finding, found: Finding, *, more: bool) -> None:
    assert is_more(found, noted(known), GROUP) is more


def test_what_goes_on_missing_is_known_though_it_is_written_the_same() -> None:
    """It is told as the policy writes it, however much of it is there."""
    with_https, with_nothing = lacking("tcp/443 to 0.0.0.0/0"), lacking()
    assert with_https.traffic == with_nothing.traffic == ("all to 0.0.0.0/0",)
    assert (with_https.present, with_nothing.present) == (("tcp/443 to 0.0.0.0/0",), ())
    assert is_more(with_nothing, noted(with_https), CLUSTER.security_group_id)
    assert not is_more(with_https, noted(with_nothing), CLUSTER.security_group_id)


def test_all_who_had_part_in_it_are_noted_each_call_once() -> None:
    alice, bob, carol = (cause(name, event_id=name) for name in ("alice", "bob", "carol"))
    first = noted(MINOR.because_of(alice, bob))
    assert first.causes == (alice, bob)
    again = noted(MINOR.because_of(bob, carol), Entry(first, Transition.OPENED.state, TIME))
    assert (again.causes, again.left_out) == ((alice, bob, carol), 0)


def test_of_many_calls_the_number_of_those_left_out_is_noted() -> None:
    calls = [cause(event_id=str(number)) for number in range(100)]
    at_once = noted(MINOR.because_of(*calls))
    assert (at_once.causes, at_once.left_out) == ((calls[0], *calls[-19:]), 80)
    entry = None
    for each in calls:
        entry = Entry(noted(MINOR.because_of(each), entry), Transition.OPENED.state, TIME)
    assert entry
    assert entry.note == at_once
