"""Policies that require what they deny, at every cluster or at one that is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.conflict import conflicts
from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, simple
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import goal_of
from sgwarden.policy.types import DirectionPolicy
from sgwarden.review.expectations import in_words
from sgwarden.review.spared import sparing_only
from sgwarden.review.stand_in import any_cluster, cluster_like
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.policy.conflict import Conflict
    from sgwarden.policy.peers import PeerTerm, Simple
    from sgwarden.policy.types import Policy, Statement
    from sgwarden.review.types import Example

_OF_A_VPC = (Builtin.PRIVATE, Builtin.ANYWHERE_IPV6)
"""What the addresses of a VPC may be, but for that of one with public IPv4 addresses of its owner's."""
_DIFFERENT = frozenset({Builtin.VPC, Builtin.REMOTE_NODES, Builtin.REMOTE_PODS, Builtin.CONTROL_PLANE_GROUPS})


def contradictions(policy: Policy) -> Iterator[Problem]:
    """Where the policy requires what it denies whatever the cluster; a cluster itself may show more."""
    found = (
        _as_problem(policy, conflict, cluster)
        for cluster in map(cluster_like, any_cluster())
        for conflict in _certain(policy, cluster, _DIFFERENT)
    )
    yield from dict.fromkeys(found)


def contradictions_at_example(policy: Policy, example: Example) -> Iterator[Problem]:
    """The same at an example, as far as it is told."""
    told = {
        Builtin.VPC: example.vpc,
        Builtin.REMOTE_NODES: example.remote_nodes,
        Builtin.REMOTE_PODS: example.remote_pods,
    }
    known = frozenset(term for term, peers in told.items() if peers is not None)
    yield from _at(policy, cluster_like(example), _DIFFERENT - known)


def contradictions_at(policy: Policy, cluster: Cluster) -> Iterator[Problem]:
    """The same at a cluster, of which all is known but, maybe, its VPC."""
    yield from _at(policy, cluster, frozenset({Builtin.VPC} if cluster.vpc_cidrs is None else ()))


def _at(policy: Policy, cluster: Cluster, unknown: frozenset[Builtin]) -> Iterator[Problem]:
    """What is so at every cluster is not told again."""
    if any(contradictions(policy)):
        return
    at = f" at cluster {cluster.name}"
    for conflict in _certain(policy, cluster, unknown):
        yield _as_problem(policy, conflict, cluster, at)


def _certain(policy: Policy, cluster: Cluster, unknown: frozenset[Builtin]) -> Iterator[Conflict]:
    for direction in Direction:
        certain = _as_far_as_known(policy.direction(direction), unknown)
        yield from conflicts(goal_of(certain, direction, Places(cluster, {})), direction)


def _as_far_as_known(direction: DirectionPolicy, unknown: frozenset[Builtin]) -> DirectionPolicy:
    """What the direction requires and denies of known peers; what it allows plays no part.

    A deny with an exception that is unknown is left out whole: the exception may be all of it. Only a VPC has
    addresses that can be told from most others.
    """
    sparing = sparing_only(direction, _OF_A_VPC) if Builtin.VPC in unknown else direction
    deny = [each for each in sparing.deny if all(_is_known(term, unknown) for term in simple(each.excepted))]
    return DirectionPolicy(require=_narrowed(direction.require, unknown), deny=_narrowed(deny, unknown))


def _narrowed(statements: Iterable[Statement], unknown: frozenset[Builtin]) -> tuple[Statement, ...]:
    narrowed = (replace(each, peers=_known(each.peers, unknown)) for each in statements)
    return tuple(each for each in narrowed if each.peers)


def _known(terms: Iterable[PeerTerm], unknown: frozenset[Builtin]) -> tuple[Simple, ...]:
    return tuple(term for term in simple(terms) if _is_known(term, unknown))


def _is_known(term: Simple, unknown: frozenset[Builtin]) -> bool:
    return not isinstance(term, PrefixListId | ManagedList) and term not in unknown


def _as_problem(policy: Policy, conflict: Conflict, cluster: Cluster, at: str = "") -> Problem:
    statements = {each.id: each for each in (*policy.ingress, *policy.egress)}
    own = [
        statements[each] for each in (conflict.denied, conflict.required) if not statements[each].ready_made
    ]
    mark = own[0].mark if own else policy.mark
    where = in_words(conflict.traffic, conflict.direction, cluster.security_group_id)
    said = f'"{conflict.required}" and "{conflict.denied}" meet in {where}'
    spares_vpc = Builtin.VPC in simple(statements[conflict.denied].excepted)
    hint = "if these are addresses of the VPC, require vpc" if spares_vpc and not at else ""
    return Problem.at(mark, f'policy "{policy.name}" requires what it denies{at}: {said}', hint)
