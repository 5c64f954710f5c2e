"""A policy that today's rules of some clusters satisfy exactly, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.types import DirectionPolicy, Otherwise, Statement
from sgwarden.printable import printable
from sgwarden.review.adopt.essential import TAGS, essentials, tag_is_there
from sgwarden.review.adopt.naming import statement_id, unique
from sgwarden.review.adopt.questions import Known, notes, on_the_vpc, open_egress, perhaps_own, questions
from sgwarden.review.adopt.statements import boxes, idle, needed
from sgwarden.review.adopt.today import opened
from sgwarden.review.adopt.vpcs import below_minimum_today
from sgwarden.review.adopt.writing import scalar
from sgwarden.review.expectations import in_words
from sgwarden.traffic import Direction, PeerSet, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sgwarden.review.adopt.alike import Kind
    from sgwarden.review.adopt.essential import Essentials
    from sgwarden.review.adopt.statements import Box
    from sgwarden.review.shortfall import Shortfall

_NO_LINE = "no line is needed for {}: other rules let all of it through; can the rule go?"
_OPAQUE = "what is this for? It cannot be read, is not in this policy, and is left alone in any mode: {}"


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, what to ask about it, and what to know."""

    statement: Statement
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One direction: what is required and allowed, and what to ask about rules that have no line."""

    require: tuple[Line, ...]
    allow: tuple[Line, ...]
    questions: tuple[str, ...]

    @property
    def own(self) -> DirectionPolicy:
        return DirectionPolicy(
            Otherwise.DENY,
            tuple(line.statement for line in self.require),
            tuple(line.statement for line in self.allow),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy with what to ask about its parts."""

    kind: Kind
    use: tuple[str, ...]
    sides: Mapping[Direction, Side]
    tags: Mapping[str, str]
    is_below_minimum: bool
    about_minimum: tuple[str, ...]
    about_use: tuple[str, ...]
    about_tags: tuple[str, ...]

    def questions(self) -> Iterator[str]:
        """All of them, in the order in which they are written."""
        yield from (*self.about_minimum, *self.about_use)
        for side in self.sides.values():
            for line in (*side.require, *side.allow):
                yield from line.questions
            yield from side.questions
        yield from self.about_tags


def draft(kind: Kind, groups: Mapping[str, str]) -> Draft:
    """The policy for clusters alike; `groups` tells what the groups are that rules may refer to."""
    first = kind.alike[0]
    found, below = essentials(*first), below_minimum_today(*first)
    tags_there = {key: value for key, value in TAGS.items() if tag_is_there(key, value, *first)}
    taken = {each.id for name in found.use for each in _statements_of(name)}
    taken |= {each.id for statements in found.required.values() for each in statements}
    sides = {direction: _side(kind, direction, found, groups, taken) for direction in Direction}
    return Draft(
        kind,
        found.use,
        sides,
        {} if "eks-baseline" in found.use else tags_there,
        below.certain,
        tuple(_about_minimum(kind, below)),
        tuple(open_egress(found.use)),
        tuple(_about_tags(kind, [key for key in TAGS if key not in tags_there])),
    )


def _side(
    kind: Kind, direction: Direction, found: Essentials, groups: Mapping[str, str], taken: set[str]
) -> Side:
    rules = opened(kind.alike, direction)
    lasting = needed(rules, found.covered[direction])
    known = Known(direction, kind.clusters, groups)
    allow = []
    for box in boxes(lasting):
        statement = _statement(box, direction, taken)
        taken.add(statement.id)
        allow.append(Line(statement, tuple(questions(box, known)), tuple(notes(box, known))))
    without = [each for each in idle(rules) if each not in lasting]
    about = [_NO_LINE.format(_shown(each.text(direction), each.description)) for each in without]
    opaque = [each for _, group in kind.alike for each in group.opaque if each.direction is direction]
    about += [_OPAQUE.format(f"{printable(each.text)} ({each.reason})") for each in opaque]
    if direction is Direction.INGRESS:
        about += perhaps_own(kind.clusters, (each.peer for each in rules))
    require = tuple(Line(statement) for statement in found.required[direction])
    return Side(require, tuple(allow), tuple(dict.fromkeys(about)))


def _statement(box: Box, direction: Direction, taken: set[str]) -> Statement:
    name = statement_id(box.description, box.services, box.terms, direction)
    return Statement(unique(name, taken), box.services, box.terms, why=box.description)


def _shown(text: str, description: str) -> str:
    said = printable(description)
    return f'{text} ("{said}")' if said else text


def _about_minimum(kind: Kind, below: Shortfall) -> Iterator[str]:
    """What of the EKS minimum is not open, for certain or as the VPC's addresses are."""
    own = kind.clusters[0].security_group_id
    for direction, places in below.wanting.items():
        what = in_words(Traffic.over([places], PeerSet.of_group(own)), direction, own)
        if places and below.certain:
            yield f"below the EKS minimum, without {what}: is that meant?"
        elif places:
            yield on_the_vpc(what)


def _statements_of(name: str) -> Iterator[Statement]:
    yield from ready_made_sets()[name].ingress
    yield from ready_made_sets()[name].egress


def _about_tags(kind: Kind, missing: Iterable[str]) -> Iterator[str]:
    where = f" at {', '.join(each.name for each in kind.clusters)}" if len(kind.alike) > 1 else ""
    for key in missing:
        wanted = f"{scalar(key)}: {scalar(TAGS[key])}"
        yield f"the tag {key} is missing or changed{where}: should tags.require have {wanted} to mend it?"
