"""Peers that stand for the group that is looked at, or for the one that EKS made for the cluster."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, Named, simple
from sgwarden.policy.types import DirectionPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Policy, Statement, StatementSet

ONE_GROUP_EACH = frozenset({Builtin.SELF, Builtin.CLUSTER_SECURITY_GROUP})
"""Each stands for one group; in a policy that speaks of both, for two."""


def with_self(policy: Policy) -> Policy:
    """A policy for cluster security groups, where `cluster-security-group` is `self` by another name.

    With one name for it, nobody has to know that two of them are one group.
    """
    same = _Same()
    return replace(policy, ingress=same.direction(policy.ingress), egress=same.direction(policy.egress))


def is_of_any_group(found: StatementSet) -> bool:
    """Whether what the set says could be meant of any group: neither tags, nor the traffic within it."""
    terms = chain.from_iterable(each.peers for each in (*found.ingress, *found.egress))
    return not found.tags and ONE_GROUP_EACH.isdisjoint(simple(terms))


class _Same:
    """Puts one name in the place of the other; no name of a policy's own is looked into twice."""

    def __init__(self) -> None:
        self._names: dict[str, Named] = {}

    def direction(self, direction: DirectionPolicy) -> DirectionPolicy:
        require, allow, deny = (
            tuple(map(self._statement, each)) for each in (direction.require, direction.allow, direction.deny)
        )
        return DirectionPolicy(direction.otherwise, require, allow, deny)

    def _statement(self, statement: Statement) -> Statement:
        peers, excepted = self._terms(statement.peers), self._terms(statement.excepted)
        return replace(statement, peers=peers, excepted=excepted)

    def _terms(self, terms: Iterable[PeerTerm]) -> tuple[PeerTerm, ...]:
        return tuple(map(self._term, terms))

    def _term(self, term: PeerTerm) -> PeerTerm:
        if term is Builtin.CLUSTER_SECURITY_GROUP:
            return Builtin.SELF
        if not isinstance(term, Named):
            return term
        if term.name not in self._names:
            self._names[term.name] = replace(term, members=self._terms(term.members))
        return self._names[term.name]
