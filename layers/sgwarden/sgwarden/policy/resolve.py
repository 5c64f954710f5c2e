"""A policy document and a cluster into what is wanted of that cluster's security group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from sgwarden.policy.conflict import PolicyConflict, conflicts
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.policy.patterns import fits
from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, simple
from sgwarden.policy.places import Places, UnknownGroupNameError
from sgwarden.policy.tags import fill, placeholders
from sgwarden.policy.types import DirectionPolicy, Effect, Severity, Statement
from sgwarden.traffic import EVERYONE, Direction, Group, Rule, Service, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Document, Policy, Scope, Selector
    from sgwarden.traffic import PrefixList

# To break a cluster and to expose it weigh the same unless a statement says otherwise.
DEFAULT_SEVERITY = {Effect.REQUIRE: Severity.HIGH, Effect.DENY: Severity.HIGH, Effect.ALLOW: Severity.INFO}


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be looked up before `desired` can be asked: nothing else is ever missed.

    With `vpc_to_spare` only exceptions name the VPC: without its addresses `desired` denies more than the
    policy does, so that a group in order is in order, and only what else is found needs a second look.
    """

    prefix_list_ids: frozenset[str] = frozenset()
    prefix_list_names: frozenset[str] = frozenset()
    vpc: bool = False
    vpc_to_spare: bool = False


def select(document: Document, cluster: Cluster) -> Policy | None:
    """The first policy that is for the cluster and for the group of it that is looked at, if any is."""
    return next(
        (
            policy
            for policy in document.policies
            if covers(policy.scope, cluster) and matches(policy.clusters, cluster)
        ),
        None,
    )


def covers(scope: Scope | None, cluster: Cluster) -> bool:
    """Whether the group that is looked at is one of the scope: never both its own group and others are."""
    group = cluster.additional
    if scope is None or group is None:
        return scope is None and group is None
    return _any_matches(scope.names, cluster.security_group_name) and _all_match(scope.tags, group.tags)


def matches(selector: Selector, cluster: Cluster) -> bool:
    """Whether something of every kind that the selector names matches."""
    return (
        _any_matches(selector.names, cluster.name)
        and _any_matches(selector.regions, cluster.region)
        and (not selector.accounts or cluster.account in selector.accounts)
        and _all_match(selector.tags, cluster.tags)
    )


def _all_match(patterns: Mapping[str, str], tags: Mapping[str, str]) -> bool:
    return all(key in tags and fits(tags[key], pattern) for key, pattern in patterns.items())


def _any_matches(patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(fits(text, pattern) for pattern in patterns)


def needs(policy: Policy, region: str) -> Needs:
    """What the policy speaks of that `DescribeCluster` does not tell."""
    statements = (*policy.ingress, *policy.egress)
    spared = needs_of(chain.from_iterable(each.excepted for each in statements), region)
    named = needs_of(chain.from_iterable(each.peers for each in statements), region)
    return Needs(
        named.prefix_list_ids | spared.prefix_list_ids,
        named.prefix_list_names | spared.prefix_list_names,
        named.vpc,
        spared.vpc and not named.vpc,
    )


def named_lists(document: Document) -> frozenset[str]:
    """The ids of the prefix lists that its policies name, wherever they do."""
    return frozenset().union(*(needs(policy, "").prefix_list_ids for policy in document.policies))


def needs_of(terms: Iterable[PeerTerm], region: str) -> Needs:
    """What must be known to say what the terms stand for; list names are as EC2 has them in the region."""
    found = set(simple(terms))
    return Needs(
        frozenset(term.id for term in found if isinstance(term, PrefixListId)),
        frozenset(term.full_name(region) for term in found if isinstance(term, ManagedList)),
        Builtin.VPC in found,
    )


def desired(
    policy: Policy, cluster: Cluster, prefix_lists: Mapping[str, PrefixList] = MappingProxyType({})
) -> Desired:
    """What the policy wants of the cluster; prefix lists by id, those given by name carrying their name.

    Raises UnresolvedError where something that `needs` tells of is missing, PolicyConflict where the
    policy requires what it denies.
    """
    places = Places(cluster, prefix_lists)
    ingress = goal_of(policy.ingress, Direction.INGRESS, places)
    egress = goal_of(policy.egress, Direction.EGRESS, places)
    meeting = (*conflicts(ingress, Direction.INGRESS), *conflicts(egress, Direction.EGRESS))
    if meeting:
        raise PolicyConflict(policy.name, meeting)
    tags = _filled(policy.tags, cluster)
    return Desired(policy.name, policy.mode, policy.remedy, policy.trim_limit, ingress, egress, tags)


def goal_of(direction_policy: DirectionPolicy, direction: Direction, places: Places) -> Goal:
    """One direction of a policy at one cluster; raises UnresolvedError."""

    def resolved(effect: Effect) -> Iterable[Resolved]:
        for statement in direction_policy.of(effect):
            if statement.ip_family in (None, places.cluster.ip_family):
                yield _resolved(statement, effect, direction, places)

    return Goal(
        direction_policy.otherwise,
        tuple(resolved(Effect.REQUIRE)),
        tuple(resolved(Effect.ALLOW)),
        tuple(resolved(Effect.DENY)),
    )


def _resolved(statement: Statement, effect: Effect, direction: Direction, places: Places) -> Resolved:
    services = statement.services or (Service.ALL,)
    peers = places.peers(statement.peers) if statement.peers else EVERYONE
    # Only requirements are ever turned into rules, and the internet is hundreds of them.
    rule_peers = tuple(places.rule_peers(statement.peers)) if effect is Effect.REQUIRE else ()
    return Resolved(
        id=statement.id,
        traffic=Traffic.of(services, peers - places.spared(statement.excepted)),
        severity=statement.severity or DEFAULT_SEVERITY[effect],
        why=statement.why,
        rules=tuple(Rule(direction, service, peer) for service in services for peer in rule_peers),
        remedy=statement.remedy,
        explicit=Service.ALL in services and any(isinstance(peer, Group) for peer in rule_peers),
        managed_by=statement.managed_by or "",
    )


def _filled(tags: Mapping[str, str], cluster: Cluster) -> Mapping[str, str]:
    templates = chain.from_iterable(tags.items())
    if not cluster.security_group_name and any("group_name" in placeholders(each) for each in templates):
        raise UnknownGroupNameError(cluster.name)
    values = {"cluster": cluster.name, "group_name": cluster.security_group_name}
    return {fill(key, values): fill(value, values) for key, value in tags.items()}
