"""Whose a rule is: what it claims, and whether that is borne out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.claim import Doubt, Forgery
from sgwarden.marks import MARKS, clusters_named
from sgwarden.printable import printable
from sgwarden.traffic import Direction, Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.drift import Owns
    from sgwarden.policy.desired import Desired, Resolved
    from sgwarden.traffic import Rule

    GroupTags = Mapping[str, Mapping[str, str]]


def trusting(desired: Desired, direction: Direction) -> dict[str, Resolved]:
    """The owners that the policy trusts in the direction, each with the first statement that does."""
    found: dict[str, Resolved] = {}
    for statement in desired.goal(direction).allowed:
        if statement.managed_by:
            found.setdefault(statement.managed_by, statement)
    return found


def claims(owner: str, rule: Rule) -> bool:
    """Whether the description of the rule names the owner."""
    return MARKS[owner].is_claimed_by(rule)


def vouching(owner: str, rules: Iterable[Rule], cluster: Cluster) -> frozenset[str]:
    """The groups whose tags must be read to judge what these rules claim."""
    mark = MARKS[owner]
    if not mark.vouches:
        return frozenset()
    able = (rule for rule in rules if mark.is_claimed_by(rule) and mark.shape(rule, cluster))
    return frozenset(rule.peer.id for rule in able if isinstance(rule.peer, Group))


def claimed_peers(desired: Desired, rules: Iterable[Rule], cluster: Cluster) -> frozenset[str]:
    """The groups whose tags must be read to judge the claims that the policy would honour."""
    return frozenset(
        group
        for rule in rules
        for owner in trusting(desired, rule.direction)
        for group in vouching(owner, [rule], cluster)
    )


def verifier(cluster: Cluster, tags_of: GroupTags) -> Owns:
    """Says whether a rule is truly the named owner's for this cluster; `tags_of` are those of peer groups."""

    def owns(owner: str, rule: Rule) -> bool:
        mark = MARKS.get(owner)
        if not mark or not (mark.by_shape_alone or mark.is_claimed_by(rule)):
            return False
        return doubt_of(owner, rule, cluster, tags_of) is None

    return owns


def forgeries(
    desired: Desired, rules: Iterable[Rule], cluster: Cluster, tags_of: GroupTags
) -> Iterator[Forgery]:
    """The rules that claim an owner which the policy trusts there, and cannot be taken for its own."""
    for rule in rules:
        for owner, statement in trusting(desired, rule.direction).items():
            if not claims(owner, rule):
                continue
            if doubt := doubt_of(owner, rule, cluster, tags_of):
                yield Forgery(owner, statement.id, rule, doubt)


def doubt_of(owner: str, rule: Rule, cluster: Cluster, tags_of: GroupTags) -> Doubt | None:
    """Why a rule that may be the owner's is not taken for its own; every text is fit to print as it is."""
    mark = MARKS[owner]
    if not mark.shape(rule, cluster):
        return Doubt(f"the {owner} only makes rules for {mark.words}")
    if not mark.vouches or not isinstance(rule.peer, Group):
        return None
    group = rule.peer.id
    if group not in tags_of:
        return Doubt(f"{group} cannot be read here: it is gone, or of another account", sure=False)
    tags = tags_of[group]
    if mark.vouches(tags, cluster.name):
        return None
    others = sorted(clusters_named(tags) - {cluster.name})
    if others:
        return Doubt(f"{group} is tagged as a group of cluster {printable(', '.join(others))}")
    return Doubt(f"no tag of {group} says that it is of cluster {cluster.name}")
