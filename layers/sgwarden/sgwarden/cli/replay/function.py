"""The deployed function, run in this process as Lambda would run it."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from sgwarden.ceiling import State
from sgwarden.cli.project import RECONCILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from sgwarden.embedded import ApiCall, EmbeddedAccount
    from sgwarden.policy.types import Mode

Json = dict[str, Any]
_TIMEOUT = 30
"""Seconds that the function has; as template.yaml has it."""
_RECEIVES = 5
"""Deliveries of a message before the queue moves it to the dead letters; as template.yaml has it."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function of itself, as far as ours asks."""

    invoked_function_arn: str
    function_name: str = "sgwarden-reconcile"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    memory_limit_in_mb: int = 512

    def get_remaining_time_in_millis(self) -> int:
        """As much as there is at the start: here nobody ends it."""
        return _TIMEOUT * 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch handed to the function: the lines of its log, and the calls that it made."""

    log: tuple[Json, ...]
    calls: tuple[ApiCall, ...]


@dataclass(slots=True)
class Run:
    """What one event led to, delivery by delivery; `dead` where a message ended in the dead letters."""

    deliveries: list[Delivery] = field(default_factory=list)
    dead: bool = False


class Function:
    """The reconcile function wired to an embedded account that is open."""

    def __init__(self, account: EmbeddedAccount, policy: Path, ceiling: Mode) -> None:
        self._account = account
        self._output = io.StringIO()
        self._context = LambdaContext(
            f"arn:aws:lambda:{account.region}:{account.account_id}:function:sgwarden-reconcile"
        )
        os.environ.update(
            AWS_REGION=account.region,
            POWERTOOLS_SERVICE_NAME="sgwarden",
            POWERTOOLS_METRICS_NAMESPACE="sgwarden",
            POWERTOOLS_LOG_LEVEL="INFO",
            SGWARDEN_MODE=ceiling,
            SGWARDEN_POLICY=str(policy),
            SGWARDEN_POLICY_PARAMETER="",
            SGWARDEN_QUEUE_URL=account.queue_url,
            SGWARDEN_STATE=State.RUNNING,
            SGWARDEN_SWITCH_PARAMETER="",
            SGWARDEN_TOPIC_ARN=account.topic_arn,
        )
        self._app = _loaded()
        self._app.logger.setLevel("DEBUG")  # why a group is skipped is a detail
        self._app.logger.registered_handler.setStream(self._output)

    def run(self, event: Json) -> Run:
        """Deliver the event, then whatever the function sends itself, until its queue is empty."""
        run = Run()
        bodies = [json.dumps(event)]
        while bodies:
            self._deliver(bodies, run)
            bodies = [message.body for message in self._account.take_messages()]
        return run

    def _deliver(self, bodies: Sequence[str], run: Run) -> None:
        """Deliver the messages, those that fail again, as often as the queue does."""
        waiting = {str(number): body for number, body in enumerate(bodies, 1)}
        for attempt in range(1, _RECEIVES + 1):
            failed = self._handed(waiting, attempt, run)
            waiting = {message_id: body for message_id, body in waiting.items() if message_id in failed}
            if not waiting:
                return
        run.dead = True

    def _handed(self, waiting: dict[str, str], attempt: int, run: Run) -> set[str]:
        """One batch to the function; the ids of those messages that failed."""
        batch = {"Records": [self._message(*item, attempt) for item in waiting.items()]}
        calls = len(self._account.calls())
        with redirect_stdout(self._output):
            answer = self._app.handler(batch, self._context)
        run.deliveries.append(Delivery(self._log(), self._account.calls()[calls:]))
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def _log(self) -> tuple[Json, ...]:
        """The lines written since the last time."""
        lines = self._output.getvalue().splitlines()
        self._output.truncate(0)
        self._output.seek(0)
        return tuple(json.loads(line) for line in lines if line.startswith("{"))

    def _message(self, message_id: str, body: str, attempt: int) -> Json:
        """A message as the event source mapping hands it over."""
        account = self._account
        return {
            "messageId": message_id,
            "receiptHandle": f"receipt-{message_id}",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(attempt)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{account.region}:{account.account_id}:sgwarden-events",
            "awsRegion": account.region,
        }


def _loaded() -> ModuleType:
    spec = spec_from_file_location("sgwarden_reconcile_app", RECONCILE)
    assert spec  # noqa: S101  a path that ends in .py always has one
    assert spec.loader  # noqa: S101  the same
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
