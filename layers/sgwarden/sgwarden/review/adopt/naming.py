"""Names for statements and policies, made of what is known of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin
from sgwarden.review.adopt.known import claimed_by, name_of
from sgwarden.traffic import ANYWHERE_IPV4, ANYWHERE_IPV6, Cidr

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sgwarden.policy.peers import Simple
    from sgwarden.traffic import Direction, Service

_UNFIT = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST = 40  # the reader takes 64: room is left to tell equal ones apart
_FEW = 2
_CUT_OFF = re.compile(r"(-(a|an|and|by|for|from|in|of|on|or|the|to|via|with))+$")


def statement_id(
    description: str, services: Sequence[Service], terms: Sequence[Simple], direction: Direction
) -> str:
    """An id of the description, or where that is of no use, of services and peers."""
    writer = claimed_by(description)
    if writer:
        return _slug(f"{writer.id}-{description.removeprefix(writer.prefix).partition('=')[0]}")
    return _slug(description) or _slug("-".join([*_services(services), direction.preposition, _peer(terms)]))


def unique(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _slug(text: str) -> str:
    """The text as an id: its first words, in lower case; nothing where too little of it is left to read."""
    slug = _UNFIT.sub("-", text.lower()).strip("-.")
    if len(slug) > _LONGEST:
        slug = _CUT_OFF.sub("", slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]).strip("-.")
    return slug if re.search("[a-z]{2}", slug) else ""


def _services(services: Sequence[Service]) -> list[str]:
    names = list(dict.fromkeys(name_of(each) or str(each) for each in services))
    return names if len(names) <= _FEW else [names[0], "and-more"]


def _peer(terms: Sequence[Simple]) -> str:
    if len(terms) > 1:
        return "several"
    (term,) = terms
    if isinstance(term, Cidr) and term.peers in (ANYWHERE_IPV4, ANYWHERE_IPV6):
        return "anywhere" if term.network.version == 4 else "anywhere-ipv6"
    return "self" if term is Builtin.SELF else str(term)
