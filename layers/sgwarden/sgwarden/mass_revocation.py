"""All rules of an owner gone within minutes, while what they were for is still there.

A controller that cleans up deletes its group too, in the end, and has first deleted what carried it. Rules
that name no group cannot tell: the last Service of a cluster takes its own with it, so those of two load
balancers must go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.claim import MassRevocation
from sgwarden.marks import MARKS
from sgwarden.owners import claims, trusting, verifier, vouching
from sgwarden.policy.types import Owner
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.drift import Owns
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Desired, Resolved
    from sgwarden.recent import Removal
    from sgwarden.traffic import Rule

    TagsOf = Callable[[frozenset[str]], Mapping[str, Mapping[str, str]]]
    InUse = Callable[[frozenset[str]], frozenset[str]]

_AT_LEAST = 2
"""So many rules that name a group, or so many load balancers of those that do not."""


def mass_revocations(
    desired: Desired,
    cluster: Cluster,
    group: SecurityGroup,
    owns: Owns,
    removals: Sequence[Removal],
    tags_of: TagsOf,
    in_use: InUse,
) -> Iterator[MassRevocation]:
    """The owners that the policy trusts, of whose rules several were taken away and none is left.

    What the policy forbids is no loss, whoever takes it: sgwarden does, when a policy comes to allow less.
    `tags_of` and `in_use`, which says what groups interfaces have, are asked, once an owner, only where it
    has come to that. EKS itself is left out: what it needs is required, and told of as missing.
    """
    for owner, statement in _trusted(desired).items():
        taken = _of_owner(owner, removals, desired)
        if not _is_mass(owner, taken) or any(owns(owner, rule) for rule in group.rules):
            continue
        peers = vouching(owner, [each.rule for each in taken], cluster)
        owned = verifier(cluster, tags_of(peers) if peers else {})
        truly = [each for each in taken if owned(owner, each.rule)]
        if _is_mass(owner, truly) and _is_needed(owner, truly, cluster, in_use):
            actors = tuple(dict.fromkeys(each.cause.actor for each in truly))
            yield MassRevocation(owner, statement.id, len(truly), actors)


def _trusted(desired: Desired) -> dict[str, Resolved]:
    both = {**trusting(desired, Direction.EGRESS), **trusting(desired, Direction.INGRESS)}
    return {owner: statement for owner, statement in both.items() if owner != Owner.EKS}


def _is_mass(owner: str, taken: Sequence[Removal]) -> bool:
    if MARKS[owner].vouches:
        return len(taken) >= _AT_LEAST
    balancers = {each.rule.description.partition("=")[2] for each in taken} - {""}
    return len(balancers) >= _AT_LEAST


def _is_needed(owner: str, taken: Sequence[Removal], cluster: Cluster, in_use: InUse) -> bool:
    """Whether a group that the rules name is on an interface still; where they name none, nobody knows."""
    peers = vouching(owner, [each.rule for each in taken], cluster)
    return not peers or bool(in_use(peers))


def _is_allowed(rule: Rule, owner: str, desired: Desired) -> bool:
    """Whether the policy allows something of the rule because it is the owner's."""
    allowed = desired.goal(rule.direction).allowed
    return any(each.managed_by == owner and each.traffic & rule.traffic for each in allowed)


def _of_owner(owner: str, removals: Sequence[Removal], desired: Desired) -> list[Removal]:
    """What was taken of the owner's, each rule once however often it came and went."""
    last = {
        (each.rule.direction, each.rule.service, each.rule.peer): each
        for each in removals
        if claims(owner, each.rule) and _is_allowed(each.rule, owner, desired)
    }
    return list(last.values())
