"""Amazon Q Developer in chat applications, by a topic of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sgwarden.alert import Alert
from sgwarden.aws.errors import translated
from sgwarden.rendering.chat import daily_message, message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from sgwarden.daily import Daily


class ChatTopic:
    """Publishes custom notifications; what is not in their form, Amazon Q drops without a word."""

    name = "chat"

    def __init__(self, sns: SNSClient, topic_arn: str) -> None:
        self._sns = sns
        self._topic_arn = topic_arn

    def tell(self, told: Alert | Daily, seconds: float) -> None:  # noqa: ARG002  a call takes what it takes
        """Publish it; raises CallError."""
        said = message(told) if isinstance(told, Alert) else daily_message(told)
        with translated("Publish"):
            self._sns.publish(TopicArn=self._topic_arn, Message=json.dumps(said))
