"""All clusters of an account and region, with their security groups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.aws.world import AwsAccount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

# EKS describes one cluster a call. Few enough at once that adaptive retries keep up where it throttles.
_AT_ONCE = 8
_READ_TOGETHER = 100


class Inventory(AwsAccount):
    """An account and region that is looked at whole; `names` are those of its clusters that count, or all."""

    def __init__(self, ec2: EC2Client, eks: EKSClient, names: Collection[str] = ()) -> None:
        super().__init__(ec2, eks)
        self._names = names

    def clusters(self) -> Iterator[tuple[Cluster, SecurityGroup | None]]:
        """Each cluster that has its group by now; None for a group that is gone. Raises CallError."""
        for described in self._described_clusters():
            groups = self.groups([cluster.security_group_id for cluster in described])
            for cluster in described:
                group = groups.get(cluster.security_group_id)
                yield replace(cluster, security_group_name=group.name) if group else cluster, group

    def _described_clusters(self) -> Iterator[Sequence[Cluster]]:
        names = [name for name in self.cluster_names() if not self._names or name in self._names]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for start in range(0, len(names), _READ_TOGETHER):
                found = pool.map(self.cluster, names[start : start + _READ_TOGETHER])
                yield [cluster for cluster in found if cluster]
