"""What the roles may not do: write to any but a cluster's security group, or at all where it only observes.

That they may do what they must is in test_used_and_granted.py.
"""

from typing import Any

import pytest

from tests.template.application import (
    ACCOUNT,
    DEFAULTS,
    EVERYTHING,
    REGION,
    STACK,
    Json,
    deployed,
    statements,
)
from tests.template.iam import allowed

_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
_GROUP, _RULE = f"{_EC2}:security-group/sg-1", f"{_EC2}:security-group-rule/sgr-1"
_LISTS = [f"{_EC2}:prefix-list/pl-1", f"arn:aws:ec2:{REGION}:aws:prefix-list/pl-2"]
_SSM = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
_POLICY, _SWITCH = f"{_SSM}/sgwarden/policy", f"{_SSM}/sgwarden/{STACK}/paused"

_OF_CLUSTER = {"aws:ResourceTag/aws:eks:cluster-name": "prod"}
_LIKE_CLUSTER = {
    "aws:ResourceTag/kubernetes.io/cluster/prod": "owned",
    "aws:ResourceTag/eks:cluster-name": "prod",
    "aws:ResourceTag/Name": "eks-cluster-sg-prod-1",
    # What the call writes says nothing of what the group has.
    "aws:RequestTag/aws:eks:cluster-name": "prod",
}
_WRITES_OF_RULES = [
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:ModifySecurityGroupRules",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
]


def _of(role: str, **parameters: str) -> list[Json]:
    return statements(deployed({**EVERYTHING, **parameters}), role)


_REMEDIATING, _OBSERVING = _of("ReconcileRole"), _of("ReconcileRole", Mode="observe")
_BARE, _SWEEPING = statements(deployed(DEFAULTS), "ReconcileRole"), _of("SweepRole")
_NOTIFYING = _of("NotifyRole")
_OTHERS = {"observing": _OBSERVING, "bare": _BARE, "sweeping": _SWEEPING, "notifying": _NOTIFYING}
_ALL = {"remediating": _REMEDIATING, **_OTHERS}


def _tags(*keys: str, **context: str) -> dict[str, Any]:
    return {**_OF_CLUSTER, "aws:TagKeys": list(keys), **context}


# --- Where it remediates --------------------------------------------------------------------------------


@pytest.mark.parametrize("action", _WRITES_OF_RULES)
def test_it_may_write_the_rules_of_a_cluster_group_and_of_no_other(action: str) -> None:
    assert allowed(_REMEDIATING, action, _GROUP, _OF_CLUSTER)
    assert not allowed(_REMEDIATING, action, _GROUP, {})
    assert not allowed(_REMEDIATING, action, _GROUP, _LIKE_CLUSTER)
    for elsewhere in (ACCOUNT, "444455556666"), (REGION, "us-east-1"), ("security-group/", "instance/"):
        assert not allowed(_REMEDIATING, action, _GROUP.replace(*elsewhere), _OF_CLUSTER)


@pytest.mark.parametrize("action", _WRITES_OF_RULES)
def test_ec2_checks_the_rule_too_that_a_call_makes_or_changes(action: str) -> None:
    revoked_by_the_group_alone = "Revoke" in action
    assert allowed(_REMEDIATING, action, _RULE, {}) is not revoked_by_the_group_alone
    assert not allowed(_REMEDIATING, action, _RULE.replace(ACCOUNT, "444455556666"), {})
    assert not allowed(_REMEDIATING, action, _RULE.replace(REGION, "us-east-1"), {})


@pytest.mark.parametrize("prefix_list", _LISTS)
def test_a_changed_rule_may_name_a_prefix_list_that_nothing_else_may_be_done_to(prefix_list: str) -> None:
    allowed_to = ["ec2:ModifySecurityGroupRules", "ec2:GetManagedPrefixListEntries"]
    for action in [*_WRITES_OF_RULES, "ec2:ModifyManagedPrefixList", "ec2:CreateTags", *allowed_to]:
        assert allowed(_REMEDIATING, action, prefix_list, _OF_CLUSTER) is (action in allowed_to)


# --- Additional groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", _WRITES_OF_RULES)
def test_groups_that_people_tagged_are_written_to_where_the_stack_says_so(action: str) -> None:
    consented = {"aws:ResourceTag/sgwarden:cluster": "prod"}
    assert allowed(_REMEDIATING, action, _GROUP, consented)
    for elsewhere in (ACCOUNT, "444455556666"), (REGION, "us-east-1"), ("security-group/", "instance/"):
        assert not allowed(_REMEDIATING, action, _GROUP.replace(*elsewhere), consented)
    asked = {"aws:RequestTag/sgwarden:cluster": "prod"}  # what the call writes says nothing of the group
    assert not allowed(_REMEDIATING, action, _GROUP, asked)
    without = _of("ReconcileRole", AdditionalGroups="no")
    assert not allowed(without, action, _GROUP, consented)
    assert allowed(without, action, _GROUP, _OF_CLUSTER)


def test_the_tags_of_groups_that_people_tagged_are_put_back_where_the_stack_says_so() -> None:
    context = {"aws:ResourceTag/sgwarden:cluster": "prod", "aws:TagKeys": ["Name"]}
    assert allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, context)
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, {**context, "aws:TagKeys": ["team"]})
    assert not allowed(_of("ReconcileRole", AdditionalGroups="no"), "ec2:CreateTags", _GROUP, context)


@pytest.mark.parametrize("group", [{}, _OF_CLUSTER, {"aws:ResourceTag/sgwarden:cluster": "prod"}])
def test_it_never_consents_for_people(group: dict[str, str]) -> None:
    anything = _of("ReconcileRole", TagKeys="*")
    for keys in (["sgwarden:cluster"], ["Name", "sgwarden:cluster"], ["sgwarden:x"]):
        assert not allowed(anything, "ec2:CreateTags", _GROUP, {**group, "aws:TagKeys": keys})
    # A rule that is put back has the tags it had, whatever they are.
    made = {"ec2:CreateAction": "AuthorizeSecurityGroupIngress", "aws:TagKeys": ["sgwarden:x"]}
    assert allowed(anything, "ec2:CreateTags", _RULE, made)


# --- Tags -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "may"),
    [
        (["Name"], True),
        (["kubernetes.io/cluster/prod"], True),
        (["Name", "kubernetes.io/cluster/prod"], True),
        (["Name", "team"], False),
        (["team"], False),
        (["name"], False),
        (["Names"], False),
        (["kubernetes.io/clusters"], False),
        (["aws:eks:cluster-name"], False),
        (["Name", "aws:x"], False),
    ],
)
def test_it_may_put_back_the_tags_that_are_named(keys: list[str], may: bool) -> None:
    assert allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, _tags(*keys)) is may


@pytest.mark.parametrize("group", [_OF_CLUSTER, {"aws:ResourceTag/sgwarden:cluster": "prod"}])
def test_a_call_that_does_not_say_which_tags_it_writes_is_refused(group: dict[str, str]) -> None:
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, group)


@pytest.mark.parametrize("tags", [{}, _LIKE_CLUSTER])
def test_it_may_tag_no_other_group(tags: dict[str, str]) -> None:
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, {**tags, "aws:TagKeys": ["Name"]})


def test_which_tags_those_are_is_for_the_account_to_say() -> None:
    given = _of("ReconcileRole", TagKeys="team, cost-*")
    assert allowed(given, "ec2:CreateTags", _GROUP, _tags("team", "cost-center"))
    assert not allowed(given, "ec2:CreateTags", _GROUP, _tags("Name"))
    anything = _of("ReconcileRole", TagKeys="*")
    assert allowed(anything, "ec2:CreateTags", _GROUP, _tags("team"))
    assert not allowed(anything, "ec2:CreateTags", _GROUP, _tags("team", "aws:eks:cluster-name"))
    assert not allowed(anything, "ec2:CreateTags", f"{_EC2}:instance/i-1", _tags("team"))


@pytest.mark.parametrize("call", ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"])
def test_it_may_tag_a_rule_with_the_call_that_makes_it(call: str) -> None:
    context: dict[str, Any] = {"ec2:CreateAction": call, "aws:TagKeys": ["team"]}
    assert allowed(_REMEDIATING, "ec2:CreateTags", _RULE, context)
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _RULE, {**context, "aws:TagKeys": ["team", "aws:x"]})
    assert not allowed(_REMEDIATING, "ec2:CreateTags", f"{_EC2}:instance/i-1", context)
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _RULE.replace(ACCOUNT, "444455556666"), context)
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _GROUP, context)


@pytest.mark.parametrize("call", [None, "CreateSecurityGroup", "RunInstances", "ModifySecurityGroupRules"])
def test_it_may_not_tag_a_rule_otherwise(call: str | None) -> None:
    context = _tags("team") if call is None else _tags("team", **{"ec2:CreateAction": call})
    assert not allowed(_REMEDIATING, "ec2:CreateTags", _RULE, context)


# --- Everywhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [*_WRITES_OF_RULES, "ec2:CreateTags"])
@pytest.mark.parametrize("resource", [_GROUP, _RULE, *_LISTS])
@pytest.mark.parametrize("role", _OTHERS)
def test_nothing_else_may_write_to_ec2_at_all(role: str, resource: str, action: str) -> None:
    for context in ({}, _tags("Name"), _tags("x", **{"ec2:CreateAction": "AuthorizeSecurityGroupIngress"})):
        assert not allowed(_OTHERS[role], action, resource, context)


def test_the_switch_is_read_where_there_is_something_to_stop() -> None:
    assert [allowed(each, "ssm:GetParameter", _SWITCH, {}) for each in _ALL.values()] == [True] + 4 * [False]


def test_the_policy_parameter_is_read_where_one_is_named() -> None:
    may = {name: allowed(each, "ssm:GetParameter", _POLICY, {}) for name, each in _ALL.items()}
    assert may == {
        "remediating": True,
        "observing": True,
        "bare": False,
        "sweeping": True,
        "notifying": False,
    }


def test_the_ledger_is_written_by_who_looks_and_only_asked_for_what_is_open_by_the_sweep() -> None:
    ledger = deployed().arn("Ledger")
    for action in ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"):
        may = {name for name, each in _ALL.items() if allowed(each, action, ledger, {})}
        assert may - {"notifying"} == {"remediating", "observing", "bare"}
    index = f"{ledger}/index/open"
    assert [name for name, each in _ALL.items() if allowed(each, "dynamodb:Query", index, {})] == ["sweeping"]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_sweep_tells_people_where_there_is_a_daily_report(answer: str) -> None:
    sweeping = _of("SweepRole", DailyReport=answer)
    assert allowed(sweeping, "sns:Publish", deployed().arn("Alerts"), {}) is (answer == "yes")
    assert allowed(sweeping, "kms:GenerateDataKey", deployed().arn("AlertsKey"), {}) is (answer == "yes")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:DeleteTags", _GROUP),
        ("ec2:DeleteSecurityGroup", _GROUP),
        ("ec2:CreateSecurityGroup", _GROUP),
        ("ec2:UpdateSecurityGroupRuleDescriptionsIngress", _GROUP),
        ("ec2:ModifyInstanceAttribute", "*"),
        ("ec2:ModifyNetworkInterfaceAttribute", "*"),
        ("ec2:GetManagedPrefixListEntries", _LISTS[0].replace(REGION, "us-east-1")),
        ("eks:UpdateClusterConfig", f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/prod"),
        ("eks:DescribeCluster", f"arn:aws:eks:{REGION}:444455556666:cluster/prod"),
        ("eks:DescribeCluster", f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/prod"),
        ("eks:ListClusters", "*"),
        ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:Other"),
        ("sns:Subscribe", deployed().arn("Alerts")),
        ("sqs:SendMessage", deployed().arn("DeadLetters")),
        ("sqs:ReceiveMessage", deployed().arn("DeadLetters")),
        ("sqs:SendMessage", deployed().arn("LostNotices")),
        ("sqs:ReceiveMessage", deployed().arn("LostNotices")),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:Other"),
        ("sqs:PurgeQueue", deployed().arn("Changes")),
        ("ssm:GetParameter", f"{_POLICY}/other"),
        ("ssm:GetParameter", f"{_SSM}/sgwarden/another-stack/paused"),
        ("ssm:GetParameter", f"{_SSM}/sgwarden/{STACK}"),
        ("ssm:GetParameter", f"{_SSM}/other"),
        ("ssm:GetParametersByPath", f"{_SSM}/sgwarden"),
        ("ssm:GetParameter", _SWITCH.replace(ACCOUNT, "444455556666")),
        ("ssm:GetParameters", _POLICY),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-a1B2c3"),
        ("secretsmanager:PutSecretValue", EVERYTHING["SlackWebhook"]),
        ("ssm:GetParameter", f"{_SSM}/sgwarden/other"),
        ("dynamodb:DeleteTable", deployed().arn("Ledger")),
        ("dynamodb:Scan", deployed().arn("Ledger")),
        ("dynamodb:DeleteItem", deployed().arn("Ledger")),
        ("dynamodb:UpdateTimeToLive", deployed().arn("Ledger")),
        ("dynamodb:Query", deployed().arn("Ledger")),
        ("dynamodb:Query", f"{deployed().arn('Ledger')}/index/other"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Other"),
        ("dynamodb:PutItem", deployed().arn("Ledger").replace(ACCOUNT, "444455556666")),
        ("events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/other"),
        ("securityhub:BatchUpdateFindings", "*"),
        ("ssm:PutParameter", _POLICY),
        ("ssm:PutParameter", _SWITCH),
        ("ssm:DeleteParameter", _SWITCH),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"),
        ("kms:ScheduleKeyDeletion", deployed().arn("AlertsKey")),
        ("logs:CreateLogGroup", deployed().arn("ReconcileLogs")),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/other:log-stream:1"),
        ("lambda:InvokeFunction", deployed().arn("Sweep")),
        ("iam:PassRole", "*"),
        ("sts:AssumeRole", "*"),
    ],
)
@pytest.mark.parametrize("role", _ALL)
def test_no_role_may_do_anything_else(role: str, action: str, resource: str) -> None:
    assert not allowed(_ALL[role], action, resource, _tags("Name"))


def test_a_function_writes_to_its_own_log_only() -> None:
    stream = "log-stream:1"
    reconcile, sweep = (
        deployed().arn(f"{each}Logs").removesuffix("*") + stream for each in ("Reconcile", "Sweep")
    )
    assert allowed(_REMEDIATING, "logs:PutLogEvents", reconcile, {})
    assert not allowed(_REMEDIATING, "logs:PutLogEvents", sweep, {})
    assert allowed(_SWEEPING, "logs:PutLogEvents", sweep, {})
    assert not allowed(_SWEEPING, "logs:PutLogEvents", reconcile, {})


@pytest.mark.parametrize("role", _ALL)
def test_every_statement_has_a_name_and_nothing_is_open_that_aws_can_scope(role: str) -> None:
    names = [statement["Sid"] for statement in _ALL[role]]
    assert len(set(names)) == len(names)
    unscoped = {
        one["Sid"] for one in _ALL[role] if one["Effect"] == "Allow" and "*" in _listed(one["Resource"])
    }
    assert unscoped <= {"ReadWhatCannotBeScoped", "ListWhatCannotBeScoped", "WriteTraces"}


@pytest.mark.parametrize("role", _ALL)
def test_every_action_is_named_in_full_but_the_one_that_kms_asks_for_by_several_names(role: str) -> None:
    actions = {action for one in _ALL[role] for action in _listed(one["Action"])}
    assert {action for action in actions if set(action) & set("*?")} <= {"kms:GenerateDataKey*"}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
