"""Policy documents of all shapes, as hypothesis makes them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import strategies as st
from sgwarden.cluster import IpFamily
from sgwarden.policy.own_group import with_self
from sgwarden.policy.peers import Builtin, ManagedList, Named, PeerTerm, PrefixListId
from sgwarden.policy.types import (
    DirectionPolicy,
    Document,
    Effect,
    Mode,
    Otherwise,
    Owner,
    Policy,
    Remedy,
    Scope,
    Selector,
    Severity,
    Statement,
)
from sgwarden.traffic import Cidr, Group, Service, parse_cidr

SERVICES = tuple(
    Service.parse(text)
    for text in (
        "all",
        "tcp",
        "tcp/22",
        "tcp/20-25",
        "udp/53",
        "icmp",
        "icmp/3",
        "icmp/3.4",
        "icmpv6",
        "proto/50",
    )
)
SIMPLE = (
    *Builtin,
    *(
        Cidr(parse_cidr(text))
        for text in ("10.0.0.0/8", "10.1.0.0/16", "1.1.1.1/32", "0.0.0.0/0", "2001:db8::/32")
    ),
    Group("sg-a"),
    Group("sg-b"),
    PrefixListId("pl-1"),
    ManagedList("s3"),
)
OFFICE = Named("office", (SIMPLE[-1], Cidr(parse_cidr("198.51.100.0/24"))))
EVERY = Named("every", (OFFICE, Builtin.VPC, Group("sg-c")))
NAMES = {each.name: each.members for each in (OFFICE, EVERY)}

texts = st.text(min_size=1, max_size=12)
patterns = st.text(st.characters(exclude_characters="[]"), min_size=1, max_size=12)
terms: st.SearchStrategy[PeerTerm] = st.sampled_from((*SIMPLE, OFFICE, EVERY))
some_terms = st.lists(terms, min_size=1, max_size=3).map(tuple)
some_services = st.lists(st.sampled_from(SERVICES), min_size=1, max_size=3).map(tuple)
tag_texts = st.text("ab:/{}*", min_size=1, max_size=8).filter(lambda text: "{" not in text and text != "aws:")


def statements(effect: Effect) -> st.SearchStrategy[Statement]:
    """Statements of one effect, their ids yet to be made unlike."""
    denies, allows = effect is Effect.DENY, effect is Effect.ALLOW
    return st.builds(
        Statement,
        id=st.just("id"),
        services=some_services,
        peers=some_terms,
        excepted=st.just(()) | some_terms if denies else st.just(()),
        why=st.just("") | texts,
        severity=st.none() if allows else st.none() | st.sampled_from(Severity),
        managed_by=st.none() | st.sampled_from(Owner) if allows else st.none(),
        remedy=st.none() | st.sampled_from(Remedy) if denies else st.none(),
        ip_family=st.none() | st.sampled_from(IpFamily),
        ready_made=st.sampled_from(("", "eks-baseline")),
    )


directions = st.builds(
    DirectionPolicy,
    st.sampled_from(Otherwise),
    *(st.lists(statements(effect), max_size=2).map(tuple) for effect in Effect),
)
selectors = st.builds(
    Selector,
    st.lists(patterns, max_size=2).map(tuple),
    st.just(()) | st.just(("012345678901",)),
    st.lists(patterns, max_size=2).map(tuple),
    st.dictionaries(texts, texts, max_size=2),
).filter(lambda selector: selector != Selector())


scopes = st.builds(Scope, st.lists(texts, max_size=2).map(tuple), st.dictionaries(texts, texts, max_size=2))


def _of_its_scope(policy: Policy) -> Policy:
    """The policy without what one of its scope cannot say, as the reader has it."""
    return with_self(policy) if policy.scope is None else replace(policy, below_eks_minimum=False)


def _numbered(policy: Policy) -> Policy:
    """The policy with ids that differ."""
    numbers = count()

    def numbered(direction: DirectionPolicy) -> DirectionPolicy:
        require, allow, deny = (
            tuple(replace(each, id=f"s{next(numbers)}") for each in direction.of(effect)) for effect in Effect
        )
        return DirectionPolicy(direction.otherwise, require, allow, deny)

    return replace(policy, ingress=numbered(policy.ingress), egress=numbered(policy.egress))


policies = (
    st.builds(
        Policy,
        name=texts,
        clusters=selectors,
        mode=st.sampled_from(Mode),
        use=st.lists(texts, max_size=2, unique=True).map(tuple),
        remedy=st.sampled_from(Remedy),
        trim_limit=st.integers(1, 1000),
        below_eks_minimum=st.booleans(),
        ingress=directions,
        egress=directions,
        tags=st.dictionaries(tag_texts, tag_texts, max_size=2).filter(
            lambda tags: not any(key.startswith("aws:") for key in tags)
        ),
        scope=st.none() | scopes,
    )
    .map(_numbered)
    .map(_of_its_scope)
)
documents = st.builds(
    Document,
    st.lists(policies, min_size=1, max_size=3, unique_by=lambda policy: policy.name).map(tuple),
    st.just(NAMES),
    sha256=st.sampled_from(("", "0123456789abcdef" * 4)),
)
