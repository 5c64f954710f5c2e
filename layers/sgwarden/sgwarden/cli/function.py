"""The deployed function, run in this process as Lambda would run it."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from sgwarden.cli.project import RECONCILE, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from sgwarden.embedded import EmbeddedAccount
    from sgwarden.policy.types import Mode

_RECEIVES = 5
"""Deliveries of a message before the queue moves it to the dead letters; as template.yaml has it."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function of itself, as far as ours asks."""

    invoked_function_arn: str
    function_name: str = "sgwarden-reconcile"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    memory_limit_in_mb: int = 512


@dataclass(slots=True)
class Run:
    """What one event led to: the function's log lines, and what is left for the dead letters."""

    log: list[dict[str, Any]]
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
            SGWARDEN_QUEUE_URL=account.queue_url,
            SGWARDEN_TOPIC_ARN=account.topic_arn,
        )
        self._app = _loaded()
        self._app.logger.registered_handler.setStream(self._output)

    def run(self, event: dict[str, Any]) -> Run:
        """Deliver the event, then whatever the function sends itself, until its queue is empty."""
        run = Run([])
        bodies = [json.dumps(event)]
        while bodies:
            run.dead |= not self._delivered(bodies)
            bodies = [message.body for message in self._account.take_messages()]
        run.log = [json.loads(line) for line in self._output.getvalue().splitlines() if line.startswith("{")]
        self._output.truncate(0)
        self._output.seek(0)
        return run

    def _delivered(self, bodies: Sequence[str]) -> bool:
        """Deliver the messages, again where they fail, as often as the queue does; False if in vain."""
        waiting = {str(number): body for number, body in enumerate(bodies, 1)}
        for attempt in range(1, _RECEIVES + 1):
            batch = {"Records": [self._message(*item, attempt) for item in waiting.items()]}
            with redirect_stdout(self._output):
                answer = self._app.handler(batch, self._context)
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            waiting = {message_id: body for message_id, body in waiting.items() if message_id in failed}
            if not waiting:
                return True
        return False

    def _message(self, message_id: str, body: str, attempt: int) -> dict[str, Any]:
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
    if not RECONCILE.exists():
        raise FileNotFoundError(
            f"the function is not at {RECONCILE.relative_to(ROOT)}: run sgwarden from a clone"
        )
    spec = spec_from_file_location("sgwarden_reconcile_app", RECONCILE)
    assert spec  # noqa: S101  a path that ends in .py always has one
    assert spec.loader  # noqa: S101  the same
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
