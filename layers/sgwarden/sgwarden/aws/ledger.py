"""What outlives the process, in a table of DynamoDB: a page for each group, and its alerts."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from sgwarden import timing
from sgwarden.aws.errors import translated
from sgwarden.aws.ledger_items import ALERT, PAGE, alert_item, ends, kept_of, key, page_item, page_of
from sgwarden.failure import ConflictError, PassingError
from sgwarden.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

    from sgwarden.alert import Alert
    from sgwarden.aws.ledger_items import Item
    from sgwarden.kept_alert import KeptAlert


class DynamoLedger:
    """The ledger in the table, for one batch; its client is made when it is first asked for something.

    An alert that was sent is history for so many days. Where the table does not answer, it is not asked again
    in the same batch, which would last too long.
    """

    def __init__(self, make_client: Callable[[], DynamoDBClient], table: str, history_days: int) -> None:
        self._make_client = make_client
        self._table = table
        self._history_days = history_days
        self._unanswered: PassingError | None = None

    def page(self, group: str) -> Page:
        """What is kept of the group, as it is now; version 0 where nothing is. Raises CallError."""
        item = self._item(group, PAGE)
        return page_of(item, group, self._table) if item else Page(group)

    def kept(self, group: str, alert: str) -> KeptAlert | None:
        """An alert that nobody has confirmed, as it is to be sent; None where there is no such.

        Raises CallError.
        """
        return kept_of(self._item(group, ALERT + alert), group, alert, self._table)

    def write(self, page: Page, new: Alert | None = None, kept: KeptAlert | None = None) -> None:
        """Write the page over the version before it, and with it a `new` alert as it is to be sent.

        All or nothing. Raises ConflictError where another version is there, CallError where AWS refuses.
        """
        if new is None:
            self._put(page)
        else:
            item = alert_item(new, kept, self._history_days)
            self._put_with(page, {"Put": {"TableName": self._table, "Item": item}})

    def confirm(self, page: Page, alert: str) -> None:
        """Write the page, and that the alert was sent, which stays as history. Raises as `write` does."""
        self._put_with(
            page,
            {
                "Update": {
                    "TableName": self._table,
                    "Key": key(page.group, ALERT + alert),
                    "UpdateExpression": "SET #ttl = :ttl REMOVE kept",
                    "ExpressionAttributeNames": {"#ttl": "ttl"},
                    "ExpressionAttributeValues": {":ttl": ends(timing.now(), self._history_days)},
                }
            },
        )

    def _item(self, group: str, sort: str) -> Item:
        with self._answered("GetItem"):
            answer = self._client.get_item(TableName=self._table, Key=key(group, sort), ConsistentRead=True)
        return answer.get("Item", {})

    def _put(self, page: Page) -> None:
        """Write the page alone, at half of what a transaction costs."""
        put = self._over_the_version_before(page)
        try:
            with self._answered("PutItem"):
                self._client.put_item(**put)
        except ConflictError as error:
            # The answer to an earlier try can get lost: the version that is in the way is ours then.
            if not (error.repeated and self._item(page.group, PAGE) == put["Item"]):
                raise

    def _put_with(self, page: Page, other: TransactWriteItemTypeDef) -> None:
        """Write the page and the other item. The SDK has a token for all tries, and they count as one."""
        with self._answered("TransactWriteItems"):
            self._client.transact_write_items(
                TransactItems=[{"Put": self._over_the_version_before(page)}, other]
            )

    def _over_the_version_before(self, page: Page) -> PutTypeDef:
        put: PutTypeDef = {"TableName": self._table, "Item": page_item(page, timing.now())}
        if page.version == 1:
            return {**put, "ConditionExpression": "attribute_not_exists(pk)"}
        return {
            **put,
            "ConditionExpression": "version = :before",
            "ExpressionAttributeValues": {":before": {"N": str(page.version - 1)}},
        }

    @contextmanager
    def _answered(self, operation: str) -> Iterator[None]:
        if self._unanswered:
            raise self._unanswered
        try:
            with translated(operation):
                yield
        except PassingError as error:
            self._unanswered = error
            raise

    @cached_property
    def _client(self) -> DynamoDBClient:
        return self._make_client()
