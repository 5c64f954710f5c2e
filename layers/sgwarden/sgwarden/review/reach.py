"""What in a policy file is never come to: policies, and names for peers; and clusters that come to none."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Named
from sgwarden.policy.resolve import select
from sgwarden.review.scopes import all_match, all_tags_match, group_in_words, includes
from sgwarden.review.types import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Document, Policy, Selector
    from sgwarden.review.types import PolicyFile


def never_reached(document: Document) -> Iterator[Problem]:
    """Policies whose every cluster an earlier one takes; several of these may share the work."""
    for place, policy in enumerate(document.policies):
        takers: dict[str, None] = {}
        for kind in _kinds(policy.clusters):
            earlier = (
                each
                for each in document.policies[:place]
                if includes(each.scope, policy.scope) and _includes(each.clusters, kind)
            )
            taker = next(earlier, None)
            if taker is None:
                break
            takers[taker.name] = None
        else:
            yield _unreached(policy, takers)


def _unreached(policy: Policy, takers: Iterable[str]) -> Problem:
    by = " and ".join(f'"{name}"' for name in takers)
    what, one = ("clusters", "cluster") if policy.scope is None else ("groups", "group")
    said = f'policy "{policy.name}" is never used: all its {what} match {by}, which comes earlier'
    return Problem.at(policy.mark, said, f"a {one} gets the first policy that matches it", warning=True)


def _kinds(selector: Selector) -> Iterator[Selector]:
    """The selector in pieces with at most one name, account and region each."""
    for name, account, region in product(
        selector.names or (None,), selector.accounts or (None,), selector.regions or (None,)
    ):
        yield replace(
            selector,
            names=(name,) if name else (),
            accounts=(account,) if account else (),
            regions=(region,) if region else (),
        )


def _includes(wide: Selector, narrow: Selector) -> bool:
    """Whether every cluster of the one is one of the other."""
    return (
        all_match(wide.names, narrow.names)
        and all_match(wide.regions, narrow.regions)
        and (not wide.accounts or (bool(narrow.accounts) and set(narrow.accounts) <= set(wide.accounts)))
        and all_tags_match(wide.tags, narrow.tags)
    )


def never_used(file: PolicyFile) -> Iterator[Problem]:
    """Names for peers of which neither a statement nor an expectation speaks."""
    used = _names(_spoken_of(file))
    for peer in file.peers:
        if peer.name not in used:
            said = f'the peer "{peer.name}" is never used'
            yield Problem.at(peer.mark, said, "remove it, or the statement for it is missing", warning=True)


def _spoken_of(file: PolicyFile) -> Iterator[PeerTerm]:
    for policy in file.document.policies:
        for statement in (*policy.ingress, *policy.egress):
            yield from (*statement.peers, *statement.excepted)
    for each in file.expect:
        lines = [each.line] if isinstance(each, Expectation) else (*each.given, *each.after)
        yield from (line.peer for line in lines)


def _names(terms: Iterable[PeerTerm]) -> set[str]:
    """The names among the terms, and those that they are made of."""
    found: set[str] = set()
    waiting = [*terms]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Named) and term.name not in found:
            found.add(term.name)
            waiting.extend(term.members)
    return found


def without_policy(document: Document, clusters: Iterable[Cluster]) -> Iterator[Problem]:
    """Clusters and groups of theirs that are left alone, since no policy is for them."""
    for cluster in clusters:
        if select(document, cluster) is None:
            where = f"{group_in_words(cluster)} ({cluster.region}, account {cluster.account})"
            yield Problem(0, 0, f"no policy matches {where}: it is left alone", warning=True)
