"""What a group tells by itself is true whatever only EKS knows of its cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.certainty import Standing, may_be, may_be_beside, standing
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.examine import examine
from sgwarden.observe import ADDITIONAL_TAG, CLUSTER_TAG, Judged
from sgwarden.outcome import Skipped
from sgwarden.policy.types import Document, Effect, Owner, Scope, Selector, Statement
from sgwarden.traffic import NOBODY, PRIVATE, PeerSet
from sgwarden.updating import UPDATING

from tests.property.clusters_of_all_kinds import small_policies
from tests.property.rule_sets import VPCS, Account, groups, some_rules

if TYPE_CHECKING:
    from collections.abc import Collection

    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Policy

NAMES, TEAMS = ("a", "prod-1"), ("x", "y", "")
ACCOUNT, REGION = "111122223333", "eu-west-1"
IPV4_ONLY = PeerSet.of_cidr("10.0.0.0/16")
AREAS = (NOBODY, *(PeerSet.of_cidr(each) for each in ("10.200.0.0/16", "192.168.0.0/28", "8.8.8.0/28")))
SHARED = "elbv2.k8s.aws/targetGroupBinding=shared"
OWNED = Statement("owned", managed_by=Owner.AWS_LOAD_BALANCER_CONTROLLER)
selectors = st.builds(
    Selector,
    names=st.sampled_from((("*",), ("prod-*",))),
    tags=st.sampled_from(({}, {}, {"team": "x"}, {"team": "*"})),
)


@dataclass(frozen=True)
class Tagged(Account):
    """A region whose peer groups are the load balancer controller's, of one cluster."""

    of: str = NAMES[0]

    def group_tags(self, group_ids: Collection[str]) -> dict[str, dict[str, str]]:
        return {each: {"elbv2.k8s.aws/cluster": self.of} for each in group_ids}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    found = []
    for number, policy in enumerate(draw(st.lists(small_policies, min_size=1, max_size=3))):
        egress = draw(small_policies).ingress
        tags = draw(st.sampled_from(({}, {"team": "x"}, {"Name": "{group_name}"}, {"of": "{cluster}"})))
        ingress = policy.ingress
        if draw(st.booleans()):
            ingress = replace(ingress, allow=(*ingress.of(Effect.ALLOW), OWNED))
        found.append(
            replace(
                policy,
                name=str(number),
                clusters=draw(selectors),
                ingress=ingress,
                egress=egress,
                tags=tags,
            )
        )
    return Document(tuple(found))


@st.composite
def real(draw: st.DrawFn) -> tuple[Cluster, SecurityGroup]:
    """A cluster of any kind, with a group of a few rules."""
    family = draw(st.sampled_from(IpFamily))
    cluster = Cluster(
        *(draw(st.sampled_from(NAMES)), ACCOUNT, REGION, "sg-own"),
        tags=draw(st.sampled_from(({}, *({"team": team} for team in TEAMS)))),
        ip_family=family,
        vpc_id="vpc-1",
        vpc_cidrs=draw(st.sampled_from(VPCS if family is IpFamily.IPV6 else (*VPCS, IPV4_ONLY))),
        control_plane_groups=draw(st.sampled_from(((), ("sg-a",), ("sg-0a",), ("sg-own", "sg-0b")))),
        remote_nodes=draw(st.sampled_from(AREAS)),
        remote_pods=draw(st.sampled_from(AREAS)),
        status=draw(st.sampled_from(("ACTIVE", UPDATING))),
    )
    rules = draw(st.lists(some_rules, max_size=4))
    if draw(st.booleans()):
        rules = [replace(rule, description=SHARED) for rule in rules]
    group = draw(groups(cluster, rules))
    tags = {**group.tags, CLUSTER_TAG: cluster.name, "of": cluster.name}
    return replace(cluster, security_group_name=group.name), replace(group, tags=tags)


def is_left_alone(cluster: Cluster, group: SecurityGroup, document: Document, reader: Account) -> bool:
    seen = examine(replace(cluster, vpc_cidrs=None), group, document, reader)
    return isinstance(seen, Skipped) or (isinstance(seen, Judged) and not seen.drift)


@settings(max_examples=400, deadline=None)
@given(real(), documents(), st.sampled_from(NAMES))
def test_what_is_surely_in_order_is_left_alone_whatever_the_cluster_is(
    found: tuple[Cluster, SecurityGroup], document: Document, owner: str
) -> None:
    cluster, group = found
    reader = Tagged([found], owner)
    if stands(cluster, group, document, reader) is Standing.IN_ORDER:
        assert is_left_alone(cluster, group, document, reader)


@settings(max_examples=400, deadline=None)
@given(real(), documents(), st.sampled_from(NAMES))
def test_what_is_surely_not_in_order_is_never_left_alone(
    found: tuple[Cluster, SecurityGroup], document: Document, owner: str
) -> None:
    """So what a sweep sends of which it did not ask EKS is always worth the look."""
    cluster, group = found
    cluster = replace(cluster, remote_nodes=cluster.remote_nodes & PRIVATE)
    cluster = replace(cluster, remote_pods=cluster.remote_pods & PRIVATE)
    reader = Tagged([(cluster, group)], owner)
    if stands(cluster, group, document, reader) is Standing.NOT_IN_ORDER:
        assert not is_left_alone(cluster, group, document, reader)


@settings(max_examples=400, deadline=None)
@given(real(), documents(), st.sampled_from(NAMES), st.sampled_from((None, Scope(), Scope(tags={"of": "a"}))))
def test_the_same_is_so_of_additional_groups(
    found: tuple[Cluster, SecurityGroup], document: Document, owner: str, scope: Scope | None
) -> None:
    cluster, group = found
    peoples = {key: value for key, value in group.tags.items() if key != CLUSTER_TAG}
    beside = replace(group, tags={**peoples, ADDITIONAL_TAG: cluster.name})
    cluster = replace(cluster, remote_nodes=cluster.remote_nodes & PRIVATE, remote_pods=NOBODY)
    real_one = replace(cluster, security_group_id="sg-a").with_group(beside)
    document = Document(tuple(replace(each, scope=scope) for each in document.policies))
    reader = Tagged([(real_one, beside)], owner)
    assert cluster.vpc_cidrs is not None
    ipv6 = bool(cluster.vpc_cidrs.ipv6)
    clusters = may_be_beside(beside, ["sg-a", "sg-0a"], ACCOUNT, REGION, may_have_ipv6=ipv6)
    said = standing(clusters, beside, document, reader)
    if said is not Standing.DOUBTFUL:
        assert is_left_alone(real_one, beside, document, reader) is (said is Standing.IN_ORDER)


def stands(cluster: Cluster, group: SecurityGroup, document: Document, reader: Account) -> Standing:
    """What the group tells, at a cluster of which only the addresses of its VPC are known."""
    assert cluster.vpc_cidrs is not None
    clusters = may_be(group, ACCOUNT, REGION, may_have_ipv6=bool(cluster.vpc_cidrs.ipv6))
    return standing(clusters, group, document, reader)


@settings(max_examples=200, deadline=None)
@given(real(), small_policies)
def test_a_plain_cluster_is_judged_by_its_group_alone(
    found: tuple[Cluster, SecurityGroup], policy: Policy
) -> None:
    """Where EKS would have nothing to add, it is never asked in vain."""
    cluster, group = found
    plain = replace(
        cluster,
        tags={},
        ip_family=IpFamily.IPV4,
        vpc_cidrs=IPV4_ONLY,
        control_plane_groups=(),
        remote_nodes=NOBODY,
        remote_pods=NOBODY,
        status="ACTIVE",
    )
    reader, document = Account([(plain, group)]), Document((policy,))
    if is_left_alone(plain, group, document, reader) and not _speaks_of_what_eks_knows(policy):
        assert stands(plain, group, document, reader) is Standing.IN_ORDER


def _speaks_of_what_eks_knows(policy: Policy) -> bool:
    return any(word in str(policy) for word in ("remote-", "control-plane-groups"))
