"""The embedded account over HTTP: what holds in process holds for other processes, and for those alone."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from sgwarden.aws.world import AwsWorld
from sgwarden.ceiling import Ceiling
from sgwarden.observe import find_cluster
from sgwarden.outcome import Outcome, Skipped
from sgwarden.policy.compiled import load_compiled
from sgwarden.policy.types import Mode
from sgwarden.reconcile import reconcile
from sgwarden.review.build import compile_policy

from tests.integration.samples import POLICY
from tests.integration.sandbox import sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.sandbox import Sandbox

Json = dict[str, Any]
ACCOUNT, REGION, AWAY = "111122223333", "eu-west-1", "ap-east-1"  # AWAY has to be opted in to
LIST, FIRST = "pl-0b8d2f4a6c1e3957d", "sgr-0481972caed6e2e1c"
FIFTY_NINE = ", ".join(f"tcp/{port} from 10.0.0.0/8" for port in range(59))
WORLD = f"""\
account: "{ACCOUNT}"
region: {REGION}
prefix_lists:
  - {{id: {LIST}, name: offices, entries: [198.51.100.0/24, 203.0.113.0/24], max_entries: 20}}
clusters:
  - {{name: authorized, group: sg-0000000a}}
  - name: modified
    group: sg-0000000b
    rules: [{{rule: tcp/22 from 10.0.0.0/8, id: {FIRST}, tags: {{by: hand}}}}]
  - {{name: revoked, group: sg-0000000c}}
  - {{name: tagged, group: sg-0000000d}}
  - {{name: updated, group: sg-0000000e, default_rules: false}}
  - {{name: raced, group: sg-0000000f, default_rules: false}}
  - {{name: full, group: sg-00000010, rules: [{FIFTY_NINE}]}}
  - {{name: away, group: sg-00000011, region: {AWAY}}}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    file = tmp_path_factory.mktemp("world") / "account.yaml"
    file.write_text(WORLD)
    with sandbox("--account", file) as opened:
        yield opened


@pytest.fixture(scope="module")
def ec2(served: Sandbox) -> Any:  # noqa: ANN401
    return served.client("ec2")


@pytest.fixture(scope="module")
def eks(served: Sandbox) -> Any:  # noqa: ANN401
    return served.client("eks")


def tcp(port: int, *cidrs: str) -> Json:
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}


def rules_of(ec2: Any, group_id: str) -> list[Json]:  # noqa: ANN401
    pages = ec2.get_paginator("describe_security_group_rules")
    filters = [{"Name": "group-id", "Values": [group_id]}]
    found = pages.paginate(Filters=filters, PaginationConfig={"PageSize": 5})
    return [rule for page in found for rule in page["SecurityGroupRules"]]


def refused(call: Callable[..., object], **parameters: object) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return str(error.value.response["Error"]["Code"])


def test_the_account_is_the_one_described(served: Sandbox) -> None:
    assert served.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_the_regions_are_those_of_the_partition_that_are_enabled(ec2: Any) -> None:  # noqa: ANN401
    regions = {each["RegionName"]: each["OptInStatus"] for each in ec2.describe_regions()["Regions"]}
    assert (regions[REGION], regions[AWAY]) == ("opt-in-not-required", "opted-in")
    assert not {"ap-east-2", "cn-north-1", "us-gov-west-1"} & regions.keys()


def test_clusters_are_listed_by_region_and_in_pages(served: Sandbox, eks: Any) -> None:  # noqa: ANN401
    pages = list(eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["clusters"]) for page in pages] == [3, 3, 1]
    assert "away" not in {name for page in pages for name in page["clusters"]}
    assert served.client("eks", AWAY).list_clusters()["clusters"] == ["away"]
    assert served.client("eks", "sa-east-1").list_clusters()["clusters"] == []


def test_a_region_that_nothing_is_in_has_nothing(served: Sandbox) -> None:
    elsewhere = served.client("ec2", "sa-east-1")
    assert elsewhere.describe_security_groups()["SecurityGroups"] == []
    assert elsewhere.describe_vpcs()["Vpcs"] == []


def test_a_cluster_has_its_group_and_network(served: Sandbox) -> None:
    cluster = served.client("eks", AWAY).describe_cluster(name="away")["cluster"]
    assert cluster["arn"] == f"arn:aws:eks:{AWAY}:{ACCOUNT}:cluster/away"
    config = cluster["resourcesVpcConfig"]
    away = served.client("ec2", AWAY)
    asked = [{"Name": "group-id", "Values": [config["clusterSecurityGroupId"], "sg-0bad"]}]
    (page,) = away.get_paginator("describe_security_groups").paginate(Filters=asked)
    (group,) = page["SecurityGroups"]
    assert (group["GroupId"], group["VpcId"]) == ("sg-00000011", config["vpcId"])
    (vpc,) = away.describe_vpcs(VpcIds=[config["vpcId"]])["Vpcs"]
    assert vpc["CidrBlock"] == "10.0.0.0/16"


def test_what_is_not_there_is_refused_with_its_code(ec2: Any, eks: Any) -> None:  # noqa: ANN401
    assert refused(eks.describe_cluster, name="none") == "ResourceNotFoundException"
    assert refused(eks.describe_update, name="updated", updateId="none") == "ResourceNotFoundException"
    assert refused(ec2.describe_security_groups, GroupIds=["sg-0bad"]) == "InvalidGroup.NotFound"


def test_authorize_answers_with_every_rule_and_is_all_or_nothing(ec2: Any) -> None:  # noqa: ANN401
    added = ec2.authorize_security_group_ingress(
        GroupId="sg-0000000a",
        IpPermissions=[tcp(22, "10.1.2.3/8", "198.51.100.0/24"), tcp(443, "10.0.0.0/8")],
    )["SecurityGroupRules"]
    assert [rule["CidrIpv4"] for rule in added] == ["10.0.0.0/8", "198.51.100.0/24", "10.0.0.0/8"]
    held = rules_of(ec2, "sg-0000000a")
    assert {rule["SecurityGroupRuleId"] for rule in added} <= {rule["SecurityGroupRuleId"] for rule in held}
    again = {"GroupId": "sg-0000000a", "IpPermissions": [tcp(80, "10.0.0.0/8"), tcp(22, "10.0.0.0/8")]}
    assert refused(ec2.authorize_security_group_ingress, **again) == "InvalidPermission.Duplicate"
    assert rules_of(ec2, "sg-0000000a") == held


def test_a_rule_is_modified_in_place(ec2: Any) -> None:  # noqa: ANN401
    asked = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/9", "Description": "x"}
    ec2.modify_security_group_rules(
        GroupId="sg-0000000b", SecurityGroupRules=[{"SecurityGroupRuleId": FIRST, "SecurityGroupRule": asked}]
    )
    (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[FIRST])["SecurityGroupRules"]
    assert (rule["CidrIpv4"], rule["Description"]) == ("10.0.0.0/9", "x")
    assert rule["Tags"] == [{"Key": "by", "Value": "hand"}]


def test_revoke_answers_with_the_rules_that_it_removed(ec2: Any) -> None:  # noqa: ANN401
    rules = [rule["SecurityGroupRuleId"] for rule in rules_of(ec2, "sg-0000000c") if rule["IsEgress"]]
    answer = ec2.revoke_security_group_egress(GroupId="sg-0000000c", SecurityGroupRuleIds=rules)
    assert [rule["SecurityGroupRuleId"] for rule in answer["RevokedSecurityGroupRules"]] == rules
    (left,) = rules_of(ec2, "sg-0000000c")
    assert left["ReferencedGroupInfo"] == {"GroupId": "sg-0000000c", "UserId": ACCOUNT}


def test_tags_of_aws_stay(ec2: Any) -> None:  # noqa: ANN401
    assert refused(
        ec2.create_tags, Resources=["sg-0000000d"], Tags=[{"Key": "aws:eks:cluster-name", "Value": "mine"}]
    )
    ec2.create_tags(Resources=["sg-0000000d"], Tags=[{"Key": "team", "Value": "platform & <friends>"}])
    (group,) = ec2.describe_security_groups(GroupIds=["sg-0000000d"])["SecurityGroups"]
    assert {"Key": "team", "Value": "platform & <friends>"} in group["Tags"]
    ec2.delete_tags(Resources=["sg-0000000d"])
    (group,) = ec2.describe_security_groups(GroupIds=["sg-0000000d"])["SecurityGroups"]
    assert group["Tags"] == [{"Key": "aws:eks:cluster-name", "Value": "tagged"}]


def test_a_full_group_takes_no_more(ec2: Any) -> None:  # noqa: ANN401
    asked = {"GroupId": "sg-00000010", "IpPermissions": [tcp(99, "10.0.0.0/8")]}
    assert refused(ec2.authorize_security_group_ingress, **asked) == "RulesPerSecurityGroupLimitExceeded"
    assert len(rules_of(ec2, "sg-00000010")) == 59 + 3


def test_prefix_lists_are_kept_in_versions_and_read_in_pages(ec2: Any) -> None:  # noqa: ANN401
    (found,) = ec2.describe_managed_prefix_lists(PrefixListIds=[LIST])["PrefixLists"]
    assert (found["PrefixListName"], found["OwnerId"], found["Version"]) == ("offices", ACCOUNT, 1)
    ec2.modify_managed_prefix_list(PrefixListId=LIST, CurrentVersion=1, AddEntries=[{"Cidr": "10.0.0.0/8"}])
    pages = ec2.get_paginator("get_managed_prefix_list_entries")
    found = list(pages.paginate(PrefixListId=LIST, PaginationConfig={"PageSize": 2}))
    assert [len(page["Entries"]) for page in found] == [2, 1]
    missing = "InvalidPrefixListID.NotFound"
    assert refused(ec2.get_managed_prefix_list_entries, PrefixListId="pl-0bad") == missing


def test_an_eks_update_puts_back_and_takes_its_time(ec2: Any, eks: Any) -> None:  # noqa: ANN401
    config = {"endpointPublicAccess": True}
    update = eks.update_cluster_config(name="updated", resourcesVpcConfig=config)["update"]["id"]
    assert {rule["IsEgress"] for rule in rules_of(ec2, "sg-0000000e")} == {False, True}
    looks = [eks.describe_update(name="updated", updateId=update)["update"]["status"] for _ in range(2)]
    assert looks == ["InProgress", "Successful"]
    assert eks.list_updates(name="updated")["updateIds"] == [update]


def test_calls_that_come_together_are_made_one_by_one(served: Sandbox, ec2: Any) -> None:  # noqa: ANN401
    clients = [served.client("ec2") for _ in range(4)]

    def add(turn: int) -> bool:
        try:
            # Each rule is asked for twice.
            clients[turn % 4].authorize_security_group_ingress(
                GroupId="sg-0000000f", IpPermissions=[tcp(turn // 2, "10.0.0.0/8")]
            )
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(add, range(40)))
    assert added.count(True) == 20
    rules = rules_of(ec2, "sg-0000000f")
    assert sorted(rule["FromPort"] for rule in rules) == list(range(20))
    assert len({rule["SecurityGroupRuleId"] for rule in rules}) == 20


@pytest.mark.parametrize("service", ["s3", "dynamodb", "lambda"])
def test_other_services_are_refused_in_words(served: Sandbox, service: str) -> None:
    calls = {"s3": "list_buckets", "dynamodb": "list_tables", "lambda": "list_functions"}
    with pytest.raises(ClientError, match=f"There is no {service} here, only ec2, eks") as error:
        getattr(served.client(service), calls[service])()
    assert error.value.response["Error"]["Code"] == "NotImplemented"


def test_calls_that_nobody_built_are_refused_in_words(ec2: Any, eks: Any) -> None:  # noqa: ANN401
    assert refused(ec2.describe_trunk_interface_associations) == "NotImplemented"
    assert refused(eks.list_addons, clusterName="updated") == "NotImplemented"


def test_an_error_of_moto_is_told(eks: Any) -> None:  # noqa: ANN401
    with pytest.raises(ClientError) as error:
        eks.create_cluster(name="x", roleArn="none", resourcesVpcConfig={})
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"


def test_what_is_shipped_is_in_order_and_is_put_in_order_again() -> None:
    policy = load_compiled(compile_policy(POLICY.read_bytes(), "policy.yaml"))
    with sandbox() as opened:
        ec2, eks = opened.client("ec2"), opened.client("eks")
        world, ceiling = AwsWorld(ec2, eks, ACCOUNT), Ceiling(Mode.REMEDIATE)

        def look(group_id: str) -> Outcome | Skipped:
            found = find_cluster(world, group_id)
            return found if isinstance(found, Skipped) else reconcile(*found, policy, world, ceiling)

        def statuses() -> dict[str, str]:
            found = {name: world.group_of_cluster(name)[0] for name in eks.list_clusters()["clusters"]}
            looked = {name: look(group) for name, group in found.items()}
            return {
                name: each.status.value if isinstance(each, Outcome) else "" for name, each in looked.items()
            }

        in_order = statuses()
        assert set(in_order.values()) == {"in_sync"}
        (group,) = world.group_of_cluster("prod-1")
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/1", "128.0.0.0/1")]
        )
        ec2.delete_tags(Resources=[group])
        assert statuses() == {**in_order, "prod-1": "remediated"}
        assert statuses() == in_order
        assert opened.ended_by(signal.SIGTERM) == (0, "", "")
