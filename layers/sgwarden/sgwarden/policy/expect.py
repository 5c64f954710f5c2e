"""Judging the `expect:` section of a policy.

An expectation names a cluster and nothing more, so it is judged at an example: the first policy that a
cluster of that name can get, accounts, regions and tags taken to match; IPv4; and a stand-in for all that
only a real cluster has (the VPC is 10.0.0.0/16, a prefix list one address), so that what is said of `vpc` by
that name holds for every cluster.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster
from sgwarden.policy.conflict import shown
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import could_be_named, goal_of, needs, needs_of
from sgwarden.policy.types import Otherwise, Verdict
from sgwarden.traffic import Direction, PeerSet, PrefixList, Traffic

if TYPE_CHECKING:
    from sgwarden.policy.desired import Goal
    from sgwarden.policy.types import Document, Expectation, Policy

_REGION = "us-east-1"


def failure(expectation: Expectation, document: Document) -> str | None:
    """Why the document does not say what is expected of it, or None where it does."""
    could = (each for each in document.policies if could_be_named(each.clusters, expectation.cluster))
    policy = next(could, None)
    if policy is None:
        return f'no policy is for a cluster named "{expectation.cluster}"'
    ingress = expectation.direction is Direction.INGRESS
    places = _example(policy, expectation)
    goal = goal_of(policy.ingress if ingress else policy.egress, expectation.direction, places)
    said = evaluate(expectation, goal, places)
    if said is None:
        return None
    wanted = f'"{expectation}" should be {expectation.verdict} for {expectation.cluster}'
    return f'{wanted}, but policy "{policy.name}" {said}'


def evaluate(expectation: Expectation, goal: Goal, places: Places) -> str | None:
    """What the goal says instead of what is expected, or None; it must hold for all of the traffic."""
    traffic = Traffic.of([expectation.service], places.peers([expectation.peer]))
    direction, forbidden = expectation.direction, goal.forbidden()
    if expectation.verdict is Verdict.DENIED:
        wrong = traffic - forbidden
        return f"does not forbid {shown(wrong, direction)}" if wrong else None
    if expectation.verdict is Verdict.REQUIRED:
        wrong = traffic - goal.required_traffic
        return f"does not require {shown(wrong, direction)}" if wrong else None
    wrong = traffic & forbidden
    return f"forbids {shown(wrong, direction)} ({_by_whom(goal, wrong)})" if wrong else None


def _by_whom(goal: Goal, wrong: Traffic) -> str:
    by = [f'"{statement.id}"' for statement in goal.denied if statement.traffic & wrong]
    if goal.otherwise is Otherwise.DENY and wrong - goal.denied_traffic:
        by.append("otherwise: deny")
    return ", ".join(by)


def _example(policy: Policy, expectation: Expectation) -> Places:
    """The stand-in for a cluster of the policy, with every prefix list that is spoken of."""
    cluster = Cluster(
        name=expectation.cluster,
        account="111122223333",
        region=_REGION,
        security_group_id="sg-self",
        vpc_cidrs=PeerSet.of_cidr("10.0.0.0/16"),
        control_plane_groups=("sg-controlplane",),
        remote_nodes=PeerSet.of_cidr("10.200.0.0/16"),
        remote_pods=PeerSet.of_cidr("10.201.0.0/16"),
    )
    wanted = (needs(policy, _REGION), needs_of([expectation.peer], _REGION))
    ids = dict.fromkeys(chain.from_iterable(need.prefix_list_ids for need in wanted), "")
    names = {f"pl-{each}": each for each in chain.from_iterable(need.prefix_list_names for need in wanted)}
    lists = {
        each: PrefixList(each, PeerSet.of_cidr(f"192.0.2.{place}/32"), name=name)
        for place, (each, name) in enumerate(sorted((ids | names).items()))
    }
    return Places(cluster, lists)
