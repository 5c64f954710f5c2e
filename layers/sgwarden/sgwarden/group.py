"""A security group as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgwarden.traffic import Direction, Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.traffic.ec2 import Opaque


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """What was observed of a security group: rules of one peer each, what could not be read, and tags."""

    id: str
    name: str
    vpc_id: str
    rules: tuple[Rule, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def rules_of(self, direction: Direction) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.direction is direction)

    def traffic(self, direction: Direction) -> Traffic:
        """All that the rules of one direction let through."""
        return union(rule.traffic for rule in self.rules_of(direction))
