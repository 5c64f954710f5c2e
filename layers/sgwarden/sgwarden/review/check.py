"""All that is wrong with a policy file that reads well: errors, for which it is refused, and warnings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.errors import Problem
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import select
from sgwarden.review.contradictions import (
    contradictions,
    contradictions_at,
    contradictions_at_example,
    contradictions_of_some,
)
from sgwarden.review.expectations import failures
from sgwarden.review.known import of_example, of_places
from sgwarden.review.limits import too_wide
from sgwarden.review.lookup import is_open_at, looked_up, unknown_lists
from sgwarden.review.minimum import (
    below_minimum,
    below_minimum_at,
    below_minimum_at_example,
    below_minimum_of_some,
)
from sgwarden.review.pointless import pointless
from sgwarden.review.provable import never_proved
from sgwarden.review.reach import never_reached, never_used, without_policy
from sgwarden.review.room import without_room, without_room_at
from sgwarden.review.scopes import group_in_words
from sgwarden.review.stand_in import completed, places_of, policies_for, some_example

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Document, Policy
    from sgwarden.review.lookup import Surroundings
    from sgwarden.review.types import PolicyFile


def errors(file: PolicyFile) -> Iterator[Problem]:
    """What a policy is refused for, wherever it is to be used."""
    for policy in file.document.policies:
        yield from contradictions(policy)
        yield from below_minimum(policy)
        yield from never_proved(policy)
        yield from without_room(policy)
        for limit in file.limits:
            yield from too_wide(policy, limit)
    for example in file.examples.values():
        for policy in policies_for(file.document, example):
            group = some_example(policy).group
            yield from contradictions_at_example(policy, example)
            yield from below_minimum_at_example(policy, example)
            yield from without_room_at(policy, places_of(replace(example, group=group), policy))
    yield from failures(file)


def warnings(file: PolicyFile, known: Iterable[Places] = ()) -> Iterator[Problem]:
    """What most likely is not as its author thinks; what examples and known clusters settle is not told."""
    places = tuple(known)
    for policy in file.document.policies:
        shown = [
            of_example(each) for each in file.examples.values() if policy in policies_for(file.document, each)
        ]
        here = [each for each in places if select(file.document, each.cluster) == policy]
        shown += [of_places(policy, each) for each in here]
        yield from contradictions_of_some(policy, shown)
        yield from below_minimum_of_some(policy, shown)
        yield from pointless(policy)
    yield from never_reached(file.document)
    yield from never_used(file)


def problems_at(file: PolicyFile, known: Iterable[Places], *, all_read: bool = False) -> Iterator[Problem]:
    """Errors of policies at the clusters that they are for, and a warning for each that gets none.

    What may be an error and cannot be judged is a warning; with `all_read` there is no more to be known, and
    a policy is refused for a prefix list that cannot be read, as the function refuses it.
    """
    places = tuple(known)
    yield from without_policy(file.document, [each.cluster for each in places])
    for each in places:
        policy = select(file.document, each.cluster)
        if policy is not None:
            yield from contradictions_at(policy, each)
            yield from below_minimum_at(policy, each)
            yield from without_room_at(policy, completed(each, policy))
            yield from _unreadable(policy, each) if all_read else _not_judged(policy, each)


def places_known(document: Document, cluster: Cluster, around: Surroundings) -> Places:
    """The cluster with what its policy needs to be judged."""
    policy = select(document, cluster)
    return Places(cluster, {}) if policy is None else looked_up(policy, cluster, around)


def _unreadable(policy: Policy, places: Places) -> Iterator[Problem]:
    for name in unknown_lists(policy, places):
        said = f'policy "{policy.name}" is refused at {group_in_words(places.cluster)}'
        yield Problem.at(policy.mark, f"{said}: prefix list {name} cannot be read")


def _not_judged(policy: Policy, places: Places) -> Iterator[Problem]:
    if not is_open_at(policy, places):
        return
    missing = [f"prefix list {name}" for name in unknown_lists(policy, places)]
    if places.cluster.vpc_cidrs is None:
        missing.insert(0, f"the addresses of {places.cluster.vpc_id or 'its VPC'}")
    said = f'policy "{policy.name}" cannot be judged at {group_in_words(places.cluster)}'
    hint = "give --vpcs and --prefix-lists, or --live"
    yield Problem.at(policy.mark, f"{said}: {' and '.join(missing)} decide", hint, warning=True)
