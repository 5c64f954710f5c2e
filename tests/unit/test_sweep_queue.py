"""Sweeps reach the queue ten a second, and what SQS refuses twice is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from sgwarden.aws.sweep_queue import SweepQueue
from sgwarden.failure import CallError
from sgwarden.sweep import Sweep

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Json = dict[str, Any]
WELL = "InternalError"


class Sqs:
    """A queue that refuses a message as often as it is told to, and all others takes."""

    def __init__(self, refusals: dict[str, int] | None = None) -> None:
        self.refusals = refusals or {}
        self.calls: list[list[Json]] = []
        self.taken: list[Json] = []

    def send_message_batch(self, QueueUrl: str, Entries: list[Json]) -> Json:  # noqa: N803  names of the SDK
        assert QueueUrl == "the queue"
        assert 1 <= len(Entries) <= 10
        self.calls.append(Entries)
        failed = []
        for entry in Entries:
            if self.refusals.get(entry["MessageBody"], 0):
                self.refusals[entry["MessageBody"]] -= 1
                failed.append({"Id": entry["Id"], "Code": WELL, "Message": "not now", "SenderFault": False})
            else:
                self.taken.append(entry)
        return {"Failed": failed} if failed else {"Successful": []}


def sweeps(number: int) -> list[Sweep]:
    return [Sweep(f"sg-{each:017x}", remind=False) for each in range(number)]


def send(sqs: Sqs, all_of_them: list[Sweep]) -> None:
    SweepQueue(cast("SQSClient", sqs), "the queue").send(all_of_them)


@pytest.mark.parametrize(("number", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2), (95, 10)])
def test_each_group_is_one_message_and_ten_are_a_call(number: int, calls: int) -> None:
    sqs = Sqs()
    send(sqs, sweeps(number))
    assert [entry["MessageBody"] for entry in sqs.taken] == [sweep.body() for sweep in sweeps(number)]
    assert len(sqs.calls) == calls


def test_events_do_not_wait_behind_all_of_them() -> None:
    sqs = Sqs()
    send(sqs, sweeps(9_050))
    delays = [entry["DelaySeconds"] for entry in sqs.taken]
    assert delays[:21] == [*[0] * 10, *[1] * 10, 2]
    assert max(delays) == 900  # SQS: 15 minutes at the most


def test_all_of_them_wait_for_what_is_to_come_first() -> None:
    sqs = Sqs()
    SweepQueue(cast("SQSClient", sqs), "the queue").send(sweeps(25), after=300)
    assert [entry["DelaySeconds"] for entry in sqs.taken] == [*[300] * 10, *[301] * 10, *[302] * 5]


def test_what_is_refused_once_is_sent_again_and_nothing_else_is() -> None:
    all_of_them = sweeps(25)
    sqs = Sqs({all_of_them[3].body(): 1, all_of_them[17].body(): 1})
    send(sqs, all_of_them)
    assert sorted(entry["MessageBody"] for entry in sqs.taken) == sorted(each.body() for each in all_of_them)
    assert [len(call) for call in sqs.calls] == [10, 10, 5, 2]


def test_what_is_refused_twice_is_raised_after_all_others_are_sent() -> None:
    all_of_them = sweeps(25)
    sqs = Sqs({all_of_them[3].body(): 2, all_of_them[17].body(): 1})
    with pytest.raises(CallError, match=f"SendMessageBatch failed with {WELL}: 1 of 25 .*: not now"):
        send(sqs, all_of_them)
    assert len(sqs.taken) == 24
