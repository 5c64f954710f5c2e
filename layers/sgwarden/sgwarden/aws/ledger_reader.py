"""What the ledger's table says of many groups at once, for sweeps and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.aws.ledger_items import OPEN, alert_of, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from sgwarden.alert import Alert
    from sgwarden.daily import Standing


class LedgerReader:
    """The ledger in the table, read page by page; each method raises CallError."""

    def __init__(self, dynamodb: DynamoDBClient, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def watched(self) -> Iterator[tuple[str, Standing | None]]:
        """Each group that must be looked at again, as of some seconds ago, with what is open there.

        None where something is left to do, or to send, of a group with nothing open.
        """
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=OPEN,
            KeyConditionExpression="#open = :open",
            ExpressionAttributeNames={"#open": OPEN},
            ExpressionAttributeValues={":open": {"S": "1"}},
        )
        with translated("Query"):
            for page in pages:
                yield from ((item["pk"]["S"], standing_of(item)) for item in page["Items"])

    def history(self) -> Iterator[Alert]:
        """Every alert that is kept, in no order: those that are not sent yet as well."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="attribute_exists(alert)",
            ProjectionExpression="pk, sk, alert",
        )
        with translated("Scan"):
            for page in pages:
                yield from (alert_of(item, self._table) for item in page["Items"])
