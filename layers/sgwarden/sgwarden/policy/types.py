"""A policy document as values: what the file says, and nothing of any cluster yet.

`mark` tells where a thing was written, for messages; it is no part of what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.policy.node import NOWHERE, Mark
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.cluster import IpFamily
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.traffic import Service

DEFAULT_TRIM_LIMIT = 8


class Mode(StrEnum):
    OBSERVE = "observe"
    REMEDIATE = "remediate"


class Remedy(StrEnum):
    """What happens to a rule of which only a part is forbidden."""

    TRIM = "trim"
    REVOKE = "revoke"


class Otherwise(StrEnum):
    """What becomes of traffic that no statement speaks of."""

    ALLOW = "allow"
    DENY = "deny"


class Effect(StrEnum):
    REQUIRE = "require"
    ALLOW = "allow"
    DENY = "deny"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Owner(StrEnum):
    """Programs whose rules can be told from a forgery, so that a policy can allow them by name."""

    AWS_LOAD_BALANCER_CONTROLLER = "aws-load-balancer-controller"
    IN_TREE_CLOUD_PROVIDER = "in-tree-cloud-provider"
    EKSCTL = "eksctl"
    EKS = "eks"


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of policy; with `managed_by` no services mean all, and no peers everyone.

    `ip_family` limits it to clusters of that family; `ready_made` names the set it came from.
    """

    id: str
    services: tuple[Service, ...] = ()
    peers: tuple[PeerTerm, ...] = ()
    excepted: tuple[PeerTerm, ...] = ()
    why: str = ""
    severity: Severity | None = None
    managed_by: Owner | None = None
    remedy: Remedy | None = None
    ip_family: IpFamily | None = None
    ready_made: str = ""
    mark: Mark = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DirectionPolicy:
    """What a policy says of one direction; left out altogether it is `otherwise: allow`."""

    otherwise: Otherwise = Otherwise.ALLOW
    require: tuple[Statement, ...] = ()
    allow: tuple[Statement, ...] = ()
    deny: tuple[Statement, ...] = ()

    def of(self, effect: Effect) -> tuple[Statement, ...]:
        by_effect = {Effect.REQUIRE: self.require, Effect.ALLOW: self.allow, Effect.DENY: self.deny}
        return by_effect[effect]

    def __iter__(self) -> Iterator[Statement]:
        return iter((*self.require, *self.allow, *self.deny))


@dataclass(frozen=True, slots=True)
class Selector:
    """Which clusters a policy is for: those that match something of every kind given. Names, regions and tag
    values may have `*` and `?`."""

    names: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which additional groups a policy is for: all, or those that match something of every kind given.

    Names and tag values may have `*` and `?`.
    """

    names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, for cluster security groups unless it has a `scope`.

    It has the statements and tags of the ready-made sets that it uses after its own."""

    name: str
    clusters: Selector
    mode: Mode = Mode.OBSERVE
    use: tuple[str, ...] = ()
    remedy: Remedy = Remedy.TRIM
    trim_limit: int = DEFAULT_TRIM_LIMIT
    below_eks_minimum: bool = False
    ingress: DirectionPolicy = DirectionPolicy()
    egress: DirectionPolicy = DirectionPolicy()
    tags: Mapping[str, str] = field(default_factory=dict)
    scope: Scope | None = None
    mark: Mark = field(default=NOWHERE, compare=False, repr=False)

    def direction(self, direction: Direction) -> DirectionPolicy:
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True, slots=True)
class StatementSet:
    """A ready-made set, as `use:` names it."""

    name: str
    description: str
    ingress: DirectionPolicy = DirectionPolicy()
    egress: DirectionPolicy = DirectionPolicy()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """What runs of a policy file; `sha256` is that of the YAML it came from, empty until it is compiled."""

    policies: tuple[Policy, ...]
    peers: Mapping[str, tuple[PeerTerm, ...]] = field(default_factory=dict)
    version: int = 1
    sha256: str = ""
