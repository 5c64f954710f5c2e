"""What a check is certain of is so at every cluster, and what is so at every cluster is told.

Held against what the function does at clusters of every kind: `desired` and `drift.unmet`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.cluster import IpFamily
from sgwarden.drift import unmet
from sgwarden.policy.conflict import PolicyConflict
from sgwarden.policy.desired import Goal, Resolved
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import desired, goal_of
from sgwarden.review.contradictions import (
    contradictions,
    contradictions_at,
    contradictions_at_example,
    contradictions_of_some,
)
from sgwarden.review.lookup import is_open_at
from sgwarden.review.minimum import (
    below_minimum,
    below_minimum_at,
    below_minimum_at_example,
    below_minimum_of_some,
    is_below,
)
from sgwarden.review.shortfall import MINIMUM
from sgwarden.review.types import Example
from sgwarden.traffic import Direction, PeerSet, Traffic

from tests.property.clusters_of_all_kinds import clusters, small_policies, some_clusters

if TYPE_CHECKING:
    from sgwarden.policy.types import Policy

families = pytest.mark.parametrize("family", list(IpFamily))


def refused(policy: Policy, places: Places) -> bool:
    try:
        desired(policy, places.cluster, places.prefix_lists)
    except PolicyConflict:
        return True
    return False


def is_cut(policy: Policy, places: Places) -> bool:
    """Whether some of the minimum is forbidden at the cluster."""
    own = PeerSet.of_group(places.cluster.security_group_id)
    wanted = Goal(required=(Resolved("minimum", Traffic.of(MINIMUM, own)),))
    return any(
        unmet(wanted, ~goal_of(policy.direction(side), side, places).forbidden(), places.cluster)
        for side in Direction
    )


def contradicts(policy: Policy, family: IpFamily) -> bool:
    example = Example("any", ip_family=family)
    return any(contradictions(policy)) or any(contradictions_at_example(policy, example))


def goes_below(policy: Policy, family: IpFamily) -> bool:
    example = Example("any", ip_family=family)
    return any(below_minimum(policy)) or any(below_minimum_at_example(policy, example))


@families
@settings(max_examples=40, deadline=None)
@given(small_policies, st.data())
def test_a_contradiction_that_is_certain_is_refused_at_every_cluster(
    family: IpFamily, policy: Policy, data: st.DataObject
) -> None:
    if contradicts(policy, family):
        assert refused(policy, data.draw(some_clusters(family)))


@families
@settings(max_examples=20, deadline=None, derandomize=True)
@given(small_policies)
def test_what_is_refused_at_every_cluster_is_told(family: IpFamily, policy: Policy) -> None:
    if not contradicts(policy, family):
        assert not all(refused(policy, places) for places in islice(clusters(policy, family), 3000))


@families
@settings(max_examples=40, deadline=None)
@given(small_policies, st.data())
def test_a_minimum_that_is_certainly_cut_is_cut_at_every_cluster(
    family: IpFamily, policy: Policy, data: st.DataObject
) -> None:
    if goes_below(policy, family):
        assert is_cut(policy, data.draw(some_clusters(family)))


@families
@settings(max_examples=20, deadline=None, derandomize=True)
@given(small_policies)
def test_a_minimum_that_is_cut_at_every_cluster_is_told(family: IpFamily, policy: Policy) -> None:
    if not goes_below(policy, family):
        assert not all(is_cut(policy, places) for places in islice(clusters(policy, family), 3000))


@families
@settings(max_examples=40, deadline=None)
@given(small_policies, st.data())
def test_nothing_is_cut_where_nothing_may_be(family: IpFamily, policy: Policy, data: st.DataObject) -> None:
    places = data.draw(some_clusters(family))
    own, around = places.cluster.security_group_id, places.cluster.control_plane_groups
    strange = own == "sg-a" or own in around
    if not is_below(policy) and not strange:
        assert not is_cut(policy, places)


@families
@settings(max_examples=40, deadline=None)
@given(small_policies, st.data())
def test_at_a_cluster_of_which_all_is_known_the_check_says_what_the_function_does(
    family: IpFamily, policy: Policy, data: st.DataObject
) -> None:
    places = data.draw(some_clusters(family))
    assert (any(contradictions(policy)) or any(contradictions_at(policy, places))) == refused(policy, places)
    assert (any(below_minimum(policy)) or any(below_minimum_at(policy, places))) == is_cut(policy, places)
    assert not is_open_at(policy, places)


@families
@settings(max_examples=40, deadline=None)
@given(small_policies, st.data())
def test_what_is_not_open_is_as_if_all_were_known(
    family: IpFamily, policy: Policy, data: st.DataObject
) -> None:
    """Where the VPC and lists are not looked up because they make no difference, they make none."""
    places = data.draw(some_clusters(family))
    less = Places(replace(places.cluster, vpc_cidrs=None), {})
    if not is_open_at(policy, less):
        told = any(contradictions(policy)) or any(contradictions_at(policy, less))
        assert told == refused(policy, places)
        told = any(below_minimum(policy)) or any(below_minimum_at(policy, less))
        assert told == is_cut(policy, places)


@settings(max_examples=40, deadline=None)
@given(small_policies)
def test_nothing_is_told_both_as_an_error_and_as_a_warning(policy: Policy) -> None:
    assert not (any(contradictions(policy)) and any(contradictions_of_some(policy)))
    assert not (any(below_minimum(policy)) and any(below_minimum_of_some(policy)))
