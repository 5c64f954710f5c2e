"""EKS updates, which moto lacks: in progress for a while; a cluster keeps its group through them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException
from moto.eks.responses import EKSResponse
from moto.moto_api._internal import mock_random

from sgwarden.embedded.corrections.state import State, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.eks.models import Cluster

# An embedded account has no clock of its own: answers are the same in every run.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

URL_PATHS = {
    "{0}/clusters/(?P<name>[^/]+)/encryption-config/associate$": EKSResponse.dispatch,
    "{0}/clusters/(?P<name>[^/]+)/identity-provider-configs/associate$": EKSResponse.dispatch,
    "{0}/clusters/(?P<name>[^/]+)/updates$": EKSResponse.dispatch,
    "{0}/clusters/(?P<name>[^/]+)/updates/(?P<updateId>[^/]+)$": EKSResponse.dispatch,
}


@dataclass(frozen=True, slots=True)
class EksCalls:
    state: State
    puts_back: Callable[[str, str], object]
    """What EKS does to a cluster's group on each update; given the region and the cluster's name."""

    def replacements(self) -> dict[str, Callable[[EKSResponse], ActionResult]]:
        return {
            "update_cluster_config": lambda call: self.update(call, "ConfigUpdate"),
            "update_cluster_version": lambda call: self.update(call, "VersionUpdate"),
            "associate_encryption_config": lambda call: self.update(call, "AssociateEncryptionConfig"),
            "associate_identity_provider_config": lambda call: self.update(
                call, "AssociateIdentityProviderConfig"
            ),
            "describe_update": self.describe_update,
            "list_updates": self.list_updates,
        }

    def update(self, call: EKSResponse, kind: str) -> ActionResult:
        cluster = call.eks_backend.describe_cluster(call._get_param("name") or call._get_param("clusterName"))
        if self.state.eks_waits and cluster.status != "ACTIVE":
            raise _busy(cluster)
        change_vpc_config(cluster, call._get_param("resourcesVpcConfig") or {})
        cluster.version = call._get_param("version") or cluster.version
        update = Update(str(mock_random.uuid4()), kind, self.state.update_looks)
        begin(self.state, call.region, cluster, update)
        if not self.state.eks_waits:
            self.puts_back(call.region, cluster.name)
        return ActionResult({"update": _describe(update, "InProgress")})

    def describe_update(self, call: EKSResponse) -> ActionResult:
        update_id = call._get_param("updateId")
        for update in self._updates(call):
            if update.id == update_id:
                return ActionResult({"update": _describe(update, _look(update))})
        raise ResourceNotFoundException(
            clusterName=None,
            nodegroupName=None,
            fargateProfileName=None,
            addonName=None,
            message=f"No update found for ID: {update_id}.",
        )

    def list_updates(self, call: EKSResponse) -> ActionResult:
        return ActionResult({"updateIds": [update.id for update in self._updates(call)]})

    def _updates(self, call: EKSResponse) -> list[Update]:
        cluster = call.eks_backend.describe_cluster(call._get_param("name"))
        return self.state.updates.get((call.region, cluster.name), [])


def begin(state: State, region: str, cluster: Cluster, update: Update) -> None:
    """EKS: a cluster is UPDATING until the last of its updates is over, and works all the while.

    Where it is looks that end an update, it is ACTIVE: nobody who waits for that looks at updates.
    """
    updates = state.updates.setdefault((region, cluster.name), [])
    updates.append(update)
    cluster.status = "UPDATING" if state.eks_waits else cluster.status
    finish = update.finish

    def over() -> None:
        if finish:
            finish()
        if state.eks_waits and all(each.is_over for each in updates):
            cluster.status = "ACTIVE"

    update.finish = over


def end(update: Update) -> None:
    """The update is successful, and what EKS does last is done."""
    update.looks_left = 0
    if update.finish:
        update.finish()
        update.finish = None


def change_vpc_config(cluster: Cluster, asked: dict[str, Any]) -> None:
    """EKS: what is not asked for stays; the cluster security group and the VPC never change."""
    changes = {key: value for key, value in asked.items() if key not in ("clusterSecurityGroupId", "vpcId")}
    cluster.resources_vpc_config = cluster.resources_vpc_config | changes


def _look(update: Update) -> str:
    if not update.is_over:
        update.looks_left -= 1
        return "InProgress"
    end(update)
    return "Successful"


def _busy(cluster: Cluster) -> ResourceInUseException:
    return ResourceInUseException(
        clusterName=cluster.name,
        nodegroupName=None,
        addonName=None,
        message=f"Cannot update cluster {cluster.name}: it is {cluster.status}",
    )


def _describe(update: Update, status: str) -> dict[str, Any]:
    return {
        "id": update.id,
        "type": update.type,
        "status": status,
        "params": [],
        "createdAt": EPOCH,
        "errors": [],
    }
