"""All clusters of an account and region, with their security groups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sgwarden.aws.clusters import cluster_of
from sgwarden.aws.pages import always
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.aws.world import AwsAccount
from sgwarden.cluster import Cluster
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

    from sgwarden.group import SecurityGroup
    from sgwarden.traffic import PeerSet, PrefixList

# EKS describes one cluster a call. Few enough at once that adaptive retries keep up where it throttles.
_AT_ONCE = 8
_READ_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Unread:
    """A cluster that cannot be looked at, and why; `error` where that is a fault."""

    name: str
    region: str
    reason: str = ""
    error: CallError | None = None


class Inventory(AwsAccount):
    """An account and region that is looked at whole; `names` are those of its clusters that count, or all.

    Prefix lists and VPCs are read once, as they were when they were first asked for.
    """

    def __init__(self, ec2: EC2Client, eks: EKSClient, names: Collection[str] = ()) -> None:
        super().__init__(ec2, eks)
        self._lists = _KnownLists(ec2)
        self._vpcs: dict[str, PeerSet] = {}
        self._names = names
        self.unread: list[Unread] = []
        """Those of the clusters that have been passed over so far."""

    def clusters(self) -> Iterator[tuple[Cluster, SecurityGroup | None]]:
        """Each cluster that has its group by now; None for a group that is gone.

        Those that cannot be read come to be in `unread`. Raises CallError where none can be.
        """
        for described in self._described_clusters():
            try:
                groups = self.groups([cluster.security_group_id for cluster in described])
            except CallError as error:
                self.unread += [Unread(each.name, self.region, error=error) for each in described]
                continue
            for cluster in described:
                group = groups.get(cluster.security_group_id)
                yield replace(cluster, security_group_name=group.name) if group else cluster, group

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """All CIDR blocks that are associated with the VPC."""
        if vpc_id not in self._vpcs:
            self._vpcs[vpc_id] = super().vpc_cidrs(vpc_id)
        return self._vpcs[vpc_id]

    def _described_clusters(self) -> Iterator[Sequence[Cluster]]:
        names = sorted(set(self._names)) or self.cluster_names()
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            for start in range(0, len(names), _READ_TOGETHER):
                found = list(pool.map(self._cluster_or_not, names[start : start + _READ_TOGETHER]))
                self.unread += [each for each in found if isinstance(each, Unread)]
                yield [each for each in found if isinstance(each, Cluster)]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _cluster_or_not(self, name: str) -> Cluster | Unread | None:
        """None for a cluster that does not exist, or no more."""
        try:
            described = self._described(name)
        except CallError as error:
            return Unread(name, self.region, error=error)
        if described is None:
            return None
        try:
            return cluster_of(described) or Unread(name, self.region, _why_no_group(described))
        except ValueError as error:
            return Unread(name, self.region, error=CallError("DescribeCluster", "UnknownAnswer", str(error)))


class _KnownLists(PrefixListReader):
    """Reads no lists twice."""

    def __init__(self, ec2: EC2Client) -> None:
        super().__init__(ec2)
        self._known: dict[tuple[frozenset[str], frozenset[str]], dict[str, PrefixList]] = {}

    def prefix_lists(
        self, ids: Collection[str], names: Collection[str], is_time: Callable[[], bool] = always
    ) -> dict[str, PrefixList]:
        asked = frozenset(ids), frozenset(names)
        if asked not in self._known:
            self._known[asked] = super().prefix_lists(ids, names, is_time)
        return self._known[asked]


def _why_no_group(described: Mapping[str, Any]) -> str:
    if described.get("connectorConfig"):
        return "it runs elsewhere and is only registered with EKS, which has no security group for it"
    return f"it has no cluster security group yet (status {described.get('status', 'unknown')})"
