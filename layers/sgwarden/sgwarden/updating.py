"""What EKS puts back while it updates a cluster is held, not fought over: it goes once, after the update.

EKS makes its own rules again on every update, at a moment of its choosing, and again if they are taken away
on the way (EKS user guide, security group requirements and considerations).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.eks_rules import is_of_eks
from sgwarden.traffic import Direction, Traffic, union

if TYPE_CHECKING:
    from sgwarden.cluster import Cluster
    from sgwarden.drift import Drift
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Desired
    from sgwarden.trigger import Trigger

UPDATING = "UPDATING"
"""The status of a cluster that EKS is updating, as `DescribeCluster` gives it."""


def made_by_others(trigger: Trigger, cluster: Cluster) -> bool:
    """Whether somebody else than EKS made a rule that looks like one of its own."""
    return not trigger.is_by_eks and any(is_of_eks(rule, cluster) for rule in trigger.made)


def holding(desired: Desired, cluster: Cluster, group: SecurityGroup) -> Desired:
    """What is wanted of the group now: in an update, nothing that rules of EKS's own give is forbidden."""
    ingress, egress = (_held(cluster, group, direction) for direction in Direction)
    return replace(
        desired,
        ingress=replace(desired.ingress, held=ingress),
        egress=replace(desired.egress, held=egress),
    )


def held_of(drift: Drift, cluster: Cluster, group: SecurityGroup) -> tuple[str, ...]:
    """The rules of EKS's own that will have to go, as lines."""
    return tuple(
        rule.text(group.id)
        for side in drift.directions
        for rule in group.rules_of(side.direction)
        if rule.traffic & side.held and is_of_eks(rule, cluster)
    )


def _held(cluster: Cluster, group: SecurityGroup, direction: Direction) -> Traffic:
    if cluster.status != UPDATING:
        return Traffic.NONE
    return union(rule.traffic for rule in group.rules_of(direction) if is_of_eks(rule, cluster))
