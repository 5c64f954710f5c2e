"""A statement that is said never to matter never does, and one that is not said to does somewhere.

Held against a reading point by point: at every cluster there can be, as far as one packet can tell, the
policy with the statement and the policy without it are asked of every kind of packet.
"""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_address
from itertools import chain, combinations, product
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.policy.peers import Builtin, simple
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import goal_of
from sgwarden.policy.types import DirectionPolicy, Effect, Otherwise, Owner, Policy, Statement
from sgwarden.review.pointless import pointless
from sgwarden.review.shadow import without_effect
from sgwarden.traffic import (
    NOBODY,
    Cidr,
    Direction,
    Group,
    PeerSet,
    PrefixList,
    Rule,
    Service,
    Traffic,
    union,
)

from tests.property.policy_documents import policies

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from sgwarden.policy.peers import Simple

    Peer = IPv4Address | IPv6Address | str

# One packet of every kind that the generated statements can tell apart.
SERVICES = (
    (6, 20),
    (6, 22),
    (6, 443),
    (6, 30080),
    (17, 53),
    (17, 30080),
    (1, 772),
    (1, 768),
    (1, 0),
    (58, 0),
    (50, 0),
    (47, 0),
)
PEERS: tuple[Peer, ...] = (
    *map(ip_address, ("1.1.1.1", "198.51.100.1", "8.8.8.8", "10.1.0.1", "10.2.0.1", "192.168.0.1")),
    *map(ip_address, ("127.0.0.1", "2001:db8::1", "2600::1", "fd00::1", "fe80::1")),
    *("sg-a", "sg-b", "sg-c", "sg-other"),
)
ADDRESSES = {Builtin.VPC, Builtin.REMOTE_NODES, Builtin.REMOTE_PODS}
ONE_EACH = {Builtin.SELF, Builtin.CLUSTER_SECURITY_GROUP}
GROUPS = ONE_EACH | {Builtin.CONTROL_PLANE_GROUPS}
SPACES = {
    Builtin.PRIVATE: ("10.1.0.1", "10.2.0.1", "192.168.0.1", "fd00::1"),
    Builtin.INTERNET: ("1.1.1.1", "198.51.100.1", "8.8.8.8", "2001:db8::1", "2600::1"),
}
TOLD = re.compile(r'statement "(s[0-9]+(?:-b)?)" can never matter')
Asked = tuple[bool, bool]
"""Whether a packet is required, and whether it is forbidden."""


def holds(term: Simple, peer: Peer, holding: frozenset[object]) -> bool:
    address = not isinstance(peer, str)
    match term:
        case Cidr(network=network):
            return not isinstance(peer, str) and peer in network
        case Group(id=group):
            return peer == group
        case Builtin.ANYWHERE:
            return address
        case Builtin.ANYWHERE_IPV4 | Builtin.ANYWHERE_IPV6:
            return not isinstance(peer, str) and f"anywhere-ipv{peer.version}" == term
        case Builtin.PRIVATE | Builtin.INTERNET:
            return str(peer) in SPACES[term]
        case _:
            return term in holding and address != (term in GROUPS)


def can_be_proved(owner: Owner, service: tuple[int, int], peer: Peer) -> bool:
    """Whether a rule that opens it can be known to be the owner's."""
    protocol, port = service
    ipv4 = not isinstance(peer, str) and peer.version == 4
    match owner:
        case Owner.AWS_LOAD_BALANCER_CONTROLLER:
            return protocol in (6, 17) and isinstance(peer, str)
        case Owner.IN_TREE_CLOUD_PROVIDER:
            return ipv4 and ((protocol in (6, 17) and 30000 <= port <= 32767) or service == (1, 772))
        case Owner.EKSCTL:
            return isinstance(peer, str)
        case Owner.EKS:
            return isinstance(peer, str) or (ipv4 and service == (6, 443))


def speaks_of(
    each: Statement, service: tuple[int, int], peer: Peer, family: IpFamily, holding: frozenset[object]
) -> bool:
    return (
        each.ip_family in (None, family)
        and (
            each.managed_by is None
            or (each.managed_by in holding and can_be_proved(each.managed_by, service, peer))
        )
        and any(
            one.protocol in (None, service[0]) and one.first <= service[1] <= one.last
            for one in each.services
        )
        and any(holds(term, peer, holding) for term in simple(each.peers))
        and not any(holds(term, peer, holding) for term in simple(each.excepted))
    )


def asked(policy: DirectionPolicy, spoken: frozenset[str]) -> Asked:
    """What is asked of a packet of which just these statements speak."""
    required, allowed, denied = (any(each.id in spoken for each in policy.of(effect)) for effect in Effect)
    shut = policy.otherwise is Otherwise.DENY and not (required or allowed)
    return required, denied or shut


def kinds_of_packets(policy: DirectionPolicy) -> set[frozenset[str]]:
    """Every set of statements that can together be those which speak of a packet, at some cluster."""
    terms = {term for each in policy for term in simple((*each.peers, *each.excepted))}
    different: list[object] = [
        term
        for term in terms
        if not isinstance(term, Cidr | Group)
        and (term in ADDRESSES | GROUPS or not isinstance(term, Builtin))
    ]
    different += list({each.managed_by for each in policy if each.managed_by})
    sets = chain.from_iterable(combinations(different, size) for size in range(len(different) + 1))
    return {
        frozenset(each.id for each in policy if speaks_of(each, service, peer, family, frozenset(holding)))
        for holding, family, service, peer in product(sets, IpFamily, SERVICES, PEERS)
        if not set(holding) >= ONE_EACH  # one packet is not of two groups
    }


def without(policy: DirectionPolicy, statement: Statement) -> DirectionPolicy:
    require, allow, deny = (
        tuple(each for each in policy.of(effect) if each is not statement) for effect in Effect
    )
    return DirectionPolicy(policy.otherwise, require, allow, deny)


def few_terms(policy: Policy) -> bool:
    """Whether all clusters can be run through in a moment."""
    terms = {term for each in policy.ingress for term in simple((*each.peers, *each.excepted))}
    return len([term for term in terms if not isinstance(term, Cidr | Group)]) <= 6


@settings(max_examples=40)
@given(policies.filter(few_terms))
def test_just_those_are_told_whose_removal_changes_nothing_anywhere(policy: Policy) -> None:
    side = policy.ingress
    kinds = kinds_of_packets(side)
    idle = {unit for (unit,) in without_effect(side, [(each.id,) for each in side])}
    assert idle == {
        each.id
        for each in side
        if all(asked(side, spoken) == asked(without(side, each), spoken) for spoken in kinds)
    }


OF_OWNERS = [
    Rule(Direction.INGRESS, Service.parse(service), Group(group))
    for service, group in product(("tcp", "udp/53"), ("sg-a", "sg-other", "sg-self"))
]
ranges = st.sampled_from((NOBODY, PeerSet.of_cidr("10.1.0.0/16"), PeerSet.of_cidr("0.0.0.0/0", "::/0")))
clusters = st.builds(
    Cluster,
    name=st.just("c"),
    account=st.just("111122223333"),
    region=st.just("eu-west-1"),
    security_group_id=st.sampled_from(("sg-a", "sg-self")),
    ip_family=st.sampled_from(IpFamily),
    vpc_cidrs=ranges,
    remote_nodes=ranges,
    remote_pods=ranges,
    control_plane_groups=st.sampled_from(((), ("sg-a",), ("sg-b", "sg-self"))),
)


def looked_at(policy: Policy, cluster: Cluster) -> Cluster:
    """The cluster with a group that the policy is for."""
    return cluster if policy.scope is None else cluster.with_group(SecurityGroup("sg-c", "nodes", ""))


def wanted(side: DirectionPolicy, places: Places, *, owned: bool) -> tuple[Traffic, Traffic]:
    """What is required and what is forbidden, where owners have rules of theirs or not."""
    goal = goal_of(side, Direction.INGRESS, places)
    opened = union(rule.traffic for rule in OF_OWNERS if owned)
    managed = union(each.traffic for each in goal.allowed if each.managed_by) & opened
    return goal.required_traffic, goal.forbidden(managed)


@given(policies, clusters, ranges, ranges, st.booleans())
def test_without_it_the_same_is_desired_of_a_cluster(
    policy: Policy, cluster: Cluster, first: PeerSet, second: PeerSet, owned: bool
) -> None:
    lists = {
        "pl-1": PrefixList("pl-1", first),
        "pl-2": PrefixList("pl-2", second, name="com.amazonaws.eu-west-1.s3"),
    }
    places = Places(looked_at(policy, cluster), lists)
    side = policy.ingress
    for (idle,) in without_effect(side, [(each.id,) for each in side]):
        statement = next(each for each in side if each.id == idle)
        assert wanted(without(side, statement), places, owned=owned) == wanted(side, places, owned=owned)


@given(policies)
def test_a_copy_of_a_statement_never_matters(policy: Policy) -> None:
    side = policy.egress
    for each in side:
        require, allow, deny = (
            (*side.of(effect), replace(each, id="copy")) if each in side.of(effect) else side.of(effect)
            for effect in Effect
        )
        copied = DirectionPolicy(side.otherwise, require, allow, deny)
        assert without_effect(copied, [("copy",)]) == (("copy",),)


def doubled(side: DirectionPolicy) -> DirectionPolicy:
    """Every statement twice, none of them of a set."""
    require, allow, deny = (
        tuple(
            replace(each, id=id_, ready_made="")
            for each in side.of(effect)
            for id_ in (each.id, f"{each.id}-b")
        )
        for effect in Effect
    )
    return DirectionPolicy(side.otherwise, require, allow, deny)


@settings(max_examples=40)
@given(policies.filter(few_terms), clusters, ranges, st.booleans())
def test_all_that_are_told_of_may_go_together(
    policy: Policy, cluster: Cluster, addresses: PeerSet, owned: bool
) -> None:
    lists = {
        "pl-1": PrefixList("pl-1", addresses),
        "pl-2": PrefixList("pl-2", addresses, name="com.amazonaws.eu-west-1.s3"),
    }
    policy = replace(policy, use=(), ingress=doubled(policy.ingress), egress=DirectionPolicy())
    told = {match[1] for each in pointless(policy) if (match := TOLD.match(each.message))}
    left = policy.ingress
    for each in policy.ingress:
        left = without(left, each) if each.id in told else left
    places = Places(looked_at(policy, cluster), lists)
    assert wanted(left, places, owned=owned) == wanted(policy.ingress, places, owned=owned)
