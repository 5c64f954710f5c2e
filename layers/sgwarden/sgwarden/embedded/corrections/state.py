"""What the corrected calls remember between them, for one embedded account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models.security_groups import SecurityGroup


@dataclass(slots=True)
class Update:
    """An EKS update: in progress for some looks of `DescribeUpdate`; then `finish`, and it is successful."""

    id: str
    type: str
    looks_left: int
    finish: Callable[[], object] | None = None

    @property
    def is_over(self) -> bool:
        return self.looks_left <= 0


@dataclass(slots=True)
class State:
    """With `eks_waits`, what takes EKS its time is not over, nor are rules put back, until EKS is told to."""

    quota: int = 60
    update_looks: int = 1
    eks_waits: bool = False
    regions: frozenset[str] = frozenset()
    """Where the account has something."""
    rule_ids: set[str] = field(default_factory=set)
    """Every rule id ever given: EC2 does not give one twice, even after its rule is gone."""
    updates: dict[tuple[str, str], list[Update]] = field(default_factory=dict)
    """By region and cluster name."""
    unmade: dict[tuple[str, str], Callable[[], SecurityGroup]] = field(default_factory=dict)
    """What makes the groups that new clusters have not got yet; by region and cluster name."""
