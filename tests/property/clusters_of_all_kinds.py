"""Clusters of every kind that small policies can tell apart, and such policies."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import chain, combinations, product
from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.policy.peers import Builtin, PrefixListId, simple
from sgwarden.policy.places import Places
from sgwarden.policy.types import DirectionPolicy, Effect, Otherwise, Policy, Selector, Statement
from sgwarden.traffic import (
    ANYWHERE,
    INTERNET,
    NOBODY,
    PRIVATE,
    Cidr,
    Group,
    PeerSet,
    PrefixList,
    Service,
    parse_cidr,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.peers import PeerTerm, Simple

LIST = PrefixListId("pl-1")
TERMS: tuple[Simple, ...] = (
    *(Builtin.VPC, Builtin.SELF, Builtin.REMOTE_NODES, Builtin.CONTROL_PLANE_GROUPS, LIST),
    *(Builtin.PRIVATE, Builtin.INTERNET, Builtin.ANYWHERE, Builtin.ANYWHERE_IPV6, Group("sg-a")),
    *(Cidr(parse_cidr(text)) for text in ("10.1.0.0/16", "10.0.0.0/8", "10.1.0.0/17", "2600::/16")),
)
SERVICES = tuple(map(Service.parse, ("all", "tcp", "tcp/443")))

_BLOCKS = [PeerSet.of_cidr(each) for each in ("10.1.0.0/17", "10.1.128.0/17", "192.168.0.0/28", "8.8.8.0/28")]
_BLOCKS_IPV6 = [PeerSet.of_cidr(each) for each in ("2600::/60", "2a00::/60", "fd00::/60")]
_TEN = PeerSet.of_cidr("10.0.0.0/8")
_HALF = PeerSet.of_cidr("10.1.0.0/17")
_OTHER_HALF = PeerSet.of_cidr("10.1.128.0/17")
_SIX = PeerSet.of_cidr("2600::/16")
_REGIONS = [
    _HALF,
    _OTHER_HALF,
    PRIVATE - _HALF - _OTHER_HALF,
    INTERNET - _SIX,
    _SIX,
    ANYWHERE - INTERNET - PRIVATE,
]


def _unions(of: Iterable[PeerSet], least: int = 0) -> list[PeerSet]:
    parts = [*of]
    found = []
    for size in range(least, len(parts) + 1):
        for some in combinations(parts, size):
            whole = NOBODY
            for each in some:
                whole |= each
            found.append(whole)
    return found


def _vpcs(family: IpFamily) -> list[PeerSet]:
    least = 1 if family is IpFamily.IPV6 else 0
    return [v4 | v6 for v4, v6 in product(_unions(_BLOCKS, 1), _unions(_BLOCKS_IPV6, least))]


VPCS = {family: _vpcs(family) for family in IpFamily}
AREAS = _unions(_REGIONS)


def terms_of(policy: Policy) -> set[Simple]:
    statements = (*policy.ingress, *policy.egress)
    return set(simple(chain.from_iterable((*each.peers, *each.excepted) for each in statements)))


def clusters(policy: Policy, family: IpFamily) -> Iterator[Places]:
    """Every cluster, as far as the policy tells it from others by what it names; no two alike in a row."""
    named = terms_of(policy)
    owns = ("sg-own", "sg-a") if Group("sg-a") in named else ("sg-own",)
    around = ((), ("sg-a",), ("sg-own", "sg-b")) if Builtin.CONTROL_PLANE_GROUPS in named else ((),)
    chance = Random(0)  # noqa: S311 - an order, and no secret
    for _ in range(300):  # most often one of a few is enough, and all of them are many
        vpc = chance.choice(VPCS[family])
        remote = chance.choice(_apart(vpc)) if Builtin.REMOTE_NODES in named else NOBODY
        addresses = chance.choice(_lists(vpc)) if LIST in named else _TEN
        yield place(family, vpc, chance.choice(owns), chance.choice(around), remote, addresses)
    for vpc, own, groups in product(VPCS[family], owns, around):
        for remote in _apart(vpc) if Builtin.REMOTE_NODES in named else [NOBODY]:
            for addresses in _lists(vpc) if LIST in named else [_TEN]:
                yield place(family, vpc, own, groups, remote, addresses)


def place(
    family: IpFamily, vpc: PeerSet, own: str, groups: tuple[str, ...], remote: PeerSet, addresses: PeerSet
) -> Places:
    """A cluster with its own group, and with the addresses of its hybrid nodes and of the prefix list."""
    cluster = Cluster(
        *("c", "111122223333", "eu-west-1", own, "eks-cluster-sg-c-1"),
        ip_family=family,
        vpc_cidrs=vpc,
        control_plane_groups=groups,
        remote_nodes=remote - vpc,
    )
    return Places(cluster, {LIST.id: PrefixList(LIST.id, addresses)})


@cache
def _apart(vpc: PeerSet) -> list[PeerSet]:
    """Hybrid networks, which do not overlap with the VPC."""
    return [NOBODY, *(area - vpc for area in AREAS)]


@cache
def _lists(vpc: PeerSet) -> list[PeerSet]:
    return [each for area in AREAS for each in (area, area - vpc, area | vpc) if each]


def some_clusters(family: IpFamily) -> st.SearchStrategy[Places]:
    """Any of them."""

    return st.builds(
        place,
        st.just(family),
        st.sampled_from(VPCS[family]),
        st.sampled_from(("sg-own", "sg-a")),
        st.sampled_from(((), ("sg-a",), ("sg-own", "sg-b"))),
        st.sampled_from(AREAS),
        st.sampled_from([each for each in AREAS if each]),
    )


def _statements(effect: Effect) -> st.SearchStrategy[tuple[Statement, ...]]:
    some: st.SearchStrategy[tuple[PeerTerm, ...]] = st.lists(
        st.sampled_from(TERMS), min_size=1, max_size=2
    ).map(tuple)
    one = st.builds(
        Statement,
        id=st.just("id"),
        services=st.sampled_from(SERVICES).map(lambda service: (service,)),
        peers=some,
        excepted=some | st.just(()) if effect is Effect.DENY else st.just(()),
        ip_family=st.sampled_from((None, None, *IpFamily)),
    )
    return st.lists(one, max_size=2).map(
        lambda found: tuple(replace(each, id=f"{effect}-{number}") for number, each in enumerate(found))
    )


def _within(policy: Policy) -> bool:
    """Whether no more than two are named of what takes long to run through."""
    wide = terms_of(policy) & {LIST, Builtin.REMOTE_NODES}
    return len(wide) < 2


small_policies = st.builds(
    Policy,
    name=st.just("p"),
    clusters=st.just(Selector(names=("*",))),
    ingress=st.builds(
        DirectionPolicy, st.sampled_from(Otherwise), *(_statements(effect) for effect in Effect)
    ),
).filter(_within)
