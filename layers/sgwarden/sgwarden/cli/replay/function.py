"""The deployed functions, run in this process as Lambda would run them."""

from __future__ import annotations

import io
import json
import os
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from sgwarden.ceiling import State
from sgwarden.cli.project import RECONCILE, SWEEP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from sgwarden.embedded import ApiCall, EmbeddedAccount
    from sgwarden.policy.types import Mode

Json = dict[str, Any]
_TIMEOUT = 30
"""Seconds that the function has; as template.yaml has it."""
_SWEEP_TIMEOUT = 300
_RECEIVES = 5
"""Deliveries of a message before the queue moves it to the dead letters; as template.yaml has it."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function of itself, as far as ours asks."""

    invoked_function_arn: str
    function_name: str = "sgwarden-reconcile"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    memory_limit_in_mb: int = 512
    timeout: int = _TIMEOUT

    def get_remaining_time_in_millis(self) -> int:
        """As much as there is at the start: here nobody ends it."""
        return self.timeout * 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch handed to the function: the lines of its log, and the calls that it made."""

    log: tuple[Json, ...]
    calls: tuple[ApiCall, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the queue, delivered so many times with this one."""

    id: str
    body: str
    receives: int = 1


@dataclass(slots=True)
class Run:
    """What one event led to, delivery by delivery; `dead` where a message ended in the dead letters."""

    deliveries: list[Delivery] = field(default_factory=list)
    dead: bool = False


class Function:
    """The functions wired to an embedded account that is open; the sweep is loaded when it is called."""

    def __init__(
        self, account: EmbeddedAccount, policy: Path, ceiling: Mode, *, additional_groups: str = "yes"
    ) -> None:
        self._account = account
        self._output = io.StringIO()
        os.environ.update(
            AWS_REGION=account.region,
            POWERTOOLS_SERVICE_NAME="sgwarden",
            POWERTOOLS_METRICS_NAMESPACE="sgwarden",
            POWERTOOLS_LOG_LEVEL="INFO",
            SGWARDEN_ADDITIONAL_GROUPS=additional_groups,
            SGWARDEN_DAILY_REPORT="yes",
            SGWARDEN_HISTORY_DAYS="365",
            SGWARDEN_MODE=ceiling,
            SGWARDEN_POLICY=str(policy),
            SGWARDEN_POLICY_PARAMETER="",
            SGWARDEN_QUEUE_URL=account.queue_url,
            SGWARDEN_QUIET_HOURS="",
            SGWARDEN_REMIND_AFTER="24",
            SGWARDEN_STATE=State.RUNNING,
            SGWARDEN_SWITCH_PARAMETER="",
            SGWARDEN_TABLE=account.table_name,
            SGWARDEN_TOPIC_ARN=account.topic_arn,
        )
        self._app = self._wired(RECONCILE)
        self._sweep: ModuleType | None = None

    def run(self, event: Json) -> Run:
        """Deliver the event, then whatever the function sends itself, until its queue is empty."""
        run = Run()
        bodies = [json.dumps(event)]
        while bodies:
            self._deliver(bodies, run)
            bodies = [message.body for message in self._account.take_messages()]
        return run

    def deliver(self, messages: Sequence[Message]) -> tuple[Delivery, frozenset[str]]:
        """One batch to the function; the ids of those messages that come again. Raises what it raises."""
        batch = {"Records": [self._record(message) for message in messages]}
        answer, delivery = self._called(self._app, batch, self._context("sgwarden-reconcile", _TIMEOUT))
        return delivery, frozenset(failure["itemIdentifier"] for failure in answer["batchItemFailures"])

    def sweep(self, event: object) -> Delivery:
        """The schedule calls the function that sweeps. Raises what it raises."""
        self._sweep = self._sweep or self._wired(SWEEP)
        return self._called(self._sweep, event, self._context("sgwarden-sweep", _SWEEP_TIMEOUT))[1]

    def _called(self, app: ModuleType, event: object, context: LambdaContext) -> tuple[Json, Delivery]:
        calls = len(self._account.calls())
        with redirect_stdout(self._output), warnings.catch_warnings():
            # A function that breaks off has nothing to measure, which Powertools thinks worth a warning.
            warnings.simplefilter("ignore", UserWarning)
            answer: Json = app.handler(event, context)
        return answer, Delivery(self._log(), self._account.calls()[calls:])

    def _deliver(self, bodies: Sequence[str], run: Run) -> None:
        """Deliver the messages, those that fail again, as often as the queue does."""
        waiting = {str(number): body for number, body in enumerate(bodies, 1)}
        for attempt in range(1, _RECEIVES + 1):
            delivery, failed = self.deliver([Message(*item, attempt) for item in waiting.items()])
            run.deliveries.append(delivery)
            waiting = {message_id: body for message_id, body in waiting.items() if message_id in failed}
            if not waiting:
                return
        run.dead = True

    def _log(self) -> tuple[Json, ...]:
        """The lines written since the last time."""
        # Not splitlines(): strangers may have written other ends of lines, which JSON leaves as they are.
        lines = self._output.getvalue().split("\n")
        self._output.truncate(0)
        self._output.seek(0)
        return tuple(json.loads(line) for line in lines if line.startswith("{"))

    def _record(self, message: Message) -> Json:
        """A message as the event source mapping hands it over."""
        account = self._account
        return {
            "messageId": message.id,
            "receiptHandle": f"receipt-{message.id}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{account.region}:{account.account_id}:sgwarden-events",
            "awsRegion": account.region,
        }

    def _context(self, name: str, timeout: int) -> LambdaContext:
        arn = f"arn:aws:lambda:{self._account.region}:{self._account.account_id}:function:{name}"
        return LambdaContext(arn, name, timeout=timeout)

    def _wired(self, file: Path) -> ModuleType:
        app = _loaded(file)
        app.logger.setLevel("DEBUG")  # why a group is skipped is a detail
        app.logger.registered_handler.setStream(self._output)
        return app


def _loaded(file: Path) -> ModuleType:
    spec = spec_from_file_location(f"sgwarden_{file.parent.name}_app", file)
    assert spec  # noqa: S101  a path that ends in .py always has one
    assert spec.loader  # noqa: S101  the same
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
