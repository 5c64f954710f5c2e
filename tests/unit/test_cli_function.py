"""The function gets messages as the queue delivers them: again where they fail, five times at the most."""

from __future__ import annotations

import io
import json
import logging
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from sgwarden.cli.replay import function
from sgwarden.cli.replay.function import Function
from sgwarden.policy.types import Mode

if TYPE_CHECKING:
    from sgwarden.embedded import EmbeddedAccount

Json = dict[str, Any]


class App:
    """A function that fails the first of a batch as often as it is told to, and logs each batch."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.batches: list[list[Json]] = []
        handler = logging.StreamHandler(io.StringIO())
        self.logger = SimpleNamespace(registered_handler=handler, setLevel=lambda _level: None)

    def handler(self, batch: Json, _context: object) -> Json:
        self.batches.append(batch["Records"])
        print(json.dumps({"batch": len(self.batches)}))  # what is printed is logged
        print("no JSON")
        if len(self.batches) > self.failures:
            return {"batchItemFailures": []}
        return {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}


class Account:
    """Of an embedded account what the function's runner asks for."""

    region, account_id = "eu-west-1", "111122223333"
    queue_url = topic_arn = table_name = "somewhere"

    def __init__(self, *sent: tuple[str, ...]) -> None:
        self.sent = list(sent)

    def calls(self) -> tuple[()]:
        return ()

    def take_messages(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(body=body) for body in (self.sent.pop(0) if self.sent else ())]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))


def runner(app: App, account: Account, monkeypatch: pytest.MonkeyPatch) -> Function:
    monkeypatch.setattr(function, "_loaded", lambda _file: app)
    return Function(cast("EmbeddedAccount", account), Path("policy.json"), Mode.OBSERVE)


def test_a_message_comes_as_the_queue_delivers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(failures=0)
    run = runner(app, Account(), monkeypatch).run({"an": "event"})
    ((message,),) = app.batches
    assert json.loads(message["body"]) == {"an": "event"}
    assert message["attributes"]["ApproximateReceiveCount"] == "1"
    assert ([delivery.log for delivery in run.deliveries], run.dead) == ([({"batch": 1},)], False)


def test_a_message_that_fails_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(failures=2)
    run = runner(app, Account(), monkeypatch).run({})
    counts = [batch[0]["attributes"]["ApproximateReceiveCount"] for batch in app.batches]
    assert (counts, run.dead) == (["1", "2", "3"], False)


def test_the_fifth_failure_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(failures=9)
    run = runner(app, Account(), monkeypatch).run({})
    assert (len(app.batches), run.dead) == (5, True)


def test_what_the_function_sends_itself_is_delivered_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(failures=0)
    run = runner(app, Account(("later", "too"), ("last",)), monkeypatch).run({})
    assert [[message["body"] for message in batch] for batch in app.batches] == [
        ["{}"],
        ["later", "too"],
        ["last"],
    ]
    assert [delivery.log for delivery in run.deliveries] == [({"batch": number},) for number in (1, 2, 3)]


def test_only_what_failed_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(failures=2)
    runner(app, Account(("first", "second")), monkeypatch).run({})
    assert [len(batch) for batch in app.batches] == [1, 1, 1, 2]
