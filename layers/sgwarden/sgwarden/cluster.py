"""What is known of an EKS cluster, as far as its security group is concerned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.traffic import NOBODY, PeerSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.group import SecurityGroup

_ACCOUNT = re.compile(r"[0-9]{12}")


class IpFamily(StrEnum):
    """What the pods of a cluster have; the values are those of `kubernetesNetworkConfig.ipFamily`."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


@dataclass(frozen=True, slots=True)
class Additional:
    """Of a group beside a cluster's own: its tags, and the id of the group that EKS made for the cluster."""

    tags: Mapping[str, str]
    cluster_security_group_id: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """One EKS cluster with the group that is looked at; `vpc_cidrs` is None where nobody asked for them.

    That group is the cluster security group, or with `additional` another of the cluster's groups.
    `control_plane_groups` are the groups given at cluster creation, `remote_nodes` and `remote_pods` the
    networks of EKS Hybrid Nodes. Raises ValueError for a value that no cluster has.
    """

    name: str
    account: str
    region: str
    security_group_id: str
    security_group_name: str = ""
    partition: str = "aws"
    tags: Mapping[str, str] = field(default_factory=dict)
    ip_family: IpFamily = IpFamily.IPV4
    vpc_id: str = ""
    vpc_cidrs: PeerSet | None = None
    control_plane_groups: tuple[str, ...] = ()
    remote_nodes: PeerSet = NOBODY
    remote_pods: PeerSet = NOBODY
    status: str = "ACTIVE"
    additional: Additional | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.region:
            raise ValueError("a cluster has a name and a region")
        if not _ACCOUNT.fullmatch(self.account):
            raise ValueError(f'"{self.account}" is no account: expected 12 digits')
        for group in (self.security_group_id, self.cluster_security_group_id, *self.control_plane_groups):
            if not group.startswith("sg-"):
                raise ValueError(f'"{group}" is no security group id')
        if self.additional and self.additional.cluster_security_group_id == self.security_group_id:
            raise ValueError(f"{self.security_group_id} is the cluster's own group, and no additional one")

    @property
    def cluster_security_group_id(self) -> str:
        """The group that EKS made for the cluster, whichever is looked at."""
        return self.additional.cluster_security_group_id if self.additional else self.security_group_id

    def with_group(self, group: SecurityGroup) -> Cluster:
        """The cluster with another of its groups to look at; raises ValueError where that is its own."""
        additional = Additional(group.tags, self.cluster_security_group_id)
        return replace(
            self, security_group_id=group.id, security_group_name=group.name, additional=additional
        )
