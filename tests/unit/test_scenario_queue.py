"""The queue of a scenario: in order of time, ten at a time, five times at most where a message fails."""

from __future__ import annotations

import pytest
from sgwarden.cli.replay.scenario.queue import Queue
from sgwarden.cli.replay.scenario.times import seconds_at, seconds_in, shown


def bodies(of: Queue) -> list[str]:
    return [each.body for each in of.take()]


def queued(*due: tuple[str, int]) -> Queue:
    made = Queue()
    for body, at in due:
        made.put(body, at)
    return made


def test_an_empty_queue_calls_nobody() -> None:
    assert Queue().next_batch_at() is None
    assert Queue().take() == []


def test_messages_of_one_second_come_together_in_the_order_in_which_they_are_due() -> None:
    made = queued(("later", 9), ("second", 6), ("first", 5), ("first too", 5))
    assert made.next_batch_at() == 6
    assert bodies(made) == ["first", "first too", "second"]
    assert made.next_batch_at() == 10
    assert bodies(made) == ["later"]


def test_ten_messages_do_not_wait_for_more() -> None:
    made = queued(*((str(number), 5) for number in range(12)))
    assert made.next_batch_at() == 5
    assert len(made.take()) == 10
    assert made.next_batch_at() == 6
    assert bodies(made) == ["10", "11"]


def test_a_message_that_fails_comes_again_four_times_and_is_dead_then() -> None:
    made = queued(("bad", 0))
    times = []
    while (now := made.next_batch_at()) is not None:
        times.append(now)
        (message,) = made.take()
        assert message.receives == len(times)
        made.hand_back(message, now)
    assert times == [1, 192, 383, 574, 765]
    assert [each.body for each in made.dead] == ["bad"]


def test_numbers_of_messages_are_never_given_twice() -> None:
    made = queued(("a", 0))
    (first,) = made.take()
    made.put("b", 0)
    (second,) = made.take()
    assert first.id != second.id


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00", 0), ("1:30", 90), ("90:00", 5400), ("2:05:01", 7501), ("0:59:59", 3599)],
)
def test_a_time_is_read(text: str, seconds: int) -> None:
    assert seconds_at(text) == seconds
    assert seconds_at(shown(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "5", "1:60", "1:5", "1:60:00", "-1:00", "1:00 ", "1:00s", "٣:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        seconds_at(text)


def test_a_duration_is_read() -> None:
    assert [seconds_in(text) for text in ("0s", "90s", "5m", "2h")] == [0, 90, 300, 7200]
    for text in ("", "5", "1.5m", "5 m", "-1s", "1d"):
        with pytest.raises(ValueError, match="is no duration"):
            seconds_in(text)
