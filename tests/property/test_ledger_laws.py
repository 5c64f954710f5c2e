"""Whatever comes in whatever order, and wherever the function dies: each change of state is told once."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.finding import Kind

from tests.integration.deployed import GROUP, changed, close, open_to, running
from tests.integration.dying import Death, Life, life

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgwarden.page import Page

    from tests.integration.deployed import Deployed, Json

SSH, RDP = "tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0"
LINES = (SSH, RDP)
SWEEP = json.dumps({"sgwarden-sweep": {"group": GROUP, "remind": False}})
_LAST = 40  # no run of one group takes more calls
REFUSED = ("TransactWriteItems", "Publish", "SendMessage")
"""What AWS may refuse, and nothing is lost or told twice; without page or lease, a run has no memory."""


@dataclass
class World:
    """The account with its group, what strangers opened in it, and how often the function closed it.

    What a run closed that died over it, or could not write it down, and what was opened and closed again
    before the next look, is one.
    """

    function: Deployed
    life: Life
    opened: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    closed_by_us: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unheard: set[str] = field(default_factory=set)
    refusals: int = 0

    def is_open(self, line: str) -> bool:
        return line in self.function.account.lines(GROUP)

    def turn(self, line: str) -> None:
        """A stranger opens the line, or closes it; CloudTrail tells of it."""
        published = self.function.account.published()
        if self.is_open(line):
            close_quietly(self, line)
            name = "RevokeSecurityGroupIngress"
        else:
            open_quietly(self, line)
            self.opened[line] += 1
            name = "AuthorizeSecurityGroupIngress"
        assert self.function.account.published() == published
        number = sum(self.opened.values())
        body = json.dumps(changed(name=name, eventID=f"00000000-0000-4000-8000-{number:012d}"))
        self.life.waiting.append((self.life.now, body))

    def watched(self, do: Callable[[], None]) -> None:
        """What is open before and not after was closed by the function."""
        before, troubles = [line for line in LINES if self.is_open(line)], self.life.deaths + self.refusals
        do()
        for line in before:
            if not self.is_open(line):
                self.closed_by_us[line] += line not in self.unheard
                self.unheard.discard(line)
                if self.life.deaths + self.refusals > troubles:
                    self.unheard.add(line)

    def page(self) -> Page:
        client = self.function.account.client("dynamodb")
        return DynamoLedger(lambda: client, self.function.account.table_name, 365).page(GROUP)


def open_quietly(world: World, line: str) -> None:
    _quietly(world, open_to, line)


def close_quietly(world: World, line: str) -> None:
    _quietly(world, close, line)


def _quietly(world: World, do: Callable[[Deployed, str], object], line: str) -> None:
    """A stranger's call, which leaves those of the function where they are."""
    calls = world.function.account._calls
    made = list(calls.made)
    do(world.function, line)
    calls.made[:] = made


@dataclass(frozen=True)
class Step:
    """What happens: a stranger turns a line, a sweep comes, the queue delivers, an hour passes.

    A delivery ends `dies` calls of AWS later; another run works between two of its calls, `with_another`;
    AWS refuses all calls of an operation while it lasts.
    """

    what: str
    line: str = SSH
    dies: int | None = None
    with_another: int | None = None
    refused: str = ""


def deaths(number: int | None, another: int | None, world: World) -> Callable[[int], None] | None:
    if number is None and another is None:
        return None

    def between(call: int) -> None:
        if call == another:
            world.life.waiting.append((world.life.now, SWEEP))
            world.life.work()
        if call == number:
            raise Death

    return between


def play(world: World, steps: Sequence[Step]) -> None:
    for step in steps:
        match step.what:
            case "turn":
                world.turn(step.line)
            case "sweep":
                world.life.waiting.append((world.life.now, SWEEP))
            case "hour":
                # Receipts are not kept back for hours, unless the function works no more at all.
                world.watched(world.life.settle)
                world.life.pass_by(3600)
            case _:
                world.watched(partial(deliver, world, step))
    world.watched(world.life.settle)
    world.life.pass_by(3600)
    world.life.waiting.append((world.life.now, SWEEP))
    world.watched(world.life.settle)
    world.life.pass_by(3600)
    world.life.waiting.append((world.life.now, SWEEP))
    world.watched(world.life.settle)


def deliver(world: World, step: Step) -> None:
    account = world.function.account
    if step.refused:
        account.fail(step.refused, "AccessDeniedException", times=100)
        world.refusals += 1
    world.life.work(deaths(step.dies, step.with_another, world))
    account.recover(step.refused)


steps = st.lists(
    st.one_of(
        st.builds(Step, st.just("turn"), st.sampled_from(LINES)),
        st.builds(Step, st.just("turn"), st.sampled_from(LINES)),
        st.builds(Step, st.just("sweep")),
        st.builds(Step, st.just("hour")),
        st.builds(
            Step,
            st.just("deliver"),
            dies=st.none() | st.integers(0, _LAST),
            with_another=st.none() | st.integers(0, _LAST),
            refused=st.just("") | st.sampled_from(REFUSED),
        ),
    ),
    max_size=10,
)
modes = pytest.mark.parametrize("mode", ["remediate", "observe"])


def world(mode: str) -> Iterator[World]:
    with running(mode=mode, receipts=True) as function, life(function.account) as time:
        yield World(function, time)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
@modes
def test_each_change_of_state_is_told_once(mode: str, steps: list[Step]) -> None:
    for each in world(mode):
        play(each, steps)
        holds(each, mode)


@pytest.mark.slow
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
@modes
def test_it_is_in_a_thousand_lives(mode: str, steps: list[Step]) -> None:
    for each in world(mode):
        play(each, steps)
        holds(each, mode)


def holds(each: World, mode: str) -> None:
    page, alerts = each.page(), each.life.told()
    assert len(alerts) == len(set(alerts)), "an alert was sent twice"
    assert page.lease is None, "a lease is stuck"
    assert page.unsent == (), "an alert was never sent"
    left = {line for line in LINES if each.is_open(line)}
    found = (entry.note for entry in page.open if entry.note.kind == Kind.FORBIDDEN_TRAFFIC)
    assert {line for note in found for line in note.traffic} == left
    if mode == "remediate":
        assert not left
        for line in LINES:
            told = [note["transition"] for note in notes(each) if line in note["traffic"]]
            # What a stranger closed while a run had died over it may be told as that run's doing.
            assert each.closed_by_us[line] <= len(told) <= each.opened[line]
            assert set(told) <= {"remediated"}
    else:
        assert told_of(each) >= left
        assert bool(told_of(each)) == bool(left)


def notes(each: World) -> list[Json]:
    """What people were told of open ports, and not of what it would cost to close them."""
    return [note for note in each.life.notes() if note["kind"] == Kind.FORBIDDEN_TRAFFIC]


def told_of(each: World) -> set[str]:
    """What people must take to be open, who have heard of all of it in order."""
    known: set[str] = set()
    closed: set[str] = set()
    opened = 0
    for note in notes(each):
        traffic = set(note["traffic"])
        match note["transition"]:
            case "resolved":
                assert known, "what was resolved had not been opened"
                known, closed = set(), traffic
            case word:
                assert word == ("reopened" if closed & traffic and not known else "opened")
                known = traffic
                opened += 1
    assert opened <= sum(each.opened.values()), "an opening was told twice"
    return known
