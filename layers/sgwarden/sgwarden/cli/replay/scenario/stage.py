"""An account with the functions at work in it, and the queue that leads to them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sgwarden.calls import CALLS
from sgwarden.cli.replay.function import Delivery, Function, Message
from sgwarden.cli.replay.replaying import results_of, worth_telling
from sgwarden.cli.replay.scenario.clock import Clock
from sgwarden.cli.replay.scenario.people import US
from sgwarden.cli.replay.scenario.queue import VISIBILITY, Queue
from sgwarden.cli.replay.scenario.story import Moment, Tally
from sgwarden.cli.replay.scenario.times import shown
from sgwarden.cli.replay.scenario.trail import event_of
from sgwarden.embedded.messages import published
from sgwarden.receipt import read_receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sgwarden.cli.replay.scenario.queue import Waiting
    from sgwarden.embedded import ApiCall, EmbeddedAccount

Json = dict[str, Any]
_USUAL_ARRIVAL = 5
_EACH = 3
_READS = ("Describe", "Get", "List")
_SWEEP_AGAIN = (60, 180)
"""Seconds until Lambda calls a function again that nobody waits for: one minute later, and two after that."""


@dataclass(slots=True)
class Stage:
    """`source` names the scenario."""

    source: str
    account: EmbeddedAccount
    functions: Function
    clock: Clock = field(default_factory=Clock)
    queue: Queue = field(default_factory=Queue)
    tally: Tally = field(default_factory=Tally)
    moments: list[Moment] = field(default_factory=list)
    results: list[Json] = field(default_factory=list)
    again: list[tuple[int, bool]] = field(default_factory=list)
    """Sweeps that failed: when Lambda calls for them again, and whether they remind."""
    seen: set[str] = field(default_factory=set)
    """The clusters, by name, and groups, by id, that have been there at some time."""
    _events: int = 0

    def tell(self, who: str, *what: str, alerts: Iterable[str] = ()) -> None:
        self.moments.append(Moment(self.clock.now, who, what, tuple(alerts)))

    def look_around(self) -> None:
        """What is there now has been there."""
        builder, region = self.account.builder, self.account.region
        groups = builder.ec2(region).groups.values()
        self.seen |= {*builder.eks(region).clusters, *(group_id for ids in groups for group_id in ids)}

    def record(self, call: ApiCall, who: str, arrives: Sequence[int], *, echo: bool = False) -> None:
        """CloudTrail writes the call down; its event comes after each of so many seconds."""
        self._events += 1
        words = (self.source, str(self._events))
        self.send(event_of(call, who, self.account.account_id, self.clock.now, *words), arrives, echo=echo)

    def send(self, event: Json, arrives: Sequence[int], *, echo: bool = False) -> None:
        """EventBridge puts the event into the queue, if a rule of the template lets it through."""
        detail = event["detail"]
        call = CALLS.get(str(detail.get("eventName", "")).lower())
        if call is None or event["source"] != f"aws.{call.service}" or event["region"] != self.account.region:
            return
        for seconds in arrives:
            self.queue.put(json.dumps(event), self.clock.now + seconds, echo=echo)

    def next_work_at(self) -> int | None:
        """When a function is called next, unless something happens before."""
        times = [self.queue.next_batch_at(), *(at for at, _ in self.again)]
        return min((at for at in times if at is not None), default=None)

    def work(self) -> None:
        """Call the function that is due now."""
        due = next((each for each in self.again if each[0] <= self.clock.now), None)
        if due is not None:
            self.again.remove(due)
            self.sweep(remind=due[1])
        else:
            self._deliver(self.queue.take())

    def sweep(self, *, remind: bool, tries: Sequence[int] = _SWEEP_AGAIN) -> None:
        delivery, error = self._guarded(lambda: (self.functions.sweep({"remind": remind}), ""))
        reads, sent = _reads(delivery.calls), sum(map(_sent, delivery.calls))
        self.tally.sweep_reads += reads
        self.tally.sweep_sends += sent
        said = f"{_many(reads, 'read')}, {_many(sent, 'message')} sent"
        if error:
            said = f"failed: {error}"
            self.again += [(self.clock.now + wait, remind) for wait in tries[:1]]
        self._tell_of(delivery, "sweep", [said], echo=False)

    def _deliver(self, batch: list[Waiting]) -> None:
        failed: frozenset[str] = frozenset(each.id for each in batch)

        def hand_over() -> tuple[Delivery, str]:
            nonlocal failed
            messages = [Message(each.id, each.body, each.receives) for each in batch]
            delivery, failed = self.functions.deliver(messages)
            return delivery, ""

        delivery, error = self._guarded(hand_over)
        dead = len(self.queue.dead)
        for message in batch:
            if message.id in failed:
                self.queue.hand_back(message, self.clock.now)
        dead = len(self.queue.dead) - dead
        said = [*_lines(failed, dead, error or _last_error(delivery))] if failed else []
        self._tell_of(delivery, US, said, echo=all(each.echo for each in batch))

    def _guarded(self, call: Callable[[], tuple[Delivery, str]]) -> tuple[Delivery, str]:
        """What the function did, and why it broke off if it did."""
        before = len(self.account.calls())
        try:
            return call()
        except Exception as error:  # as Lambda does, whatever it is
            return Delivery((), self.account.calls()[before:]), f"{type(error).__name__}: {error}"

    def _tell_of(self, delivery: Delivery, who: str, said: list[str], *, echo: bool) -> None:
        self.tally.reads += _reads(delivery.calls)
        self.tally.writes += sum(map(_is_write, delivery.calls))
        with self.account.untroubled():
            found = [*worth_telling(results_of(self._place, [delivery], self.account))]
        self.results += found
        alerts = self._alerts(delivery)
        rows = [*_looks([result for result in found if not (echo and result["status"] == "in_sync")])]
        if not rows and not echo and who == US and not said:
            reasons = Counter(line["reason"] for line in delivery.log if "reason" in line)
            rows = [f"nothing to look at: {reason}" for reason in reasons] or ["nothing to do"]
        if rows or said or alerts:
            self.tell(who, *rows, *said, alerts=alerts)
        for message in self.account.take_messages():
            self.queue.put(message.body, self.clock.now + message.delay, echo=_is_receipt(message.body))
        for call in filter(_is_write, delivery.calls):
            self.record(call, US, (_USUAL_ARRIVAL,), echo=True)

    @property
    def _place(self) -> str:
        return f"{self.source} at {shown(self.clock.now)}"

    def _alerts(self, delivery: Delivery) -> list[str]:
        subjects = []
        for message in published(delivery.calls):
            subjects.append(message.subject)
            texts = json.loads(message.body)
            if alert := json.loads(texts["default"]).get("alert"):  # and not a daily report
                self.tally.told(message.subject, alert)
        return subjects


def _looks(results: Sequence[Json]) -> Iterator[str]:
    """What came of each look; in one line how many found their group in order, where they are many."""
    in_order = [result for result in results if result["status"] == "in_sync"]
    for result in results:
        if result["status"] != "in_sync" or len(in_order) <= _EACH:
            yield from _look(result)
    if len(in_order) > _EACH:
        yield f"{len(in_order)} clusters: in sync"


def _look(result: Json) -> list[str]:
    name, status = result["cluster"]["name"], result["status"].replace("_", " ")
    changes = [
        f"{'would ' if result['status'] == 'drifted' else ''}{change['action']} {change['rule']}"
        for change in result["changes"]
    ]
    held = [f"  {line} is held until EKS is done" for line in result.get("held", ())]
    return [f"{name}: {status}", *(f"  {change}" for change in changes), *held]


def _lines(failed: Iterable[str], dead: int, error: str) -> Iterable[str]:
    number = len([*failed])
    if error:
        yield f"failed: {error}"
    if number > dead:
        yield f"{_many(number - dead, 'message')} to come again in {VISIBILITY} s"
    if dead:
        yield f"{_many(dead, 'message')} moved to the dead letters"


def _last_error(delivery: Delivery) -> str:
    return next((str(line["error"]) for line in reversed(delivery.log) if "error" in line), "")


def _is_receipt(body: str) -> bool:
    return read_receipt(json.loads(body)) is not None


def _reads(calls: Iterable[ApiCall]) -> int:
    return sum(call.service in ("ec2", "eks") and call.operation.startswith(_READS) for call in calls)


def _is_write(call: ApiCall) -> bool:
    return call.service == "ec2" and not call.operation.startswith(_READS) and not call.error


def _sent(call: ApiCall) -> int:
    if (call.service, call.error) != ("sqs", ""):
        return 0
    return len(call.parameters.get("Entries", ())) if call.operation == "SendMessageBatch" else 1


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
