"""What the function's role may do: write to cluster security groups, and only where it remediates."""

from typing import Any

import pytest

from tests.template.application import ACCOUNT, REGION, arn, of_type, translated
from tests.template.iam import allowed

_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
_GROUP, _RULE = f"{_EC2}:security-group/sg-1", f"{_EC2}:security-group-rule/sgr-1"
_OURS_LIST, _AWS_LIST = f"{_EC2}:prefix-list/pl-1", f"arn:aws:ec2:{REGION}:aws:prefix-list/pl-2"
_SSM = f"arn:aws:ssm:{REGION}:{ACCOUNT}"
_PARAMETER = f"{_SSM}:parameter/sgwarden/policy"
_CLUSTER = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/prod"
_OF_CLUSTER = {"aws:ResourceTag/aws:eks:cluster-name": "prod"}
_LIKE_CLUSTER = {
    "aws:ResourceTag/kubernetes.io/cluster/prod": "owned",
    "aws:ResourceTag/Name": "eks-cluster-sg-prod-1",
}

_WRITES = [
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateTags",
    "ec2:ModifySecurityGroupRules",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
]
_READS = [
    ("ec2:DescribeManagedPrefixLists", "*"),
    ("ec2:DescribeSecurityGroupRules", "*"),
    ("ec2:DescribeSecurityGroups", "*"),
    ("ec2:DescribeVpcs", "*"),
    ("ec2:GetManagedPrefixListEntries", _OURS_LIST),
    ("ec2:GetManagedPrefixListEntries", _AWS_LIST),
    ("eks:DescribeCluster", _CLUSTER),
    ("eks:DescribeUpdate", _CLUSTER),
    ("sqs:ReceiveMessage", arn("Changes")),
    ("sqs:DeleteMessage", arn("Changes")),
    ("sqs:GetQueueAttributes", arn("Changes")),
    ("sqs:SendMessage", arn("Changes")),
    ("ssm:GetParameter", _PARAMETER),
    ("sns:Publish", arn("Alerts")),
    ("kms:GenerateDataKey", arn("AlertsKey")),
    ("kms:Decrypt", arn("AlertsKey")),
    ("logs:CreateLogStream", arn("ReconcileLogs").removesuffix("*") + "log-stream:1"),
    ("logs:PutLogEvents", arn("ReconcileLogs").removesuffix("*") + "log-stream:1"),
    ("xray:PutTraceSegments", "*"),
    ("xray:PutTelemetryRecords", "*"),
]


def _observing() -> list[dict[str, Any]]:
    policies = of_type("AWS::IAM::Role")["ReconcileRole"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def _remediating() -> list[dict[str, Any]]:
    policy = of_type("AWS::IAM::RolePolicy")["RemediatePolicy"]
    assert policy["RoleName"] == "ReconcileRole"
    return [*_observing(), *policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize(("action", "resource"), _READS)
def test_it_may_read_and_report_in_either_mode(action: str, resource: str) -> None:
    assert allowed(_observing(), action, resource, {})
    assert allowed(_remediating(), action, resource, {})


@pytest.mark.parametrize("action", _WRITES)
def test_it_may_write_to_a_cluster_security_group_where_it_remediates(action: str) -> None:
    assert allowed(_remediating(), action, _GROUP, _OF_CLUSTER)
    assert not allowed(_observing(), action, _GROUP, _OF_CLUSTER)


@pytest.mark.parametrize("action", _WRITES)
@pytest.mark.parametrize("tags", [{}, _LIKE_CLUSTER])
def test_it_may_not_write_to_any_other_group(action: str, tags: dict[str, str]) -> None:
    assert not allowed(_remediating(), action, _GROUP, tags)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        # EC2 checks the rule too that a call makes or changes, and the prefix list that a changed rule names.
        ("ec2:AuthorizeSecurityGroupEgress", _RULE),
        ("ec2:AuthorizeSecurityGroupIngress", _RULE),
        ("ec2:ModifySecurityGroupRules", _RULE),
        ("ec2:ModifySecurityGroupRules", _OURS_LIST),
        ("ec2:ModifySecurityGroupRules", _AWS_LIST),
    ],
)
def test_it_may_write_the_rules_of_those_groups(action: str, resource: str) -> None:
    assert allowed(_remediating(), action, resource, {})
    assert not allowed(_observing(), action, resource, {})


@pytest.mark.parametrize("action", ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"])
def test_it_may_tag_a_rule_with_the_call_that_makes_it(action: str) -> None:
    context = {"ec2:CreateAction": action}
    assert allowed(_remediating(), "ec2:CreateTags", _RULE, context)
    assert not allowed(_remediating(), "ec2:CreateTags", _RULE, context | {"aws:TagKeys": ["aws:x"]})
    assert not allowed(_remediating(), "ec2:CreateTags", f"{_EC2}:instance/i-1", context)
    assert not allowed(_observing(), "ec2:CreateTags", _RULE, context)


@pytest.mark.parametrize("context", [{}, {"ec2:CreateAction": "CreateSecurityGroup"}])
def test_it_may_not_tag_a_rule_otherwise(context: dict[str, str]) -> None:
    assert not allowed(_remediating(), "ec2:CreateTags", _RULE, context)


def test_it_may_not_write_tags_that_are_aws_own() -> None:
    def may_write(*keys: str) -> bool:
        context = _OF_CLUSTER | {"aws:TagKeys": list(keys)}
        return allowed(_remediating(), "ec2:CreateTags", _GROUP, context)

    assert may_write("Name", "kubernetes.io/cluster/prod")
    assert not may_write("aws:eks:cluster-name")
    assert not may_write("Name", "aws:x")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:CreateTags", f"{_EC2}:instance/i-1"),
        ("ec2:CreateTags", _RULE),
        ("ec2:DeleteTags", _GROUP),
        ("ec2:DeleteSecurityGroup", _GROUP),
        ("ec2:CreateSecurityGroup", _GROUP),
        ("ec2:AuthorizeSecurityGroupIngress", f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/sg-1"),
        ("ec2:AuthorizeSecurityGroupIngress", f"arn:aws:ec2:{REGION}:444455556666:security-group/sg-1"),
        ("ec2:ModifyManagedPrefixList", _OURS_LIST),
        ("eks:UpdateClusterConfig", _CLUSTER),
        ("eks:DescribeCluster", f"arn:aws:eks:{REGION}:444455556666:cluster/prod"),
        ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:Other"),
        ("sqs:SendMessage", arn("DeadLetters")),
        ("sqs:PurgeQueue", arn("Changes")),
        ("ssm:GetParameter", f"{_SSM}:parameter/sgwarden/policy/other"),
        ("ssm:GetParameter", f"{_SSM}:parameter/other"),
        ("ssm:GetParameters", _PARAMETER),
        ("ssm:PutParameter", _PARAMETER),
        ("ssm:DeleteParameter", _PARAMETER),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"),
        ("logs:CreateLogGroup", arn("ReconcileLogs")),
        ("iam:PassRole", "*"),
    ],
)
def test_it_may_do_nothing_else(action: str, resource: str) -> None:
    assert not allowed(_remediating(), action, resource, _OF_CLUSTER)


def test_every_action_that_is_granted_is_in_this_table() -> None:
    granted = {
        action.removesuffix("*")
        for statement in _remediating()
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert granted == {action for action, _ in _READS} | set(_WRITES)


def test_every_statement_says_what_it_is_for() -> None:
    statements = _remediating()
    names = [statement["Sid"] for statement in statements]
    assert len(set(names)) == len(names)
    unscoped = {one["Sid"] for one in statements if one["Effect"] == "Allow" and one["Resource"] == "*"}
    assert unscoped == {"ReadWhatCannotBeScoped", "WriteTraces"}


def test_the_permission_to_write_comes_with_the_mode() -> None:
    assert translated()["Resources"]["RemediatePolicy"]["Condition"] == "Remediates"
    assert translated()["Conditions"]["Remediates"] == {"Fn::Equals": [{"Ref": "Mode"}, "remediate"]}


def test_the_permission_to_read_a_parameter_comes_with_its_name() -> None:
    (policy,) = translated()["Resources"]["ReconcileRole"]["Properties"]["Policies"]
    (choice,) = [one["Fn::If"] for one in policy["PolicyDocument"]["Statement"] if "Fn::If" in one]
    condition, statement, otherwise = choice
    assert (condition, statement["Sid"]) == ("HasPolicyParameter", "ReadThePolicyParameter")
    assert otherwise == {"Ref": "AWS::NoValue"}
    given = {"Fn::Not": [{"Fn::Equals": [{"Ref": "PolicyParameter"}, ""]}]}
    assert translated()["Conditions"]["HasPolicyParameter"] == given
    assert translated()["Parameters"]["PolicyParameter"]["Default"] == ""


def test_only_lambda_may_take_the_role() -> None:
    (statement,) = of_type("AWS::IAM::Role")["ReconcileRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert of_type("AWS::Lambda::Function")["Reconcile"]["Role"] == arn("ReconcileRole")
