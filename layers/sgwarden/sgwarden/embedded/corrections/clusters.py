"""Clusters made and deleted by call: their security groups come and go with them, which moto lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.eks.exceptions import InvalidParameterException
from moto.eks.responses import EKSResponse

from sgwarden.embedded.corrections.eks import EPOCH
from sgwarden.embedded.description import ClusterDescription, VpcDescription
from sgwarden.embedded.ids import subnet_ids

if TYPE_CHECKING:
    from collections.abc import Callable

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
        return ActionResult({"cluster": made})

    def delete(self, call: EKSResponse) -> ActionResult:
        answer = _delete(call)
        cluster: Cluster = answer.result["cluster"]  # type: ignore[index]
        group_id = cluster.resources_vpc_config["clusterSecurityGroupId"]
        backend = self.builder.ec2(call.region)
        if backend.get_security_group_from_id(group_id) is not None:
            backend.delete_security_group(group_id=group_id)
            backend.tags.pop(group_id, None)
        return answer

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


def _described(made: Cluster, region: str) -> ClusterDescription:
    family = (made.kubernetes_network_config or {}).get("ipFamily") or "ipv4"
    return ClusterDescription(name=made.name, region=region, ip_family=family)
