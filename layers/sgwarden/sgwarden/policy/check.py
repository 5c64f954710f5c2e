"""What is wrong with a policy that reads well: contradictions, and expectations that do not hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster, IpFamily
from sgwarden.policy.conflict import conflicts, shown
from sgwarden.policy.errors import Problem
from sgwarden.policy.expect import failure
from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, simple
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import goal_of
from sgwarden.policy.types import DirectionPolicy
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.conflict import Conflict
    from sgwarden.policy.peers import PeerTerm, Simple
    from sgwarden.policy.types import Document, Policy, Statement

_ONLY_OF_A_CLUSTER = (
    Builtin.VPC,
    Builtin.REMOTE_NODES,
    Builtin.REMOTE_PODS,
    Builtin.CONTROL_PLANE_GROUPS,
)


def problems(document: Document) -> Iterator[Problem]:
    """Each contradiction and each expectation that fails, at the place where it is written."""
    for policy in document.policies:
        yield from {_as_problem(policy, conflict): None for conflict in certain_conflicts(policy)}
    for expectation in document.expect:
        if said := failure(expectation, document):
            yield Problem.at(expectation.mark, said)


def certain_conflicts(policy: Policy) -> Iterator[Conflict]:
    """Where the policy requires what it denies whatever the cluster; `desired` finds what depends on it."""
    for family in IpFamily:
        cluster = Cluster("any", "111122223333", "us-east-1", "sg-self", ip_family=family)
        for direction in Direction:
            certain = _certain(policy.ingress if direction is Direction.INGRESS else policy.egress)
            yield from conflicts(goal_of(certain, direction, Places(cluster, {})), direction)


def _certain(direction: DirectionPolicy) -> DirectionPolicy:
    """The direction as far as it means the same at every cluster.

    Of what is required and denied the known peers remain; what is allowed plays no part. A deny with an
    exception that only a cluster can tell is left out whole: the exception may be all of it.
    """
    deny = [each for each in direction.deny if all(_is_known(term) for term in simple(each.excepted))]
    return DirectionPolicy(require=_with_known(direction.require), deny=_with_known(deny))


def _with_known(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    narrowed = (replace(each, peers=_known(each.peers)) for each in statements)
    return tuple(each for each in narrowed if each.peers)


def _known(terms: Iterable[PeerTerm]) -> tuple[Simple, ...]:
    return tuple(term for term in simple(terms) if _is_known(term))


def _is_known(term: Simple) -> bool:
    return not isinstance(term, PrefixListId | ManagedList) and term not in _ONLY_OF_A_CLUSTER


def _as_problem(policy: Policy, conflict: Conflict) -> Problem:
    statements = {each.id: each for each in (*policy.ingress, *policy.egress)}
    own = [
        statements[each] for each in (conflict.denied, conflict.required) if not statements[each].ready_made
    ]
    mark = own[0].mark if own else policy.mark
    where = shown(conflict.traffic, conflict.direction).replace("sg-self", "self")
    message = (
        f'policy "{policy.name}" requires what it denies: '
        f'"{conflict.required}" and "{conflict.denied}" meet in {where}'
    )
    return Problem.at(mark, message)
