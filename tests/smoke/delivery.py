"""The queue between rules and function: messages as the event source mapping hands them over."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

Json = dict[str, Any]
_RECEIVES = 5
"""Deliveries of a message before it goes to the dead letters; as template.yaml has it."""


@dataclass(slots=True)
class Delivered:
    """What became of messages: the lines of the log, and those bodies that failed every time."""

    log: list[Json] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)


def deliver_all(bodies: Sequence[str], runtime: Runtime, stage: Stage) -> Delivered:
    """Deliver the messages, and whatever the function sends itself, until the queue is empty."""
    done = Delivered()
    while bodies:
        waiting = {str(number): body for number, body in enumerate(bodies, 1)}
        for attempt in range(1, _RECEIVES + 1):
            failed = deliver(waiting, runtime, stage, attempt)
            done.log += runtime.log()
            waiting = {name: body for name, body in waiting.items() if name in failed}
            if not waiting:
                break
        done.dead += waiting.values()
        bodies = [message.body for message in stage.account.take_messages()]
    return done


def deliver(messages: Mapping[str, str], runtime: Runtime, stage: Stage, attempt: int = 1) -> set[str]:
    """Hand one batch to the function; the ids of those messages that are to be delivered again."""
    account = stage.account
    batch = {"Records": [_record(*message, stage, attempt) for message in messages.items()]}
    answer = runtime.invoke(batch, account.account_id, account.region)
    try:
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    except (KeyError, TypeError) as error:
        raise SmokeError(
            f"no answer to a batch of a queue, which names what failed: {json.dumps(answer)}"
        ) from error


def _record(message_id: str, body: str, stage: Stage, attempt: int) -> Json:
    region, account = stage.account.region, stage.account.account_id
    return {
        "messageId": message_id,
        "receiptHandle": f"receipt-{message_id}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(attempt),
            "SentTimestamp": "1793715697000",
            "SenderId": account,
            "ApproximateFirstReceiveTimestamp": "1793715698000",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{region}:{account}:sgwarden-changes",
        "awsRegion": region,
    }
