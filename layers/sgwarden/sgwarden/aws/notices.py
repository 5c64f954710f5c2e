"""What channels have yet to be told, on its way back into the notify function's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from sgwarden.untold import Untold

_QUEUE_TAKES = 262_144


class NoticeQueue:
    """The queue that feeds the function itself."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def put_back(self, untold: Untold, delay: int) -> None:
        """Send it, to arrive after so many seconds; raises CallError."""
        body = untold.body()
        if (size := len(body.encode())) > _QUEUE_TAKES:
            raise CallError("SendMessage", "TooLong", f"{size} bytes, of which a queue takes {_QUEUE_TAKES}")
        with translated("SendMessage"):
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=delay)
