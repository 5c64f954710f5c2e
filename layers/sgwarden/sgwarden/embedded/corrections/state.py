"""What the corrected calls remember between them, for one embedded account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Update:
    """An EKS update: in progress for some looks of `DescribeUpdate`; then `finish`, and it is successful."""

    id: str
    type: str
    looks_left: int
    finish: Callable[[], object] | None = None


@dataclass(slots=True)
class State:
    quota: int = 60
    update_looks: int = 1
    regions: frozenset[str] = frozenset()
    """Where the account has something."""
    rule_ids: set[str] = field(default_factory=set)
    """Every rule id ever given: EC2 does not give one twice, even after its rule is gone."""
    updates: dict[tuple[str, str], list[Update]] = field(default_factory=dict)
    """By region and cluster name."""
