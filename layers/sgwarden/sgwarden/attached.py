"""What carries a cluster's security groups: the interfaces of its control plane and of its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgwarden.calls import CLUSTER_KEY
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

DEFAULT_GROUP = "default"
"""The name of the default group of each VPC; EC2 lets no other group have it."""
CONTROL_PLANE = "Amazon EKS "
"""So EKS begins descriptions of a control plane's interfaces; the cluster's name follows.

Source: EKS user guide, "Amazon EKS networking requirements".
"""
_NAMED_AT_MOST = 3
_NAME = 80


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface and the ids of its groups; without an `instance` it is one of the control plane.

    `node_group` is the managed one that the instance is of; `primary` is the interface that it began with.
    """

    id: str
    groups: frozenset[str]
    instance: str = ""
    node_group: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Attached:
    """What was read around a cluster.

    `names` are those of the groups on its interfaces, `tagged` all groups with the cluster's tag. `idle` are
    the groups of the cluster that are on no interface at all, and `named_by` says whose rules name them.
    `groups` are those of `own_groups`, with their rules.
    """

    interfaces: tuple[Interface, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    tagged: frozenset[str] = frozenset()
    idle: tuple[SecurityGroup, ...] = ()
    named_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)

    @property
    def control_plane(self) -> list[Interface]:
        return [each for each in self.interfaces if not each.instance]

    @property
    def nodes(self) -> list[Interface]:
        return [each for each in self.interfaces if each.instance]

    def named(self, group_ids: Iterable[str]) -> str:
        """The groups in a sentence, each with its name where that is known."""
        names = {each: printable(self.names.get(each, ""), _NAME) for each in group_ids}
        return _listed([f"{each} ({name})" if name else each for each, name in names.items()])


def cluster_tag(cluster: Cluster) -> str:
    """The key of the tag by which load balancer controllers know the group of a node."""
    return f"{CLUSTER_KEY}{cluster.name}"


def detached(interfaces: Iterable[Interface], group_id: str) -> Mapping[str, Sequence[Interface]]:
    """The interfaces of managed nodes without the group, by node group.

    Primary ones only: further ones may have other groups on purpose (ENIConfig of the VPC CNI).
    """
    bare: dict[str, list[Interface]] = {}
    for each in interfaces:
        if each.node_group and each.primary and group_id not in each.groups:
            bare.setdefault(each.node_group, []).append(each)
    return dict(sorted(bare.items()))


def own_groups(interfaces: Sequence[Interface], cluster: Cluster) -> frozenset[str]:
    """Those by whose rules such nodes reach the control plane and each other, beside the cluster's own."""
    if not detached(interfaces, cluster.security_group_id):
        return frozenset()
    carried = {group for each in interfaces if each.primary for group in each.groups}
    return frozenset(carried - {cluster.security_group_id})


def places(interfaces: Iterable[Interface]) -> str:
    """Interfaces of the control plane by their ids, nodes by those of their instances; a few of each."""
    carrying = list(interfaces)
    control_plane = sorted({each.id for each in carrying if not each.instance})
    nodes = sorted({each.instance for each in carrying if each.instance})
    words = [f"the control plane ({_some(control_plane)})"] if control_plane else []
    words += [f"{'nodes' if len(nodes) > 1 else 'node'} {_some(nodes)}"] if nodes else []
    return " and ".join(words)


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _NAMED_AT_MOST
    shown = [printable(each, _NAME) for each in ids[:_NAMED_AT_MOST]]
    return _listed([*shown, f"{more} more"] if more > 0 else shown)


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
