"""A cluster that lives while its security group does not exist: nothing can put that right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.finding import Finding, Kind, identified
from sgwarden.group import SecurityGroup
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.policy.resolve import select
from sgwarden.policy.types import Mode, Severity

if TYPE_CHECKING:
    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Document

_LIVES = frozenset({"ACTIVE", "UPDATING"})
"""In any other state (EKS API reference, Cluster) its group may not be there yet, or rightly be gone."""


def should_have(cluster: Cluster | None, group_id: str) -> bool:
    """Whether the group is that of a cluster which lives."""
    return cluster is not None and cluster.security_group_id == group_id and cluster.status in _LIVES


def vanished(cluster: Cluster, document: Document, most: Mode) -> Outcome | Skipped:
    """What is told of a cluster that should have its group and has not; nothing where no policy is for it.

    `most` is what the stack may do, whatever the policy says.
    """
    policy = select(document, cluster)
    if policy is None:
        return Skipped(f"no policy matches cluster {cluster.name}")
    group = SecurityGroup(cluster.security_group_id, "", cluster.vpc_id)
    mode = Mode.OBSERVE if most is Mode.OBSERVE else policy.mode
    return Outcome(cluster, group, policy.name, mode, Status.REFUSED, (_finding(cluster),))


def _finding(cluster: Cluster) -> Finding:
    """Source: EKS API reference, Issue, Ec2SecurityGroupNotFound."""
    finding = Finding(
        id="",
        kind=Kind.CLUSTER_GROUP_DELETED,
        severity=Severity.CRITICAL,
        headline=f"Cluster security group deleted: {cluster.security_group_id}",
        reason="EKS does not make another, and the cluster must be recreated",
        impact="managed node groups report Ec2SecurityGroupNotFound and cannot be mended",
    )
    return identified(cluster, finding)
