"""What a batch of alerts leads to: who was told, what comes again and when, and what is given up."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.failure import CallError, LaterError, PassingError
from sgwarden.notify import LONGEST_DELAY, SECONDS_TO_TELL, TRIES, Desk, handle
from sgwarden.report import SCHEMA
from sgwarden.untold import Untold, read_untold

from tests.unit.alerts import alert, daily, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily

_PASSING = PassingError("the webhook of slack", "HTTP 500", "")
_LASTING = CallError("the webhook of slack", "HTTP 404", "no_service")
_DOWN = PassingError("GetItem", "ConnectTimeoutError", "")


def _body(told: Alert | Daily) -> str:
    kind = "daily" if hasattr(told, "standings") else "alert"
    return json.dumps({"schema": SCHEMA, kind: told.as_json(), "results": []})


@dataclass
class _Channel:
    """Takes what it is told, unless it has troubles left, which come first; None is none."""

    name: str
    troubles: list[Exception | None] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    asked: int = 0

    def tell(self, told: Alert | Daily, seconds: float) -> None:
        self.asked += 1
        assert seconds >= SECONDS_TO_TELL
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            raise trouble
        self.heard.append(Untold(told).id)


@dataclass
class _World:
    """The ledger and the queue, each of which can be down, and what the journal says of troubles."""

    ledger: dict[str, set[str]] = field(default_factory=dict)
    queue: list[tuple[Untold, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    ledger_down: bool = False
    queue_down: bool = False

    def channels(self, told_id: str) -> frozenset[str]:
        if self.ledger_down:
            raise _DOWN
        return frozenset(self.ledger.get(told_id, ()))

    def add(self, told_id: str, channel: str) -> None:
        if self.ledger_down:
            raise _DOWN
        self.ledger.setdefault(told_id, set()).add(channel)

    def put_back(self, untold: Untold, delay: int) -> None:
        if self.queue_down:
            raise _DOWN
        self.queue.append((read_untold(untold.body()), delay))


@dataclass
class _Journal:
    lines: list[str]

    def told(self, told_id: str, channel: str) -> None:
        """The channels know."""

    def put_back(self, told_id: str, channel: str, delay: int, error: Exception | None) -> None:
        """The queue knows."""

    def dropped(self, body: str, reason: str) -> None:
        self.lines.append("dropped")

    def given_up(self, untold: Untold, channel: str, error: Exception) -> None:
        self.lines.append(f"{channel} given up after {untold.tries}")

    def unrecorded(self, told_id: str, error: CallError) -> None:
        self.lines.append("unrecorded")

    def failed(self, what: str, error: Exception) -> None:
        self.lines.append("failed")

    def put_off(self, messages: int) -> None:
        self.lines += ["put off"] * messages


def _handle(
    world: _World, channels: list[_Channel], *bodies: str, seconds: Callable[[], float] = lambda: 60.0
) -> list[str]:
    desk = Desk(channels, world, world, _Journal(world.lines))
    return handle([(f"m{n}", body) for n, body in enumerate(bodies, start=1)], desk, seconds)


def _until_quiet(world: _World, channels: list[_Channel], *bodies: str) -> int:
    """Deliver, and again what comes back, until nothing does; returns the number of batches."""
    waiting, batches = list(bodies), 0
    while waiting and batches < 200:
        batches += 1
        failed = _handle(world, channels, *waiting)
        waiting = [waiting[int(each[1:]) - 1] for each in failed]
        waiting += [untold.body() for untold, _ in world.queue]
        world.queue.clear()
    return batches


def test_every_channel_hears_of_every_alert_and_report() -> None:
    world, channels = _World(), [_Channel("slack"), _Channel("teams")]
    first, second, report = alert(id="a1"), alert(id="a2"), daily(standing())
    assert _handle(world, channels, _body(first), _body(second), _body(report)) == []
    heard = ["a1", "a2", "daily/111122223333/eu-west-1/2026-11-03T14:21:37+00:00"]
    assert [each.heard for each in channels] == [heard, heard]
    assert world.ledger == {each: {"slack", "teams"} for each in heard}
    assert (world.queue, world.lines) == ([], [])


def test_who_was_told_is_not_told_again() -> None:
    world, channels = _World({"a1": {"slack"}}), [_Channel("slack"), _Channel("teams")]
    body = _body(alert(id="a1"))
    assert _handle(world, channels, body, body) == []
    assert [each.heard for each in channels] == [[], ["a1"]]
    assert _handle(world, channels, body) == []
    assert [each.heard for each in channels] == [[], ["a1"]]


def test_twice_is_better_than_never_where_the_ledger_is_down() -> None:
    world, slack = _World(ledger_down=True), _Channel("slack")
    body = _body(alert(id="a1"))
    assert _handle(world, [slack], body, body) == []
    assert slack.heard == ["a1"]  # within a batch it is known without
    assert "unrecorded" in world.lines
    assert _handle(world, [slack], body) == []
    assert slack.heard == ["a1", "a1"]


def test_what_passes_comes_again_for_that_channel_alone() -> None:
    world, slack, teams = _World(), _Channel("slack", [_PASSING]), _Channel("teams")
    assert _handle(world, [slack, teams], _body(alert(id="a1"))) == []
    assert (slack.heard, teams.heard) == ([], ["a1"])
    ((left, delay),) = world.queue
    assert (left.channel, left.tries, left.told, delay) == ("slack", 1, alert(id="a1"), 30)
    assert _handle(world, [slack, teams], left.body()) == []
    assert (slack.heard, teams.heard, teams.asked) == (["a1"], ["a1"], 1)


@pytest.mark.parametrize(
    ("asked", "delay"),
    [(0.0, 1), (7.2, 8), (900.0, 900), (86_400.0, LONGEST_DELAY), (math.inf, LONGEST_DELAY), (math.nan, 1)],
)
def test_it_waits_as_long_as_it_is_asked_to(asked: float, delay: int) -> None:
    world, slack = _World(), _Channel("slack", [LaterError("the webhook of slack", "HTTP 429", "", asked)])
    _handle(world, [slack], _body(alert()))
    assert [each for _, each in world.queue] == [delay]


def test_it_waits_longer_each_time_and_gives_up_in_the_end() -> None:
    world, slack = _World(), _Channel("slack", [_PASSING] * 99)
    body, delays = _body(alert(id="a1")), []
    while True:
        assert _handle(world, [slack], body) == []
        if not world.queue:
            break
        ((left, delay),) = world.queue
        world.queue.clear()
        body = left.body()
        delays.append(delay)
    assert delays == [30, 60, 120, 240, 480, 900, 900]
    assert slack.asked == TRIES == len(delays) + 1
    assert world.lines == ["slack given up after 8"]


def test_what_fails_for_good_is_given_up_and_stops_nobody() -> None:
    world, slack, teams = _World(), _Channel("slack", [_LASTING]), _Channel("teams")
    assert _handle(world, [slack, teams], _body(alert(id="a1")), _body(alert(id="a2"))) == []
    assert (slack.heard, teams.heard, world.queue) == (["a2"], ["a1", "a2"], [])
    assert world.lines == ["slack given up after 1"]


def test_a_fault_of_ours_in_one_channel_stops_nobody() -> None:
    world, slack, teams = _World(), _Channel("slack", [KeyError("x")]), _Channel("teams")
    assert _handle(world, [slack, teams], _body(alert(id="a1"))) == []
    assert (slack.heard, teams.heard) == ([], ["a1"])
    assert world.lines == ["slack given up after 0"]


def test_one_that_hangs_takes_the_time_of_no_other() -> None:
    """Once in a batch is enough; what it was not even asked to take does not count as a try."""
    world, slack, teams = _World(), _Channel("slack", [_PASSING] * 9), _Channel("teams")
    assert _handle(world, [slack, teams], *(_body(alert(id=f"a{n}")) for n in range(3))) == []
    assert (slack.asked, teams.heard) == (1, ["a0", "a1", "a2"])
    assert [(left.told.id, left.tries, delay) for left, delay in world.queue if hasattr(left.told, "id")] == [
        ("a0", 1, 30),
        ("a1", 0, 30),
        ("a2", 0, 30),
    ]


def test_where_the_queue_takes_nothing_the_message_itself_comes_again() -> None:
    world, slack, teams = _World(queue_down=True), _Channel("slack", [_PASSING]), _Channel("teams")
    body = _body(alert(id="a1"))
    assert _handle(world, [slack, teams], body) == ["m1"]
    world.queue_down = False
    assert _handle(world, [slack, teams], body) == []
    assert (slack.heard, teams.heard) == (["a1"], ["a1"])


def test_what_there_is_no_time_for_comes_again() -> None:
    left = iter([60, 60, 60, 20, 20, 20, 20])
    world, slack, teams = _World(), _Channel("slack"), _Channel("teams")
    bodies = [_body(alert(id="a1")), _body(alert(id="a2"))]
    assert _handle(world, [slack, teams], *bodies, seconds=lambda: next(left)) == ["m1", "m2"]
    assert (slack.heard, teams.heard) == (["a1"], [])
    assert world.lines == ["put off", "put off"]
    assert _handle(world, [slack, teams], *bodies) == []
    assert (slack.heard, teams.heard) == (["a1", "a2"], ["a1", "a2"])


def test_a_channel_that_was_switched_off_is_forgotten() -> None:
    world, teams = _World(), _Channel("teams")
    left = Untold(alert(), "slack", 1)
    assert _handle(world, [teams], left.body()) == []
    assert (teams.heard, world.queue, world.lines) == ([], [], [])


_BENT = Untold(alert(), "slack", 1).body()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "{}",
        "[]",
        "null",
        '{"alert": {}}',
        '{"daily": 7}',
        '{"AlarmName": "sgwarden-paused", "NewStateValue": "ALARM"}',
        _BENT.replace('"slack"', '""'),
        _BENT.replace('"tries": 1', '"tries": -1'),
        _BENT.replace('"tries": 1', '"tries": true'),
        _BENT.replace('"time": "2026', '"time": "x2026'),
        "[" * 100_000,
    ],
    ids=range(13),
)
def test_what_cannot_be_understood_is_let_go(body: str) -> None:
    world, slack = _World(), _Channel("slack")
    assert _handle(world, [slack], body, _body(alert(id="a1"))) == []
    assert (world.lines, slack.heard) == (["dropped"], ["a1"])


def test_what_is_left_reads_as_it_was_written() -> None:
    for told in (alert(), daily(standing())):
        left = Untold(told, "slack", 3)
        assert read_untold(left.body()) == left


_TROUBLE = st.sampled_from([None, None, _PASSING, LaterError("x", "HTTP 429", "", 5.0)])


@given(st.lists(_TROUBLE, max_size=6), st.lists(_TROUBLE, max_size=6), st.integers(1, 4))
def test_every_channel_hears_everything_once_whatever_passes(
    first: list[Exception | None], second: list[Exception | None], number: int
) -> None:
    world, channels = _World(), [_Channel("slack", [*first]), _Channel("teams", [*second])]
    bodies = [_body(alert(id=f"a{n}")) for n in range(number)]
    _until_quiet(world, channels, *bodies, *bodies)
    expected = sorted(f"a{n}" for n in range(number))
    assert [sorted(each.heard) for each in channels] == [expected, expected]
    assert not world.lines
