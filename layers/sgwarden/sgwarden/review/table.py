"""A policy as a table that a reviewer signs off: who may reach what, who must, who may not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Named
from sgwarden.policy.resolve import DEFAULT_SEVERITY
from sgwarden.policy.types import Effect, Otherwise, Owner
from sgwarden.review.provable import provable_peers, provable_services
from sgwarden.review.scopes import scope_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import DirectionPolicy, Policy, Selector, Statement
    from sgwarden.traffic import Service

ANY_GROUP = "any group"
_ANY = {Owner.EKS: ("self", "remote networks")}
"""Whom a statement for an owner is about, where it does not say so and that is not any group."""


class Word(StrEnum):
    """What a line says, in a reviewer's word."""

    MUST = "must"
    MAY = "may"
    MAY_NOT = "may not"


_WORDS = {Effect.REQUIRE: Word.MUST, Effect.ALLOW: Word.MAY, Effect.DENY: Word.MAY_NOT}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement, or what holds for all that no statement speaks of, which has no `id`."""

    word: Word
    who: tuple[str, ...]
    what: tuple[str, ...]
    why: str = ""
    id: str = ""
    severity: str = ""
    ready_made: str = ""


def lines_of(direction: DirectionPolicy) -> Iterator[Line]:
    """The direction as a table: what must be, what may not be, what may be, and the rest.

    Denials stand before what is allowed since they win over it.
    """
    for effect in (Effect.REQUIRE, Effect.DENY, Effect.ALLOW):
        for each in direction.of(effect):
            severity = "" if effect is Effect.ALLOW else each.severity or DEFAULT_SEVERITY[effect]
            yield Line(
                _WORDS[effect],
                tuple(_who(each)),
                tuple(map(str, _services(each))),
                each.why,
                each.id,
                severity,
                each.ready_made,
            )
    word = Word.MAY if direction.otherwise is Otherwise.ALLOW else Word.MAY_NOT
    yield Line(word, ("anyone else",), ("anything else",), f"otherwise: {direction.otherwise}")


def _services(statement: Statement) -> tuple[Service, ...]:
    return provable_services(statement) if statement.managed_by else statement.services


def _who(statement: Statement) -> Iterator[str]:
    if statement.managed_by:
        anybody = _ANY.get(statement.managed_by, (ANY_GROUP,))
        yield from map(str, provable_peers(statement)) if statement.peers else anybody
    else:
        yield from map(spelled_out, statement.peers)
    if statement.excepted:
        yield "except " + ", ".join(map(spelled_out, statement.excepted))
    if statement.managed_by:
        yield f"by rules of the {statement.managed_by}"
    if statement.ip_family:
        yield f"in {statement.ip_family.replace('ip', 'IP')} clusters"


def spelled_out(term: PeerTerm) -> str:
    """The peer; a name with what it stands for, where it comes first."""
    return _spelled_out(term, set())


def _spelled_out(term: PeerTerm, told: set[str]) -> str:
    if not isinstance(term, Named) or term.name in told:
        return str(term)
    told.add(term.name)
    return f"{term.name} ({', '.join(_spelled_out(each, told) for each in term.members)})"


def clusters_in_words(selector: Selector) -> str:
    """Which clusters a policy is for, on one line."""
    kinds: tuple[tuple[str, Iterable[str]], ...] = (
        ("named", selector.names),
        ("of account", selector.accounts),
        ("in", selector.regions),
        ("tagged", [f"{key}={value}" for key, value in selector.tags.items()]),
    )
    return ", ".join(f"{kind} {' or '.join(values)}" for kind, values in kinds if values)


def whom_in_words(policy: Policy) -> str:
    """Which clusters and which of their groups a policy is for, on one line."""
    groups = "" if policy.scope is None else f", {scope_in_words(policy.scope)}"
    return f"clusters {clusters_in_words(policy.clusters)}{groups}"


def settings_in_words(policy: Policy) -> str:
    """How the policy is carried out, on one line."""
    whole = "revoked whole" if policy.remedy == "revoke" else f"trimmed to {policy.trim_limit} rules at most"
    parts = [f"mode {policy.mode}", f"rules that are partly forbidden are {whole}"]
    if policy.below_eks_minimum:
        parts.append("may go below the EKS minimum")
    return ", ".join(parts)
