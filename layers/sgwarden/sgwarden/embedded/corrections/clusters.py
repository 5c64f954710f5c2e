"""Clusters made and deleted by call: their security groups come and go with them, which moto lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.eks.exceptions import InvalidParameterException
from moto.eks.responses import EKSResponse

from sgwarden.embedded.corrections.eks import EPOCH
from sgwarden.embedded.description import ClusterDescription, VpcDescription
from sgwarden.embedded.ids import subnet_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models.security_groups import SecurityGroup
    from moto.eks.models import Cluster

    from sgwarden.embedded.building import Builder

_create, _delete = EKSResponse.create_cluster, EKSResponse.delete_cluster


@dataclass(frozen=True, slots=True)
class ClusterCalls:
    builder: Builder

    def replacements(self) -> dict[str, Callable[[EKSResponse], ActionResult]]:
        return {"create_cluster": self.create, "delete_cluster": self.delete}

    def create(self, call: EKSResponse) -> ActionResult:
        """EKS: a cluster is in the VPC of its subnets, and so is the group that is made for it."""
        config: dict[str, Any] = call._get_param("resourcesVpcConfig") or {}
        vpc_id = self._vpc_of(call.region, config.get("subnetIds") or [])
        _create(call)
        clusters = call.eks_backend.clusters
        made: Cluster = clusters[call._get_param("name")]
        made.created_at = EPOCH
        self.builder.add_cluster(_described(made, call.region), VpcDescription(id=vpc_id, region=call.region))
        made.resources_vpc_config = clusters[made.name].resources_vpc_config | config
        clusters[made.name] = made
        if self.builder.state.eks_waits:
            begin_creation(self.builder, call.region, made.name)
        return ActionResult({"cluster": made})

    def delete(self, call: EKSResponse) -> ActionResult:
        cluster = call.eks_backend.describe_cluster(call._get_param("name"))
        if not self.builder.state.eks_waits:
            _delete(call)  # refuses one that has node groups
        begin_deletion(self.builder, call.region, cluster)
        return ActionResult({"cluster": cluster})

    def _vpc_of(self, region: str, asked: list[str]) -> str:
        backend = self.builder.ec2(region)
        known = {subnet_id: vpc_id for vpc_id in backend.vpcs for subnet_id in subnet_ids(vpc_id)}
        known |= {one.id: one.vpc_id for zone in backend.subnets.values() for one in zone.values()}
        for subnet_id in asked:
            if subnet_id not in known:
                raise InvalidParameterException(message=f"The subnet ID '{subnet_id}' does not exist")
        vpc_ids = {known[subnet_id] for subnet_id in asked}
        if len(vpc_ids) != 1:
            raise InvalidParameterException(message="A cluster needs subnets of one VPC")
        return str(vpc_ids.pop())


def begin_creation(builder: Builder, region: str, name: str) -> None:
    """EKS: a cluster that is being made has no group at first, and is tagged and filled when it has one."""
    cluster = builder.eks(region).clusters[name]
    config = cluster.resources_vpc_config
    description = replace(_described(cluster, region), group=str(config.pop("clusterSecurityGroupId")))
    vpc = VpcDescription(id=config["vpcId"], region=region)
    _delete_group(builder, region, description.group)
    cluster.status = "CREATING"

    def make() -> SecurityGroup:
        group = builder.add_cluster(description, vpc)
        builder.eks(region).clusters[name] = cluster
        config["clusterSecurityGroupId"] = group.id
        return group

    builder.state.unmade[region, name] = make


def begin_deletion(builder: Builder, region: str, cluster: Cluster) -> None:
    """EKS: the group is deleted with the cluster, in the end."""
    cluster.status = "DELETING"
    if not builder.state.eks_waits:
        delete_cluster(builder, region, cluster)


def delete_cluster(builder: Builder, region: str, cluster: Cluster) -> None:
    builder.eks(region).clusters.pop(cluster.name, None)
    builder.state.unmade.pop((region, cluster.name), None)
    _delete_group(builder, region, cluster.resources_vpc_config.get("clusterSecurityGroupId", ""))


def _delete_group(builder: Builder, region: str, group_id: str) -> None:
    backend = builder.ec2(region)
    if backend.get_security_group_from_id(group_id) is not None:
        backend.delete_security_group(group_id=group_id)
        backend.tags.pop(group_id, None)


def _described(made: Cluster, region: str) -> ClusterDescription:
    family = (made.kubernetes_network_config or {}).get("ipFamily") or "ipv4"
    return ClusterDescription(name=made.name, region=region, ip_family=family)
