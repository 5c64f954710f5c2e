"""What `read` makes of every call that matters, in every shape that its record comes in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sgwarden.calls import CALLS
from sgwarden.trigger import Cause, Ignored, Target, TargetKind, Touch, Trigger, read

ACCOUNT, REGION = "111122223333", "eu-west-1"
GROUP, OTHER_GROUP = "sg-0a1b2c3d4e5f60718", "sg-0ffffffffffffffff"
RULE, OTHER_RULE = "sgr-0123456789abcdef0", "sgr-0fedcba9876543210"
LIST = "pl-0a1b2c3d4e5f60718"
UPDATE = "5c0f3d1e-8a1b-4c6d-9e2f-0123456789ab"

IN, OUT = frozenset({Touch.INGRESS}), frozenset({Touch.EGRESS})
BOTH, TAGS, ALL = IN | OUT, frozenset({Touch.TAGS}), frozenset(Touch)


def record(event_name: str, request: object, response: object = None, **changes: object) -> dict[str, Any]:
    """A CloudTrail record of a successful call by alice, in the console."""
    eks = event_name.lower() in CALLS and CALLS[event_name.lower()].service == "eks"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "userName": "alice",
            "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
        },
        "eventTime": "2026-03-01T12:00:00Z",
        "eventSource": "eks.amazonaws.com" if eks else "ec2.amazonaws.com",
        "eventName": event_name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
        "requestParameters": request,
        "responseElements": response,
        "eventID": "0f0f0f0f-0000-4000-8000-000000000001",
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
    } | changes


def envelope(detail: object, **changes: object) -> dict[str, Any]:
    """The EventBridge event around a record."""
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "time": "2026-03-01T12:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    } | changes


def permissions(group: str = OTHER_GROUP) -> dict[str, Any]:
    """`ipPermissions` with a peer group, which must never be taken for the group that was changed."""
    peers = {"items": [{"groupId": group, "userId": ACCOUNT, "description": RULE}]}
    permission = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": peers, "ipRanges": {}}
    return {"items": [permission]}


def answer(key: str, *rule_ids: str) -> dict[str, Any]:
    """`responseElements` of an authorize or a revoke that tells of its rules."""
    rules = [
        {
            "groupOwnerId": ACCOUNT,
            "groupId": GROUP,
            "securityGroupRuleId": rule,
            "referencedGroupId": OTHER_GROUP,
        }
        for rule in rule_ids
    ]
    return {"_return": True, key: {"items": rules}}


def wrapped(call: str, **parameters: object) -> dict[str, Any]:
    """The request of a newer EC2 call, as CloudTrail converts it from XML."""
    return {f"{call}Request": parameters}


def one(event: object) -> Trigger:
    """The only trigger of an event."""
    result = read(event)
    assert isinstance(result, tuple), result
    assert len(result) == 1, result
    return result[0]


def target(kind: TargetKind, name: str, vpc_id: str = "") -> Target:
    return Target(kind, ACCOUNT, REGION, name, vpc_id)


FLAT = {
    "groupId": GROUP,
    "ipProtocol": "tcp",
    "fromPort": 22,
    "toPort": 22,
    "cidrIp": "0.0.0.0/0",
    "ipPermissions": {},
}
NESTED = {"groupId": GROUP, "ipPermissions": permissions()}
MODIFIED = {
    "SecurityGroupRuleId": RULE,
    "tag": 1,
    "SecurityGroupRule": {"CidrIpv4": "0.0.0.0/0", "IpProtocol": -1},
}
DESCRIBED = {"SecurityGroupRuleId": RULE, "tag": 1, "Description": OTHER_RULE}


@pytest.mark.parametrize(
    ("event", "touches"),
    [
        (record("AuthorizeSecurityGroupIngress", NESTED), IN),
        (record("AuthorizeSecurityGroupIngress", FLAT), IN),
        (record("AuthorizeSecurityGroupEgress", NESTED), OUT),
        (record("RevokeSecurityGroupIngress", NESTED), IN),
        (record("RevokeSecurityGroupIngress", FLAT), IN),
        (record("RevokeSecurityGroupEgress", NESTED), OUT),
        (
            record(
                "AuthorizeSecurityGroupIngress", {"groupId": GROUP, "ipPermissions": permissions()["items"]}
            ),
            IN,
        ),
        (record("DeleteSecurityGroup", {"groupId": GROUP}), ALL),
        (record("DeleteSecurityGroup", {}, {"_return": True, "groupId": GROUP}), ALL),
        (
            record(
                "AssociateSecurityGroupVpc",
                wrapped("AssociateSecurityGroupVpc", GroupId=GROUP, VpcId="vpc-1"),
            ),
            BOTH,
        ),
        (record("DisassociateSecurityGroupVpc", {"groupId": GROUP, "vpcId": "vpc-0a1b2c3d"}), BOTH),
    ],
)
def test_a_group_named_by_id_is_the_target(event: dict[str, Any], touches: frozenset[Touch]) -> None:
    trigger = one(event)
    assert trigger.target == target(TargetKind.GROUP, GROUP)
    assert trigger.touches == touches
    assert trigger.rule_ids == frozenset()
    assert trigger.update_id == ""


@pytest.mark.parametrize(
    ("name", "request_parameters", "response", "rule_ids"),
    [
        (
            "AuthorizeSecurityGroupIngress",
            NESTED,
            answer("securityGroupRuleSet", RULE, OTHER_RULE),
            {RULE, OTHER_RULE},
        ),
        ("RevokeSecurityGroupEgress", NESTED, answer("revokedSecurityGroupRuleSet", RULE), {RULE}),
        (
            "RevokeSecurityGroupIngress",
            {"groupId": GROUP, "securityGroupRuleIds": [RULE, OTHER_RULE]},
            None,
            {RULE, OTHER_RULE},
        ),
        (
            "RevokeSecurityGroupIngress",
            {"groupId": GROUP, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": RULE}]}},
            None,
            {RULE},
        ),
        (
            "RevokeSecurityGroupIngress",
            wrapped(
                "RevokeSecurityGroupIngress", GroupId=GROUP, SecurityGroupRuleId={"content": RULE, "tag": 1}
            ),
            None,
            {RULE},
        ),
        (
            "ModifySecurityGroupRules",
            wrapped("ModifySecurityGroupRules", GroupId=GROUP, SecurityGroupRule=MODIFIED),
            None,
            {RULE},
        ),
        (
            "ModifySecurityGroupRules",
            wrapped(
                "ModifySecurityGroupRules",
                GroupId=GROUP,
                SecurityGroupRule=[MODIFIED, MODIFIED | {"SecurityGroupRuleId": OTHER_RULE}],
            ),
            {"ModifySecurityGroupRulesResponse": {"requestId": "1", "return": True}},
            {RULE, OTHER_RULE},
        ),
        (
            "UpdateSecurityGroupRuleDescriptionsIngress",
            wrapped(
                "UpdateSecurityGroupRuleDescriptionsIngress",
                GroupId=GROUP,
                SecurityGroupRuleDescription=DESCRIBED,
            ),
            None,
            {RULE},
        ),
        (
            "UpdateSecurityGroupRuleDescriptionsEgress",
            wrapped(
                "UpdateSecurityGroupRuleDescriptionsEgress",
                GroupId=GROUP,
                SecurityGroupRuleDescription=[DESCRIBED],
            ),
            None,
            {RULE},
        ),
    ],
)
def test_the_rules_that_a_call_names_are_kept(
    name: str, request_parameters: object, response: object, rule_ids: set[str]
) -> None:
    trigger = one(record(name, request_parameters, response))
    assert trigger.target == target(TargetKind.GROUP, GROUP)
    assert trigger.rule_ids == rule_ids


@pytest.mark.parametrize(
    ("name", "touches"),
    [
        ("ModifySecurityGroupRules", BOTH),
        ("UpdateSecurityGroupRuleDescriptionsIngress", IN),
        ("UpdateSecurityGroupRuleDescriptionsEgress", OUT),
    ],
)
def test_a_modification_touches_the_directions_that_its_call_can_change(
    name: str, touches: frozenset[Touch]
) -> None:
    assert one(record(name, wrapped(name, GroupId=GROUP))).touches == touches


@pytest.mark.parametrize(
    "request_parameters", [{"groupName": "web"}, {"groupName": "web", "groupId": None}, {}, None, "Sanitized"]
)
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AuthorizeSecurityGroupIngress", "securityGroupRuleSet"),
        ("RevokeSecurityGroupEgress", "revokedSecurityGroupRuleSet"),
    ],
)
def test_a_request_without_the_groups_id_is_made_good_by_the_response(
    name: str, key: str, request_parameters: object
) -> None:
    trigger = one(record(name, request_parameters, answer(key, RULE)))
    assert trigger.target == target(TargetKind.GROUP, GROUP)
    assert trigger.rule_ids == {RULE}


def test_an_id_in_the_request_counts_more_than_the_response() -> None:
    response = {"securityGroupRuleSet": {"items": [{"groupId": OTHER_GROUP}]}}
    assert one(record("AuthorizeSecurityGroupIngress", NESTED, response)).target.name == GROUP


@pytest.mark.parametrize(
    ("request_parameters", "vpc_id"),
    [
        ({"groupName": "eks-cluster-sg-prod-1 (old)"}, ""),
        ({"groupName": "eks-cluster-sg-prod-1 (old)", "vpcId": "vpc-0a1b2c3d"}, "vpc-0a1b2c3d"),
        ({"groupName": "eks-cluster-sg-prod-1 (old)", "vpcId": "vpc-; rm"}, ""),
        (wrapped("AuthorizeSecurityGroupIngress", GroupName="eks-cluster-sg-prod-1 (old)"), ""),
    ],
)
def test_a_group_named_by_name_only_is_a_target_by_name(request_parameters: object, vpc_id: str) -> None:
    trigger = one(record("AuthorizeSecurityGroupIngress", request_parameters, {"_return": True}))
    assert trigger.target == target(TargetKind.GROUP_NAME, "eks-cluster-sg-prod-1 (old)", vpc_id)


def test_a_modification_that_names_only_rules_points_at_them() -> None:
    request = wrapped(
        "ModifySecurityGroupRules",
        SecurityGroupRule=[MODIFIED, DESCRIBED | {"SecurityGroupRuleId": OTHER_RULE}],
    )
    result = read(record("ModifySecurityGroupRules", request))
    assert isinstance(result, tuple)
    assert [(trigger.target, trigger.rule_ids) for trigger in result] == [
        (target(TargetKind.RULE, RULE), frozenset({RULE})),
        (target(TargetKind.RULE, OTHER_RULE), frozenset({OTHER_RULE})),
    ]


def test_revoked_rules_lead_nowhere_by_themselves() -> None:
    event = record("RevokeSecurityGroupIngress", {"securityGroupRuleIds": [RULE]}, {"_return": True})
    assert read(event) == Ignored("RevokeSecurityGroupIngress names no security group", harmless=False)


@pytest.mark.parametrize("name", ["CreateTags", "DeleteTags"])
def test_a_tag_call_triggers_for_each_group_and_rule_among_its_resources(name: str) -> None:
    ids = ["i-0a1b2c3d4e5f60718", RULE, GROUP, "subnet-0a1b2c3d", OTHER_GROUP, GROUP, "eni-0a1b2c3d"]
    request = {
        "resourcesSet": {"items": [{"resourceId": resource} for resource in ids]},
        "tagSet": {"items": [{"key": "sg-0a0a0a0a", "value": "sgr-0a0a0a0a0a0a0a0a0"}]},
    }
    result = read(record(name, request))
    assert isinstance(result, tuple)
    assert [(trigger.target, trigger.touches, trigger.rule_ids) for trigger in result] == [
        (target(TargetKind.GROUP, GROUP), TAGS, frozenset()),
        (target(TargetKind.GROUP, OTHER_GROUP), TAGS, frozenset()),
        (target(TargetKind.RULE, RULE), TAGS, {RULE}),
    ]


@pytest.mark.parametrize(
    "resources",
    [
        {"items": [{"resourceId": GROUP}]},
        {"items": {"resourceId": GROUP}},
        [{"resourceId": GROUP}],
        [GROUP],
        GROUP,
    ],
)
def test_the_resources_of_a_tag_call_are_found_in_any_list_shape(resources: object) -> None:
    trigger = one(record("DeleteTags", {"resourcesSet": resources, "tagSet": {}}))
    assert trigger.target == target(TargetKind.GROUP, GROUP)


@pytest.mark.parametrize("name", ["ModifyManagedPrefixList", "RestoreManagedPrefixListVersion"])
@pytest.mark.parametrize("shape", ["wrapped", "flat", "response"])
def test_a_prefix_list_call_points_at_the_list(name: str, shape: str) -> None:
    requests = {
        "wrapped": wrapped(name, PrefixListId=LIST, AddEntry={"Cidr": "0.0.0.0/0", "tag": 1}),
        "flat": {"prefixListId": LIST},
    }
    responses = {"response": {f"{name}Response": {"prefixList": {"prefixListId": LIST, "version": 2}}}}
    trigger = one(record(name, requests.get(shape), responses.get(shape)))
    assert trigger.target == target(TargetKind.PREFIX_LIST, LIST)
    assert trigger.touches == BOTH


def test_a_prefix_list_is_one_target_however_often_it_is_named() -> None:
    response = {"prefixList": {"prefixListId": "pl-0a1b2c3d"}}
    assert one(record("ModifyManagedPrefixList", {"prefixListId": LIST}, response)).target.name == LIST


EKS_UPDATES = [
    "UpdateClusterConfig",
    "UpdateClusterVersion",
    "AssociateEncryptionConfig",
    "AssociateIdentityProviderConfig",
]


@pytest.mark.parametrize("name", EKS_UPDATES)
@pytest.mark.parametrize(
    "request_parameters",
    [
        {"name": "prod_1-a"},
        {"clusterName": "prod_1-a"},
        {"name": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/prod_1-a"},
        {"name": f"arn%3Aaws-cn%3Aeks%3Acn-north-1%3A{ACCOUNT}%3Acluster%2Fprod_1-a"},
        {"name": "prod%5F1-a"},
    ],
)
def test_an_eks_update_points_at_the_cluster_and_the_update(name: str, request_parameters: object) -> None:
    response = {
        "update": {"id": UPDATE, "status": "InProgress", "params": [{"type": "Version", "value": "1.33"}]}
    }
    trigger = one(record(name, request_parameters, response))
    assert trigger.target == target(TargetKind.CLUSTER, "prod_1-a")
    assert trigger.touches == ALL
    assert trigger.update_id == UPDATE


@pytest.mark.parametrize("name", ["CreateCluster", "DeleteCluster"])
@pytest.mark.parametrize(
    ("request_parameters", "response"),
    [
        ({"name": "prod-1"}, {"cluster": {"name": "other", "status": "CREATING"}}),
        (None, {"cluster": {"name": "prod-1"}}),
        ({"resourcesVpcConfig": {}}, {"cluster": {"clusterName": "prod-1"}}),
        ("Sanitized", {"cluster": {"arn": f"arn:aws-us-gov:eks:us-gov-west-1:{ACCOUNT}:cluster/prod-1"}}),
    ],
)
def test_a_cluster_made_or_deleted_is_a_target_without_update(
    name: str, request_parameters: object, response: object
) -> None:
    trigger = one(record(name, request_parameters, response))
    assert trigger.target == target(TargetKind.CLUSTER, "prod-1")
    assert trigger.touches == ALL
    assert trigger.update_id == ""


def test_an_update_id_that_cannot_be_one_is_not_followed() -> None:
    response = {"update": {"id": "../clusters/other"}}
    assert one(record("UpdateClusterVersion", {"name": "prod-1"}, response)).update_id == ""


@pytest.mark.parametrize("code", ["Client.UnauthorizedOperation", "Client.DryRunOperation", "AccessDenied"])
def test_a_failed_call_is_ignored_by_its_code(code: str) -> None:
    event = record("AuthorizeSecurityGroupIngress", NESTED, errorCode=code)
    assert read(event) == Ignored(f"AuthorizeSecurityGroupIngress failed with {code}, so it changed nothing")


def test_an_explicit_null_error_is_a_success() -> None:
    assert (
        one(record("AuthorizeSecurityGroupIngress", NESTED, errorCode=None, errorMessage=None)).target.name
        == GROUP
    )


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            record("CreateTags", {"resourcesSet": {"items": [{"resourceId": "i-0a1b2c3d"}]}}),
            "CreateTags names neither a security group nor a rule of one",
        ),
        (
            record("DescribeSecurityGroups", {"groupId": GROUP}),
            "DescribeSecurityGroups is not a call that matters here",
        ),
        (
            record("CreateSecurityGroup", {"groupName": "x"}, {"groupId": GROUP}),
            "CreateSecurityGroup is not a call that matters here",
        ),
        (record("", {"groupId": GROUP}), "a call without a name is not a call that matters here"),
        (record("\x1b[31mEvil\x1b[0m\nName", {}), "Evil Name is not a call that matters here"),
        (
            record("CreateCluster", {"clusterName": "x"}, eventSource="redshift.amazonaws.com"),
            "CreateCluster was a call to redshift, not to eks",
        ),
        (
            record("CreateTags", {"resourceName": GROUP}, eventSource="redshift.amazonaws.com"),
            "CreateTags was a call to redshift, not to ec2",
        ),
    ],
)
def test_what_leads_nowhere_is_ignored_with_the_reason(event: object, reason: str) -> None:
    assert read(event) == Ignored(reason)


OMITTED = {"omitted": True, "originalSize": 180_000, "reason": "requestParameters too large"}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            record("AuthorizeSecurityGroupIngress", None),
            "AuthorizeSecurityGroupIngress names no security group: it came without request parameters",
        ),
        (
            record("RevokeSecurityGroupEgress", "Sanitized", "Sanitized"),
            "RevokeSecurityGroupEgress names no security group: it came without request parameters",
        ),
        (
            record("AuthorizeSecurityGroupIngress", {"ipPermissions": permissions()}),
            "AuthorizeSecurityGroupIngress names no security group",
        ),
        (
            record("AuthorizeSecurityGroupIngress", OMITTED, OMITTED),
            "AuthorizeSecurityGroupIngress names no security group",
        ),
        (record("CreateTags", OMITTED), "CreateTags names neither a security group nor a rule of one"),
        (
            record("ModifyManagedPrefixList", {"prefixListId": GROUP}),
            "ModifyManagedPrefixList names no prefix list",
        ),
        (
            record("UpdateClusterConfig", {"resourcesVpcConfig": {}}, {"update": {"id": UPDATE}}),
            "UpdateClusterConfig names no cluster",
        ),
        (envelope({"service": "x"}), "not a CloudTrail record"),
        ({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}, "not a CloudTrail record"),
        ({}, "not a CloudTrail record"),
        (None, "not a CloudTrail record"),
        ([record("DeleteTags", {})], "not a CloudTrail record"),
        ("not JSON", "not a CloudTrail record"),
        ("[" * 100_000, "not a CloudTrail record"),
    ],
)
def test_what_may_matter_and_does_not_say_where_is_not_harmless(event: object, reason: str) -> None:
    assert read(event) == Ignored(reason, harmless=False)


def test_a_harmless_record_does_not_hide_one_that_is_not() -> None:
    harmless = record("DescribeSecurityGroups", {"groupId": GROUP})
    found = read({"Records": [harmless, record("AuthorizeSecurityGroupIngress", OMITTED), harmless]})
    assert found == Ignored("AuthorizeSecurityGroupIngress names no security group", harmless=False)


@pytest.mark.parametrize("key", ["groupId", "groupName"])
@pytest.mark.parametrize(
    "rubbish",
    ["sg-", "sg-xyz", "sg-0A1B2C3D", "sg-0a1b2c3", f"{GROUP}0", f"{GROUP}\n", "<gone>", "", 7, ["x"], {}],
)
def test_an_id_of_the_wrong_form_is_no_target(key: str, rubbish: object) -> None:
    event = record("AuthorizeSecurityGroupIngress", {key: rubbish})
    assert read(event) == Ignored("AuthorizeSecurityGroupIngress names no security group", harmless=False)


@pytest.mark.parametrize(
    "rubbish", ["-prod", "../prod", "prod/1", "prod%2F1", "a" * 101, "", "arn:aws:eks:x:y:nodegroup/a", 5]
)
def test_a_cluster_name_of_the_wrong_form_is_no_target(rubbish: object) -> None:
    assert read(record("UpdateClusterVersion", {"name": rubbish})) == Ignored(
        "UpdateClusterVersion names no cluster", harmless=False
    )


@pytest.mark.parametrize(
    ("kind", "name", "vpc_id"),
    [
        (TargetKind.GROUP, "sgr-0123456789abcdef0", ""),
        (TargetKind.RULE, GROUP, ""),
        (TargetKind.PREFIX_LIST, "pl-", ""),
        (TargetKind.CLUSTER, "a b", ""),
        (TargetKind.GROUP_NAME, GROUP, ""),
        (TargetKind.GROUP_NAME, "x" * 256, ""),
        (TargetKind.GROUP_NAME, "web", "vpc-"),
    ],
)
def test_a_target_refuses_what_aws_could_not_have_named(kind: TargetKind, name: str, vpc_id: str) -> None:
    with pytest.raises(ValueError, match="not the "):
        Target(kind, ACCOUNT, REGION, name, vpc_id)


def test_every_record_of_a_log_file_is_read() -> None:
    untag = record("DeleteTags", {"resourcesSet": [{"resourceId": OTHER_GROUP}]})
    result = read(
        {"Records": [record("DescribeInstances", {}), record("RevokeSecurityGroupEgress", FLAT), untag, 7]}
    )
    assert isinstance(result, tuple)
    assert [(trigger.target.name, trigger.cause.event) for trigger in result] == [
        (GROUP, "RevokeSecurityGroupEgress"),
        (OTHER_GROUP, "DeleteTags"),
    ]


def test_the_envelope_fills_what_its_record_lacks() -> None:
    bare = {"eventName": "DeleteTags", "requestParameters": {"resourcesSet": [{"resourceId": GROUP}]}}
    trigger = one(envelope(bare))
    assert trigger.target == target(TargetKind.GROUP, GROUP)
    assert trigger.cause == Cause(
        "DeleteTags", "", "an unknown caller", "", datetime(2026, 3, 1, 12, tzinfo=UTC)
    )


def test_a_record_that_names_no_service_is_taken_by_its_call() -> None:
    assert one(record("DeleteSecurityGroup", FLAT, eventSource=None)).target == target(
        TargetKind.GROUP, GROUP
    )


def test_the_cause_says_who_did_what_from_where_and_when() -> None:
    event = record("AuthorizeSecurityGroupIngress", NESTED, eventName="authorizesecuritygroupingress")
    assert one(event).cause == Cause(
        event="AuthorizeSecurityGroupIngress",
        event_id="0f0f0f0f-0000-4000-8000-000000000001",
        actor="alice (IAM user) in the console",
        source_ip="198.51.100.7",
        time=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )


def test_the_cause_is_fit_to_print() -> None:
    address = "198.51.100.7\r\nX-Header: 1" + "x" * 500
    cause = one(
        record("DeleteSecurityGroup", FLAT, eventID="a\u202eb\x1b]0;title\x07c", sourceIPAddress=address)
    ).cause
    assert cause.event_id == "abc"
    assert cause.source_ip == "198.51.100.7 X-Header: 1" + "x" * 175 + "…"
    assert len(cause.source_ip) == 200


def test_every_call_that_matters_has_a_line() -> None:
    assert sorted(call.name for call in CALLS.values()) == [
        "AssociateEncryptionConfig",
        "AssociateIdentityProviderConfig",
        "AssociateSecurityGroupVpc",
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateCluster",
        "CreateTags",
        "DeleteCluster",
        "DeleteSecurityGroup",
        "DeleteTags",
        "DisassociateSecurityGroupVpc",
        "ModifyManagedPrefixList",
        "ModifySecurityGroupRules",
        "RestoreManagedPrefixListVersion",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "UpdateClusterConfig",
        "UpdateClusterVersion",
        "UpdateSecurityGroupRuleDescriptionsEgress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    ]
