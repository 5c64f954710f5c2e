"""The rules that EKS itself makes in a cluster security group, known by their shape.

Source: EKS user guide, security group requirements and considerations; preparing networking for hybrid nodes.
The open outbound rule of a new cluster is not among them: once removed, EKS does not put it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.traffic import Cidr, Direction, Group, Rule, Service
from sgwarden.traffic.service import TCP

if TYPE_CHECKING:
    from sgwarden.cluster import Cluster

_API = Service(TCP, 443, 443)


def is_of_eks(rule: Rule, cluster: Cluster) -> bool:
    """Whether EKS makes rules of this shape in the cluster security group, whoever made this one.

    That is all traffic with the group itself, both ways, and HTTPS in from a remote network of hybrid nodes:
    a block of one, never one that holds more. The description says nothing: it changed over the years. In an
    additional group EKS makes no rules.
    """
    if cluster.additional:
        return False
    match rule.peer:
        case Group(group_id):
            return rule.service == Service.ALL and group_id == cluster.security_group_id
        case Cidr():
            remote = (cluster.remote_nodes, cluster.remote_pods)
            from_remote = any(rule.peer.peers <= networks for networks in remote)
            return rule.direction is Direction.INGRESS and rule.service == _API and from_remote
    return False
