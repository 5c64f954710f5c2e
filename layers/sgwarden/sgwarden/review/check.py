"""All that is wrong with a policy file that reads well: errors, for which it is refused, and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.resolve import select
from sgwarden.review.contradictions import contradictions, contradictions_at, contradictions_at_example
from sgwarden.review.expectations import failures
from sgwarden.review.limits import too_wide
from sgwarden.review.minimum import below_minimum, below_minimum_at
from sgwarden.review.pointless import pointless
from sgwarden.review.provable import never_proved
from sgwarden.review.reach import never_reached, never_used, without_policy
from sgwarden.review.room import without_room, without_room_at
from sgwarden.review.stand_in import places_at, places_of, policy_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.policy.errors import Problem
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
        example_policy = policy_for(file.document, example)
        if example_policy is not None:
            yield from contradictions_at_example(example_policy, example)
            places = places_of(example, example_policy)
            yield from below_minimum_at(example_policy, places)
            yield from without_room_at(example_policy, places)
    yield from failures(file)


def warnings(file: PolicyFile) -> Iterator[Problem]:
    """What most likely is not as its author thinks."""
    for policy in file.document.policies:
        yield from pointless(policy)
    yield from never_reached(file.document)
    yield from never_used(file)


def problems_at(file: PolicyFile, clusters: Iterable[Cluster]) -> Iterator[Problem]:
    """Errors of policies at the clusters that they are for, and a warning for each that gets none."""
    known = tuple(clusters)
    yield from without_policy(file.document, known)
    for cluster in known:
        policy = select(file.document, cluster)
        if policy is not None:
            yield from contradictions_at(policy, cluster)
            places = places_at(cluster, policy)
            yield from below_minimum_at(policy, places)
            yield from without_room_at(policy, places)
