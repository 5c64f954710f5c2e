"""What a policy means, held against a reading of it point by point that shares no code with the algebra."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import product

import pytest
from hypothesis import given
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.policy import Goal, PolicyConflict, desired, needs
from sgwarden.policy.peers import Builtin, ManagedList, Named, PeerTerm, PrefixListId, simple
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import goal_of
from sgwarden.policy.types import DirectionPolicy, Otherwise, Policy, Selector, Statement
from sgwarden.traffic import Cidr, Direction, Group, PeerSet, Point, PrefixList, Service, Traffic

from tests.property.policy_documents import directions, policies

VPC = ("10.1.0.0/16", "2001:db8:1::/56")
REMOTE = "172.16.0.0/16"
S3 = "52.216.0.0/15"
PL1 = "192.0.2.0/24"
CLUSTER = Cluster(
    name="c",
    account="111122223333",
    region="eu-west-1",
    security_group_id="sg-own",
    vpc_cidrs=PeerSet.of_cidr(*VPC),
    control_plane_groups=("sg-a",),
    remote_nodes=PeerSet.of_cidr(REMOTE),
).with_group(SecurityGroup("sg-self", "nodes", "vpc-1"))
LISTS = {
    "pl-1": PrefixList("pl-1", PeerSet.of_cidr(PL1)),
    "pl-2": PrefixList("pl-2", PeerSet.of_cidr(S3), name="com.amazonaws.eu-west-1.s3"),
}
PLACES = Places(CLUSTER, LISTS)
NETWORKS: dict[Builtin, tuple[str, ...]] = {
    Builtin.VPC: VPC,
    Builtin.ANYWHERE: ("0.0.0.0/0", "::/0"),
    Builtin.ANYWHERE_IPV4: ("0.0.0.0/0",),
    Builtin.ANYWHERE_IPV6: ("::/0",),
    Builtin.PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    Builtin.REMOTE_NODES: (REMOTE,),
    Builtin.REMOTE_PODS: (),
    Builtin.SELF: (),
    Builtin.CONTROL_PLANE_GROUPS: (),
    Builtin.CLUSTER_SECURITY_GROUP: (),
}
GROUPS = {
    Builtin.SELF: "sg-self",
    Builtin.CONTROL_PLANE_GROUPS: "sg-a",
    Builtin.CLUSTER_SECURITY_GROUP: "sg-own",
}
PUBLIC = frozenset(["1.1.1.1", "52.216.0.1", "192.0.2.1", "198.51.100.1", "2001:db8::1", "2001:db8:1::1"])
# One of every part that the peers cut the addresses into.
ADDRESSES = (
    *sorted(PUBLIC),
    "10.0.0.1",
    "10.1.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "127.0.0.1",
    "fd00::1",
    "fe80::1",
)
WHOM = (*(ip_address(text) for text in ADDRESSES), "sg-self", "sg-own", "sg-a", "sg-b", "sg-c", "sg-other")
WHAT = (
    (6, 21),
    (6, 22),
    (6, 443),
    (17, 53),
    (1, 3 * 256 + 4),
    (1, 3 * 256),
    (1, 0),
    (58, 0),
    (50, 0),
    (47, 0),
)
POINTS = tuple(Point(protocol, port, peer) for (protocol, port), peer in product(WHAT, WHOM))


def of_network(peer: IPv4Address | IPv6Address | str, networks: tuple[str, ...]) -> bool:
    return not isinstance(peer, str) and any(peer in ip_network(each) for each in networks)


def is_peer(peer: IPv4Address | IPv6Address | str, term: PeerTerm) -> bool:
    match term:
        case Named(members=members):
            return any(is_peer(peer, member) for member in members)
        case Cidr(network=network):
            return of_network(peer, (str(network),))
        case Group(id=group):
            return peer == group
        case PrefixListId():
            return of_network(peer, (PL1,))
        case ManagedList():
            return of_network(peer, (S3,))
        case Builtin.INTERNET:
            return str(peer) in PUBLIC
        case _:
            return of_network(peer, NETWORKS[term]) or peer == GROUPS.get(term)


def is_service(point: Point, service: Service) -> bool:
    if service.protocol is None:
        return True
    return point.protocol == service.protocol and service.first <= point.port <= service.last


def speaks_of(statement: Statement, point: Point, family: IpFamily = IpFamily.IPV4) -> bool:
    return (
        statement.ip_family in (None, family)
        and any(is_service(point, service) for service in statement.services)
        and any(is_peer(point.peer, term) for term in statement.peers)
        and not any(is_peer(point.peer, term) for term in statement.excepted)
    )


def is_forbidden(policy: DirectionPolicy, point: Point) -> bool:
    if any(speaks_of(each, point) for each in policy.deny):
        return True
    allowed = (*policy.require, *(each for each in policy.allow if not each.managed_by))
    return policy.otherwise is Otherwise.DENY and not any(speaks_of(each, point) for each in allowed)


def goal(policy: DirectionPolicy) -> Goal:
    return goal_of(policy, Direction.INGRESS, PLACES)


@given(directions)
def test_what_is_forbidden_is_so_point_by_point(policy: DirectionPolicy) -> None:
    forbidden = goal(policy).forbidden()
    wrong = [point for point in POINTS if (point in forbidden) != is_forbidden(policy, point)]
    assert wrong == []


@given(directions)
def test_what_is_required_is_so_point_by_point(policy: DirectionPolicy) -> None:
    required = goal(policy).required_traffic
    wrong = [
        point
        for point in POINTS
        if (point in required) != any(speaks_of(each, point) for each in policy.require)
    ]
    assert wrong == []


@given(directions)
def test_deny_wins_over_all_that_is_allowed_and_verified(policy: DirectionPolicy) -> None:
    resolved = goal(policy)
    assert resolved.denied_traffic <= resolved.forbidden(Traffic.ALL)
    assert resolved.denied_traffic <= resolved.forbidden()


@given(directions)
def test_a_goal_that_is_handed_out_never_requires_what_it_forbids(policy: DirectionPolicy) -> None:
    whole = Policy("p", Selector(names=("*",)), ingress=policy)
    if not any(
        speaks_of(required, point) and speaks_of(denied, point)
        for required, denied, point in product(policy.require, policy.deny, POINTS)
    ):
        wanted = desired(whole, CLUSTER, LISTS)
        assert not wanted.ingress.required_traffic & wanted.ingress.forbidden()
        return
    with pytest.raises(PolicyConflict) as found:
        desired(whole, CLUSTER, LISTS)
    assert all(conflict.traffic for conflict in found.value.conflicts)


@given(directions)
def test_the_rules_of_a_requirement_are_its_traffic(policy: DirectionPolicy) -> None:
    for statement in goal(policy).required:
        together = reduce(Traffic.__or__, (rule.traffic for rule in statement.rules), Traffic.NONE)
        assert together == statement.traffic


@given(directions)
def test_the_order_of_statements_means_nothing(policy: DirectionPolicy) -> None:
    turned = DirectionPolicy(policy.otherwise, policy.require[::-1], policy.allow[::-1], policy.deny[::-1])
    assert goal(turned).forbidden() == goal(policy).forbidden()
    assert goal(turned).required_traffic == goal(policy).required_traffic


@given(policies)
def test_what_a_policy_says_it_needs_is_all_it_needs(policy: Policy) -> None:
    wanted = needs(policy, CLUSTER.region)
    given_lists = {
        each.id: each
        for each in LISTS.values()
        if each.id in wanted.prefix_list_ids or each.name in wanted.prefix_list_names
    }
    cluster = CLUSTER if wanted.vpc else replace(CLUSTER, vpc_cidrs=None)
    for direction, each in ((Direction.INGRESS, policy.ingress), (Direction.EGRESS, policy.egress)):
        goal_of(each, direction, Places(cluster, given_lists))


def sparing_the_vpc(policy: DirectionPolicy) -> DirectionPolicy:
    """The policy with the VPC in all exceptions and nowhere else."""

    def without(statement: Statement) -> Statement:
        return replace(
            statement, peers=tuple(each for each in simple(statement.peers) if each is not Builtin.VPC)
        )

    deny = tuple(replace(each, excepted=(*each.excepted, Builtin.VPC)) for each in map(without, policy.deny))
    return replace(
        policy, require=(*map(without, policy.require),), allow=(*map(without, policy.allow),), deny=deny
    )


@given(directions.map(sparing_the_vpc))
def test_what_is_in_order_while_a_vpc_is_not_spared_is_in_order(policy: DirectionPolicy) -> None:
    exact, first = (
        goal_of(policy, Direction.INGRESS, replace(PLACES, cluster=replace(CLUSTER, vpc_cidrs=vpc)))
        for vpc in (CLUSTER.vpc_cidrs, None)
    )
    assert exact.forbidden() <= first.forbidden()
    assert exact.required_traffic == first.required_traffic


@pytest.mark.parametrize("term", [*Builtin])
def test_every_point_is_with_the_peers_it_should_be(term: Builtin) -> None:
    peers = PLACES.peers([term])
    assert [peer for peer in WHOM if (peer in peers) != is_peer(peer, term)] == []
