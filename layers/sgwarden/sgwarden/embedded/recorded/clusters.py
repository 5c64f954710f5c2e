"""Recorded changes of clusters, made again, with what EKS does to the cluster's group by the way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from sgwarden.embedded.corrections.clusters import begin_creation, begin_deletion
from sgwarden.embedded.corrections.eks import begin, change_vpc_config
from sgwarden.embedded.corrections.state import Update
from sgwarden.embedded.ids import derived_uuid
from sgwarden.record import get, text

if TYPE_CHECKING:
    from sgwarden.embedded.recorded.scene import Scene
    from sgwarden.target import Target


def create_cluster(scene: Scene, target: Target) -> None:
    if target.name not in scene.builder.eks(scene.region).clusters:
        scene.add_cluster(target.name)
        if scene.builder.state.eks_waits:
            begin_creation(scene.builder, scene.region, target.name)
    scene.done.append(f"created cluster {target.name}")


def update_cluster(scene: Scene, target: Target) -> None:
    """EKS puts its rules and tags back: at once, or, if the scene says so, when the update is over."""
    cluster = scene.cluster(target.name)
    asked = get(scene.record.request, "resourcesVpcConfig")
    if isinstance(asked, dict):
        change_vpc_config(cluster, cast("dict[str, Any]", asked))
    cluster.version = text(get(scene.record.request, "version")) or cluster.version
    scene.done.append(f"updated cluster {target.name}")
    _begin_update(scene, target.name)


def delete_cluster(scene: Scene, target: Target) -> None:
    """EKS deletes the cluster's group with it."""
    answered = get(scene.record.response, "cluster", "resourcesVpcConfig", "clusterSecurityGroupId")
    cluster = scene.cluster(target.name, text(answered))
    group_id = cluster.resources_vpc_config.get("clusterSecurityGroupId")
    begin_deletion(scene.builder, scene.region, cluster)
    if scene.builder.state.eks_waits:
        scene.done.append(f"began to delete cluster {target.name} and {group_id}")
    else:
        scene.done.append(f"deleted cluster {target.name} and {group_id}")


def _begin_update(scene: Scene, name: str) -> None:
    update = get(scene.record.response, "update")
    update_id = text(get(update, "id")) or derived_uuid(scene.region, name, str(scene.record.time))
    kind = text(get(update, "type")) or "ConfigUpdate"
    builder, state, region = scene.builder, scene.builder.state, scene.region
    begun = Update(update_id, kind, state.update_looks)
    if scene.late and not state.eks_waits:
        begun.finish = partial(builder.put_back, region, name)
    begin(state, region, builder.eks(region).clusters[name], begun)
    if not scene.late and not state.eks_waits:
        scene.done += [f"EKS put back: {what}" for what in builder.put_back(region, name)]
