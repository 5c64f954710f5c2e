"""Whether nodes with groups of their own reach the control plane, and it reaches them.

What must pass is what EKS needs at the least: TCP 443 to the control plane, TCP 10250 from it, and TCP and
UDP 53 among nodes, as CoreDNS may run on any of them. Source: EKS user guide, "security group requirements
and considerations", Restricting cluster traffic; there it is for one group that all of them carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from sgwarden.drift import met_by_address
from sgwarden.traffic import Direction, PeerSet, Service, Traffic, union
from sgwarden.traffic.interval import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgwarden.attached import Attached, Interface
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

    Carried = frozenset[str]

_API = Service.parse("tcp/443").places
_KUBELET = Service.parse("tcp/10250").places
_DNS = Service.parse("tcp/53").places | Service.parse("udp/53").places


def all_meet(cluster: Cluster, group: SecurityGroup, attached: Attached, nodes: Iterable[Interface]) -> bool:
    """Whether the rules of these nodes' groups and of the others' let through what EKS needs.

    A rule counts where it names a group of the other side, or covers the addresses of the VPC.
    """
    way = _Way(cluster, {**attached.groups, group.id: group})
    planes = {each.groups for each in attached.control_plane}
    every = {each.groups for each in attached.nodes if each.primary}
    mine = {each.groups for each in nodes}
    return (
        bool(planes)
        and all(way.is_open(node, plane, _API) for node in mine for plane in planes)
        and all(way.is_open(plane, node, _KUBELET) for node in mine for plane in planes)
        and all(way.is_open(*pair, _DNS) for node in mine for o in every for pair in ((node, o), (o, node)))
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """What the groups let through; one whose rules were not read lets nothing through."""

    cluster: Cluster
    groups: Mapping[str, SecurityGroup]

    def is_open(self, sender: Carried, receiver: Carried, places: IntervalSet) -> bool:
        out, into = self._traffic(sender, Direction.EGRESS), self._traffic(receiver, Direction.INGRESS)
        return places <= _to_any(out, receiver) and places <= _to_any(into, sender)

    def _traffic(self, carried: Carried, direction: Direction) -> Traffic:
        let = union(self.groups[each].traffic(direction) for each in carried if each in self.groups)
        return let | met_by_address(let, self.cluster)


def _to_any(traffic: Traffic, carried: Carried) -> IntervalSet:
    """What passes to or from an interface with these groups: any one of them will do."""
    passes = (traffic.places_open_to(PeerSet.of_group(each)) for each in carried)
    return reduce(or_, passes, IntervalSet())
