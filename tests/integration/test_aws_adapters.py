"""Requests are exactly those that EC2 and EKS take, and their answers are read whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from sgwarden.aws.clusters import cluster_of
from sgwarden.aws.errors import translated
from sgwarden.aws.world import AwsWorld, vpc_cidrs_of
from sgwarden.change import Authorize, Modify, Revoke, SetTag
from sgwarden.cluster import IpFamily
from sgwarden.embedded import AccountDescription, EmbeddedAccount, RuleDescription
from sgwarden.failure import CallError, ConflictError, PassingError, QuotaError
from sgwarden.traffic import NOBODY, Direction, PeerSet, PrefixList, Rule, parse_line
from sgwarden.traffic.rule import Group

from tests.integration.deployed import (
    ACCOUNT,
    GROUP,
    REGION,
    SENT_BY_THE_SDK,
    VPC,
    Json,
    cluster,
    group,
    prefix_list,
    vpc,
    without_waiting,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.change import Change

OTHER, LIST = "sg-0e7b9d3c5a1f28460", "pl-0b8d2f4a6c1e3957d"
LISTS = {LIST: PrefixList(LIST, PeerSet.of_cidr("198.51.100.0/24"), 10)}


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    described = AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(vpc("10.0.0.0/16", "2001:db8::/56"),),
        clusters=(cluster(),),
        groups=(group(OTHER, tags={"team": "net"}),),
        prefix_lists=(prefix_list(LIST, "198.51.100.0/24"),),
    )
    with EmbeddedAccount(described) as opened:
        yield opened


@pytest.fixture
def world(account: EmbeddedAccount) -> AwsWorld:
    account.forget_calls()
    return AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)


def rule(line: str, rule_id: str = "", description: str = "", tags: tuple[tuple[str, str], ...] = ()) -> Rule:
    read = parse_line(line, self_id=GROUP, prefix_lists=LISTS)
    return Rule(read.direction, read.service, read.peer, rule_id, description, tags)


def only_call(account: EmbeddedAccount) -> tuple[str, Json]:
    (call,) = account.calls()
    return call.operation, call.parameters


# --- What is sent -----------------------------------------------------------------------------------------


def test_rules_of_one_direction_are_authorized_in_one_call(account: EmbeddedAccount, world: AwsWorld) -> None:
    lines = (
        "tcp/22 from 198.51.100.0/24",
        "udp/53 from 2001:db8::/32",
        "icmp from 10.0.0.0/8",
        "icmp/3.4 from 10.0.0.0/8",
        "icmpv6/128 from ::/0",
        "proto/50 from 10.0.0.0/8",
        f"tcp/443 from {LIST}",
        f"all from {OTHER}",
    )
    world.change(GROUP, [Authorize(rule(line, description="why"), "x") for line in lines])
    operation, parameters = only_call(account)
    assert operation == "AuthorizeSecurityGroupIngress"
    assert parameters == {
        "GroupId": GROUP,
        "IpPermissions": [
            _permission("tcp", 22, 22, IpRanges=[{"CidrIp": "198.51.100.0/24", "Description": "why"}]),
            _permission("udp", 53, 53, Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32", "Description": "why"}]),
            _permission("icmp", -1, -1, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "why"}]),
            _permission("icmp", 3, 4, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "why"}]),
            _permission("icmpv6", 128, -1, Ipv6Ranges=[{"CidrIpv6": "::/0", "Description": "why"}]),
            {"IpProtocol": "50", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "why"}]},
            _permission("tcp", 443, 443, PrefixListIds=[{"PrefixListId": LIST, "Description": "why"}]),
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": OTHER, "Description": "why"}]},
        ],
    }
    assert set(lines) <= set(account.lines(GROUP))


def _permission(protocol: str, first: int, last: int, **peers: object) -> Json:
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **peers}


def test_outbound_rules_and_groups_of_others(account: EmbeddedAccount, world: AwsWorld) -> None:
    plain = rule("tcp/443 to self")
    shared = Rule(Direction.EGRESS, plain.service, Group(OTHER, "444455556666"))
    world.change(GROUP, [Authorize(plain, "x"), Authorize(shared, "x")])
    operation, parameters = only_call(account)
    assert operation == "AuthorizeSecurityGroupEgress"
    assert parameters["IpPermissions"] == [
        _permission("tcp", 443, 443, UserIdGroupPairs=[{"GroupId": GROUP}]),
        _permission("tcp", 443, 443, UserIdGroupPairs=[{"GroupId": OTHER, "UserId": "444455556666"}]),
    ]


def test_new_rules_get_their_tags_but_none_of_aws(account: EmbeddedAccount, world: AwsWorld) -> None:
    tagged = rule("tcp/22 from 10.0.0.0/8", tags=(("aws:x", "1"), ("team", "net")))
    world.change(GROUP, [Authorize(tagged, "x")])
    _, parameters = only_call(account)
    assert parameters["TagSpecifications"] == [
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "net"}]}
    ]


def test_no_tags_no_specification(account: EmbeddedAccount, world: AwsWorld) -> None:
    world.change(GROUP, [Authorize(rule("tcp/22 from 10.0.0.0/8", tags=(("aws:x", "1"),)), "x")])
    assert "TagSpecifications" not in only_call(account)[1]


@pytest.mark.parametrize(("line", "direction"), [("all from self", "Ingress"), ("all to self", "Egress")])
def test_rules_are_revoked_by_id(
    account: EmbeddedAccount, world: AwsWorld, line: str, direction: str
) -> None:
    rule_id = account.rule_ids(GROUP)[line]
    world.change(GROUP, [Revoke(rule(line, rule_id), "x")])
    assert only_call(account) == (
        f"RevokeSecurityGroup{direction}",
        {"GroupId": GROUP, "SecurityGroupRuleIds": [rule_id]},
    )
    assert line not in account.lines(GROUP)


@pytest.mark.parametrize(
    ("into", "request_"),
    [
        ("tcp/20-21 from 10.0.0.0/8", _permission("tcp", 20, 21, CidrIpv4="10.0.0.0/8")),
        ("all from 10.0.0.0/8", _permission("-1", -1, -1, CidrIpv4="10.0.0.0/8")),
        ("proto/50 from 10.0.0.0/8", _permission("50", -1, -1, CidrIpv4="10.0.0.0/8")),
        ("icmp/8 from 10.0.0.0/8", _permission("icmp", 8, -1, CidrIpv4="10.0.0.0/8")),
        ("tcp/22 from ::/0", _permission("tcp", 22, 22, CidrIpv6="::/0")),
        (f"tcp/22 from {OTHER}", _permission("tcp", 22, 22, ReferencedGroupId=OTHER)),
        (f"tcp/22 from {LIST}", _permission("tcp", 22, 22, PrefixListId=LIST)),
    ],
)
def test_a_modified_rule_is_told_whole(
    account: EmbeddedAccount, world: AwsWorld, into: str, request_: Json
) -> None:
    """What a modification does not tell of is gone after: ports are -1 for all, the description is kept."""
    sort = {"10.0.0.0/8": "all from 192.168.0.0/16", "::/0": "all from 2001:db8::/32"}
    before = rule(sort.get(into.rsplit(maxsplit=1)[-1], into.replace("tcp/22", "all")))
    world.change(GROUP, [Authorize(before, "x")])
    rule_id = account.rule_ids(GROUP)[before.text(GROUP)]
    account.forget_calls()

    world.change(GROUP, [Modify(before, rule(into, rule_id, "kept"), "x")])
    assert only_call(account) == (
        "ModifySecurityGroupRules",
        {
            "GroupId": GROUP,
            "SecurityGroupRules": [
                {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**request_, "Description": "kept"}}
            ],
        },
    )
    assert account.rule_ids(GROUP)[into] == rule_id


def test_tags_go_in_one_call(account: EmbeddedAccount, world: AwsWorld) -> None:
    world.change(GROUP, [SetTag("Name", "x"), SetTag("team", "net", "other")])
    assert only_call(account) == (
        "CreateTags",
        {"Resources": [GROUP], "Tags": [{"Key": "Name", "Value": "x"}, {"Key": "team", "Value": "net"}]},
    )


# --- What is read -----------------------------------------------------------------------------------------


def test_rows_of_all_pages(account: EmbeddedAccount, world: AwsWorld) -> None:
    lines = [f"tcp/{port} from 10.0.0.0/8" for port in range(1, 13)]
    world.change(GROUP, [Authorize(rule(line), "x") for line in lines])
    found = world.group(GROUP)
    assert found is not None
    with _pages_of(5):
        close_up = world.with_rule_ids(found)
    assert {each.text(GROUP): each.id for each in close_up.rules} == account.rule_ids(GROUP)
    assert len(account.calls("DescribeSecurityGroupRules")) == 3


def _pages_of(size: int) -> Any:  # noqa: ANN401  a context that patches
    """Answers come in pages of this size, as EC2's do in pages of 1,000."""
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, name: str, parameters: Json) -> Json:
        answer: Json = send(client, name, {**parameters, "MaxResults": size})
        return answer

    return patch.object(BaseClient, "_make_api_call", make_api_call)


def test_groups_of_all_pages() -> None:
    ids = [f"sg-0aaaaaaaaaaaaaa{number:02}" for number in range(12)]
    groups = tuple(group(each, name="shared") for each in ids[:6]) + tuple(
        group(each, tags={"elbv2.k8s.aws/cluster": "dev-1"}) for each in ids[6:]
    )
    described = AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc(),), groups=groups)
    with EmbeddedAccount(described) as account:
        world = AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)
        with _pages_of(5):
            assert set(world.group_tags(ids)) == set(ids)
            assert set(world.groups_named("shared", VPC)) == set(ids[:6])
        assert world.groups_named("shared", "vpc-0aaaaaaaa") == []
        assert world.groups_named("share?", "") == []
        assert world.group_tags([ids[6], "sg-0ffffffff"]) == {ids[6]: {"elbv2.k8s.aws/cluster": "dev-1"}}


def test_a_filter_has_no_more_values_than_ec2_takes(account: EmbeddedAccount, world: AwsWorld) -> None:
    world.group_tags([f"sg-0aaaaaaaaaaaaa{number:04}" for number in range(401)])
    asked = [call.parameters["Filters"][0]["Values"] for call in account.calls("DescribeSecurityGroups")]
    assert [len(values) for values in asked] == [200, 200, 1]


def test_rules_lead_to_their_groups(account: EmbeddedAccount, world: AwsWorld) -> None:
    (rule_id, *_) = account.rule_ids(GROUP).values()
    asked = [rule_id, *(f"sgr-0aaaaaaaaaaaaa{number:04}" for number in range(400))]
    assert world.groups_with_rules(asked) == {rule_id: GROUP}
    filters = [call.parameters["Filters"] for call in account.calls("DescribeSecurityGroupRules")]
    assert [[each["Name"] for each in filter_] for filter_ in filters] == [["security-group-rule-id"]] * 3


def test_a_name_is_no_pattern() -> None:
    """EC2's filters take `*` for any text: the whole region would be read for a group of that name."""
    starred, other = "sg-0aaaaaaaaaaaaaa01", "sg-0aaaaaaaaaaaaaa02"
    groups = (group(starred, name="a*"), group(other, name="ab"))
    described = AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc(),), groups=groups)
    with EmbeddedAccount(described) as account:
        world = AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)
        account.forget_calls()
        assert world.groups_named("a*", VPC) == [starred]
        assert world.groups_named("a\\?*", VPC) == []
        first, second = account.calls("DescribeSecurityGroups")
        assert first.parameters["Filters"][0]["Values"] == ["a\\*"]
        assert second.parameters["Filters"][0]["Values"] == ["a\\\\\\?\\*"]
        assert first.parameters["MaxResults"] == 200


def test_a_group_that_is_not_there(world: AwsWorld) -> None:
    assert world.group("sg-0aaaaaaaaaaaaaaaa") is None
    assert world.groups_with_rules(["sgr-0aaaaaaaaaaaaaaaa"]) == {}


def test_the_two_ways_to_read_a_group_say_the_same() -> None:
    lines = (
        *(
            "all from self",
            "all to self",
            "tcp/20-25 from 0.0.0.0/0",
            "udp/53 from ::/0",
            "icmp/3.4 from 10.0.0.0/8",
        ),
        *(f"tcp/443 from {LIST}", f"tcp/443 to {LIST}", f"all from {OTHER}", "proto/50 from 10.0.0.0/8"),
    )
    rules = tuple(RuleDescription(line=line, description=f"rule {n}") for n, line in enumerate(lines))
    described = AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(vpc(),),
        clusters=(cluster(rules=rules, default_rules=False),),
        groups=(group(OTHER),),
        prefix_lists=(prefix_list(LIST, "198.51.100.0/24"),),
    )
    with EmbeddedAccount(described) as account:
        world = AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)
        merged = world.group(GROUP)
        assert merged is not None
        single = world.with_rule_ids(merged)
        assert merged.opaque == single.opaque == ()
        assert sorted(each.text(GROUP) for each in merged.rules) == sorted(lines)
        assert sorted(each.text(GROUP) for each in single.rules) == sorted(lines)
        assert {each.description for each in merged.rules} == {each.description for each in single.rules}
        assert all(merged.traffic(each) == single.traffic(each) for each in Direction)
        assert (single.name, single.vpc_id, single.tags) == (merged.name, merged.vpc_id, merged.tags)


def test_prefix_lists_by_id_and_by_name(account: EmbeddedAccount, world: AwsWorld) -> None:
    found = world.prefix_lists([LIST, "pl-0aaaaaaaa"], [f"list-{LIST[-4:]}"])
    assert set(found) == {LIST}
    assert found[LIST].addresses == PeerSet.of_cidr("198.51.100.0/24")
    assert (found[LIST].size, found[LIST].name) == (10, f"list-{LIST[-4:]}")
    assert len(account.calls("GetManagedPrefixListEntries")) == 1
    account.forget_calls()
    assert world.prefix_lists([], []) == {}
    assert account.calls() == ()


def test_a_list_whose_entries_cannot_be_found_is_left_out(account: EmbeddedAccount, world: AwsWorld) -> None:
    account.fail("GetManagedPrefixListEntries", "InvalidPrefixListID.NotFound")
    assert world.prefix_lists([LIST], []) == {}


def test_a_list_that_its_owner_shares_no_more_is_left_out(account: EmbeddedAccount, world: AwsWorld) -> None:
    account.fail("GetManagedPrefixListEntries", "UnauthorizedOperation")
    assert world.prefix_lists([LIST], []) == {}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("GetManagedPrefixListEntries", "RequestLimitExceeded"),
        ("DescribeManagedPrefixLists", "UnauthorizedOperation"),
    ],
)
def test_a_list_that_could_not_be_read_this_time_is_a_failure(
    account: EmbeddedAccount, world: AwsWorld, operation: str, code: str
) -> None:
    account.fail(operation, code, times=SENT_BY_THE_SDK)
    with without_waiting(), pytest.raises(CallError, match=f"{operation} failed with {code}"):
        world.prefix_lists([LIST], [])


def test_the_addresses_of_a_vpc(world: AwsWorld) -> None:
    assert world.vpc_cidrs(VPC) == PeerSet.of_cidr("10.0.0.0/16", "2001:db8::/56")


def test_blocks_that_are_on_their_way_in_or_out_do_not_count() -> None:
    def block(cidr: str, state: str) -> Json:
        return {"CidrBlock": cidr, "CidrBlockState": {"State": state}}

    def block6(cidr: str, state: str) -> Json:
        return {"Ipv6CidrBlock": cidr, "Ipv6CidrBlockState": {"State": state}}

    states = ("associating", "disassociating", "disassociated", "failing", "failed")
    described = {
        "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociationSet": [
            block("10.0.0.0/16", "associated"),
            block("10.1.0.0/16", "associated"),
            *(block(f"10.{n}.0.0/16", state) for n, state in enumerate(states, start=2)),
        ],
        "Ipv6CidrBlockAssociationSet": [
            block6("2001:db8::/56", "associated"),
            *(block6(f"2001:db8:{n}::/56", state) for n, state in enumerate(states, start=1)),
        ],
    }
    assert vpc_cidrs_of(described) == PeerSet.of_cidr("10.0.0.0/15", "2001:db8::/56")
    assert vpc_cidrs_of({"CidrBlock": "10.0.0.0/16"}) == PeerSet.of_cidr("10.0.0.0/16")


# --- Clusters ---------------------------------------------------------------------------------------------

DESCRIBED: Json = {
    "name": "prod-1",
    "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod-1",
    "status": "ACTIVE",
    "resourcesVpcConfig": {
        "subnetIds": ["subnet-0a"],
        "securityGroupIds": [OTHER],
        "clusterSecurityGroupId": GROUP,
        "vpcId": VPC,
        "endpointPublicAccess": True,
    },
    "kubernetesNetworkConfig": {"serviceIpv6Cidr": "fd00::/108", "ipFamily": "ipv6"},
    "remoteNetworkConfig": {
        "remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16", "10.81.0.0/16"]}],
        "remotePodNetworks": [{"cidrs": ["10.90.0.0/16"]}, {}],
    },
    "tags": {"environment": "production"},
}


def test_a_cluster_whole() -> None:
    found = cluster_of(DESCRIBED)
    assert found is not None
    assert (found.name, found.account, found.region, found.partition) == (
        "prod-1",
        ACCOUNT,
        "eu-west-1",
        "aws",
    )
    assert (found.security_group_id, found.control_plane_groups, found.vpc_id) == (GROUP, (OTHER,), VPC)
    assert (found.ip_family, found.status, found.tags) == (IpFamily.IPV6, "ACTIVE", DESCRIBED["tags"])
    assert found.remote_nodes == PeerSet.of_cidr("10.80.0.0/15")
    assert found.remote_pods == PeerSet.of_cidr("10.90.0.0/16")
    assert found.vpc_cidrs is None


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-iso", "us-iso-east-1")],
)
def test_clusters_of_other_partitions(partition: str, region: str) -> None:
    found = cluster_of({**DESCRIBED, "arn": f"arn:{partition}:eks:{region}:111122223333:cluster/prod-1"})
    assert found is not None
    assert (found.partition, found.region, found.account) == (partition, region, ACCOUNT)


def test_what_older_clusters_do_not_tell() -> None:
    found = cluster_of(
        {
            "name": "old",
            "arn": "arn:aws:eks:us-east-1:111122223333:cluster/old",
            "resourcesVpcConfig": {"clusterSecurityGroupId": GROUP, "vpcId": VPC},
        }
    )
    assert found is not None
    assert (found.ip_family, found.status, found.tags) == (IpFamily.IPV4, "ACTIVE", {})
    assert found.remote_nodes == found.remote_pods == NOBODY
    assert found.control_plane_groups == ()


@pytest.mark.parametrize("config", [None, {}, {"vpcId": VPC}, {"clusterSecurityGroupId": ""}])
def test_a_cluster_without_a_group_is_none_yet(config: object) -> None:
    assert cluster_of({"name": "new", "arn": "", "resourcesVpcConfig": config}) is None


@pytest.mark.parametrize("arn", ["", "prod-1", "arn:aws:eks"])
def test_a_cluster_without_an_arn_is_an_error(arn: str) -> None:
    with pytest.raises(ValueError, match="has no ARN"):
        cluster_of({**DESCRIBED, "arn": arn})


def test_updates_until_they_are_final(account: EmbeddedAccount, world: AwsWorld) -> None:
    update = account.client("eks").update_cluster_config(name="dev-1", resourcesVpcConfig={})["update"]
    assert [world.is_final("dev-1", update["id"]) for _ in range(2)] == [False, True]
    assert world.is_final("dev-1", "6b42d1d9")
    assert world.is_final("gone", "6b42d1d9")
    assert world.is_final("gone", "")


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("CREATING", False),
        ("PENDING", False),
        ("UPDATING", False),
        ("ACTIVE", True),
        ("FAILED", True),
        ("DELETING", True),
    ],
)
def test_without_an_update_the_clusters_status_tells(
    account: EmbeddedAccount, world: AwsWorld, status: str, final: bool
) -> None:
    account.builder.eks(REGION).clusters["dev-1"].status = status
    assert world.is_final("dev-1", "") is final


# --- What goes wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("InvalidPermission.Duplicate", 400, ConflictError),
        ("InvalidPermission.NotFound", 400, ConflictError),
        ("InvalidSecurityGroupRuleId.NotFound", 400, ConflictError),
        ("RulesPerSecurityGroupLimitExceeded", 400, QuotaError),
        ("RequestLimitExceeded", 503, PassingError),
        ("ThrottlingException", 400, PassingError),
        ("InternalError", 500, PassingError),
        ("UnauthorizedOperation", 403, CallError),
        ("InvalidGroup.NotFound", 400, CallError),
    ],
)
def test_codes_become_failures(code: str, status: int, kind: type[CallError]) -> None:
    answer: Any = {
        "Error": {"Code": code, "Message": "said so"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    with pytest.raises(CallError) as failure, translated("SomeCall"):
        raise ClientError(answer, "SomeCall")
    assert type(failure.value) is kind
    assert str(failure.value) == f"SomeCall failed with {code}: said so"
    assert failure.value.passing is (kind in (ConflictError, PassingError))


@pytest.mark.parametrize(
    ("retries", "repeated"), [({}, False), ({"RetryAttempts": 0}, False), ({"RetryAttempts": 1}, True)]
)
def test_a_conflict_of_a_call_that_was_repeated_may_be_with_ourselves(
    retries: dict[str, int], *, repeated: bool
) -> None:
    answer: Any = {
        "Error": {"Code": "InvalidPermission.Duplicate", "Message": ""},
        "ResponseMetadata": retries,
    }
    with pytest.raises(ConflictError) as failure, translated("SomeCall"):
        raise ClientError(answer, "SomeCall")
    assert failure.value.repeated is repeated


@pytest.mark.parametrize(
    "failure",
    [
        lambda: EndpointConnectionError(endpoint_url="https://ec2"),
        lambda: ReadTimeoutError(endpoint_url="https://ec2"),
    ],
)
def test_no_answer_at_all_passes(failure: Callable[[], Exception]) -> None:
    with pytest.raises(PassingError, match="SomeCall failed with"), translated("SomeCall"):
        raise failure()


def test_a_change_that_is_refused_is_told_with_its_operation(
    account: EmbeddedAccount, world: AwsWorld
) -> None:
    changes: list[Change] = [Authorize(rule("all from self"), "x")]
    with pytest.raises(ConflictError) as failure:
        world.change(GROUP, changes)
    assert (failure.value.operation, failure.value.code) == (
        "AuthorizeSecurityGroupIngress",
        "InvalidPermission.Duplicate",
    )
