"""What a policy says of some traffic, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sgwarden.policy.resolve import goal_of
from sgwarden.policy.types import Otherwise
from sgwarden.review.assumed import assumed
from sgwarden.review.provable import provable
from sgwarden.review.stand_in import in_notation, places_of
from sgwarden.traffic import Direction, Traffic, cover, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.desired import Goal, Resolved
    from sgwarden.policy.types import Policy
    from sgwarden.review.types import Example, TrafficLine


class Answer(StrEnum):
    """What becomes of traffic; what an owner's own rules open is allowed on proof.

    A contradiction is what is required and denied: the function refuses to use such a policy.
    """

    CONTRADICTION = "contradiction"
    REQUIRED = "required"
    ALLOWED = "allowed"
    ON_PROOF = "allowed on proof"
    FORBIDDEN = "forbidden"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement, or `otherwise: ...` where none speaks of it; `ready_made` is the set it came from."""

    id: str
    why: str = ""
    ready_made: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the traffic with one answer; lines in the notation."""

    answer: Answer
    lines: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer of one policy; `assumed` says what was made up of the cluster, and may decide."""

    policy: Policy
    parts: tuple[Part, ...]
    assumed: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        return self.parts[0].answer if len(self.parts) == 1 else Answer.PARTLY


def explain(line: TrafficLine, policy: Policy, example: Example) -> Explanation:
    """What the policy says of the traffic at the example."""
    direction = line.direction
    places = places_of(example, policy, [line.peer])
    goal = goal_of(policy.direction(direction), direction, places)
    sets = {each.id: each.ready_made for each in policy.direction(direction)}
    parts = tuple(
        Part(answer, _lines(traffic, direction), tuple(_reasons(by, otherwise, sets)))
        for answer, traffic, by, otherwise in _cut(
            goal, Traffic.of([line.service], places.peers([line.peer]))
        )
        if traffic
    )
    made_up = assumed(policy.direction(direction), [line.peer], example, places)
    return Explanation(policy, parts, tuple(made_up))


Cut = tuple[Answer, Traffic, list["Resolved"], str]


def _cut(goal: Goal, traffic: Traffic) -> Iterator[Cut]:
    """The traffic in pieces by what becomes of it, each with the statements that meet it, and `otherwise`."""
    denied, required = goal.denied_traffic, goal.required_traffic
    both = traffic & denied & required
    yield (
        Answer.CONTRADICTION,
        both,
        [*_saying("requires it", goal.required, both), *_saying("denies it", goal.denied, both)],
        "",
    )
    open_ = traffic - denied
    yield Answer.REQUIRED, open_ & required, _meeting(goal.required, open_), ""
    rest = open_ - required
    if goal.otherwise is Otherwise.ALLOW:
        yield Answer.ALLOWED, rest, [], "otherwise: allow"
        shut = (traffic & denied) - both
        yield Answer.FORBIDDEN, shut, _meeting(goal.denied, shut), ""
        return
    plain = [each for each in goal.allowed if not each.managed_by]
    managed = [each for each in goal.allowed if each.managed_by]
    allowed = rest & goal.allowed_traffic
    of_owners = union(each.traffic & provable(each.managed_by) for each in managed)
    on_proof = (rest - allowed) & of_owners
    unasked = rest - allowed - on_proof
    yield Answer.ALLOWED, allowed, _meeting(plain, allowed), ""
    yield Answer.ON_PROOF, on_proof, _meeting(managed, on_proof), ""
    by_otherwise = "otherwise: deny" if unasked else ""
    shut = (traffic & denied) - both
    yield Answer.FORBIDDEN, unasked | shut, _meeting(goal.denied, shut), by_otherwise


def _meeting(statements: Iterable[Resolved], traffic: Traffic) -> list[Resolved]:
    return [each for each in statements if each.traffic & traffic]


def _saying(what: str, statements: Iterable[Resolved], traffic: Traffic) -> Iterator[Resolved]:
    """Those that meet the traffic, each with what it says of it."""
    for each in _meeting(statements, traffic):
        yield replace(each, why="; ".join(filter(None, [what, each.why])))


def _reasons(by: Iterable[Resolved], otherwise: str, sets: dict[str, str]) -> Iterator[Reason]:
    for each in by:
        owner = f"as far as rules of the {each.managed_by} open it" if each.managed_by else ""
        yield Reason(each.id, "; ".join(filter(None, [each.why, owner])), sets[each.id])
    if otherwise:
        yield Reason(otherwise, "no statement speaks of it")


def _lines(traffic: Traffic, direction: Direction) -> tuple[str, ...]:
    return tuple(
        f"{line.service} {direction.preposition} {in_notation(str(line.peer))}" for line in cover(traffic)
    )
