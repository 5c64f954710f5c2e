"""Whatever looks find in whatever order: who hears all that is told knows what is open, and hears it once."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.aws.ledger_items import page_item
from sgwarden.finding import ABOUT_ATTACHMENT, DRIFT, Finding, Kind
from sgwarden.life import Note, Transition
from sgwarden.outcome import Status
from sgwarden.page import LEASE, Page, read_page
from sgwarden.policy.types import Mode
from sgwarden.settling import Seen, leased, settle
from sgwarden.terms import Terms

from tests.unit.outcomes import CHANGES, GROUP, TIME, cause, finding, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sgwarden.outcome import Outcome

LINES = tuple(f"tcp/{port} from 0.0.0.0/0" for port in (22, 80, 3389))
PLAIN = {
    "a": Kind.FORBIDDEN_TRAFFIC,
    "b": Kind.MISSING_TRAFFIC,
    "c": Kind.MISSING_TAG,
    "d": Kind.OPAQUE_RULE,
    "e": Kind.DETACHED_CLUSTER_GROUP,
}
"""Kinds of which people hear both when they come and when they go, by the first letter of their ids."""
OTHERS = {"1": Kind.LOST_TRAFFIC, "2": Kind.REMEDIATION_FAILED, "3": Kind.MASS_REVOCATION}
KINDS = {**PLAIN, **OTHERS}
WITH_TRAFFIC = "ab"
ITEM_TAKES = 400 * 1024


def made(letter: str, lines: frozenset[str], number: int = 0) -> Finding:
    traffic = tuple(sorted(lines)) if letter in WITH_TRAFFIC else ()
    found = finding(id=letter * 16, kind=KINDS[letter], traffic=traffic)
    return found.because_of(cause(event_id=str(number)))


@dataclass(frozen=True)
class Look:
    """What is found, so many hours after the last look, and what becomes of it.

    A run that `dies` has taken its lease, and put right what it would have: nobody hears of it.
    """

    found: Mapping[str, frozenset[str]]
    status: Status
    standing: frozenset[str] = frozenset()
    hours: float = 1
    covers: str = "all"
    dies: bool = False

    @property
    def stays(self) -> frozenset[str]:
        """What is as true after it."""
        if self.status is Status.DRIFTED:
            return frozenset(self.found)
        kept = frozenset(letter for letter in self.found if KINDS[letter] not in DRIFT)
        return kept | (self.standing & frozenset(self.found) if self.status is Status.FAILED else frozenset())

    def outcome(self, number: int) -> Outcome:
        findings = tuple(made(letter, lines, number) for letter, lines in self.found.items())
        mode = Mode.OBSERVE if self.status is Status.DRIFTED else Mode.REMEDIATE
        changes = CHANGES if self.status is Status.REMEDIATED else ()
        standing = frozenset(letter * 16 for letter in self.stays)
        said = outcome(status=self.status, mode=mode, changes=changes, standing=standing)
        return replace(said, findings=findings)

    @property
    def judges(self) -> Callable[[Kind], bool]:
        return {
            "all": lambda kind: True,
            "group": lambda kind: kind not in ABOUT_ATTACHMENT,
            "around": lambda kind: kind in ABOUT_ATTACHMENT,
        }[self.covers]


some_lines = st.frozensets(st.sampled_from(LINES), min_size=1)
looks = st.builds(
    Look,
    found=st.dictionaries(st.sampled_from(sorted(KINDS)), some_lines, max_size=4),
    status=st.sampled_from([Status.DRIFTED, Status.DRIFTED, Status.REMEDIATED, Status.FAILED]),
    standing=st.frozensets(st.sampled_from("abc")),
    hours=st.sampled_from([0, 0.5, 1, 23, 24, 24 * 29, 24 * 31]),
    covers=st.sampled_from(["all", "all", "all", "group", "around"]),
    dies=st.sampled_from([False, False, False, True]),
)
terms = st.builds(Terms, remind_after=st.just(timedelta(hours=24)), daily=st.booleans())


@dataclass
class Listener:
    """Somebody who hears all notes in order, and what must be open for all that they say.

    What was open at the `last` look may be less, which nobody tells of; then more is told again. So is what
    fails once more after it was only observed for a while, and what a run died over.
    """

    open: dict[str, frozenset[str]] = field(default_factory=dict)
    last: dict[str, frozenset[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def hear(self, note: Note, *, wrote: bool) -> None:
        letter, traffic = note.id[0], frozenset(note.traffic)
        match note.transition:
            case Transition.OPENED | Transition.REOPENED:
                known = self.last.get(letter)
                assert known is None or letter not in self.open or not traffic <= known, "it was told before"
                if note.transition is Transition.REOPENED:
                    assert letter not in self.open
                    assert note.times > 1
            case Transition.REMINDED:
                assert letter in self.open, "nobody knows of what they are reminded of"
            case Transition.FAILED:
                assert wrote or letter not in self.failed, "the failure was told before"
            case Transition.RESOLVED:
                assert letter in self.open, "it was never open"
        if note.transition.state.is_open:
            self.open[letter] = traffic
        else:
            self.open.pop(letter, None)
        if note.transition is Transition.FAILED:
            self.failed.add(letter)
        elif note.transition is not Transition.REMINDED:
            self.failed.discard(letter)

    def see(self, look: Look) -> None:
        """What the look found, without a word."""
        for letter, lines in look.found.items():
            if look.judges(KINDS[letter]):
                self.last[letter] = frozenset(made(letter, lines).traffic)
                if look.status is Status.DRIFTED:
                    self.failed.discard(letter)


@dataclass
class Group:
    """A group with its page, what is open in it, and a listener."""

    terms: Terms
    page: Page = field(default_factory=lambda: Page(GROUP))
    now: datetime = TIME
    listener: Listener = field(default_factory=Listener)
    looks: int = 0

    def look(self, look: Look) -> None:
        self.now += timedelta(hours=look.hours)
        self.looks += 1
        seen = look.outcome(self.looks)
        if (
            look.dies
            and look.status is not Status.DRIFTED
            and any(KINDS[each] in DRIFT for each in look.found)
        ):
            self.page = leased(self.page, seen, (), "dead", self.now)
            self.now += LEASE
            self.listener.last.clear()
            self.listener.failed.clear()
            return
        settled = settle(self.page, Seen(self.now, seen, look.judges), self.terms)
        for note in settled.notes:
            if note.id[0] in PLAIN:
                self.listener.hear(note, wrote=seen.has_written)
        self.page = settled.page
        self.listener.see(look)
        if settled.page.lease is None and look.covers == "all":
            self.knows(look)

    def knows(self, look: Look) -> None:
        """What the listener takes to be open is what the look has left open."""
        heard = self.listener.open
        assert set(heard) == {letter for letter in look.stays if letter in PLAIN}
        for letter in WITH_TRAFFIC:
            if letter in heard:
                assert heard[letter] >= look.found[letter]


@given(terms, st.lists(looks, max_size=12))
def test_who_hears_all_that_is_told_knows_what_is_open(terms: Terms, history: list[Look]) -> None:
    group = Group(terms)
    for each in history:
        group.look(each)


@given(terms, st.lists(looks, max_size=8), looks)
def test_the_same_look_again_tells_nothing_and_changes_nothing(
    terms: Terms, history: list[Look], last: Look
) -> None:
    group = Group(terms)
    for each in history:
        group.look(each)
    seen = Seen(group.now, replace(last, status=Status.DRIFTED).outcome(0), last.judges)
    once = settle(group.page, seen, terms)
    again = settle(once.page, seen, terms)
    assert again.notes == ()
    assert again.page == once.page


@given(terms, st.lists(looks, min_size=1, max_size=8))
def test_every_page_comes_back_from_json(terms: Terms, history: list[Look]) -> None:
    group = Group(terms)
    for each in history:
        group.look(each)
        page = group.page.next()
        assert read_page(json.loads(json.dumps(page.as_json()))) == page


def test_who_opens_and_closes_what_they_can_think_of_does_not_fill_the_page() -> None:
    page, seen = Page(GROUP), replace(outcome(status=Status.DRIFTED, mode=Mode.OBSERVE), findings=())
    for number in range(0, 300, 50):
        found = tuple(map(_of_a_stranger, range(number, number + 50)))
        now = TIME + timedelta(minutes=number)
        page = settle(page, Seen(now, replace(seen, findings=found)), Terms()).page
    page = settle(page, Seen(TIME + timedelta(days=1), seen), Terms()).page
    assert {entry.note.headline for entry in page.entries} == {f"Forged {each}" for each in range(100, 300)}
    taken = page_item(page.next(), TIME)["page"]
    assert sum(len(value) for value in taken.values() if isinstance(value, str | bytes)) < ITEM_TAKES / 4


def _of_a_stranger(number: int) -> Finding:
    """With as much that cannot be packed as sixty rules have."""
    said = random.Random(number)  # noqa: S311  no secret
    lines = tuple(f"tcp/{said.randrange(65536)} from 203.0.113.{said.randrange(256)}" for _ in range(60))
    found = finding(f"Forged {number}", id=f"{number:016x}", kind=Kind.FORGED_CLAIM, traffic=lines)
    found = replace(found, rules=tuple(f"sgr-{said.randrange(16**17):017x}" for _ in range(60)))
    return found.because_of(cause(f"{said.randrange(16**200):x}"))
