"""An AWS account that lives in this process for as long as its context, and can reach no other."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from moto.core.models import MockAWS
from moto.moto_api._internal import mock_random

from sgwarden.embedded.building import Builder
from sgwarden.embedded.calls import ApiCall, Calls
from sgwarden.embedded.corrections import corrected
from sgwarden.embedded.corrections.listing import tags_of
from sgwarden.embedded.corrections.rules import all_rules
from sgwarden.embedded.corrections.state import State
from sgwarden.embedded.isolation import isolated, shared_client
from sgwarden.embedded.ledger_table import TABLE_NAME, make_table
from sgwarden.embedded.messages import Published, Queued, published, take_messages
from sgwarden.embedded.notation import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from sgwarden.embedded.description import AccountDescription

TOPIC_NAME, QUEUE_NAME = "sgwarden-findings", "sgwarden-events"
_NEVER_OVER = 10**9


class EmbeddedAccount:
    """The described account, with sgwarden's topic, queue and ledger, for as long as the context lasts.

    `region` is where sgwarden runs; without it, the description's. `quota` is the number of rules that a
    group may have in one direction and IP family. An EKS update is in progress for `update_looks` looks of
    `DescribeUpdate`; with `eks_waits`, all that takes EKS its time is, until `Eks` is told that it is over.
    With `receipts`, alerts come back to the queue, as template.yaml has it.
    """

    def __init__(
        self,
        description: AccountDescription,
        *,
        region: str = "",
        quota: int = 60,
        update_looks: int = 1,
        eks_waits: bool = False,
        receipts: bool = False,
    ) -> None:
        self.description = description
        self.region = region or description.region
        self.topic_arn = ""
        self.queue_url = ""
        self.table_name = TABLE_NAME
        self._state = State(
            quota=quota,
            update_looks=_NEVER_OVER if eks_waits else update_looks,
            eks_waits=eks_waits,
            regions=description.regions | {self.region},
        )
        self._receipts = receipts
        self._calls = Calls()
        self.builder = Builder(description, self._state)
        self._stack = ExitStack()

    @property
    def account_id(self) -> str:
        return self.description.account

    def __enter__(self) -> Self:
        if MockAWS._nested_count:
            raise RuntimeError("an embedded account cannot be opened inside another one, nor inside mock_aws")
        with ExitStack() as stack:
            stack.enter_context(isolated(self.account_id, self.region))
            stack.enter_context(MockAWS())
            mock_random.seed(0)
            stack.enter_context(corrected(self._state, self.builder))
            self.builder.ec2(self.region)  # the region may be one that the description says nothing of
            self.builder.build()
            self.topic_arn = self.client("sns").create_topic(Name=TOPIC_NAME)["TopicArn"]
            self.queue_url = self.client("sqs").create_queue(QueueName=QUEUE_NAME)["QueueUrl"]
            make_table(self.client("dynamodb"))
            if self._receipts:
                self._subscribe()
            stack.enter_context(self._calls.watched())
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _subscribe(self) -> None:
        sqs, sns = self.client("sqs"), self.client("sns")
        asked = sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])
        settings = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"alert": [{"exists": True}]})}
        queue_arn = asked["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=self.topic_arn, Protocol="sqs", Endpoint=queue_arn, Attributes=settings)

    def client(self, service: str, region: str = "") -> Any:  # noqa: ANN401  a client's type depends on its name
        """A boto3 client of the account."""
        return shared_client(service, region or self.region)

    def lines(self, group_id: str, region: str = "") -> tuple[str, ...]:
        """The rules of a group in the notation of people, inbound first, in the order they were made."""
        group = self.builder.rules(region or self.region).group(group_id)
        return tuple(line_of(rule) for rule in all_rules(group))

    def rule_ids(self, group_id: str, region: str = "") -> dict[str, str]:
        """The id of each rule of a group, by its line."""
        group = self.builder.rules(region or self.region).group(group_id)
        return {line_of(rule): rule.id for rule in all_rules(group)}

    def tags(self, resource_id: str, region: str = "") -> dict[str, str]:
        return tags_of(self.builder.ec2(region or self.region), resource_id)

    def fail(self, operation: str, code: str, *, nth: int = 1, times: int = 1, message: str = "") -> None:
        """The nth request of an operation from now on fails with a code, and the `times - 1` after it."""
        self._calls.fail(operation, code, nth=nth, times=times, message=message)

    def recover(self, operation: str) -> None:
        """Requests of the operation fail no more."""
        self._calls.recover(operation)

    @contextmanager
    def untroubled(self) -> Iterator[None]:
        """No request is made to fail until the context ends: such trouble is for others."""
        with self._calls.untroubled():
            yield

    def calls(self, *operations: str) -> tuple[ApiCall, ...]:
        """The calls made in the account so far, in order: all, or those of the named operations."""
        return tuple(call for call in self._calls.made if not operations or call.operation in operations)

    def forget_calls(self) -> None:
        self._calls.made.clear()

    def published(self) -> tuple[Published, ...]:
        """The messages published since the account was opened or its calls were forgotten."""
        return published(self._calls.made)

    def take_messages(self, queue_url: str = "") -> tuple[Queued, ...]:
        """Every message of a queue (sgwarden's, if none is named), delayed or not; it is empty after."""
        return take_messages(self.account_id, self.region, queue_url or self.queue_url)
