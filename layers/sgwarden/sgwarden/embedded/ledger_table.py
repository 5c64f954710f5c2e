"""The ledger's table as template.yaml has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.aws.ledger_items import OPEN

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE_NAME = "sgwarden-ledger"


def make_table(dynamodb: DynamoDBClient, name: str = TABLE_NAME) -> None:
    """Make the table, empty."""
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", OPEN)],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": OPEN,
                "KeySchema": [
                    {"AttributeName": OPEN, "KeyType": "HASH"},
                    {"AttributeName": "pk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["standing"]},
            }
        ],
    )
