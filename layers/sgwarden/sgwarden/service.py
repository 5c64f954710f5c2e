"""What the function is wired to: an account to work in, people to tell, and a journal for operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sgwarden.failure import CallError
from sgwarden.recent import Recent
from sgwarden.remediate import Account
from sgwarden.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sgwarden.alert import Alert
    from sgwarden.attached import Attached
    from sgwarden.ceiling import Ceiling
    from sgwarden.cluster import Cluster
    from sgwarden.followup import FollowUp
    from sgwarden.kept_alert import KeptAlert
    from sgwarden.observe import Sighting
    from sgwarden.outcome import Outcome, Skipped
    from sgwarden.page import Page
    from sgwarden.policy.types import Document
    from sgwarden.rest import Rest
    from sgwarden.suspicion import Suspicion
    from sgwarden.sweep import Sweep
    from sgwarden.trigger import Cause

TOGETHER = 200
"""So many groups or rules are read in one call: EC2 takes no more values for one filter."""


class Locator(Protocol):
    """Finds what a target stands for; each method raises CallError where AWS refuses."""

    def sightings(self, group_ids: Collection[str]) -> Mapping[str, Sighting]:
        """Those of the groups that exist, by id; one read for `TOGETHER` of them."""

    def groups_named(self, name: str, vpc_id: str) -> Sequence[str]:
        """The groups of that name in the VPC; without one, in the default VPC."""

    def groups_with_rules(self, rule_ids: Collection[str]) -> Mapping[str, str]:
        """The groups of those of the rules that exist, by the rule's id; one read for `TOGETHER` of them."""

    def groups_with_prefix_list(self, list_id: str) -> Sequence[str]:
        """The groups of clusters, their own and additional ones, with a rule that names the prefix list."""

    def cluster_group_ids(self) -> Sequence[str]:
        """All groups of clusters in the region, their own and additional ones."""

    def is_settled(self, list_id: str) -> bool:
        """Whether no change of the prefix list is on its way: until then, its entries are those of before."""

    def group_of_cluster(self, name: str) -> Sequence[str]:
        """The cluster security group, if there is a cluster that has one."""

    def is_final(self, cluster: str, update_id: str) -> bool:
        """Whether EKS is done with the update, or without one with making the cluster."""


class World(Account, Locator, Protocol):
    """The account and region that the function runs in."""

    account_id: str
    region: str

    def attachments(self, cluster: Cluster, is_time: Callable[[], bool]) -> Attached:
        """The interfaces of the cluster and the groups around them.

        Raises CallError, also where there is no time for the next of the reads.
        """

    def nodes_with(
        self, group_ids: Collection[str], clusters: Collection[str], is_time: Callable[[], bool]
    ) -> Iterator[tuple[str, str]]:
        """Each of the groups with each of the clusters whose nodes carry it, as they are read.

        Raises CallError, also where there is no time for the next of the reads.
        """


class Teller(Protocol):
    """Where results go."""

    def publish(self, kept: KeptAlert) -> None:
        """Tell people; raises CallError."""

    def defer(self, later: FollowUp | Suspicion | Sweep) -> None:
        """Send the message to ourselves, to arrive later; raises CallError."""

    def put_back(self, rest: Rest) -> None:
        """Send ourselves the rest of an event, to arrive when it is time; raises CallError."""


class Ledger(Protocol):
    """What outlives the process; each method raises CallError."""

    def page(self, group: str) -> Page:
        """What is kept of the group, as it is now; version 0 where nothing is."""

    def write(self, page: Page, new: Alert | None = None, kept: KeptAlert | None = None) -> None:
        """Write the page over the version before it, and with it a `new` alert as it is to be sent.

        All or nothing. Raises ConflictError where another version is there.
        """

    def confirm(self, page: Page, alert: str) -> None:
        """Write the page, and that the alert was sent, which stays as history. Raises as `write` does."""

    def kept(self, group: str, alert: str) -> KeptAlert | None:
        """An alert that nobody has confirmed, as it is to be sent; None where there is no such."""


class Journal(Protocol):
    """What is written down for operators."""

    def ignored(self, body: str, reason: str) -> None:
        """An event that leads nowhere; a detail, as most are in a busy account."""

    def dropped(self, body: str, reason: str) -> None:
        """A message that cannot be understood, or that matters and does not say where to look."""

    def looked(self, group_id: str, result: Outcome | Skipped, causes: Sequence[Cause]) -> None:
        """A look at a group, with what came of it; a detail where it is skipped."""

    def left_alone(self, ignored: Sequence[str], skipped: Sequence[str]) -> None:
        """The reasons why events of a batch led nowhere and why groups were skipped, all in one line."""

    def put_off(self, messages: int) -> None:
        """So many messages are to come again, whole or in part, for want of time; often none."""

    def failed(self, what: str, error: Exception) -> None:
        """Something that is to be tried again."""

    def unread(self, what: str, error: Exception) -> None:
        """Something that a look went without; the next that asks for it reads it again."""

    def unconfirmed(self, group_id: str, alert: str) -> None:
        """An alert that was sent over and over, and of which no receipt came: it is let go."""

    def ledger_unavailable(self, group_id: str, error: Exception) -> None:
        """The ledger, which a look went without: people may be told twice, rather than not at all."""


@dataclass(frozen=True, slots=True)
class Service:
    """All that a batch needs; what is in force is chosen once for all of it. `recent` outlives the batch."""

    world: World
    teller: Teller
    journal: Journal
    ledger: Ledger
    policy_or_why_not: Document | CallError
    ceiling_or_why_not: Ceiling | CallError
    recent: Recent = field(default_factory=Recent)
    terms: Terms = field(default_factory=Terms)

    @property
    def policy(self) -> Document:
        """The policy in force; raises CallError where it could not be found out."""
        if isinstance(self.policy_or_why_not, CallError):
            raise self.policy_or_why_not
        return self.policy_or_why_not

    @property
    def ceiling(self) -> Ceiling:
        """The most that may be done; raises CallError where it could not be found out."""
        if isinstance(self.ceiling_or_why_not, CallError):
            raise self.ceiling_or_why_not
        return self.ceiling_or_why_not
