"""Findings: what is not as the policy wants it, each in one sentence that a person understands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sgwarden.policy.types import Severity
from sgwarden.traffic import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.cluster import Cluster
    from sgwarden.traffic import Direction, Line
    from sgwarden.trigger import Cause


class Kind(StrEnum):
    """What a finding tells of."""

    FORBIDDEN_TRAFFIC = "ForbiddenTraffic"
    MISSING_TRAFFIC = "MissingTraffic"
    LOST_TRAFFIC = "LostTraffic"
    INTERRUPTED_TRAFFIC = "InterruptedTraffic"
    MISSING_TAG = "MissingTag"
    WRONG_TAG = "WrongTag"
    OPAQUE_RULE = "OpaqueRule"
    FORGED_CLAIM = "ForgedClaim"
    MASS_REVOCATION = "MassRevocation"
    CLUSTER_GROUP_DELETED = "ClusterGroupDeleted"
    DETACHED_CLUSTER_GROUP = "DetachedClusterGroup"
    MISPLACED_CONTROL_PLANE_GROUP = "MisplacedControlPlaneGroup"
    DEFAULT_GROUP_ATTACHED = "DefaultGroupAttached"
    AMBIGUOUS_CLUSTER_TAG = "AmbiguousClusterTag"
    LEFT_OVER_GROUP = "LeftOverGroup"
    POLICY_REFUSED = "PolicyRefused"
    PLAN_REFUSED = "PlanRefused"
    REMEDIATION_FAILED = "RemediationFailed"


DRIFT = frozenset({Kind.FORBIDDEN_TRAFFIC, Kind.MISSING_TRAFFIC, Kind.MISSING_TAG, Kind.WRONG_TAG})
"""Where the group is not as the policy wants it, which sgwarden sets out to put right."""
COSTS = frozenset({Kind.LOST_TRAFFIC, Kind.INTERRUPTED_TRAFFIC})
"""What putting it right takes away: told beside what it is for, and as true as that."""
TOLD_ONCE = frozenset({Kind.MASS_REVOCATION})
"""What people hear of once, however many events and batches it takes to come about, and if it lasts."""
ABOUT_ATTACHMENT = frozenset(
    {
        Kind.DETACHED_CLUSTER_GROUP,
        Kind.MISPLACED_CONTROL_PLANE_GROUP,
        Kind.DEFAULT_GROUP_ATTACHED,
        Kind.AMBIGUOUS_CLUSTER_TAG,
        Kind.LEFT_OVER_GROUP,
    }
)
"""What is not about the cluster's group itself, but about what carries it: told of, and never changed."""

SEVERITIES = tuple(Severity)
"""From the worst to the least."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell; `id` stays the same for as long as the same thing is wrong with the same group.

    `traffic` is in the notation. What is forbidden is shown with the peers of the rules that open it, which
    may be more than the policy forbids: `0.0.0.0/0` and not the hundreds of blocks of the internet. What is
    missing is shown as the policy writes it, which may be more than is missing: `all to 0.0.0.0/0` and no
    line for each protocol, where only `tcp/443` is there; `present` is that. `causes` are the calls that may
    have caused it, oldest first. `impact` says what breaks, where that is known. What is open is `of_eks`
    where all rules that open it are such as EKS makes.
    """

    id: str
    kind: Kind
    severity: Severity
    headline: str
    reason: str = ""
    direction: Direction | None = None
    statement: str = ""
    traffic: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    impact: str = ""
    of_eks: bool = False

    @property
    def summary(self) -> str:
        """One sentence: what, and why it matters."""
        return f"{self.headline}{f', {self.reason}' if self.reason else ''}".rstrip(".") + "."

    @property
    def cause(self) -> Cause | None:
        """The last of the calls that may have caused it."""
        return self.causes[-1] if self.causes else None

    def because_of(self, *causes: Cause) -> Finding:
        return replace(self, causes=causes)


class Rated(Protocol):
    """What has a severity: a finding, a note of one, a group that stands out."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""


def worst(rated: Iterable[Rated]) -> Severity:
    """The worst severity among them; info where there are none."""
    return min((each.severity for each in rated), key=SEVERITIES.index, default=Severity.INFO)


def identified(cluster: Cluster, finding: Finding) -> Finding:
    """The finding with the id that follows from what it is about, and of which group."""
    group = (cluster.account, cluster.region, cluster.security_group_id)
    # What cannot be judged has neither statement nor traffic: it is its headline that names the rule.
    named = finding.headline if finding.kind is Kind.OPAQUE_RULE else finding.statement
    # Of a statement there is one finding, whose traffic may grow; of forged claims, one for each rule.
    traffic = finding.traffic if finding.kind is Kind.FORGED_CLAIM else ()
    parts = (*group, finding.kind, finding.direction, named, *traffic)
    key = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]
    return replace(finding, id=key)


def lines(of: Iterable[Line], direction: Direction, cluster: Cluster) -> tuple[str, ...]:
    """The lines as text, references to the cluster's own group as `self`."""
    return tuple(Rule(direction, line.service, line.peer).text(cluster.security_group_id) for line in of)
