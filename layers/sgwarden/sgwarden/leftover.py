"""Security groups that a cluster no longer needs, and whether they may go yet.

Clusters that began as Kubernetes 1.14 at platform eks.3 or earlier had a group for the control plane and one
for nodes, made by hand. The cluster security group takes the place of both, once it has their rules.
Source: EKS user guide, "security group requirements and considerations".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.finding import Finding, Kind, lines
from sgwarden.observe import CLUSTER_TAG
from sgwarden.policy.types import Severity
from sgwarden.printable import printable
from sgwarden.traffic import Direction, Group, Line, Rule, Traffic, cover, union
from sgwarden.wording import with_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

# Groups of load balancers and of Karpenter's nodes come and go with these: that one has no interface now says
# nothing. A group with CLUSTER_TAG was made by EKS for a cluster of that name, which is another matter.
_OF_OTHERS = ("elbv2.k8s.aws/", "ingress.k8s.aws/", "service.k8s.aws/", "karpenter.sh/", CLUSTER_TAG)
_OF_THE_IN_TREE_PROVIDER = "k8s-elb-"


def may_be_left_over(group: SecurityGroup, cluster: Cluster) -> bool:
    """Whether a group with the cluster's tag, or given when it was made, is nobody else's."""
    return (
        group.id != cluster.security_group_id
        and group.vpc_id == cluster.vpc_id
        and group.name != "default"
        and not group.name.startswith(_OF_THE_IN_TREE_PROVIDER)
        and not any(key.startswith(_OF_OTHERS) for key in group.tags)
    )


def left_over(
    idle: Iterable[SecurityGroup], named_by: Mapping[str, Collection[str]], kept: str
) -> tuple[SecurityGroup, ...]:
    """Those of the groups on no interface that no rule of a group names which is to stay; `kept` may.

    A group that such a one names is needed as well, and so on.
    """
    groups = {group.id: group for group in idle}
    while needed := [each for each in groups if not {kept, *groups}.issuperset(named_by.get(each, ()))]:
        for each in needed:
            del groups[each]
    return tuple(groups.values())


def not_yet_in(
    group: SecurityGroup, old: SecurityGroup, left: Collection[str]
) -> Mapping[Direction, tuple[Line, ...]]:
    """What the old group lets through and the group does not, as lines; empty where the old one may go.

    References to the groups that are `left` over stand for what carried them, which now carries the group.
    """
    missing = {}
    for direction in Direction:
        rules = [_renamed(rule, left, group.id) for rule in old.rules_of(direction)]
        lacking: Traffic = union(rule.traffic for rule in rules) - group.traffic(direction)
        if lacking:
            missing[direction] = cover(lacking, [Line(rule.service, rule.peer) for rule in rules])
    return missing


def _renamed(rule: Rule, left: Collection[str], into: str) -> Rule:
    stands_for = isinstance(rule.peer, Group) and rule.peer.id in left
    return replace(rule, peer=Group(into)) if stands_for else rule


def left_over_findings(
    cluster: Cluster,
    group: SecurityGroup,
    idle: Iterable[SecurityGroup],
    named_by: Mapping[str, Collection[str]],
) -> Iterator[Finding]:
    """One for each group that is left over."""
    found = left_over(idle, named_by, group.id)
    left = {each.id for each in found}
    for old in found:
        missing = not_yet_in(group, old, left)
        traffic = tuple(text for way, of in missing.items() for text in lines(of, way, cluster))
        yield Finding(
            id="",
            kind=Kind.LEFT_OVER_GROUP,
            severity=Severity.INFO,
            headline=f"Left over: {old.id} ({printable(old.name, 80)}) is on no interface",
            reason=_must_stay(old, traffic) or _may_go(cluster, group, old),
            statement=old.id,
            traffic=traffic,
        )


def _must_stay(old: SecurityGroup, traffic: tuple[str, ...]) -> str:
    """Why the group must not go yet; empty where it may."""
    why = [f"the cluster security group does not have {with_names(traffic)} yet"] if traffic else []
    if old.opaque:
        why.append(f"{len(old.opaque)} of its rules cannot be judged")
    return f"but it must not go: {'; '.join(why)}" if why else ""


def _may_go(cluster: Cluster, group: SecurityGroup, old: SecurityGroup) -> str:
    once = []
    if old.id in cluster.control_plane_groups:
        once.append("EKS has it no more among the cluster's groups")
    if any(isinstance(rule.peer, Group) and rule.peer.id == old.id for rule in group.rules):
        once.append("the cluster security group does not name it")
    said = " and ".join([*once, "no launch template names it"])
    return f"and the cluster security group has all of its rules: it may be deleted, once {said}"
