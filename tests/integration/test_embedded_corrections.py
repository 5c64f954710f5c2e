"""What EC2 and EKS do and moto does not, call by call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION, GROUP, OTHER = "111122223333", "eu-west-1", "sg-0c1f4a7be2d95083a", "sg-0e7b9d3c5a1f28460"
LIST = "pl-0b8d2f4a6c1e3957d"
Json = dict[str, Any]


def described(*lines: str, default_vpc: bool = False) -> AccountDescription:
    rules = tuple(
        RuleDescription(line=line, id=f"sgr-{turn:017x}", description=f"rule {turn}")
        for turn, line in enumerate(lines)
    )
    return AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(VpcDescription(id="vpc-0a", region=REGION, default=default_vpc),),
        clusters=(
            ClusterDescription(name="prod-1", region=REGION, group=GROUP, default_rules=False, rules=rules),
        ),
        groups=(GroupDescription(id=OTHER, name="other", region=REGION),),
        prefix_lists=(
            PrefixListDescription(
                id=LIST, name="offices", region=REGION, entries=("198.51.100.0/24",), max_entries=20
            ),
        ),
    )


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(described("tcp/22 from 10.0.0.0/8", "tcp/443 from sg-0e7b9d3c5a1f28460")) as opened:
        yield opened


FIRST, SECOND = (f"sgr-{turn:017x}" for turn in range(2))
BEFORE = ("tcp/22 from 10.0.0.0/8", "tcp/443 from sg-0e7b9d3c5a1f28460")


def permission(protocol: str, first: int | None = None, last: int | None = None, **peers: str) -> Json:
    """An `IpPermission`: peers by the name of their field."""
    lists = {
        "CidrIp": "IpRanges",
        "CidrIpv6": "Ipv6Ranges",
        "GroupId": "UserIdGroupPairs",
        "PrefixListId": "PrefixListIds",
    }
    ports = {} if first is None else {"FromPort": first, "ToPort": first if last is None else last}
    return {
        "IpProtocol": protocol,
        **ports,
        **{lists[field]: [{field: peer}] for field, peer in peers.items()},
    }


def ingress(account: EmbeddedAccount, *permissions: Json) -> Json:
    answer: Json = account.client("ec2").authorize_security_group_ingress(
        GroupId=GROUP, IpPermissions=list(permissions)
    )
    return answer


def modify(account: EmbeddedAccount, rule_id: str, **request: object) -> None:
    account.client("ec2").modify_security_group_rules(
        GroupId=GROUP, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": request}]
    )


@dataclass(frozen=True)
class Refusal:
    """A call that EC2 refuses with a code, whole: nothing is changed."""

    does: str
    code: str
    operation: str
    parameters: Json


SSH = permission("tcp", 22, CidrIp="10.0.0.0/8")
NEW = permission("tcp", 80, CidrIp="10.0.0.0/8")
AUTHORIZE, REVOKE = "authorize_security_group_ingress", "revoke_security_group_ingress"


def one_rule(rule_id: str, **request: object) -> Json:
    return {
        "GroupId": GROUP,
        "SecurityGroupRules": [{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": request}],
    }


REFUSALS = (
    Refusal(
        "one duplicate fails all of an authorize",
        "InvalidPermission.Duplicate",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [NEW, SSH]},
    ),
    Refusal(
        "a description makes no other rule of it",
        "InvalidPermission.Duplicate",
        AUTHORIZE,
        {
            "GroupId": GROUP,
            "IpPermissions": [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "another"}]}],
        },
    ),
    Refusal(
        "a duplicate in another spelling is one",
        "InvalidPermission.Duplicate",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("6", 22, CidrIp="10.1.2.3/8")]},
    ),
    Refusal(
        "a request says each rule once",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [NEW, NEW]},
    ),
    Refusal(
        "a rule has a peer",
        "MissingParameter",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80)]},
    ),
    Refusal(
        "groups must exist",
        "InvalidGroup.NotFound",
        AUTHORIZE,
        {"GroupId": "sg-0bad", "IpPermissions": [NEW]},
    ),
    Refusal(
        "groups referred to must exist",
        "InvalidGroup.NotFound",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80, GroupId="sg-0bad")]},
    ),
    Refusal(
        "prefix lists must exist",
        "InvalidPrefixListID.NotFound",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80, PrefixListId="pl-0bad")]},
    ),
    Refusal(
        "ports go upwards",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80, 20, CidrIp="10.0.0.0/8")]},
    ),
    Refusal(
        "ports end at 65535",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 1, 70000, CidrIp="10.0.0.0/8")]},
    ),
    Refusal(
        "tcp needs ports",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", CidrIp="10.0.0.0/8")]},
    ),
    Refusal(
        "protocols must be known",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tls", 1, CidrIp="10.0.0.0/8")]},
    ),
    Refusal(
        "ICMP types end at 255",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("icmp", 256, -1, CidrIp="10.0.0.0/8")]},
    ),
    Refusal(
        "CIDRs must be CIDRs",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80, CidrIp="10.0.0.1")]},
    ),
    Refusal(
        "IPv6 goes elsewhere than IPv4",
        "InvalidParameterValue",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [permission("tcp", 80, CidrIp="::/0")]},
    ),
    Refusal(
        "tags of AWS are not for others",
        "InvalidParameterValue",
        AUTHORIZE,
        {
            "GroupId": GROUP,
            "IpPermissions": [NEW],
            "TagSpecifications": [
                {"ResourceType": "security-group-rule", "Tags": [{"Key": "aws:x", "Value": "y"}]}
            ],
        },
    ),
    Refusal(
        "one unknown rule fails all of a revoke",
        "InvalidPermission.NotFound",
        REVOKE,
        {"GroupId": GROUP, "IpPermissions": [SSH, NEW]},
    ),
    Refusal(
        "one unknown id fails all of a revoke",
        "InvalidSecurityGroupRuleId.NotFound",
        REVOKE,
        {"GroupId": GROUP, "SecurityGroupRuleIds": [FIRST, "sgr-0bad"]},
    ),
    Refusal(
        "inbound rules are not revoked as outbound ones",
        "InvalidSecurityGroupRuleId.NotFound",
        "revoke_security_group_egress",
        {"GroupId": GROUP, "SecurityGroupRuleIds": [FIRST]},
    ),
    Refusal(
        "rules to modify must exist",
        "InvalidSecurityGroupRuleId.NotFound",
        "modify_security_group_rules",
        one_rule("sgr-0bad", IpProtocol="-1", CidrIpv4="10.0.0.0/8"),
    ),
    Refusal(
        "a modified rule keeps its kind of peer",
        "InvalidParameterValue",
        "modify_security_group_rules",
        one_rule(FIRST, IpProtocol="-1", CidrIpv6="::/0"),
    ),
    Refusal(
        "a modified rule names one peer",
        "MissingParameter",
        "modify_security_group_rules",
        one_rule(FIRST, IpProtocol="-1"),
    ),
    Refusal(
        "and no two",
        "InvalidParameterCombination",
        "modify_security_group_rules",
        one_rule(FIRST, IpProtocol="-1", CidrIpv4="10.0.0.0/8", PrefixListId=LIST),
    ),
    Refusal(
        "a group that a rule refers to stays",
        "DependencyViolation",
        "delete_security_group",
        {"GroupId": OTHER},
    ),
    Refusal(
        "aws: tags are not written",
        "InvalidParameterValue",
        "create_tags",
        {"Resources": [GROUP], "Tags": [{"Key": "aws:eks:cluster-name", "Value": "x"}]},
    ),
    Refusal(
        "aws: tags are not deleted",
        "InvalidParameterValue",
        "delete_tags",
        {"Resources": [GROUP], "Tags": [{"Key": "aws:eks:cluster-name"}]},
    ),
    Refusal(
        "only rules that exist are tagged",
        "InvalidSecurityGroupRuleId.NotFound",
        "create_tags",
        {"Resources": ["sgr-0b8d2f4a6c1e3957d"], "Tags": [{"Key": "a", "Value": "b"}]},
    ),
    Refusal(
        "described groups must exist",
        "InvalidGroup.NotFound",
        "describe_security_groups",
        {"GroupIds": ["sg-0bad"]},
    ),
    Refusal(
        "described rules must exist",
        "InvalidSecurityGroupRuleId.NotFound",
        "describe_security_group_rules",
        {"SecurityGroupRuleIds": ["sgr-0bad"]},
    ),
    Refusal(
        "filters must be known",
        "InvalidParameterValue",
        "describe_security_group_rules",
        {"Filters": [{"Name": "colour", "Values": ["red"]}]},
    ),
    Refusal(
        "pages have at most a thousand",
        "InvalidParameterValue",
        "describe_security_group_rules",
        {"MaxResults": 1001},
    ),
    Refusal(
        "described prefix lists must exist",
        "InvalidPrefixListID.NotFound",
        "describe_managed_prefix_lists",
        {"PrefixListIds": ["pl-0bad"]},
    ),
    Refusal(
        "entries are of lists that exist",
        "InvalidPrefixListID.NotFound",
        "get_managed_prefix_list_entries",
        {"PrefixListId": "pl-0bad"},
    ),
    Refusal(
        "a prefix list is changed from its newest version",
        "PrefixListVersionMismatch",
        "modify_managed_prefix_list",
        {"PrefixListId": LIST, "CurrentVersion": 7, "AddEntries": [{"Cidr": "10.0.0.0/8"}]},
    ),
    Refusal(
        "a dry run changes nothing",
        "DryRunOperation",
        AUTHORIZE,
        {"GroupId": GROUP, "IpPermissions": [NEW], "DryRun": True},
    ),
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.does)
def test_ec2_refuses(account: EmbeddedAccount, refusal: Refusal) -> None:
    tags = account.tags(GROUP)
    with pytest.raises(ClientError) as refused:
        getattr(account.client("ec2"), refusal.operation)(**refusal.parameters)
    assert refused.value.response["Error"]["Code"] == refusal.code
    assert (account.lines(GROUP), account.tags(GROUP)) == (BEFORE, tags)


KEPT = (
    (permission("TCP", 22, CidrIp="100.68.0.18/18"), "tcp/22 from 100.68.0.0/18"),
    (permission("17", 53, CidrIpv6="2001:DB8::1/32"), "udp/53 from 2001:db8::/32"),
    (permission("-1", 0, 65535, CidrIp="10.0.0.0/9"), "all from 10.0.0.0/9"),
    (permission("all", CidrIp="10.0.0.0/9"), "all from 10.0.0.0/9"),
    (permission("1", -1, CidrIp="10.0.0.0/9"), "icmp from 10.0.0.0/9"),
    (permission("58", CidrIpv6="::/0"), "icmpv6 from ::/0"),
    (permission("icmp", 3, 4, CidrIp="0.0.0.0/0"), "icmp/3.4 from 0.0.0.0/0"),
    (permission("50", 1, 2, CidrIp="10.0.0.0/9"), "proto/50 from 10.0.0.0/9"),
    (permission("tcp", 0, 65535, PrefixListId=LIST), f"tcp from {LIST}"),
    (permission("-1", GroupId=GROUP), "all from self"),
)


@pytest.mark.parametrize(("asked", "line"), KEPT, ids=[line for _, line in KEPT])
def test_rules_are_kept_in_one_spelling(account: EmbeddedAccount, asked: Json, line: str) -> None:
    (rule,) = ingress(account, asked)["SecurityGroupRules"]
    assert account.rule_ids(GROUP)[line] == rule["SecurityGroupRuleId"]


def test_authorize_answers_with_every_rule(account: EmbeddedAccount) -> None:
    both = permission("tcp", 80, CidrIp="10.0.0.0/8", CidrIpv6="2001:db8::/32")
    answer = ingress(account, both, permission("tcp", 81, GroupId=OTHER))
    rules = answer["SecurityGroupRules"]
    assert [rule.get("CidrIpv4") or rule.get("CidrIpv6") for rule in rules[:2]] == [
        "10.0.0.0/8",
        "2001:db8::/32",
    ]
    assert rules[2]["ReferencedGroupInfo"] == {"GroupId": OTHER, "UserId": ACCOUNT}
    assert len({rule["SecurityGroupRuleId"] for rule in rules}) == 3


def test_authorize_takes_the_short_form(account: EmbeddedAccount) -> None:
    account.client("ec2").authorize_security_group_ingress(
        GroupId=GROUP, IpProtocol="tcp", FromPort=80, ToPort=81, CidrIp="10.0.0.0/8"
    )
    assert "tcp/80-81 from 10.0.0.0/8" in account.lines(GROUP)


def test_authorize_tags_the_rules(account: EmbeddedAccount) -> None:
    (rule,) = account.client("ec2").authorize_security_group_ingress(
        GroupId=GROUP,
        IpPermissions=[NEW],
        TagSpecifications=[
            {"ResourceType": "security-group-rule", "Tags": [{"Key": "by", "Value": "sgwarden"}]}
        ],
    )["SecurityGroupRules"]
    assert account.tags(rule["SecurityGroupRuleId"]) == {"by": "sgwarden"}


def test_revoke_answers_with_the_rules_that_it_removed(account: EmbeddedAccount) -> None:
    answer = account.client("ec2").revoke_security_group_ingress(
        GroupId=GROUP, SecurityGroupRuleIds=[FIRST, SECOND]
    )
    first, second = answer["RevokedSecurityGroupRules"]
    assert (first["SecurityGroupRuleId"], first["CidrIpv4"]) == (FIRST, "10.0.0.0/8")
    assert (second["ReferencedGroupId"], second["Description"]) == (OTHER, "rule 1")
    assert account.lines(GROUP) == ()


def test_revoke_by_properties_does_not_ask_for_the_description(account: EmbeddedAccount) -> None:
    account.client("ec2").revoke_security_group_ingress(
        GroupId=GROUP, IpPermissions=[permission("tcp", 443, GroupId=OTHER)]
    )
    assert account.lines(GROUP) == BEFORE[:1]


def test_revoke_passes_over_unknown_rules_in_a_default_vpc() -> None:
    with EmbeddedAccount(described(*BEFORE, default_vpc=True)) as account:
        answer = account.client("ec2").revoke_security_group_ingress(GroupId=GROUP, IpPermissions=[SSH, NEW])
        (unknown,) = answer["UnknownIpPermissions"]
        assert (unknown["FromPort"], unknown["IpRanges"]) == (80, [{"CidrIp": "10.0.0.0/8"}])
        assert account.lines(GROUP) == BEFORE[1:]


MODIFIED = (
    ("tcp/22 from 10.0.0.0/8", {"IpProtocol": "-1", "CidrIpv4": "10.9.0.0/9"}, "all from 10.0.0.0/9"),
    (
        "tcp/22 from ::/0",
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 23, "CidrIpv6": "2001:db8::/32"},
        "tcp/22-23 from 2001:db8::/32",
    ),
    (
        f"tcp/22 to {OTHER}",
        {"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4, "ReferencedGroupId": GROUP},
        "icmp/3.4 to self",
    ),
    (
        f"tcp/22 from {LIST}",
        {"IpProtocol": "udp", "FromPort": 1, "ToPort": 1, "PrefixListId": LIST},
        f"udp/1 from {LIST}",
    ),
)


@pytest.mark.parametrize(("before", "request_", "after"), MODIFIED, ids=[one[2] for one in MODIFIED])
def test_modify_changes_all_but_id_direction_and_tags(before: str, request_: Json, after: str) -> None:
    with EmbeddedAccount(described(before)) as account:
        account.client("ec2").create_tags(Resources=[FIRST], Tags=[{"Key": "by", "Value": "hand"}])
        modify(account, FIRST, **request_, Description="kept")
        assert account.rule_ids(GROUP) == {after: FIRST}
        assert account.tags(FIRST) == {"by": "hand"}


def test_no_rule_is_modified_into_a_duplicate() -> None:
    lines = ("tcp/22 from 10.0.0.0/8", "tcp/23 from 10.0.0.0/8")
    with EmbeddedAccount(described(*lines)) as account:
        with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
            modify(account, FIRST, IpProtocol="tcp", FromPort=23, ToPort=23, CidrIpv4="10.0.0.0/8")
        assert account.lines(GROUP) == lines


def test_modify_states_a_rule_anew_with_its_description(account: EmbeddedAccount) -> None:
    modify(account, FIRST, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIpv4="10.0.0.0/9")
    rules = account.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[FIRST])
    assert "Description" not in rules["SecurityGroupRules"][0]


def test_rules_are_described_with_peer_description_and_tags() -> None:
    lines = (
        "tcp/22 from 10.0.0.0/8",
        "tcp/22 from ::/0",
        f"tcp/22 from {OTHER}",
        f"tcp/22 from {LIST}",
        "all to self",
    )
    with EmbeddedAccount(described(*lines)) as account:
        ec2 = account.client("ec2")
        ec2.create_tags(Resources=[FIRST], Tags=[{"Key": "by", "Value": "hand"}])
        rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [GROUP]}])
        four, six, group, prefix_list, everything = rows["SecurityGroupRules"]
        assert [row["Description"] for row in rows["SecurityGroupRules"]] == [
            f"rule {turn}" for turn in range(5)
        ]
        assert (four["CidrIpv4"], four["Tags"]) == ("10.0.0.0/8", [{"Key": "by", "Value": "hand"}])
        assert (six["CidrIpv6"], prefix_list["PrefixListId"]) == ("::/0", LIST)
        assert group["ReferencedGroupInfo"] == {"GroupId": OTHER, "UserId": ACCOUNT}
        assert (everything["IsEgress"], everything["FromPort"], everything["ToPort"]) == (True, -1, -1)
        tagged = ec2.describe_security_group_rules(Filters=[{"Name": "tag:by", "Values": ["h*"]}])
        assert [row["SecurityGroupRuleId"] for row in tagged["SecurityGroupRules"]] == [FIRST]


def test_a_described_group_merges_its_rules_by_service() -> None:
    lines = ("all to 0.0.0.0/0", "all to self", f"all to {LIST}", "tcp/22 to ::/0", "proto/50 to ::/0")
    with EmbeddedAccount(described(*lines)) as account:
        (group,) = account.client("ec2").describe_security_groups(GroupIds=[GROUP])["SecurityGroups"]
        everything, ssh, esp = group["IpPermissionsEgress"]
        assert "FromPort" not in everything
        assert everything["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "rule 0"}]
        assert everything["UserIdGroupPairs"] == [
            {"GroupId": GROUP, "UserId": ACCOUNT, "Description": "rule 1"}
        ]
        assert everything["PrefixListIds"] == [{"PrefixListId": LIST, "Description": "rule 2"}]
        assert (ssh["FromPort"], ssh["ToPort"], esp["IpProtocol"]) == (22, 22, "50")


def test_groups_can_be_filtered() -> None:
    with EmbeddedAccount(described("tcp/22 from 10.0.0.0/8")) as account:
        ec2 = account.client("ec2")
        for name, value in (
            ("group-id", GROUP),
            ("tag:aws:eks:cluster-name", "prod-1"),
            ("tag-key", "aws:eks:cluster-name"),
            ("ip-permission.cidr", "10.0.0.0/8"),
            ("group-name", "eks-cluster-sg-*"),
        ):
            found = ec2.describe_security_groups(Filters=[{"Name": name, "Values": [value]}])[
                "SecurityGroups"
            ]
            assert [group["GroupId"] for group in found] == [GROUP], name
        none = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": ["sg-0bad"]}])
        assert none["SecurityGroups"] == []


def test_long_answers_come_in_pages() -> None:
    with EmbeddedAccount(described(*(f"tcp/{port} from 10.0.0.0/8" for port in range(12)))) as account:
        ec2 = account.client("ec2")
        pages = list(
            ec2.get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 5})
        )
        assert [len(page["SecurityGroupRules"]) for page in pages] == [5, 5, 2]
        assert (
            len({rule["SecurityGroupRuleId"] for page in pages for rule in page["SecurityGroupRules"]}) == 12
        )


@pytest.mark.parametrize(
    ("held", "asked", "fits"),
    [
        (["tcp/{} from 10.0.0.0/8"] * 5, permission("tcp", 99, CidrIp="10.0.0.0/8"), False),
        (["tcp/{} from 10.0.0.0/8"] * 5, permission("tcp", 99, CidrIpv6="::/0"), True),
        (["tcp/{} from 10.0.0.0/8"] * 5, permission("tcp", 99, GroupId=OTHER), False),
        (["tcp/{} from ::/0"] * 5, permission("tcp", 99, GroupId=OTHER), False),
        (["tcp/{} from ::/0"] * 5, permission("tcp", 99, CidrIp="10.0.0.0/8"), True),
        (["tcp/{} from self"] * 5, permission("tcp", 99, CidrIpv6="::/0"), False),
        (["tcp/{} to 10.0.0.0/8"] * 5, permission("tcp", 99, CidrIp="10.0.0.0/8"), True),
        ([], permission("tcp", 99, PrefixListId=LIST), False),
        (["tcp/{} from 10.0.0.0/8"] * 6, permission("tcp", 99, CidrIpv6="::/0"), True),
    ],
    ids=[
        "IPv4 full",
        "IPv6 apart",
        "a group counts in IPv4",
        "a group counts in IPv6",
        "IPv4 apart",
        "groups fill IPv6",
        "outbound apart",
        "a prefix list counts its maximum",
        "overfull, but not more so",
    ],
)
def test_the_quota_counts_as_ec2_counts(held: list[str], asked: Json, fits: bool) -> None:
    lines = [line.format(port) for port, line in enumerate(held)]
    with EmbeddedAccount(described(*lines), quota=5) as account:
        if fits:
            ingress(account, asked)
        else:
            with pytest.raises(ClientError, match="RulesPerSecurityGroupLimitExceeded"):
                ingress(account, asked)
            assert len(account.lines(GROUP)) == len(lines)


def test_the_quota_is_sixty() -> None:
    with EmbeddedAccount(described(*(f"tcp/{port} from 10.0.0.0/8" for port in range(60)))) as account:
        with pytest.raises(ClientError, match="RulesPerSecurityGroupLimitExceeded"):
            ingress(account, permission("tcp", 99, CidrIp="10.0.0.0/8"))
        modify(account, FIRST, IpProtocol="tcp", FromPort=0, ToPort=0, CidrIpv4="10.0.0.0/9")


def test_delete_tags_without_tags_leaves_those_of_aws(account: EmbeddedAccount) -> None:
    account.client("ec2").delete_tags(Resources=[GROUP])
    assert account.tags(GROUP) == {"aws:eks:cluster-name": "prod-1"}


def test_delete_tags_with_a_value_goes_by_the_value(account: EmbeddedAccount) -> None:
    key = "kubernetes.io/cluster/prod-1"
    account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": key, "Value": "shared"}])
    assert key in account.tags(GROUP)
    account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": key, "Value": "owned"}])
    assert key not in account.tags(GROUP)


def test_descriptions_are_changed_by_rule_and_by_id(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    pair = {"GroupId": OTHER, "Description": "by rule"}
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=GROUP,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [pair]}],
    )
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=GROUP,
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": FIRST, "Description": "by id"}],
    )
    rows = ec2.describe_security_group_rules()["SecurityGroupRules"]
    assert [row["Description"] for row in rows] == ["by id", "by rule"]


def test_deleting_a_group_takes_its_tags(account: EmbeddedAccount) -> None:
    account.client("ec2").delete_security_group(GroupId=GROUP)
    assert account.tags(GROUP) == {}
    account.client("ec2").delete_security_group(GroupId=OTHER)


def test_a_changed_prefix_list_has_a_new_version_and_its_old_name(account: EmbeddedAccount) -> None:
    ec2 = account.client("ec2")
    changed = ec2.modify_managed_prefix_list(
        PrefixListId=LIST,
        CurrentVersion=1,
        AddEntries=[{"Cidr": "10.1.2.3/8", "Description": "inside"}],
        RemoveEntries=[{"Cidr": "198.51.100.0/24"}],
    )["PrefixList"]
    assert (changed["PrefixListName"], changed["Version"]) == ("offices", 2)
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=LIST)["Entries"]
    assert entries == [{"Cidr": "10.0.0.0/8", "Description": "inside"}]
    ec2.restore_managed_prefix_list_version(PrefixListId=LIST, PreviousVersion=1, CurrentVersion=2)
    restored = ec2.get_managed_prefix_list_entries(PrefixListId=LIST)["Entries"]
    assert [entry["Cidr"] for entry in restored] == ["198.51.100.0/24"]


def test_an_eks_update_is_in_progress_for_a_while() -> None:
    with EmbeddedAccount(described(), update_looks=2) as account:
        eks = account.client("eks")
        update = eks.update_cluster_version(name="prod-1", version="1.35")["update"]
        looks = [eks.describe_update(name="prod-1", updateId=update["id"])["update"] for _ in range(4)]
        assert [look["status"] for look in looks] == ["InProgress", "InProgress", "Successful", "Successful"]
        assert eks.list_updates(name="prod-1")["updateIds"] == [update["id"]]
        assert eks.describe_cluster(name="prod-1")["cluster"]["version"] == "1.35"
        with pytest.raises(eks.exceptions.ResourceNotFoundException):
            eks.describe_update(name="prod-1", updateId="none")


def test_an_eks_update_puts_rules_and_tags_back_but_not_the_open_outbound_rule(
    account: EmbeddedAccount,
) -> None:
    tags = account.tags(GROUP)
    account.client("ec2").delete_tags(Resources=[GROUP])
    eks = account.client("eks")
    eks.update_cluster_config(name="prod-1", resourcesVpcConfig={"endpointPublicAccess": True})
    assert account.lines(GROUP) == (*BEFORE, "all from self", "all to self")
    assert account.tags(GROUP) == tags
    vpc_config = eks.describe_cluster(name="prod-1")["cluster"]["resourcesVpcConfig"]
    assert (vpc_config["clusterSecurityGroupId"], vpc_config["endpointPublicAccess"]) == (GROUP, True)
