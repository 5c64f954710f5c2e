"""Telling people over SNS, and ourselves over SQS."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError, PassingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

    from sgwarden.followup import FollowUp
    from sgwarden.kept_alert import KeptAlert
    from sgwarden.rest import Rest
    from sgwarden.suspicion import Suspicion
    from sgwarden.sweep import Sweep

_QUEUE_TAKES = 262_144


class AwsTeller:
    """Publishes alerts to a topic and sends messages to the function's own queue, for one batch.

    Where one of them does not answer, it is not asked again in the same batch, which would last too long.
    """

    def __init__(self, sns: SNSClient, topic_arn: str, sqs: SQSClient, queue_url: str) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._sqs = sqs
        self._queue_url = queue_url
        self._unanswered: dict[str, PassingError] = {}

    def publish(self, kept: KeptAlert) -> None:
        """Tell people; raises CallError."""
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in kept.attributes.items()
        }
        with self._answered("Publish"):
            self._sns.publish(
                TopicArn=self._topic_arn,
                Subject=kept.subject,
                Message=kept.message,
                MessageStructure="json",
                MessageAttributes=attributes,
            )

    def defer(self, later: FollowUp | Suspicion | Sweep) -> None:
        """Send the message to ourselves, to arrive when it is time; raises CallError."""
        self._send(later.body(), later.delay)

    def put_back(self, rest: Rest) -> None:
        """Send ourselves the rest of an event, to arrive when it is time; raises CallError."""
        self._send(rest.body(), rest.delay)

    def _send(self, body: str, delay: int) -> None:
        if (size := len(body.encode())) > _QUEUE_TAKES:
            raise CallError("SendMessage", "TooLong", f"{size} bytes, of which a queue takes {_QUEUE_TAKES}")
        with self._answered("SendMessage"):
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=delay)

    @contextmanager
    def _answered(self, operation: str) -> Iterator[None]:
        if error := self._unanswered.get(operation):
            raise error
        try:
            with translated(operation):
                yield
        except PassingError as error:
            self._unanswered[operation] = error
            raise
