"""Peers as a policy names them, before anything is known of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.policy.node import NOWHERE, Mark
from sgwarden.traffic import Cidr, Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AWS_NAMESPACE = "com.amazonaws."


class Builtin(StrEnum):
    """The peers that every policy can speak of."""

    SELF = "self"
    VPC = "vpc"
    INTERNET = "internet"
    PRIVATE = "private"
    ANYWHERE = "anywhere"
    ANYWHERE_IPV4 = "anywhere-ipv4"
    ANYWHERE_IPV6 = "anywhere-ipv6"
    REMOTE_NODES = "remote-nodes"
    REMOTE_PODS = "remote-pods"
    CONTROL_PLANE_GROUPS = "control-plane-groups"
    CLUSTER_SECURITY_GROUP = "cluster-security-group"


@dataclass(frozen=True, slots=True)
class PrefixListId:
    """A managed prefix list by its id; its entries are read when a cluster is looked at."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class ManagedList:
    """An AWS-managed prefix list by name: short (`s3`, of the cluster's region) or whole."""

    name: str

    def full_name(self, region: str) -> str:
        """The name as EC2 has it, `com.amazonaws.<region>.s3`; that of a global list is written whole."""
        return self.name if AWS_NAMESPACE in self.name else f"{AWS_NAMESPACE}{region}.{self.name}"

    def __str__(self) -> str:
        return f"prefix list {self.name}"


@dataclass(frozen=True, slots=True)
class Named:
    """A name from the policy's `peers:` together with what it stands for."""

    name: str
    # Names share what they are made of: to hash them all the way down would take time without bounds.
    members: tuple[PeerTerm, ...] = field(hash=False)
    mark: Mark = field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


Simple = Builtin | Cidr | Group | PrefixListId | ManagedList
PeerTerm = Simple | Named


def simple(terms: Iterable[PeerTerm]) -> Iterator[Simple]:
    """The terms with every name replaced by what it stands for, each of them once.

    No name is looked into twice: those that stand for each other over and over take no longer than to read.
    """
    found: dict[PeerTerm, None] = {}
    waiting = [*terms][::-1]
    while waiting:
        term = waiting.pop()
        if term in found:
            continue
        found[term] = None
        if isinstance(term, Named):
            waiting.extend(reversed(term.members))
        else:
            yield term
