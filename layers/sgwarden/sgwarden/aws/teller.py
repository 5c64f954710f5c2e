"""Telling people over SNS, and ourselves over SQS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sgwarden import alert, report
from sgwarden.aws.errors import translated
from sgwarden.failure import CallError
from sgwarden.followup import DELAY
from sgwarden.kept_alert import KeptAlert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

    from sgwarden.followup import FollowUp
    from sgwarden.outcome import Outcome
    from sgwarden.trigger import Cause

_SHOWN = 20
_LIMIT = 250_000  # SNS takes 262,144 bytes for all protocols of a message together, attributes included


class AwsTeller:
    """Publishes outcomes to a topic and sends follow-ups to the function's own queue."""

    def __init__(self, sns: SNSClient, topic_arn: str, sqs: SQSClient, queue_url: str) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._sqs = sqs
        self._queue_url = queue_url

    def publish(self, outcome: Outcome, causes: Sequence[Cause]) -> None:
        """Tell people, in a minute if not now; raises CallError where neither can be done.

        The group may be in order by now, and then a second look would find nothing to tell: an alert that
        cannot be sent waits in the queue itself.
        """
        kept = KeptAlert(alert.subject(outcome), message(outcome, causes), alert.attributes(outcome))
        try:
            self.resend(kept)
        except CallError:
            self._send(kept.body())

    def resend(self, kept: KeptAlert) -> None:
        """Publish an alert as it was written; raises CallError."""
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in kept.attributes.items()
        }
        with translated("Publish"):
            self._sns.publish(
                TopicArn=self._topic_arn,
                Subject=kept.subject,
                Message=kept.message,
                MessageStructure="json",
                MessageAttributes=attributes,
            )

    def defer(self, follow_up: FollowUp) -> None:
        """Send the message to ourselves, to arrive in a minute; raises CallError."""
        self._send(follow_up.body())

    def _send(self, body: str) -> None:
        with translated("SendMessage"):
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=DELAY)


def message(outcome: Outcome, causes: Sequence[Cause]) -> str:
    """The text for people who read mail or a phone, and the JSON for all others, as SNS takes both.

    A document that is too large for SNS goes without what fills it: first the state of the group, which all
    can read in EC2, then the changes, then all but the first findings and the first lines of each.
    """
    result = report.result(outcome)
    without_state: dict[str, Any] = {"after": None}
    without_changes = {**without_state, "changes": []}
    shortened = {**without_changes, "findings": _first(result["findings"])}
    for left_out in ({}, without_state, without_changes, shortened):
        document = json.dumps(report.document([{**result, **left_out}]))
        body = json.dumps(
            {"default": document, "email": alert.text(outcome, causes), "sms": alert.subject(outcome)}
        )
        if len(body.encode()) <= _LIMIT:
            break
    return body


def _first(findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**finding, "traffic": finding["traffic"][:_SHOWN], "rules": finding["rules"][:_SHOWN]}
        for finding in findings[:_SHOWN]
    ]
