"""A policy file as values: the document that runs, and all that is there only to hold it to.

`mark` tells where a thing was written, for messages; it is no part of what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.node import NOWHERE, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.policy.peers import Named, PeerTerm
    from sgwarden.policy.types import Document
    from sgwarden.traffic import Direction, PeerSet, Service


class Verdict(StrEnum):
    """What a policy can be expected to say of some traffic."""

    ALLOWED = "allowed"
    DENIED = "denied"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """Traffic in the notation, its peer any that a statement can name."""

    service: Service
    direction: Direction
    peer: PeerTerm
    mark: Mark = field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.service} {self.direction.preposition} {self.peer}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the policy must say of some traffic of a cluster's own group, or of the additional one named."""

    cluster: str
    verdict: Verdict
    line: TrafficLine
    group: str = ""

    @property
    def direction(self) -> Direction:
        return self.line.direction

    @property
    def mark(self) -> Mark:
        return self.line.mark


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What remediation must make of a group: from the `given` rules of one direction to the `after` ones."""

    cluster: str
    direction: Direction
    given: tuple[TrafficLine, ...]
    after: tuple[TrafficLine, ...]
    group: str = ""
    mark: Mark = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A cluster as an author thinks of it; what is None is not told, and taken to be as a policy wants it.

    With `group` it is an additional group of that name that is meant, its tags as a policy wants them.
    """

    name: str
    account: str | None = None
    region: str | None = None
    tags: Mapping[str, str] | None = None
    ip_family: IpFamily = IpFamily.IPV4
    vpc: PeerSet | None = None
    remote_nodes: PeerSet | None = None
    remote_pods: PeerSet | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """How wide a block of addresses may be for what is allowed of some traffic: `length` bits of prefix."""

    name: str
    service: Service
    direction: Direction
    ip_family: IpFamily
    length: int

    def __str__(self) -> str:
        return f"{self.service} {self.direction.preposition} {self.ip_family}/{self.length}"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """All that a policy file says."""

    document: Document
    peers: tuple[Named, ...] = ()
    examples: Mapping[str, Example] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    expect: tuple[Expectation | Aftermath, ...] = ()
