"""AWS as a function under test meets it: one address, and behind it one embedded account after another."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from moto.sns.models import sns_backends
from sgwarden import report
from sgwarden.aws.groups import group_of
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.cli.sandbox.environment import variables
from sgwarden.embedded import EmbeddedAccount
from sgwarden.embedded.endpoint import SERVICES
from sgwarden.embedded.serving import served
from sgwarden.traffic.ec2 import prefix_list_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.embedded import AccountDescription

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A message to the topic: its subject, and the texts for each protocol."""

    subject: str
    body: str


class Stage:
    """Where the function finds AWS, whichever account is open; the queue and topic of all have one name.

    `requests` have come over the network so far.
    """

    def __init__(self, described: AccountDescription) -> None:
        self.described = described
        self.url = ""
        self.requests = 0
        self._account: EmbeddedAccount | None = None
        self._opened = 0

    @property
    def account(self) -> EmbeddedAccount:
        """The account that is open."""
        if self._account is None:
            raise RuntimeError("no account is open")
        return self._account

    @property
    def builder(self) -> Stage:
        """What the endpoint asks an account for, on behalf of whichever is open."""
        return self

    def ec2(self, region: str) -> object:
        """Prepare the region of the open account for a request."""
        self.requests += 1
        return self.account.builder.ec2(region)

    def environment(self) -> dict[str, str]:
        """What leads a process to this stage."""
        return variables(self.url, self.described.region, {})

    @contextmanager
    def opened(self, described: AccountDescription | None = None) -> Iterator[EmbeddedAccount]:
        """An account as it is described, on stage until the context ends."""
        with EmbeddedAccount(described or self.described) as account:
            self._account = account
            self._opened += 1
            try:
                yield account
            finally:
                self._account = None

    def renumber_prefix_lists(self) -> None:
        """Give lists versions that no account before had: a process knows entries by id and version."""
        account = self.account
        for each in account.builder.ec2(account.region).managed_prefix_lists.values():
            each.version = 1000 * self._opened + (each.version or 0)

    def groups(self) -> dict[str, Json]:
        """All security groups of the region as the contract shows a group, by id."""
        ec2 = self.account.client("ec2")
        lists = PrefixListReader(ec2)
        return {
            each["GroupId"]: report.state(group_of(each, lists.prefix_lists(prefix_list_ids(each), ())))
            for each in ec2.describe_security_groups()["SecurityGroups"]
        }

    def cluster_groups(self) -> set[str]:
        """The ids of those that EKS made for a cluster."""
        return {name for name, group in self.groups().items() if "aws:eks:cluster-name" in group["tags"]}

    def told(self) -> Sequence[Told]:
        """The messages that came to the topic, in order."""
        topic = sns_backends[self.account.account_id][self.account.region].topics[self.account.topic_arn]
        return [Told(subject or "", body) for _, body, subject, *_ in topic.sent_notifications]


@contextmanager
def staged(described: AccountDescription) -> Iterator[Stage]:
    """A stage at an address of its own, until the context ends."""
    stage = Stage(described)
    with ExitStack() as stack:
        # The sandbox serves what people have; the functions ask for parameters and the ledger as well.
        known = {*SERVICES, "dynamodb", "ssm"}
        stack.enter_context(patch("sgwarden.embedded.endpoint.SERVICES", known))
        # The server asks an account for no more than to prepare a region, and moto answers for the open one.
        stage.url = stack.enter_context(served(cast("EmbeddedAccount", stage), 0))
        yield stage
