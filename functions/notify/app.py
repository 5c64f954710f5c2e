"""The notify function: alerts of the topic in, messages on every channel that is on out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from sgwarden.aws.channels import Settings, channels_of
from sgwarden.aws.clients import client
from sgwarden.aws.notices import NoticeQueue
from sgwarden.aws.notify_journal import NotifyJournal
from sgwarden.aws.sent import SentRecord
from sgwarden.notify import Desk, handle

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()

_region = os.environ["AWS_REGION"]
_desk = Desk(
    channels=channels_of(
        Settings(
            slack_webhook=os.environ["SGWARDEN_SLACK_WEBHOOK"],
            teams_webhook=os.environ["SGWARDEN_TEAMS_WEBHOOK"],
            chat_topic=os.environ["SGWARDEN_CHAT_TOPIC_ARN"],
            security_hub=os.environ["SGWARDEN_SECURITY_HUB"] == "yes",
            event_bus=os.environ["SGWARDEN_EVENT_BUS"],
        ),
        _region,
    ),
    sent=SentRecord(client("dynamodb", _region), os.environ["SGWARDEN_TABLE"]),
    queue=NoticeQueue(client("sqs", _region), os.environ["SGWARDEN_QUEUE_URL"]),
    journal=NotifyJournal(logger, metrics),
)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of the queue; what is to be delivered again is named in the answer."""
    metrics.add_metric("Notices", MetricUnit.Count, len(event["Records"]))
    messages = [(record["messageId"], record["body"]) for record in event["Records"]]
    again = handle(messages, _desk, lambda: context.get_remaining_time_in_millis() / 1000)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}
