"""What a policy asks of one cluster: each statement as exact traffic, nothing symbolic left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgwarden.policy.types import Mode, Otherwise, Remedy, Severity
from sgwarden.traffic import Direction, Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Resolved:
    """A statement of the policy for one cluster.

    `rules` is what a requirement would add if nothing of it were there: a rule for each service and peer, as
    the statement writes them; other statements have none. `explicit` marks a requirement of all traffic with
    a group, which only a reference to that group meets. `managed_by` on an allowed statement: only what that
    owner's rules let through is allowed, within the traffic.
    """

    id: str
    traffic: Traffic
    rules: tuple[Rule, ...] = ()
    severity: Severity = Severity.HIGH
    why: str = ""
    remedy: Remedy | None = None
    explicit: bool = False
    managed_by: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """The policy of one direction; what is `held` is not forbidden for as long as it is."""

    otherwise: Otherwise = Otherwise.ALLOW
    required: tuple[Resolved, ...] = ()
    allowed: tuple[Resolved, ...] = ()
    denied: tuple[Resolved, ...] = ()
    held: Traffic = Traffic.NONE

    @property
    def required_traffic(self) -> Traffic:
        return _all(self.required)

    @property
    def allowed_traffic(self) -> Traffic:
        """What the policy allows by itself; the rules of known owners (`managed_by`) come on top."""
        return _all(statement for statement in self.allowed if not statement.managed_by)

    @property
    def denied_traffic(self) -> Traffic:
        return _all(self.denied)

    def forbidden(self, managed: Traffic = Traffic.NONE) -> Traffic:
        """F: all that is denied and, under `otherwise: deny`, all that nothing requires or allows.

        `managed` is what the verified rules of known owners let through; deny wins over it too.
        """
        return self._unheld(managed) - self.held

    def held_back(self, managed: Traffic = Traffic.NONE) -> Traffic:
        """What would be forbidden if it were not held."""
        return self._unheld(managed) & self.held

    def _unheld(self, managed: Traffic) -> Traffic:
        if self.otherwise == Otherwise.ALLOW:
            return self.denied_traffic
        return self.denied_traffic | ~(self.required_traffic | self.allowed_traffic | managed)


@dataclass(frozen=True, slots=True)
class Desired:
    """The policy's demands on one cluster security group; its tags have their placeholders filled in."""

    policy: str
    mode: Mode = Mode.OBSERVE
    remedy: Remedy = Remedy.TRIM
    trim_limit: int = 8
    ingress: Goal = Goal()
    egress: Goal = Goal()
    tags: Mapping[str, str] = field(default_factory=dict)

    def goal(self, direction: Direction) -> Goal:
        return self.ingress if direction is Direction.INGRESS else self.egress


def _all(statements: Iterable[Resolved]) -> Traffic:
    return union(statement.traffic for statement in statements)
