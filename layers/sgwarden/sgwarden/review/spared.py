"""Denials that spare the VPC, judged where nobody knows its addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, simple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.peers import Simple
    from sgwarden.policy.types import DirectionPolicy


def sparing_only(direction: DirectionPolicy, addresses: Iterable[Builtin]) -> DirectionPolicy:
    """The direction, its denials sparing these addresses in place of the VPC's."""
    instead = tuple(addresses)

    def of(term: Simple) -> tuple[Simple, ...]:
        return instead if term is Builtin.VPC else (term,)

    deny = (
        replace(each, excepted=tuple(one for term in simple(each.excepted) for one in of(term)))
        for each in direction.deny
    )
    return replace(direction, deny=tuple(deny))
