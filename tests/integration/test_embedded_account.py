"""The embedded account holds what is described, and is a world of its own."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.ec2.responses.security_groups import SecurityGroups
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)
from sgwarden.embedded.isolation import OutsideCallError

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION, GROUP = "111122223333", "eu-west-1", "sg-0c1f4a7be2d95083a"
DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")


CLUSTER = ClusterDescription(name="prod-1", region=REGION, group=GROUP, unique_id="1909614887")


def described(cluster: ClusterDescription = CLUSTER) -> AccountDescription:
    return AccountDescription(account=ACCOUNT, region=REGION, clusters=(cluster,))


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(described()) as opened:
        yield opened


def test_a_cluster_has_the_group_that_eks_makes(account: EmbeddedAccount) -> None:
    (group,) = account.client("ec2").describe_security_groups(GroupIds=[GROUP])["SecurityGroups"]
    assert group["GroupName"] == "eks-cluster-sg-prod-1-1909614887"
    assert group["Description"].startswith("EKS created security group")
    assert {tag["Key"]: tag["Value"] for tag in group["Tags"]} == {
        "Name": "eks-cluster-sg-prod-1-1909614887",
        "aws:eks:cluster-name": "prod-1",
        "kubernetes.io/cluster/prod-1": "owned",
    }
    assert account.lines(GROUP) == DEFAULTS


def test_describe_cluster_tells_of_the_group_and_its_network(account: EmbeddedAccount) -> None:
    cluster = account.client("eks").describe_cluster(name="prod-1")["cluster"]
    assert cluster["arn"] == f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/prod-1"
    assert cluster["status"] == "ACTIVE"
    assert cluster["kubernetesNetworkConfig"]["ipFamily"] == "ipv4"
    assert cluster["resourcesVpcConfig"]["clusterSecurityGroupId"] == GROUP
    (vpc,) = account.client("ec2").describe_vpcs()["Vpcs"]
    assert cluster["resourcesVpcConfig"]["vpcId"] == vpc["VpcId"]


def test_a_cluster_can_be_described_in_detail() -> None:
    cluster = replace(
        CLUSTER,
        ip_family="ipv6",
        tags={"environment": "production"},
        group_tags={"team": "platform"},
        control_plane_groups=("sg-0aaa",),
        remote_nodes=("10.80.0.0/16",),
        remote_pods=("10.85.0.0/16",),
        rules=(
            RuleDescription(
                line="icmp/3.4 from 0.0.0.0/0", id="sgr-0123", description="mtu", tags={"by": "hand"}
            ),
        ),
    )
    with EmbeddedAccount(described(cluster)) as account:
        found = account.client("eks").describe_cluster(name="prod-1")["cluster"]
        assert found["tags"] == {"environment": "production"}
        assert found["resourcesVpcConfig"]["securityGroupIds"] == ["sg-0aaa"]
        assert found["remoteNetworkConfig"] == {
            "remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}],
            "remotePodNetworks": [{"cidrs": ["10.85.0.0/16"]}],
        }
        assert account.lines(GROUP) == (
            "all from self",
            "icmp/3.4 from 0.0.0.0/0",
            "all to self",
            "all to ::/0",
        )
        assert account.tags(GROUP)["team"] == "platform"
        assert account.rule_ids(GROUP)["icmp/3.4 from 0.0.0.0/0"] == "sgr-0123"
        assert account.tags("sgr-0123") == {"by": "hand"}


@pytest.mark.parametrize(
    "line",
    [
        "tcp from 10.0.0.0/8",
        "tcp/22 from sg-0aaa",
        "udp/1000-2000 to ::/0",
        "icmp to self",
        "icmp/3 from ::/0",
        "icmpv6 from ::/0",
        "proto/50 from 10.0.0.0/8",
        "all to 10.0.0.1/32",
        "tcp/443 from pl-0aaa",
    ],
)
def test_every_rule_of_the_notation_can_be_had(line: str) -> None:
    account = AccountDescription(
        account=ACCOUNT,
        region=REGION,
        clusters=(replace(CLUSTER, default_rules=False, rules=(RuleDescription(line=line),)),),
        groups=(GroupDescription(id="sg-0aaa", name="other", region=REGION),),
        prefix_lists=(PrefixListDescription(id="pl-0aaa", name="office", region=REGION),),
    )
    with EmbeddedAccount(account) as opened:
        assert opened.lines(GROUP) == (line,)


def test_vpcs_and_prefix_lists_are_as_described() -> None:
    vpc = VpcDescription(id="vpc-0a", region=REGION, cidrs=("2001:db8::/56", "10.1.0.0/16", "100.64.0.0/16"))
    offices = PrefixListDescription(
        id="pl-0a", name="offices", region=REGION, entries=("198.51.100.0/24",), max_entries=5
    )
    with EmbeddedAccount(
        AccountDescription(account=ACCOUNT, region=REGION, vpcs=(vpc,), prefix_lists=(offices,))
    ) as account:
        ec2 = account.client("ec2")
        (found,) = ec2.describe_vpcs(VpcIds=["vpc-0a"])["Vpcs"]
        assert found["CidrBlock"] == "10.1.0.0/16"
        assert [one["CidrBlock"] for one in found["CidrBlockAssociationSet"]] == [
            "10.1.0.0/16",
            "100.64.0.0/16",
        ]
        assert [one["Ipv6CidrBlock"] for one in found["Ipv6CidrBlockAssociationSet"]] == ["2001:db8::/56"]
        (listed,) = ec2.describe_managed_prefix_lists(PrefixListIds=["pl-0a"])["PrefixLists"]
        assert (listed["PrefixListName"], listed["MaxEntries"], listed["AddressFamily"]) == (
            "offices",
            5,
            "IPv4",
        )
        entries = ec2.get_managed_prefix_list_entries(PrefixListId="pl-0a")["Entries"]
        assert [entry["Cidr"] for entry in entries] == ["198.51.100.0/24"]


def test_things_can_be_in_several_regions() -> None:
    clusters = tuple(ClusterDescription(name="prod-1", region=region) for region in (REGION, "us-east-1"))
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION, clusters=clusters)) as account:
        for region in (REGION, "us-east-1"):
            cluster = account.client("eks", region).describe_cluster(name="prod-1")["cluster"]
            group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
            assert account.lines(group, region) == DEFAULTS


def test_partitions_show_in_arns() -> None:
    account = AccountDescription(
        account=ACCOUNT,
        region="cn-north-1",
        clusters=(ClusterDescription(name="prod-1", region="cn-north-1", group=GROUP),),
    )
    with EmbeddedAccount(account) as opened:
        arn = f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:security-group/{GROUP}"
        (group,) = opened.client("ec2").describe_security_groups()["SecurityGroups"]
        assert group["SecurityGroupArn"] == arn


def test_all_of_it_is_the_same_in_every_run() -> None:
    def run() -> list[object]:
        with EmbeddedAccount(described()) as account:
            ec2 = account.client("ec2")
            permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
            for cidr in ("10.0.0.0/8", "10.0.0.0/9"):
                ranges = [{"CidrIp": cidr}]
                ec2.authorize_security_group_ingress(
                    GroupId=GROUP, IpPermissions=[{**permission, "IpRanges": ranges}]
                )
            cluster = account.client("eks").describe_cluster(name="prod-1")["cluster"]
            rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
            return [cluster, rules, account.topic_arn, account.queue_url]

    assert run() == run()


def test_a_rule_that_comes_back_has_another_id(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    permissions = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    ids = []
    for _ in range(2):
        answer = ec2.authorize_security_group_ingress(GroupId=GROUP, IpPermissions=permissions)
        ids += [rule["SecurityGroupRuleId"] for rule in answer["SecurityGroupRules"]]
        ec2.revoke_security_group_ingress(GroupId=GROUP, SecurityGroupRuleIds=ids[-1:])
    assert len(set(ids)) == 2


def test_nothing_of_the_outside_is_left_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", "https://ec2.example.com")
    monkeypatch.setenv("TEST_SERVER_MODE", "true")
    with EmbeddedAccount(described()) as account:
        assert "AWS_PROFILE" not in os.environ
        assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT
        assert account.client("ec2").describe_security_groups()["SecurityGroups"]
    assert os.environ["AWS_PROFILE"] == "production"


def test_no_request_ever_leaves() -> None:
    with EmbeddedAccount(described()):
        elsewhere = boto3.client("ec2", endpoint_url="https://ec2.example.com")
        with pytest.raises(OutsideCallError, match=r"https://ec2\.example\.com"):
            elsewhere.describe_security_groups()


def test_moto_is_itself_again_afterwards() -> None:
    before = vars(SecurityGroups)["authorize_security_group_ingress"]
    with EmbeddedAccount(described()):
        assert vars(SecurityGroups)["authorize_security_group_ingress"] is not before
    assert vars(SecurityGroups)["authorize_security_group_ingress"] is before


def test_it_does_not_open_inside_another(account: EmbeddedAccount) -> None:
    with pytest.raises(RuntimeError, match="inside another"), EmbeddedAccount(account.description):
        pass


def test_it_opens_after_one_that_failed_to() -> None:
    broken = described(replace(CLUSTER, rules=(RuleDescription(line="tcp/22 from nowhere"),)))
    with pytest.raises(ValueError, match="nowhere"), EmbeddedAccount(broken):
        pass
    with mock_aws():
        assert os.environ.get("MOTO_ACCOUNT_ID") is None
    with EmbeddedAccount(described()) as account:
        assert account.lines(GROUP) == DEFAULTS


def test_calls_are_kept_as_they_were_made() -> None:
    with EmbeddedAccount(described()) as account:
        assert account.calls() == ()
        account.client("ec2").describe_security_groups(GroupIds=[GROUP])
        with pytest.raises(ClientError):
            account.client("eks").describe_cluster(name="none")
        first, second = account.calls()
        assert (first.service, first.operation, first.region) == ("ec2", "DescribeSecurityGroups", REGION)
        assert (first.parameters, first.error) == ({"GroupIds": [GROUP]}, "")
        assert (second.parameters, second.error) == ({"name": "none"}, "ResourceNotFoundException")
        assert account.calls("DescribeCluster") == (second,)
        account.forget_calls()
        assert account.calls() == ()


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "InvalidPermission.Duplicate"])
def test_the_nth_request_fails_as_asked(code: str) -> None:
    with EmbeddedAccount(described()) as account:
        ec2 = account.client("ec2")
        account.fail("DescribeSecurityGroups", code, nth=2)
        ec2.describe_security_groups()
        with pytest.raises(ClientError, match=code):
            ec2.describe_security_groups()
        ec2.describe_security_groups()
        assert [call.error for call in account.calls()] == ["", code, ""]


def test_the_sdk_tries_a_throttled_request_again() -> None:
    with EmbeddedAccount(described()) as account:
        account.fail("DescribeSecurityGroups", "RequestLimitExceeded")
        answer = account.client("ec2").describe_security_groups()
        assert answer["ResponseMetadata"]["RetryAttempts"] == 1
        assert [call.error for call in account.calls()] == [""]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("eks", "describe_cluster", {"name": "prod-1"}, "AccessDeniedException"),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:x", "Message": "m"}, "NotFound"),
        ("sqs", "send_message", {"QueueUrl": "https://q", "MessageBody": "m"}, "OverLimit"),
    ],
)
def test_requests_of_other_services_fail_too(
    account: EmbeddedAccount, service: str, operation: str, parameters: dict[str, str], code: str
) -> None:
    account.fail("".join(word.title() for word in operation.split("_")), code)
    with pytest.raises(ClientError) as failed:
        getattr(account.client(service), operation)(**parameters)
    assert failed.value.response["Error"]["Code"] == code


def test_published_messages_can_be_read() -> None:
    with EmbeddedAccount(described()) as account:
        sns = account.client("sns")
        severity = {"severity": {"DataType": "String", "StringValue": "high"}}
        sns.publish(TopicArn=account.topic_arn, Subject="Drift", Message="body", MessageAttributes=severity)
        account.fail("Publish", "InvalidParameter")
        with pytest.raises(ClientError):
            sns.publish(TopicArn=account.topic_arn, Message="lost")
        (message,) = account.published()
        assert (message.topic, message.subject, message.body) == (account.topic_arn, "Drift", "body")
        assert message.attributes == {"severity": "high"}


def test_queued_messages_are_taken_whatever_their_delay() -> None:
    with EmbeddedAccount(described()) as account:
        sqs = account.client("sqs")
        sqs.send_message(QueueUrl=account.queue_url, MessageBody="now")
        sqs.send_message(QueueUrl=account.queue_url, MessageBody="later", DelaySeconds=900)
        assert [(one.body, one.delay) for one in account.take_messages()] == [("now", 0), ("later", 900)]
        assert account.take_messages() == ()


def test_an_answer_is_kept_with_its_call(account: EmbeddedAccount) -> None:
    answer = account.client("eks").describe_cluster(name="prod-1")
    assert account.calls()[-1].answer == answer


def test_a_region_that_the_description_says_nothing_of_is_empty() -> None:
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION), region="eu-north-1") as account:
        assert account.client("ec2").describe_security_groups()["SecurityGroups"] == []
        assert account.client("ec2").describe_vpcs()["Vpcs"] == []
