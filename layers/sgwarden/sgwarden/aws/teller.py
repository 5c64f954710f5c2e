"""Telling people over SNS, and ourselves over SQS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sgwarden import report
from sgwarden.aws.errors import translated
from sgwarden.failure import CallError, PassingError
from sgwarden.followup import DELAY
from sgwarden.kept_alert import KeptAlert
from sgwarden.rendering import text as alert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

    from sgwarden.followup import FollowUp
    from sgwarden.outcome import Outcome
    from sgwarden.report import Json
    from sgwarden.rest import Rest
    from sgwarden.suspicion import Suspicion
    from sgwarden.trigger import Cause

_SHOWN = 20
_TEXT_SHOWN = 10_000
_TOPIC_TAKES = 250_000  # SNS takes 262,144 bytes for all protocols of a message together, attributes included
_QUEUE_TAKES = 262_144


class AwsTeller:
    """Publishes outcomes to a topic and sends messages to the function's own queue, for one batch.

    Where the topic does not answer, it is not asked again in the same batch, which would last too long.
    """

    def __init__(self, sns: SNSClient, topic_arn: str, sqs: SQSClient, queue_url: str) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._sqs = sqs
        self._queue_url = queue_url
        self._unanswered: PassingError | None = None

    def publish(self, outcome: Outcome, causes: Sequence[Cause]) -> None:
        """Tell people, in a minute if not now; raises CallError where neither can be done.

        The group may be in order by now, and then a second look would find nothing to tell: an alert that
        cannot be sent waits in the queue itself.
        """
        alerts = [
            KeptAlert(alert.subject(outcome), message, alert.attributes(outcome))
            for message in messages(outcome, causes)
        ]
        try:
            self.resend(_first_to_fit(alerts, _TOPIC_TAKES, lambda kept: kept.message))
        except CallError:
            self._send(_first_to_fit(alerts, _QUEUE_TAKES, KeptAlert.body).body(), DELAY)

    def resend(self, kept: KeptAlert) -> None:
        """Publish an alert as it was written; raises CallError."""
        if self._unanswered:
            raise self._unanswered
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in kept.attributes.items()
        }
        try:
            with translated("Publish"):
                self._sns.publish(
                    TopicArn=self._topic_arn,
                    Subject=kept.subject,
                    Message=kept.message,
                    MessageStructure="json",
                    MessageAttributes=attributes,
                )
        except PassingError as error:
            self._unanswered = error
            raise

    def defer(self, later: FollowUp | Suspicion) -> None:
        """Send the message to ourselves, to arrive when it is time; raises CallError."""
        self._send(later.body(), later.delay)

    def put_back(self, rest: Rest) -> None:
        """Send ourselves the rest of an event, to arrive when it is time; raises CallError."""
        self._send(rest.body(), rest.delay)

    def _send(self, body: str, delay: int) -> None:
        if (size := len(body.encode())) > _QUEUE_TAKES:
            raise CallError("SendMessage", "TooLong", f"{size} bytes, of which a queue takes {_QUEUE_TAKES}")
        with translated("SendMessage"):
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=delay)


def messages(outcome: Outcome, causes: Sequence[Cause]) -> Iterator[str]:
    """The text for people who read mail or a phone, and the JSON for all others, as SNS takes both.

    The first is whole; each that follows goes without something more that fills it: the state of the group,
    which all can read in EC2, the changes, all but the first findings and the first lines of each, and at
    last all findings and most of the text.
    """
    result, text = report.result(outcome), alert.text(outcome, causes)
    without_state: Json = {**result, "after": None}
    without_changes = {**without_state, "changes": []}
    shortened = {**without_changes, "findings": _first(result["findings"])}
    for each in (result, without_state, without_changes, shortened):
        yield _written(outcome, each, text)
    yield _written(outcome, {**without_changes, "findings": []}, text[:_TEXT_SHOWN])


def _written(outcome: Outcome, result: Json, text: str) -> str:
    document = json.dumps(report.document([result]))
    return json.dumps({"default": document, "email": text, "sms": alert.subject(outcome)})


def _first(findings: Sequence[Json]) -> list[Json]:
    return [
        {**finding, "traffic": finding["traffic"][:_SHOWN], "rules": finding["rules"][:_SHOWN]}
        for finding in findings[:_SHOWN]
    ]


def _first_to_fit(alerts: Sequence[KeptAlert], limit: int, text: Callable[[KeptAlert], str]) -> KeptAlert:
    return next((each for each in alerts if len(text(each).encode()) <= limit), alerts[-1])
