"""What rules of an owner can be proved to be: TCP or UDP, with a reference to a security group.

So `sgwarden.owners` has it. What else a statement for an owner speaks of, it can never allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Builtin, simple
from sgwarden.traffic import ANYWHERE, EVERYONE, Group, Service, Traffic
from sgwarden.traffic.service import TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.policy.peers import Simple
    from sgwarden.policy.types import Policy, Statement

ALL_GROUPS = EVERYONE - ANYWHERE
STANDING_FOR_GROUPS = frozenset({Builtin.SELF, Builtin.CONTROL_PLANE_GROUPS})
_SERVICES = (Service(TCP), Service(UDP))
PROVABLE = Traffic.of(_SERVICES, ALL_GROUPS)


def provable_services(services: Sequence[Service]) -> tuple[Service, ...]:
    """What is left of the services of a statement for an owner."""
    known = [each for each in services if each.protocol in (TCP, UDP, None)]
    return _SERVICES if Service.ALL in known or not services else tuple(known)


def provable_peers(statement: Statement) -> tuple[Simple, ...]:
    """What is left of its peers."""
    return tuple(
        term for term in simple(statement.peers) if isinstance(term, Group) or term in STANDING_FOR_GROUPS
    )


def is_in_vain(statement: Statement) -> bool:
    """Whether it is for an owner and nothing of it is left."""
    return statement.managed_by is not None and bool(_problem(statement))


def never_proved(policy: Policy) -> Iterator[Problem]:
    """Statements for an owner of which no rule can be proved to be."""
    for statement in (*policy.ingress.allow, *policy.egress.allow):
        if statement.managed_by is not None and (found := _problem(statement)):
            kind, hint = found
            said = f"only rules {kind} are known to be the {statement.managed_by}'s"
            yield Problem.at(
                statement.mark, f'statement "{statement.id}" can never allow anything: {said}', hint
            )


def _problem(statement: Statement) -> tuple[str, str] | None:
    """What it asks for in vain, and what may help."""
    if not provable_services(statement.services):
        return "of TCP and UDP", 'leave "traffic" out, or narrow it to ports of tcp or udp'
    if statement.peers and not provable_peers(statement):
        return "with a reference to a security group", "leave its peers out, or name groups: sg-..."
    return None
