"""What the peers of a policy stand for at one cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, Simple, simple
from sgwarden.traffic import (
    ANYWHERE,
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    INTERNET,
    NOBODY,
    PRIVATE,
    Cidr,
    Group,
    PeerSet,
    PrefixList,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.traffic import Peer

_FIXED = {
    Builtin.INTERNET: INTERNET,
    Builtin.PRIVATE: PRIVATE,
    Builtin.ANYWHERE: ANYWHERE,
    Builtin.ANYWHERE_IPV4: ANYWHERE_IPV4,
    Builtin.ANYWHERE_IPV6: ANYWHERE_IPV6,
}


class UnresolvedError(Exception):
    """A policy speaks of something that nobody has looked up for this cluster; `name` says what."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(message)


class UnknownPrefixListError(UnresolvedError):
    """The entries of a prefix list are not known; `name` is its id or its whole name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"the entries of prefix list {name} are not known")


class UnknownVpcError(UnresolvedError):
    """The address ranges of the cluster's VPC are not known."""

    def __init__(self, cluster: str) -> None:
        super().__init__("vpc", f"the address ranges of the VPC of cluster {cluster} are not known")


class UnknownGroupNameError(UnresolvedError):
    """The name of the cluster security group is not known."""

    def __init__(self, cluster: str) -> None:
        super().__init__("group_name", f"the name of the security group of cluster {cluster} is not known")


@dataclass(frozen=True, slots=True)
class Places:
    """One cluster's answer to what each peer stands for; prefix lists are keyed by id."""

    cluster: Cluster
    prefix_lists: Mapping[str, PrefixList]

    def peers(self, terms: Iterable[PeerTerm]) -> PeerSet:
        """All that the terms stand for; raises UnresolvedError."""
        found = NOBODY
        for term in simple(terms):
            found |= self._peer_set(term)
        return found

    def spared(self, terms: Iterable[PeerTerm]) -> PeerSet:
        """What the terms of an exception stand for, but for a VPC whose addresses nobody looked up."""
        known = (
            term for term in simple(terms) if term is not Builtin.VPC or self.cluster.vpc_cidrs is not None
        )
        return self.peers(known)

    def rule_peers(self, terms: Iterable[PeerTerm]) -> Iterator[Peer]:
        """The peers as rules name them, places by their address blocks; raises UnresolvedError."""
        for term in simple(terms):
            if isinstance(term, Cidr | Group):
                yield term
            elif isinstance(term, PrefixListId | ManagedList):
                yield self._prefix_list(term)
            else:
                peers = self._builtin(term)
                yield from (Cidr(network) for network in peers.networks())
                yield from (Group(group) for group in sorted(peers.groups.ids))

    def _peer_set(self, term: Simple) -> PeerSet:
        if isinstance(term, Builtin):
            return self._builtin(term)
        if isinstance(term, PrefixListId | ManagedList):
            return self._prefix_list(term).peers
        return term.peers

    def _builtin(self, term: Builtin) -> PeerSet:
        if term in _FIXED:
            return _FIXED[term]
        cluster = self.cluster
        if term is Builtin.VPC:
            if cluster.vpc_cidrs is None:
                raise UnknownVpcError(cluster.name)
            return cluster.vpc_cidrs
        return {
            Builtin.SELF: PeerSet.of_group(cluster.security_group_id),
            Builtin.CLUSTER_SECURITY_GROUP: PeerSet.of_group(cluster.cluster_security_group_id),
            Builtin.CONTROL_PLANE_GROUPS: PeerSet.of_group(*cluster.control_plane_groups),
            Builtin.REMOTE_NODES: cluster.remote_nodes,
            Builtin.REMOTE_PODS: cluster.remote_pods,
        }[term]

    def _prefix_list(self, term: PrefixListId | ManagedList) -> PrefixList:
        if isinstance(term, PrefixListId):
            found = self.prefix_lists.get(term.id)
            name = term.id
        else:
            name = term.full_name(self.cluster.region)
            found = next((each for each in self.prefix_lists.values() if each.name == name), None)
        if found is None:
            raise UnknownPrefixListError(name)
        return found
