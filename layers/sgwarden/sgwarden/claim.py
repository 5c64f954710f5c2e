"""What is told of rules that say whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sgwarden.traffic import Rule


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a rule is not taken for its owner's; not `sure` where nobody can see whether it is."""

    why: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Forgery:
    """A rule that claims an owner whom the policy trusts, and cannot be taken for its own."""

    owner: str
    statement: str
    rule: Rule
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class MassRevocation:
    """All rules of an owner whom the policy trusts are gone within minutes: how many, and by whom."""

    owner: str
    statement: str
    rules: int
    actors: tuple[str, ...]
