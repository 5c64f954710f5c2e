"""Clusters and regions, as EKS and EC2 tell of them and moto does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    VpcDescription,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION, AWAY = "111122223333", "eu-west-1", "ap-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/new-1-cluster"
VPC, OTHER_VPC = "vpc-0b8d2f4a6c1e3957d", "vpc-05e9c7a1b3d8f2064"
DESCRIBED = AccountDescription(
    account=ACCOUNT,
    region=REGION,
    vpcs=(
        VpcDescription(id=VPC, region=REGION),
        VpcDescription(id=OTHER_VPC, region=REGION),
        VpcDescription(id="vpc-0a", region=AWAY, cidrs=("10.0.0.0/16", "2001:db8::/56")),
    ),
    clusters=tuple(
        ClusterDescription(name=name, region=REGION, vpc=vpc)
        for name, vpc in (("old-1", VPC), ("old-2", OTHER_VPC))
    ),
)
Json = dict[str, Any]


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(DESCRIBED) as opened:
        yield opened


def config_of(account: EmbeddedAccount, name: str) -> Json:
    cluster: Json = account.client("eks").describe_cluster(name=name)["cluster"]
    config: Json = cluster["resourcesVpcConfig"]
    return config


def create(account: EmbeddedAccount, subnets: list[str], **more: object) -> Json:
    created: Json = account.client("eks").create_cluster(
        name="new-1", roleArn=ROLE, resourcesVpcConfig={"subnetIds": subnets}, **more
    )["cluster"]
    return created


@pytest.mark.parametrize("neighbour", ["old-1", "old-2"])
def test_a_new_cluster_is_where_its_subnets_are_and_has_its_group(
    account: EmbeddedAccount, neighbour: str
) -> None:
    around = config_of(account, neighbour)
    made = create(account, around["subnetIds"], version="1.33", tags={"team": "platform"})
    assert (made["version"], made["tags"], made["roleArn"]) == ("1.33", {"team": "platform"}, ROLE)
    config = config_of(account, "new-1")
    assert (config["vpcId"], config["subnetIds"]) == (around["vpcId"], around["subnetIds"])
    group_id = config["clusterSecurityGroupId"]
    (group,) = account.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert group["VpcId"] == around["vpcId"]
    assert group["GroupName"].startswith("eks-cluster-sg-new-1-")
    assert account.tags(group_id)["aws:eks:cluster-name"] == "new-1"
    assert account.lines(group_id) == ("all from self", "all to self", "all to 0.0.0.0/0")


def test_a_new_cluster_of_ipv6_has_the_rule_of_its_family(account: EmbeddedAccount) -> None:
    subnets = config_of(account, "old-1")["subnetIds"]
    create(account, subnets, kubernetesNetworkConfig={"ipFamily": "ipv6"})
    group_id = config_of(account, "new-1")["clusterSecurityGroupId"]
    assert account.lines(group_id)[2] == "all to ::/0"


def test_a_new_cluster_can_be_updated(account: EmbeddedAccount) -> None:
    create(account, config_of(account, "old-1")["subnetIds"])
    group_id = config_of(account, "new-1")["clusterSecurityGroupId"]
    account.client("ec2").revoke_security_group_ingress(
        GroupId=group_id, SecurityGroupRuleIds=[account.rule_ids(group_id)["all from self"]]
    )
    account.client("eks").update_cluster_config(name="new-1", resourcesVpcConfig={})
    assert "all from self" in account.lines(group_id)


def test_subnets_can_be_made_for_a_cluster(account: EmbeddedAccount) -> None:
    subnet = account.client("ec2").create_subnet(VpcId=VPC, CidrBlock="10.0.7.0/24")["Subnet"]["SubnetId"]
    create(account, [subnet])
    assert config_of(account, "new-1")["vpcId"] == VPC


def test_a_cluster_without_subnets_of_one_vpc_is_refused(account: EmbeddedAccount) -> None:
    first, second = (config_of(account, name)["subnetIds"] for name in ("old-1", "old-2"))
    for subnets in ([], ["subnet-0bad"], [first[0], second[0]]):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            create(account, subnets)
    assert account.client("eks").list_clusters()["clusters"] == ["old-1", "old-2"]
    assert len(account.client("ec2").describe_security_groups()["SecurityGroups"]) == 2


def test_a_cluster_of_a_name_that_is_taken_is_refused(account: EmbeddedAccount) -> None:
    create(account, config_of(account, "old-1")["subnetIds"])
    group_id = config_of(account, "new-1")["clusterSecurityGroupId"]
    account.client("ec2").delete_tags(Resources=[group_id])
    tags = account.tags(group_id)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        create(account, config_of(account, "old-2")["subnetIds"])
    assert account.tags(group_id) == tags


def test_a_deleted_cluster_takes_its_group_along(account: EmbeddedAccount) -> None:
    group_id = config_of(account, "old-1")["clusterSecurityGroupId"]
    eks, ec2 = account.client("eks"), account.client("ec2")
    eks.delete_cluster(name="old-1")
    found = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group_id]}])
    assert (found["SecurityGroups"], account.tags(group_id)) == ([], {})
    ec2.delete_security_group(GroupId=config_of(account, "old-2")["clusterSecurityGroupId"])
    eks.delete_cluster(name="old-2")
    assert eks.list_clusters()["clusters"] == []


def test_a_new_group_lets_everything_out(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2", AWAY)
    group = ec2.create_security_group(GroupName="mine", Description="by hand", VpcId="vpc-0a")["GroupId"]
    assert account.lines(group, AWAY) == ("all to 0.0.0.0/0", "all to ::/0")
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="-1", CidrIp="10.0.0.0/8")
    assert len(ec2.describe_security_group_rules()["SecurityGroupRules"]) == 3


def test_a_new_vpc_has_a_group_whose_members_reach_each_other(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    assert account.lines(group["GroupId"]) == ("all from self", "all to 0.0.0.0/0")


def test_a_new_group_needs_a_vpc(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    for vpc, code in (({}, "VPCIdNotSpecified"), ({"VpcId": "vpc-0bad"}, "InvalidVpcID.NotFound")):
        with pytest.raises(ClientError, match=code):
            ec2.create_security_group(GroupName="mine", Description="by hand", **vpc)


def test_a_new_group_is_in_the_default_vpc_unless_told_otherwise() -> None:
    default = VpcDescription(id="vpc-0d", region=REGION, default=True)
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION, vpcs=(default,))) as account:
        ec2 = account.client("ec2")
        group = ec2.create_security_group(GroupName="mine", Description="by hand")["GroupId"]
        (described,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        assert described["VpcId"] == "vpc-0d"


def names_of(account: EmbeddedAccount, region: str = REGION, **asked: object) -> set[str]:
    regions = account.client("ec2", region).describe_regions(**asked)["Regions"]
    return {each["RegionName"] for each in regions}


def test_the_regions_are_those_that_are_enabled(account: EmbeddedAccount) -> None:
    names = names_of(account)
    assert {REGION, AWAY, "us-east-1"} <= names
    assert not {"ap-east-2", "cn-north-1", "us-gov-west-1"} & names


def test_a_region_that_had_to_be_opted_in_to_says_so(account: EmbeddedAccount) -> None:
    filters = [{"Name": "opt-in-status", "Values": ["opted-in"]}]
    assert names_of(account, Filters=filters) == {AWAY}


def test_all_regions_are_those_of_the_partition(account: EmbeddedAccount) -> None:
    names = names_of(account, AllRegions=True)
    assert "ap-east-2" in names
    assert not {"cn-north-1", "us-gov-west-1"} & names
    assert names_of(account, "cn-north-1") == {"cn-north-1", "cn-northwest-1"}


def test_a_region_is_found_by_its_name_enabled_or_not(account: EmbeddedAccount) -> None:
    assert names_of(account, RegionNames=["ap-east-2", REGION]) == {"ap-east-2", REGION}
    assert names_of(account, Filters=[{"Name": "region-name", "Values": ["eu-west-*"]}]) == {
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
    }


def test_a_filter_that_there_is_not_is_refused(account: EmbeddedAccount) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        names_of(account, Filters=[{"Name": "colour", "Values": ["blue"]}])
