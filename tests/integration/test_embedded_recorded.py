"""A recorded change happens again in the embedded account, whatever the shape of its record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    VpcDescription,
    read_account,
)
from sgwarden.embedded.recorded import Recorded, account_for, make_change
from sgwarden.record import Record, records

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = Path(__file__).parents[2] / "events"
ACCOUNT, REGION, GROUP = "111122223333", "eu-west-1", "sg-0c1f4a7be2d95083a"
OTHER, LIST, RULE = "sg-0e7b9d3c5a1f28460", "pl-0b8d2f4a6c1e3957d", "sgr-0481972caed6e2e1c"
DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")
Json = dict[str, Any]


@pytest.fixture
def empty() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION)) as account:
        yield account


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(
        AccountDescription(
            account=ACCOUNT,
            region=REGION,
            vpcs=(VpcDescription(id="vpc-0a", region=REGION, cidrs=("10.1.0.0/16", "2001:db8::/56")),),
            clusters=(ClusterDescription(name="prod-1", region=REGION, group=GROUP),),
        )
    ) as opened:
        yield opened


def record(name: str, request: object, response: object = None, **more: object) -> Record:
    source = "eks.amazonaws.com" if "Cluster" in name or "Associate" in name else "ec2.amazonaws.com"
    return Record(
        {
            "eventName": name,
            "eventSource": source,
            "awsRegion": REGION,
            "recipientAccountId": ACCOUNT,
            "requestParameters": request,
            "responseElements": response,
            **more,
        }
    )


def permission(protocol: str, first: object = None, last: object = None, **peers: object) -> Json:
    ports = {} if first is None else {"fromPort": first, "toPort": last}
    lists = {name: {"items": [peer]} for name, peer in peers.items()}
    empty: Json = {"groups": {}, "ipRanges": {}, "ipv6Ranges": {}, "prefixListIds": {}}
    return {"ipProtocol": protocol, **ports, **empty, **lists}


SSH = permission("tcp", 22, 22, ipRanges={"cidrIp": "0.0.0.0/0"})
SSH_LINE = "tcp/22 from 0.0.0.0/0"
NESTED = {"groupId": GROUP, "ipPermissions": {"items": [SSH]}}

AUTHORIZED = {
    "nested": (NESTED, SSH_LINE),
    "an array": ({"groupId": GROUP, "ipPermissions": [SSH]}, SSH_LINE),
    "lower-cased": ({"groupid": GROUP, "ippermissions": [{k.lower(): v for k, v in SSH.items()}]}, SSH_LINE),
    "flat": (
        {
            "groupId": GROUP,
            "ipPermissions": {},
            "ipProtocol": "tcp",
            "fromPort": 22,
            "toPort": 22,
            "cidrIp": "0.0.0.0/0",
        },
        SSH_LINE,
    ),
    "ports as text": (
        {"groupId": GROUP, "ipPermissions": [permission("6", "22", "22", ipRanges={"cidrIp": "0.0.0.0/0"})]},
        SSH_LINE,
    ),
    "host bits": (
        {
            "groupId": GROUP,
            "ipPermissions": [permission("tcp", 22, 22, ipRanges={"cidrIp": "203.0.113.7/0"})],
        },
        SSH_LINE,
    ),
    "protocol -1 with ports": (
        {"groupId": GROUP, "ipPermissions": [permission("-1", 0, 65535, ipv6Ranges={"cidrIpv6": "::/0"})]},
        "all from ::/0",
    ),
    "ICMP": (
        {"groupId": GROUP, "ipPermissions": [permission("icmp", -1, -1, ipRanges={"cidrIp": "10.0.0.0/8"})]},
        "icmp from 10.0.0.0/8",
    ),
    "another group": (
        {"groupId": GROUP, "ipPermissions": [permission("tcp", 22, 22, groups={"groupId": OTHER})]},
        f"tcp/22 from {OTHER}",
    ),
    "a prefix list": (
        {
            "groupId": GROUP,
            "ipPermissions": [permission("tcp", 22, 22, prefixListIds={"prefixListId": LIST})],
        },
        f"tcp/22 from {LIST}",
    ),
}


@pytest.mark.parametrize(("request_", "line"), AUTHORIZED.values(), ids=AUTHORIZED)
def test_an_authorize_is_made_whatever_its_shape(account: EmbeddedAccount, request_: Json, line: str) -> None:
    change = make_change(account, record("AuthorizeSecurityGroupIngress", request_))
    assert change.done == (f"added {line} to {GROUP}",)
    assert account.lines(GROUP) == ("all from self", line, *DEFAULTS[1:])


def test_new_rules_have_the_ids_that_the_response_names(account: EmbeddedAccount) -> None:
    both = permission("tcp", 22, 22, ipRanges={"cidrIp": "0.0.0.0/0"}, ipv6Ranges={"cidrIpv6": "::/0"})
    rows = [
        {"securityGroupRuleId": f"sgr-0{digit}", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, **peer}
        for digit, peer in ((6, {"cidrIpv6": "::/0"}), (4, {"cidrIpv4": "0.0.0.0/0"}))
    ]
    response = {"securityGroupRuleSet": {"items": rows}}
    request = {"groupId": GROUP, "ipPermissions": {"items": [both]}}
    make_change(account, record("AuthorizeSecurityGroupIngress", request, response))
    ids = account.rule_ids(GROUP)
    assert (ids["tcp/22 from 0.0.0.0/0"], ids["tcp/22 from ::/0"]) == ("sgr-04", "sgr-06")


def test_a_rule_that_was_there_already_is_made_anew(account: EmbeddedAccount) -> None:
    make_change(account, record("AuthorizeSecurityGroupIngress", NESTED))
    change = make_change(account, record("AuthorizeSecurityGroupIngress", NESTED))
    assert change.presupposed == (f"{GROUP} does not have the rule {SSH_LINE} yet",)
    assert account.lines(GROUP).count(SSH_LINE) == 1


def test_rules_are_tagged_as_recorded(account: EmbeddedAccount) -> None:
    tags = [{"key": "by", "value": "hand"}]
    specification = {"items": [{"resourceType": "security-group-rule", "tags": tags}]}
    make_change(
        account, record("AuthorizeSecurityGroupIngress", {**NESTED, "tagSpecificationSet": specification})
    )
    assert account.tags(account.rule_ids(GROUP)[SSH_LINE]) == {"by": "hand"}


def test_no_quota_stands_against_what_has_happened() -> None:
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION), quota=1) as account:
        assert not make_change(account, record("AuthorizeSecurityGroupIngress", NESTED)).not_done


def test_a_revoke_of_a_default_rule_presupposes_nothing(account: EmbeddedAccount) -> None:
    anywhere = permission("-1", ipRanges={"cidrIp": "0.0.0.0/0"})
    change = make_change(
        account, record("RevokeSecurityGroupEgress", {"groupId": GROUP, "ipPermissions": [anywhere]})
    )
    assert change == Recorded(done=(f"removed all to 0.0.0.0/0 from {GROUP}",))
    assert account.lines(GROUP) == DEFAULTS[:2]


def test_a_revoked_rule_that_was_not_there_is_put_there_first(account: EmbeddedAccount) -> None:
    change = make_change(account, record("RevokeSecurityGroupIngress", NESTED))
    assert change.presupposed == (f"{GROUP} has the rule {SSH_LINE}",)
    assert change.done == (f"removed {SSH_LINE} from {GROUP}",)
    assert account.lines(GROUP) == DEFAULTS


def test_a_revoke_by_id_goes_by_the_response(account: EmbeddedAccount) -> None:
    row = {"securityGroupRuleId": RULE, "isEgress": True, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    response = {"revokedSecurityGroupRuleSet": {"items": [{**row, "referencedGroupId": GROUP}]}}
    request = {"groupId": GROUP, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": RULE}]}}
    change = make_change(account, record("RevokeSecurityGroupEgress", request, response))
    assert change.presupposed == (f"{GROUP} has the rule tcp/443 to self",)
    assert change.done == (f"removed tcp/443 to self from {GROUP}",)
    without = make_change(account, record("RevokeSecurityGroupEgress", request))
    assert RULE in without.not_done


def test_a_revoke_leaves_out_what_was_unknown(account: EmbeddedAccount) -> None:
    response = {"unknownIpPermissionSet": {"items": [SSH]}}
    other = permission("tcp", 23, 23, ipRanges={"cidrIp": "0.0.0.0/0"})
    request = {"groupId": GROUP, "ipPermissions": [SSH, other]}
    change = make_change(account, record("RevokeSecurityGroupIngress", request, response))
    assert change.done == (f"removed tcp/23 from 0.0.0.0/0 from {GROUP}",)


def modification(wrapped: object, group: str = GROUP) -> Record:
    return record(
        "ModifySecurityGroupRules",
        {"ModifySecurityGroupRulesRequest": {"GroupId": group, "SecurityGroupRule": wrapped}},
        {"ModifySecurityGroupRulesResponse": {"return": True}},
    )


def to_be(rule_id: str = RULE, **fields: object) -> Json:
    return {"SecurityGroupRuleId": rule_id, "tag": 1, "SecurityGroupRule": fields}


MODIFIED = {
    "IPv4": ({"CidrIpv4": "0.0.0.0/0", "IpProtocol": -1}, "all from 10.1.0.0/16", "all from 0.0.0.0/0"),
    "IPv6": (
        {"CidrIpv6": "::/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22},
        "tcp/22 from 2001:db8::/56",
        "tcp/22 from ::/0",
    ),
    "a group": (
        {"ReferencedGroupId": OTHER, "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2},
        "tcp/1-2 from self",
        f"tcp/1-2 from {OTHER}",
    ),
    "a prefix list": (
        {"PrefixListId": LIST, "IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
        f"icmp from {LIST}",
        f"icmp from {LIST}",
    ),
}


@pytest.mark.parametrize(("fields", "before", "after"), MODIFIED.values(), ids=MODIFIED)
def test_a_modified_rule_that_was_not_there_was_harmless(
    account: EmbeddedAccount, fields: Json, before: str, after: str
) -> None:
    change = make_change(account, modification(to_be(**fields)))
    assert f"{GROUP} has the rule {before}" in change.presupposed
    assert account.rule_ids(GROUP)[after] == RULE


def test_a_modified_rule_that_is_there_keeps_its_direction(account: EmbeddedAccount) -> None:
    outbound = account.rule_ids(GROUP)["all to 0.0.0.0/0"]
    change = make_change(account, modification(to_be(outbound, CidrIpv4="10.0.0.0/8", IpProtocol="-1")))
    assert change == Recorded(done=(f"changed all to 0.0.0.0/0 of {GROUP} to all to 10.0.0.0/8",))


def test_several_rules_are_modified_at_once(account: EmbeddedAccount) -> None:
    first = to_be("sgr-0a", CidrIpv4="0.0.0.0/1", IpProtocol="tcp", FromPort=22, ToPort=22)
    second = to_be("sgr-0b", CidrIpv4="128.0.0.0/1", IpProtocol="tcp", FromPort=22, ToPort=22)
    make_change(account, modification([first, second]))
    assert {"tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1"} <= set(account.lines(GROUP))


def test_a_rule_that_another_becomes_is_taken_away_first(account: EmbeddedAccount) -> None:
    make_change(account, record("AuthorizeSecurityGroupIngress", NESTED))
    ssh = to_be(CidrIpv4="0.0.0.0/0", IpProtocol="tcp", FromPort=22, ToPort=22)
    change = make_change(account, modification(ssh))
    assert f"{GROUP} does not have the rule {SSH_LINE} yet" in change.presupposed
    assert account.rule_ids(GROUP)[SSH_LINE] == RULE


def test_descriptions_are_changed(account: EmbeddedAccount) -> None:
    peer = {"CidrIp": "0.0.0.0/0", "Description": "office", "tag": 1}
    inner = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": peer, "tag": 1}
    request = {
        "UpdateSecurityGroupRuleDescriptionsIngressRequest": {"GroupId": GROUP, "IpPermissions": inner}
    }
    make_change(account, record("UpdateSecurityGroupRuleDescriptionsIngress", request))
    rows = account.client("ec2").describe_security_group_rules(
        SecurityGroupRuleIds=[account.rule_ids(GROUP)[SSH_LINE]]
    )
    assert rows["SecurityGroupRules"][0]["Description"] == "office"


def test_a_deleted_group_was_referred_to_by_none(account: EmbeddedAccount) -> None:
    pair = permission("tcp", 22, 22, groups={"groupId": GROUP})
    make_change(account, record("AuthorizeSecurityGroupIngress", {"groupId": OTHER, "ipPermissions": [pair]}))
    change = make_change(account, record("DeleteSecurityGroup", {"groupId": GROUP}))
    assert change.done == (f"deleted {GROUP}",)
    assert account.lines(OTHER) == DEFAULTS


def tagging(name: str, tags: object, resource: str = GROUP) -> Record:
    return record(name, {"resourcesSet": {"items": [{"resourceId": resource}]}, "tagSet": tags})


def test_tags_are_created(account: EmbeddedAccount) -> None:
    change = make_change(account, tagging("CreateTags", {"items": [{"key": "Name", "value": "web"}]}))
    assert change.done == (f"tagged {GROUP} with Name=web",)
    assert account.tags(GROUP)["Name"] == "web"


def test_rules_can_be_tagged(account: EmbeddedAccount) -> None:
    rule = account.rule_ids(GROUP)["all from self"]
    make_change(account, tagging("CreateTags", {"items": [{"key": "a", "value": ""}]}, rule))
    assert account.tags(rule) == {"a": ""}
    unknown = make_change(account, tagging("CreateTags", {"items": [{"key": "a", "value": ""}]}, RULE))
    assert RULE in unknown.not_done


def test_named_tags_are_deleted_and_put_there_first(account: EmbeddedAccount) -> None:
    tags = {"items": [{"key": "Name"}, {"key": "team", "value": "platform"}]}
    change = make_change(account, tagging("DeleteTags", tags))
    assert change.presupposed == (f"{GROUP} has the tag team=platform",)
    assert set(account.tags(GROUP)) == {"aws:eks:cluster-name", "kubernetes.io/cluster/prod-1"}


def test_all_tags_are_deleted_but_those_of_aws(account: EmbeddedAccount) -> None:
    make_change(account, tagging("DeleteTags", {}))
    assert account.tags(GROUP) == {"aws:eks:cluster-name": "prod-1"}


def update(name: str = "prod-1", call: str = "UpdateClusterVersion") -> Record:
    return record(call, {"name": name, "version": "1.35"}, {"update": {"id": "u-1", "type": "VersionUpdate"}})


def test_a_cluster_update_puts_rules_and_tags_back(account: EmbeddedAccount) -> None:
    tags = account.tags(GROUP)
    make_change(account, tagging("DeleteTags", {}))
    yourself = permission("-1", groups={"groupId": GROUP})
    make_change(
        account, record("RevokeSecurityGroupIngress", {"groupId": GROUP, "ipPermissions": [yourself]})
    )
    change = make_change(account, update())
    assert "EKS put back: all from self" in change.done
    assert set(account.lines(GROUP)) == set(DEFAULTS)
    assert account.tags(GROUP) == tags
    assert account.client("eks").describe_cluster(name="prod-1")["cluster"]["version"] == "1.35"


def test_rules_and_tags_can_come_back_when_the_update_is_over(account: EmbeddedAccount) -> None:
    make_change(account, tagging("DeleteTags", {}))
    make_change(account, update(), late=True)
    eks = account.client("eks")
    statuses = []
    for _ in range(2):
        assert len(account.tags(GROUP)) == 1
        statuses.append(eks.describe_update(name="prod-1", updateId="u-1")["update"]["status"])
    assert statuses == ["InProgress", "Successful"]
    assert len(account.tags(GROUP)) == 3


@pytest.mark.parametrize(
    "call",
    [
        "UpdateClusterConfig",
        "UpdateClusterVersion",
        "AssociateEncryptionConfig",
        "AssociateIdentityProviderConfig",
    ],
)
def test_a_cluster_that_the_account_lacks_is_made_up(empty: EmbeddedAccount, call: str) -> None:
    change = make_change(empty, update("somebodys", call))
    assert change.presupposed == ("there is a cluster somebodys",)
    assert empty.client("eks").describe_cluster(name="somebodys")["cluster"]["status"] == "ACTIVE"


def test_clusters_come_and_go(empty: EmbeddedAccount) -> None:
    make_change(empty, record("CreateCluster", {"name": "new"}, {"cluster": {"name": "new"}}))
    cluster = empty.client("eks").describe_cluster(name="new")["cluster"]
    assert empty.lines(cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]) == DEFAULTS
    make_change(empty, record("DeleteCluster", {"name": "new"}))
    assert empty.client("eks").list_clusters()["clusters"] == []
    assert empty.client("ec2").describe_security_groups()["SecurityGroups"] == []


def test_a_prefix_list_changes(empty: EmbeddedAccount) -> None:
    request = {
        "ModifyManagedPrefixListRequest": {
            "PrefixListId": LIST,
            "CurrentVersion": 3,
            "AddEntry": {"Cidr": "0.0.0.0/0", "Description": "all", "tag": 1},
            "RemoveEntry": [{"Cidr": "198.51.100.0/24", "tag": 1}, {"Cidr": "203.0.113.0/24", "tag": 2}],
        }
    }
    change = make_change(empty, record("ModifyManagedPrefixList", request))
    assert change.presupposed == (f"there is a prefix list {LIST} with 2 entries",)
    entries = empty.client("ec2").get_managed_prefix_list_entries(PrefixListId=LIST)["Entries"]
    assert [entry["Cidr"] for entry in entries] == ["0.0.0.0/0"]
    back = record(
        "RestoreManagedPrefixListVersion",
        {"RestoreManagedPrefixListVersionRequest": {"PrefixListId": LIST, "PreviousVersion": 1}},
    )
    assert make_change(empty, back).done == (f"restored version 1 of {LIST}",)


def test_a_group_that_the_account_lacks_is_that_of_a_cluster(empty: EmbeddedAccount) -> None:
    change = make_change(empty, record("AuthorizeSecurityGroupIngress", NESTED), cluster="mine")
    assert change.presupposed == (f"{GROUP} is the cluster security group of a cluster mine",)
    cluster = empty.client("eks").describe_cluster(name="mine")["cluster"]
    assert cluster["resourcesVpcConfig"]["clusterSecurityGroupId"] == GROUP
    second = make_change(empty, tagging("CreateTags", {"items": [{"key": "a"}]}, OTHER), cluster="mine")
    assert second.presupposed == (f"{OTHER} is the cluster security group of a cluster mine-2",)


def test_a_cluster_that_the_records_tags_name_has_that_name(empty: EmbeddedAccount) -> None:
    tags = {"items": [{"key": "kubernetes.io/cluster/theirs", "value": "owned"}]}
    change = make_change(empty, tagging("DeleteTags", tags))
    assert change.presupposed == (f"{GROUP} is the cluster security group of a cluster theirs",)
    assert set(empty.tags(GROUP)) == {"Name", "aws:eks:cluster-name"}


def test_a_group_known_by_name_only_is_in_the_default_vpc(empty: EmbeddedAccount) -> None:
    request = {"groupName": "eks-cluster-sg-theirs-1", "ipPermissions": [SSH]}
    make_change(empty, record("AuthorizeSecurityGroupIngress", request))
    ec2 = empty.client("ec2")
    (group,) = ec2.describe_security_groups(GroupNames=["eks-cluster-sg-theirs-1"])["SecurityGroups"]
    assert SSH_LINE in empty.lines(group["GroupId"])
    (vpc,) = ec2.describe_vpcs(VpcIds=[group["VpcId"]])["Vpcs"]
    assert vpc["IsDefault"]


NOTHING = {
    "a call that failed": record(
        "AuthorizeSecurityGroupIngress", NESTED, errorCode="Client.UnauthorizedOperation"
    ),
    "a call of another kind": record("RunInstances", {}),
    "a call of no kind": Record({}),
    "a call of another service": Record(
        {**record("CreateTags", {}).body, "eventSource": "redshift.amazonaws.com"}
    ),
    "a call without parameters": record("AuthorizeSecurityGroupIngress", None),
    "parameters that are text": record("AuthorizeSecurityGroupIngress", "Sanitized"),
    "a call without rules": record("AuthorizeSecurityGroupIngress", {"groupId": GROUP}),
    "a peer that is none": record(
        "AuthorizeSecurityGroupIngress",
        {"groupId": GROUP, "ipPermissions": [permission("tcp", 22, 22, ipRanges={"cidrIp": "<redacted>"})]},
    ),
    "a version nobody knows": record(
        "RestoreManagedPrefixListVersion", {"PrefixListId": LIST, "PreviousVersion": 9}
    ),
    "VPC associations, which are not kept": record("AssociateSecurityGroupVpc", {"groupId": GROUP}),
}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_a_record_that_cannot_be_made_again_says_why(account: EmbeddedAccount, nothing: Record) -> None:
    change = make_change(account, nothing)
    assert change.not_done
    assert change.done == ()
    assert account.lines(GROUP) == DEFAULTS


def test_a_record_of_another_account_has_an_account_of_its_own() -> None:
    described = AccountDescription(account=ACCOUNT, region=REGION)
    theirs = Record({"recipientAccountId": "444455556666", "awsRegion": "us-east-1"})
    assert account_for(record("CreateTags", {}), described) is described
    assert account_for(theirs, described) == AccountDescription(account="444455556666", region="us-east-1")


SAMPLES = sorted(EVENTS.glob("*.json"))
CHANGED = {
    "all-tags-deleted": ("removed tag Name", "removed tag kubernetes.io/cluster/prod-1"),
    "call-that-failed": (),
    "change-on-a-group-of-no-cluster": ("added tcp/22 from 203.0.113.0/24",),
    "cluster-created-with-open-outbound-rule": ("created cluster minimum-2",),
    "cluster-deleted": ("deleted cluster baseline-2",),
    "cluster-endpoint-made-private": ("updated cluster prod-1",),
    "cluster-tag-deleted": ("removed tag kubernetes.io/cluster/baseline-1",),
    "default-outbound-rule-revoked": ("removed all to 0.0.0.0/0",),
    "efa-rule-described-anew": ("described all to self",),
    "eks-update-puts-default-rule-back": ("updated cluster restricted-1", "EKS put back: all from self"),
    "everything-opened-to-ipv6": ("added all from ::/0",),
    "group-named-by-cloudformation-without-id": ("added tcp/443 from 0.0.0.0/0",),
    "identity-provider-update-puts-self-rule-back": (
        "updated cluster minimum-1",
        "EKS put back: all to self",
    ),
    "inbound-rule-described-anew": ("described tcp/443 from 10.20.0.0/16",),
    "inbound-self-rule-revoked": ("removed all from self",),
    "kubelet-outbound-lost": ("removed tcp/10250 to self",),
    "name-tag-changed": ("tagged sg-02be06bd9cbf15b62 with Name=web servers",),
    "orphaned-security-group-deleted": ("deleted sg-0b5d9e1f7a3c86420",),
    "outbound-opened-beyond-the-minimum": ("added tcp/25 to 0.0.0.0/0",),
    "port-range-that-hides-ssh": ("added tcp/20-25 from 0.0.0.0/0",),
    "prefix-list-grows-to-the-whole-internet": ("added 0.0.0.0/0 to pl-0c7e1b9d5f3a82640",),
    "prefix-list-restored": ("restored version 1 of pl-0c7e1b9d5f3a82640",),
    "rule-added-by-load-balancer-controller": ("added tcp/8080 from sg-04c8f1e6b9d2a7053",),
    "rule-modified-in-place-to-become-public": ("changed tcp/443 from 10.20.0.0/16",),
    "secrets-encryption-turned-on": ("updated cluster baseline-1",),
    "security-group-no-longer-shared": (),
    "security-group-shared-with-another-vpc": (),
    "ssh-opened-by-two-halves-of-the-internet": (
        "added tcp/22 from 0.0.0.0/1",
        "added tcp/22 from 128.0.0.0/1",
    ),
    "ssh-opened-to-the-world": ("added tcp/22 from 0.0.0.0/0",),
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_each_sample_changes_the_sample_account_and_presupposes_nothing(sample: Path) -> None:
    (found,) = records(json.loads(sample.read_text()))
    with EmbeddedAccount(read_account(EVENTS / "account.yaml")) as account:
        held = _rule_ids(account)
        change = make_change(account, found)
        assert change.presupposed == ()
        assert len(change.done) == len(CHANGED[sample.stem])
        assert all(
            done.startswith(said) for done, said in zip(change.done, CHANGED[sample.stem], strict=True)
        )
        assert set(_named_ids(found)) <= held | _rule_ids(account)


def _rule_ids(account: EmbeddedAccount) -> set[str]:
    rows = account.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    return {row["SecurityGroupRuleId"] for row in rows}


def _named_ids(found: Record) -> list[str]:
    return [word for word in json.dumps(found.body).split('"') if word.startswith("sgr-")]


def test_samples_are_eventbridge_events_each_with_ids_of_its_own() -> None:
    events = [json.loads(sample.read_text()) for sample in SAMPLES]
    assert set(CHANGED) == {sample.stem for sample in SAMPLES}
    for event in events:
        assert event["time"] == event["detail"]["eventTime"]
        assert event["detail-type"] == "AWS API Call via CloudTrail"
    ids = [word for event in events for word in (event["id"], event["detail"]["eventID"])]
    assert len(set(ids)) == len(ids)
