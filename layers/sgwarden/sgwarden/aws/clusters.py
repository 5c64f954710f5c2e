"""EKS clusters and their updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sgwarden.aws.errors import translated
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.failure import CallError
from sgwarden.traffic import PeerSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mypy_boto3_eks import EKSClient

_GONE = "ResourceNotFoundException"


def cluster_of(described: Mapping[str, Any]) -> Cluster | None:
    """The `cluster` of `DescribeCluster`; None while EKS has not made its group yet.

    Account, region and partition are those of its ARN. Raises ValueError where that is none.
    """
    vpc = described.get("resourcesVpcConfig") or {}
    if not vpc.get("clusterSecurityGroupId"):
        return None
    arn = str(described.get("arn", "")).split(":")
    if len(arn) != 6:
        raise ValueError(f"cluster {described.get('name')!r} has no ARN: found {described.get('arn')!r}")
    _, partition, _, region, account, _ = arn
    remote = described.get("remoteNetworkConfig") or {}
    network = described.get("kubernetesNetworkConfig") or {}
    return Cluster(
        name=described["name"],
        account=account,
        region=region,
        partition=partition,
        security_group_id=vpc["clusterSecurityGroupId"],
        tags=described.get("tags") or {},
        ip_family=IpFamily(network.get("ipFamily") or "ipv4"),
        vpc_id=vpc.get("vpcId", ""),
        control_plane_groups=tuple(vpc.get("securityGroupIds") or ()),
        remote_nodes=_networks(remote.get("remoteNodeNetworks")),
        remote_pods=_networks(remote.get("remotePodNetworks")),
        status=described.get("status", "ACTIVE"),
    )


def _networks(networks: Iterable[Mapping[str, Any]] | None) -> PeerSet:
    return PeerSet.of_cidr(*(cidr for network in networks or () for cidr in network.get("cidrs") or ()))


class ClusterReader:
    """Reads clusters."""

    def __init__(self, eks: EKSClient) -> None:
        self._eks = eks

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, without the addresses of its VPC; None where there is none or it has no group yet."""
        described = self._described(name)
        return cluster_of(described) if described else None

    def cluster_names(self) -> list[str]:
        """The names of all clusters in the region, in order."""
        with translated("ListClusters"):
            pages = self._eks.get_paginator("list_clusters").paginate()
            return sorted(name for page in pages for name in page["clusters"])

    def group_of_cluster(self, name: str) -> Sequence[str]:
        """The cluster security group, if there is a cluster that has one."""
        cluster = self.cluster(name)
        return (cluster.security_group_id,) if cluster else ()

    def is_final(self, cluster: str, update_id: str) -> bool:
        """Whether EKS is done with the update, or without one with making the cluster."""
        if not update_id:
            described = self._described(cluster)
            return not described or described.get("status") not in ("CREATING", "PENDING", "UPDATING")
        try:
            with translated("DescribeUpdate"):
                update = self._eks.describe_update(name=cluster, updateId=update_id)["update"]
        except CallError as error:
            if error.code == _GONE:
                return True
            raise
        return update.get("status") != "InProgress"

    def _described(self, name: str) -> Mapping[str, Any] | None:
        try:
            with translated("DescribeCluster"):
                return cast("Mapping[str, Any]", self._eks.describe_cluster(name=name)["cluster"])
        except CallError as error:
            if error.code == _GONE:
                return None
            raise
