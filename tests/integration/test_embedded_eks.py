"""An embedded account whose EKS waits to be told: what takes time is in progress until then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from sgwarden.embedded import AccountDescription, EmbeddedAccount, parse_account
from sgwarden.embedded.eks import Eks
from sgwarden.embedded.ids import subnet_ids

from tests.integration.deployed import ACCOUNT, GROUP, REGION, VPC, cluster, vpc

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "dev-1"
ROLE = "arn:aws:iam::111122223333:role/dev"
UPDATES: list[tuple[str, dict[str, Any]]] = [
    ("update_cluster_version", {"name": NAME, "version": "1.35"}),
    ("update_cluster_config", {"name": NAME, "resourcesVpcConfig": {"endpointPublicAccess": True}}),
    (
        "associate_encryption_config",
        {
            "clusterName": NAME,
            "encryptionConfig": [
                {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}}
            ],
        },
    ),
    (
        "associate_identity_provider_config",
        {
            "clusterName": NAME,
            "oidc": {
                "identityProviderConfigName": "a",
                "issuerUrl": "https://id.example.com",
                "clientId": "k",
            },
        },
    ),
]


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    described = AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc(),), clusters=(cluster(),))
    with EmbeddedAccount(described, eks_waits=True) as opened:
        yield opened


def status(account: EmbeddedAccount, name: str = NAME) -> str:
    return str(account.client("eks").describe_cluster(name=name)["cluster"]["status"])


def config(account: EmbeddedAccount, name: str) -> dict[str, Any]:
    found: dict[str, Any] = account.client("eks").describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]
    return found


@pytest.mark.parametrize(("method", "asked"), UPDATES, ids=[method for method, _ in UPDATES])
def test_an_update_is_in_progress_until_eks_is_done(
    account: EmbeddedAccount, method: str, asked: dict[str, Any]
) -> None:
    eks = account.client("eks")
    update = getattr(eks, method)(**asked)["update"]
    for _ in range(3):
        found = eks.describe_update(name=NAME, updateId=update["id"])["update"]["status"]
        assert (found, status(account)) == ("InProgress", "UPDATING")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        getattr(eks, method)(**asked)
    assert Eks(account).finish(NAME) == []
    assert eks.describe_update(name=NAME, updateId=update["id"])["update"]["status"] == "Successful"
    assert status(account) == "ACTIVE"


def test_eks_puts_back_nothing_before_it_is_told(account: EmbeddedAccount) -> None:
    ec2, rules = account.client("ec2"), account.rule_ids(GROUP)
    ec2.revoke_security_group_ingress(GroupId=GROUP, SecurityGroupRuleIds=[rules["all from self"]])
    ec2.delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
    account.client("eks").update_cluster_version(name=NAME, version="1.35")
    assert "all from self" not in account.lines(GROUP)
    calls = Eks(account).put_back(NAME)
    assert [call.operation for call in calls] == ["AuthorizeSecurityGroupIngress", "CreateTags"]
    assert calls[0].answer["SecurityGroupRules"][0]["SecurityGroupRuleId"] in account.rule_ids(GROUP).values()
    assert [tag["Key"] for tag in calls[1].parameters["Tags"]] == ["Name"]
    assert "all from self" in account.lines(GROUP)
    assert Eks(account).put_back(NAME) == []


def test_a_new_cluster_has_no_group_at_first(account: EmbeddedAccount) -> None:
    eks = account.client("eks")
    network = {"subnetIds": subnet_ids(VPC)}
    made = eks.create_cluster(name="new-1", roleArn=ROLE, resourcesVpcConfig=network)["cluster"]
    assert made["status"] == status(account, "new-1") == "CREATING"
    assert "clusterSecurityGroupId" not in made["resourcesVpcConfig"]
    assert "clusterSecurityGroupId" not in config(account, "new-1")
    tagged = [{"Name": "tag:aws:eks:cluster-name", "Values": ["new-1"]}]
    ec2 = account.client("ec2")
    assert ec2.describe_security_groups(Filters=tagged)["SecurityGroups"] == []
    calls = Eks(account).make_group("new-1")
    assert [call.operation for call in calls] == [
        "CreateSecurityGroup",
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "CreateTags",
    ]
    (group,) = ec2.describe_security_groups(Filters=tagged)["SecurityGroups"]
    assert config(account, "new-1")["clusterSecurityGroupId"] == group["GroupId"]
    assert status(account, "new-1") == "CREATING"
    with pytest.raises(ValueError, match="has its security group"):
        Eks(account).make_group("new-1")
    assert Eks(account).finish("new-1") == []
    assert status(account, "new-1") == "ACTIVE"
    with pytest.raises(ValueError, match="nothing is in progress"):
        Eks(account).finish("new-1")


def test_a_cluster_that_is_made_at_once_gets_its_group_then(account: EmbeddedAccount) -> None:
    network = {"subnetIds": subnet_ids(VPC)}
    account.client("eks").create_cluster(name="new-1", roleArn=ROLE, resourcesVpcConfig=network)
    calls = Eks(account).finish("new-1")
    assert calls[0].operation == "CreateSecurityGroup"
    assert account.lines(config(account, "new-1")["clusterSecurityGroupId"]) == (
        "all from self",
        "all to self",
        "all to 0.0.0.0/0",
    )


def test_a_deleted_cluster_goes_with_its_group_in_the_end(account: EmbeddedAccount) -> None:
    account.client("eks").delete_cluster(name=NAME)
    assert status(account) == "DELETING"
    assert account.lines(GROUP)
    (call,) = Eks(account).finish(NAME)
    assert (call.operation, call.parameters) == ("DeleteSecurityGroup", {"GroupId": GROUP})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        status(account)
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        account.client("ec2").describe_security_groups(GroupIds=[GROUP])


@pytest.mark.parametrize("verb", ["put_back", "make_group", "finish"])
def test_nothing_is_done_to_a_cluster_that_is_not_there(account: EmbeddedAccount, verb: str) -> None:
    with pytest.raises(ValueError, match="there is no cluster none"):
        getattr(Eks(account), verb)("none")


def test_trouble_is_kept_from_others_and_ends(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    account.fail("DescribeSecurityGroups", "UnauthorizedOperation", times=10**9)
    with account.untroubled():
        assert ec2.describe_security_groups(GroupIds=[GROUP])["SecurityGroups"]
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        ec2.describe_security_groups(GroupIds=[GROUP])
    account.recover("DescribeSecurityGroups")
    assert ec2.describe_security_groups(GroupIds=[GROUP])["SecurityGroups"]


COPIES = b"""\
account: "111122223333"
region: eu-west-1
clusters:
  - {name: "many-{n}", copies: 3, group_tags: {number: "{n}"}}
  - {name: one}
groups:
  - {id: "sg-0000000{n}", name: "apart-{n}", copies: 2, rules: [tcp/7 from 10.0.0.0/8]}
"""


def test_copies_are_numbered_wherever_they_say_so() -> None:
    described = parse_account(COPIES)
    assert [each.name for each in described.clusters] == ["many-1", "many-2", "many-3", "one"]
    assert len({each.group for each in described.clusters}) == 4
    assert [each.group_tags for each in described.clusters[:2]] == [{"number": "1"}, {"number": "2"}]
    assert [(each.id, each.name) for each in described.groups] == [
        ("sg-00000001", "apart-1"),
        ("sg-00000002", "apart-2"),
    ]
    with EmbeddedAccount(described) as account:
        assert account.tags(described.clusters[1].group)["number"] == "2"
        assert account.lines("sg-00000002") == ("tcp/7 from 10.0.0.0/8",)


def test_copies_need_names_of_their_own() -> None:
    with pytest.raises(ValueError, match=r"account.yaml:4:12: copies need names of their own"):
        parse_account(COPIES.replace(b'"many-{n}"', b'"many"'))
