"""Findings on what carries a cluster's security groups.

Findings and never changes: which groups an interface has is for EKS, launch templates and people to say.
Sources: EKS user guide, "security group requirements and considerations" and "customize managed nodes with
launch templates".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.ambiguity import ambiguous
from sgwarden.attached import DEFAULT_GROUP, cluster_tag, detached, places
from sgwarden.finding import Finding, Kind, identified
from sgwarden.leftover import left_over_findings
from sgwarden.meeting import all_meet
from sgwarden.policy.types import Severity
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.attached import Attached, Interface
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

_LEFT_OUT = "which EKS leaves out where a launch template names groups of its own"
_WORKS = f"{_LEFT_OUT}: these and those of the control plane let through what EKS needs, so that it works"


def attachment_findings(cluster: Cluster, group: SecurityGroup, attached: Attached) -> tuple[Finding, ...]:
    """What is not as it should be around the cluster; `group` is its security group as it is now.

    Ids do not depend on interfaces, instances or what a left-over group lacks, which all change while the
    trouble is the same.
    """
    found = (
        *_detached_control_plane(group, attached),
        *_detached_nodes(cluster, group, attached),
        *_misplaced(cluster, attached),
        *_default(attached),
        *ambiguous(cluster, group, attached),
        *left_over_findings(cluster, group, attached.idle, attached.named_by),
    )
    ids = (identified(cluster, replace(each, traffic=())).id for each in found)
    return tuple(replace(each, id=name) for each, name in zip(found, ids, strict=True))


def _detached_control_plane(group: SecurityGroup, attached: Attached) -> Iterator[Finding]:
    bare = [each for each in attached.control_plane if group.id not in each.groups]
    if not bare:
        return
    others = sorted({each for interface in bare for each in interface.groups})
    rules = f"only as far as {attached.named(others)} let them" if others else "not at all"
    yield Finding(
        id="",
        kind=Kind.DETACHED_CLUSTER_GROUP,
        severity=Severity.CRITICAL if len(bare) == len(attached.control_plane) else Severity.HIGH,
        headline=f"Cluster security group not on {places(bare)}",
        reason="where EKS puts it: put it back, or have EKS do so by an update of the cluster",
        statement="control plane",
        impact=f"nodes and the Kubernetes API reach each other there {rules}",
    )


def _detached_nodes(cluster: Cluster, group: SecurityGroup, attached: Attached) -> Iterator[Finding]:
    for name, lacking in detached(attached.interfaces, group.id).items():
        others = sorted({each for interface in lacking for each in interface.groups})
        reach = f"only as {attached.named(others)} let them" if others else "not at all"
        works = all_meet(cluster, group, attached, lacking)
        yield Finding(
            id="",
            kind=Kind.DETACHED_CLUSTER_GROUP,
            severity=Severity.INFO if works else Severity.MEDIUM,
            headline=f"Cluster security group not on node group {printable(name, 80)}: {places(lacking)}",
            reason=_WORKS if works else f"{_LEFT_OUT}: {_remedy(cluster, others, attached)}",
            statement=f"node group {name}",
            impact="" if works else f"these nodes and the control plane reach each other {reach}",
        )


def _remedy(cluster: Cluster, others: Sequence[str], attached: Attached) -> str:
    """Two groups with the cluster's tag on one interface would be worse: load balancers get no way in."""
    tagged = [each for each in others if each in attached.tagged]
    if not tagged:
        return "add it to these"
    whose = "its tag" if len(tagged) == 1 else "their tags"
    return f"add it to these instead of {attached.named(tagged)}, or without {whose} {cluster_tag(cluster)}"


def _misplaced(cluster: Cluster, attached: Attached) -> Iterator[Finding]:
    """Groups given when the cluster was made are on all of its control plane and, as EKS does it, no node."""
    idle = {each.id for each in attached.idle}
    for given in dict.fromkeys(cluster.control_plane_groups):
        if given in idle or given == cluster.security_group_id or attached.names.get(given) == DEFAULT_GROUP:
            continue
        on = [each for each in attached.nodes if given in each.groups]
        off = [each for each in attached.control_plane if given not in each.groups]
        words = [f"on {places(on)}"] * bool(on) + [f"not on {places(off)}"] * bool(off)
        if words:
            yield Finding(
                id="",
                kind=Kind.MISPLACED_CONTROL_PLANE_GROUP,
                severity=Severity.LOW,
                headline=f"Control-plane group {attached.named([given])} {', '.join(words)}",
                reason="though it was given for the control plane, all interfaces of it and no others",
                statement=given,
            )


def _default(attached: Attached) -> Iterator[Finding]:
    """EKS takes the default group where a cluster is made with no group named (API, CloudFormation)."""
    for group_id in sorted(each for each, name in attached.names.items() if name == DEFAULT_GROUP):
        carrying = _carrying(group_id, attached)
        if carrying:
            yield Finding(
                id="",
                kind=Kind.DEFAULT_GROUP_ATTACHED,
                severity=Severity.HIGH,
                headline=f"The VPC's default group {group_id} is on {places(carrying)}",
                reason="which all else in that group reaches by its rules: give them groups of their own",
                statement=group_id,
            )


def _carrying(group_id: str, attached: Attached) -> Sequence[Interface]:
    return [each for each in attached.interfaces if group_id in each.groups]
