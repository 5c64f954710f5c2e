"""Interfaces on which not exactly one group has the tag by which load balancer controllers choose it.

AWS Load Balancer Controller looks at the interface of each target, and fails with "expected exactly one
securityGroup tagged with" (its issue 1897). The in-tree provider looks at the groups of the instance, as of
its primary interface; it fails with "Multiple tagged security groups found for instance" or "Multiple
untagged security groups found for instance". Both take a lone group, with or without the tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.attached import cluster_tag, places
from sgwarden.finding import Finding, Kind
from sgwarden.policy.types import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgwarden.attached import Attached, Interface
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

_BROKEN = "load balancers get no way in to nodes: new targets stay unhealthy, rules of old ones are not kept"


def ambiguous(cluster: Cluster, group: SecurityGroup, attached: Attached) -> Iterator[Finding]:
    """One for each set of groups among which a controller cannot choose, however many interfaces have it."""
    tag, tagged = cluster_tag(cluster), _tagged(cluster, group, attached)
    for groups, carrying in _sets(attached.interfaces, tagged).items():
        chosen = [each for each in groups if each in tagged]
        carry = f"on {places(carrying)}; {_trips(carrying)}"
        if chosen:
            headline = f"Tag {tag} on {len(groups)} groups of one interface: {attached.named(groups)}"
            remedy = _remedy([each for each in groups if each != group.id], groups, attached)
        else:
            headline = f"Tag {tag} on none of the groups of one interface: {attached.named(groups)}"
            remedy = "put the tag on one of them"
        refused = any(each.instance for each in carrying)
        yield Finding(
            id="",
            kind=Kind.AMBIGUOUS_CLUSTER_TAG,
            severity=Severity.HIGH if refused else Severity.LOW,
            headline=headline,
            reason=f"{carry}: {remedy}",
            statement=" ".join(groups if chosen else ("none of", *groups)),
            impact=_BROKEN if refused else "",
        )


def _tagged(cluster: Cluster, group: SecurityGroup, attached: Attached) -> frozenset[str]:
    """Of the cluster's own group, the tags are known better: they may just have been put back."""
    others = attached.tagged - {group.id}
    return others | {group.id} if cluster_tag(cluster) in group.tags else others


def _sets(
    interfaces: Sequence[Interface], tagged: frozenset[str]
) -> Mapping[tuple[str, ...], Sequence[Interface]]:
    """The tagged groups of each interface with several; all groups of a node's with several and no tag."""
    found: dict[tuple[str, ...], list[Interface]] = {}
    for each in interfaces:
        chosen = each.groups & tagged
        among = chosen or (each.groups if each.instance else frozenset())
        if len(among) > 1:
            found.setdefault(tuple(sorted(among)), []).append(each)
    return dict(sorted(found.items()))


def _remedy(others: Sequence[str], groups: Sequence[str], attached: Attached) -> str:
    """EKS puts the tag back on the cluster security group at each update: it is the others that lose it."""
    if len(others) == len(groups):
        return "remove the tag from all of them but one"
    what = "the group" if len(others) == 1 else "the groups"
    return f"remove the tag from {attached.named(others)}, or {what} from the interface"


def _trips(carrying: Sequence[Interface]) -> str:
    """Which controllers fail there."""
    nodes = [each for each in carrying if each.instance]
    if not nodes:
        return "no load balancer controller looks there, but each fails where they meet on a node"
    if any(each.primary for each in nodes):
        return "AWS Load Balancer Controller and the in-tree provider cannot tell which to open"
    return "AWS Load Balancer Controller cannot tell which to open"
