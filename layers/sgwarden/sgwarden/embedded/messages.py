"""What was sent to topics and queues of an embedded account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.sqs.models import Message

    from sgwarden.embedded.calls import ApiCall


@dataclass(frozen=True, slots=True)
class Published:
    """One message to an SNS topic; attributes without their types."""

    topic: str
    subject: str
    body: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Queued:
    """One message taken from an SQS queue; `delay` is in seconds, as it was sent."""

    id: str
    body: str
    delay: int


def published(calls: Iterable[ApiCall]) -> tuple[Published, ...]:
    """The messages that these calls published, failed ones left out."""
    return tuple(
        Published(
            topic=call.parameters.get("TopicArn", ""),
            subject=call.parameters.get("Subject", ""),
            body=call.parameters["Message"],
            attributes={
                name: str(attribute.get("StringValue", ""))
                for name, attribute in call.parameters.get("MessageAttributes", {}).items()
            },
        )
        for call in calls
        if (call.service, call.operation, call.error) == ("sns", "Publish", "")
    )


def take_messages(account: str, region: str, queue_url: str) -> tuple[Queued, ...]:
    """Every message of a queue, the delayed ones too, in the order sent; the queue is empty after."""
    queue = sqs_backends[account][region].get_queue(queue_url.rpartition("/")[2])
    taken = list(queue._messages)
    queue._messages.clear()
    return tuple(Queued(message.id, message.body, _delay(message)) for message in taken)


def _delay(message: Message) -> int:
    sent = message.sent_timestamp or 0
    return round((message.delayed_until - sent) / 1000) if message.delayed_until else 0
