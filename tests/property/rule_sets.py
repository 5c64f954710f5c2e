"""Clusters with security groups as EC2 may show them: overlapping rules, odd shapes, strangers' words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.traffic import NOBODY, Cidr, Direction, Group, PeerSet, PrefixList, Rule, Service, parse_cidr
from sgwarden.traffic.ec2 import Opaque, rule_of_row

from tests.property import rules
from tests.property.ec2_rows import row_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sgwarden.traffic import Peer

Found = tuple[Cluster, SecurityGroup]

LISTS = {
    each.id: each
    for each in (
        *rules.PREFIX_LISTS.values(),
        PrefixList("pl-0c", Cidr(parse_cidr("10.0.0.0/9")).peers, name="com.amazonaws.eu-west-1.s3"),
    )
}
VPCS = (
    PeerSet.of_cidr("10.0.0.0/16", "2001:db8:1::/56"),
    PeerSet.of_cidr("10.0.0.0/17", "2001:db8:1::/56", "2001:db8:2::/56"),
    PeerSet.of_cidr("198.51.100.0/24", "10.64.0.0/16", "fd00:1::/56"),
)
UNREADABLE = PrefixList("pl-0dead", NOBODY)
_SELF = Group("sg-0000000000000000f")  # becomes the group's own id
_SERVICES = tuple(
    Service.parse(text)
    for text in (
        *("all", "tcp", "tcp/443", "tcp/440-443", "tcp/400-442", "tcp/10250", "tcp/53", "udp/53", "udp"),
        *("tcp/22", "tcp/20-25", "icmp", "icmp/3", "icmp/3.4", "icmpv6", "proto/50"),
    )
)
_BLOCKS = (
    *("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/16", "10.200.0.0/16"),
    *("198.51.100.7/32", "2001:db8::/32", "2001:db8:1::/56", "224.0.0.0/4"),
)
_PEERS: tuple[Peer, ...] = (
    *(_SELF, _SELF, _SELF, _SELF, Group("sg-0a"), Group("sg-0b", "444455556666")),
    *(Cidr(parse_cidr(text)) for text in _BLOCKS),
    *LISTS.values(),
    UNREADABLE,
)
_EVERY_DAY = tuple(
    Rule(direction, service, peer)
    for direction in Direction
    for service, peer in (
        (Service.ALL, _SELF),
        (Service.ALL, Cidr(parse_cidr("0.0.0.0/0"))),
        (Service.parse("tcp/443"), Cidr(parse_cidr("10.200.0.0/16"))),
    )
)
_WORDS = (
    *("", "office", "Office", "a: b # c", "- x", "yes", "{cluster}", '"quoted" \\ back', "*alias &anchor"),
    *(
        "line\nbreak",
        "\x1b[31mred\x00",
        "\u202eright",
        "é" * 5,
        "ü ñ",
        "9",
        "x" * 300,
        "\U0001f600",
        "\ud800",
    ),
    *("elbv2.k8s.aws/targetGroupBinding=shared", "kubernetes.io/rule/nlb/client=a", "eks-self-ingress"),
)
_descriptions = st.sampled_from(_WORDS) | st.text(max_size=12)
_small = st.builds(
    Rule,
    st.sampled_from(Direction),
    st.sampled_from(_SERVICES),
    st.sampled_from(_PEERS),
    description=_descriptions,
)
some_rules = st.one_of(_small, st.sampled_from(_EVERY_DAY), rules.described_rules)
_PROTOCOLS = {"tcp": "6", "udp": 17, "icmp": "ICMP", "-1": "all"}


@st.composite
def rows(draw: st.DrawFn, rule: Rule, group_id: str) -> dict[str, Any]:
    """The rule as a row that a tool may have written: protocol by number, host bits, owner spelled out."""
    row = row_of(replace(rule, peer=Group(group_id)) if rule.peer == _SELF else rule)
    if draw(st.booleans()):
        row["IpProtocol"] = _PROTOCOLS.get(row["IpProtocol"], row["IpProtocol"])
    if row.get("CidrIpv4") == "10.0.0.0/16" and draw(st.booleans()):
        row["CidrIpv4"] = "10.0.3.7/16"
    if "ReferencedGroupInfo" in row and draw(st.booleans()):
        row["ReferencedGroupInfo"]["UserId"] = "111122223333"
    return row


@st.composite
def groups(draw: st.DrawFn, cluster: Cluster, of: list[Rule]) -> SecurityGroup:
    """The group of a cluster, read from rows; its tags may be amiss."""
    group_id = cluster.security_group_id
    read = [rule_of_row(draw(rows(rule, group_id)), LISTS) for rule in of]
    name = f"eks-cluster-sg-{cluster.name}-1"
    tags = {"Name": name, f"kubernetes.io/cluster/{cluster.name}": "owned", "team": "x"}
    for key in draw(st.sets(st.sampled_from(sorted(tags)), max_size=1)):
        tags[key] = "changed"
    return SecurityGroup(
        group_id,
        name,
        "vpc-1",
        tuple(each for each in read if isinstance(each, Rule)),
        tuple(each for each in read if isinstance(each, Opaque)),
        tags,
    )


@st.composite
def rule_sets(draw: st.DrawFn, vpcs: tuple[PeerSet | None, ...] = (None, *VPCS)) -> list[Found]:
    """Some clusters, names shared between regions and accounts, and often with the same rules.

    None of the VPCs is one of which nothing is known.
    """
    shared = draw(st.lists(st.lists(some_rules, max_size=8), min_size=1, max_size=2))
    where = st.tuples(
        st.sampled_from(["a", "b", "true", "1", "like-a", "a-b_c"]),
        st.sampled_from(["111122223333", "012345678901"]),
        st.sampled_from(["eu-west-1", "us-east-1"]),
    )
    found = []
    for number, (name, account, region) in enumerate(
        draw(st.lists(where, min_size=1, max_size=4, unique=True))
    ):
        cluster = Cluster(
            name,
            account,
            region,
            f"sg-{number}",
            ip_family=draw(st.sampled_from((IpFamily.IPV4, IpFamily.IPV4, IpFamily.IPV6))),
            vpc_id=f"vpc-{number}",
            vpc_cidrs=draw(st.sampled_from(vpcs)),
            control_plane_groups=("sg-0a",),
            remote_nodes=draw(st.sampled_from((NOBODY, NOBODY, PeerSet.of_cidr("10.200.0.0/16")))),
        )
        group = draw(groups(cluster, draw(st.sampled_from(shared))))
        found.append((replace(cluster, security_group_name=group.name), group))
    return found


@dataclass(frozen=True)
class Account:
    """Reads what is given, in the place of AWS; satisfies `observe.Reader`."""

    found: list[Found]

    def clusters(self) -> Iterator[Found]:
        yield from self.found

    def group(self, group_id: str) -> SecurityGroup | None:
        return next((group for _, group in self.found if group.id == group_id), None)

    def cluster(self, name: str) -> Cluster | None:
        return next((cluster for cluster, _ in self.found if cluster.name == name), None)

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        return group

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        known = (cluster.vpc_cidrs for cluster, _ in self.found if cluster.vpc_id == vpc_id)
        return next(known, None) or VPCS[0]

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> dict[str, PrefixList]:
        return {key: each for key, each in LISTS.items() if key in ids or each.name in names}

    def group_tags(self, group_ids: Collection[str]) -> dict[str, dict[str, str]]:
        return {}
