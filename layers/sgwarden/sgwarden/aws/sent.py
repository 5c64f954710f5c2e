"""Which channels were told of what, in the ledger's table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = 30 * 86_400
"""Seconds until an item may go: no queue keeps a message for as long."""
_SORT = "SENT"


class SentRecord:
    """An item for each alert or report, with the set of the channels that took it."""

    def __init__(self, dynamodb: DynamoDBClient, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def channels(self, told_id: str) -> frozenset[str]:
        """The channels that were told; raises CallError."""
        with translated("GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table,
                Key=_key(told_id),
                ProjectionExpression="channels",
                ConsistentRead=True,
            )
        return frozenset(answer.get("Item", {}).get("channels", {}).get("SS", ()))

    def add(self, told_id: str, channel: str) -> None:
        """The channel was told; raises CallError."""
        with translated("UpdateItem"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(told_id),
                UpdateExpression="ADD channels :told SET #ttl = :gone",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":told": {"SS": [channel]},
                    ":gone": {"N": str(int(self._clock()) + KEPT)},
                },
            )


def _key(told_id: str) -> Mapping[str, Mapping[str, str]]:
    return {"pk": {"S": f"SENT#{told_id}"}, "sk": {"S": _SORT}}
