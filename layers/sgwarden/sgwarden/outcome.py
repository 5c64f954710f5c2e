"""What became of one look at a cluster security group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.finding import Kind

if TYPE_CHECKING:
    from sgwarden.change import Change
    from sgwarden.cluster import Cluster
    from sgwarden.failure import CallError
    from sgwarden.finding import Finding
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Mode


class Status(StrEnum):
    """How the group stands; `drifted` where sgwarden only observes, or is paused."""

    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    REMEDIATED = "remediated"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Skipped:
    """There was nothing to judge; says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one group.

    `changes` are those made, or under `observe` those that would be; `group` is the group as it is after,
    `planned` as those changes would leave it. While sgwarden is paused, `paused` says
    why the mode is not the policy's; where the stack may not write to the group, `barred` does.
    It was `missed` by events where a sweep had to find what was put right. What is `held` will go once EKS is
    done with its update of the cluster. Where changes were tried, `standing` are the ids of the findings
    that are as true after them.
    """

    cluster: Cluster
    group: SecurityGroup
    policy: str
    mode: Mode
    status: Status
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    errors: tuple[CallError, ...] = ()
    planned: SecurityGroup | None = None
    paused: str = ""
    barred: str = ""
    missed: bool = False
    held: tuple[str, ...] = ()
    standing: frozenset[str] = frozenset()

    @property
    def has_written(self) -> bool:
        """Whether the group was written to, however that ended."""
        failed = self.status is Status.FAILED
        return self.status is Status.REMEDIATED or (failed and bool(self.changes))

    @property
    def is_gone(self) -> bool:
        """Whether the cluster lives and its group does not."""
        return any(finding.kind is Kind.CLUSTER_GROUP_DELETED for finding in self.findings)
