"""The evaluator that the proofs of the roles rest on decides as the IAM user guide says."""

from typing import Any

import pytest

from tests.template.iam import allowed, lets_in

_EC2 = "arn:aws:ec2:eu-west-1:111122223333"
_ALARM = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm"
_ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _says(statement: dict[str, Any], action: str, resource: str = "*", **context: object) -> bool:
    return allowed([{"Effect": "Allow", "Resource": "*", **statement}], action, resource, context)  # type: ignore[arg-type]


def _under(operator: str, wanted: object, found: object = None) -> bool:
    context: dict[str, Any] = {} if found is None else {"aws:TagKeys": found}
    return allowed([_ANY | {"Condition": {operator: {"aws:TagKeys": wanted}}}], "a:B", "*", context)


def test_nothing_is_allowed_that_no_statement_allows() -> None:
    assert not allowed([], "ec2:CreateTags", "*", {})
    assert not _says({"Action": "ec2:CreateTags"}, "ec2:DeleteTags")


def test_a_deny_outweighs_every_allow_in_any_order() -> None:
    deny = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    assert not allowed([_ANY, deny], "ec2:CreateTags", "*", {})
    assert not allowed([deny, _ANY], "ec2:CreateTags", "*", {})
    assert allowed([deny, _ANY], "sns:Publish", "*", {})


def test_a_deny_by_itself_allows_nothing() -> None:
    assert not allowed([{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}], "sns:Publish", "*", {})


@pytest.mark.parametrize(
    ("written", "action", "expected"),
    [
        ("EC2:createtags", "ec2:CreateTags", True),  # actions have no case
        ("ec2:Create*", "ec2:CreateTags", True),
        ("ec2:CreateTag?", "ec2:CreateTags", True),
        ("ec2:CreateTags?", "ec2:CreateTags", False),
        ("ec2:CreateTag", "ec2:CreateTags", False),
        ("ec2:CreateTag[s]", "ec2:CreateTags", False),  # a bracket is a bracket
        ("*", "ec2:CreateTags", True),
        (["sns:Publish", "ec2:CreateTags"], "ec2:CreateTags", True),
    ],
)
def test_actions(written: object, action: str, expected: bool) -> None:
    assert _says({"Action": written}, action) is expected


@pytest.mark.parametrize(
    ("written", "resource", "expected"),
    [
        (f"{_EC2}:security-group/*", f"{_EC2}:security-group/sg-1", True),
        (f"{_EC2}:security-group/*", f"{_EC2}:security-group-rule/sgr-1", False),
        (f"{_EC2}:security-group/sg-?", f"{_EC2}:security-group/sg-1", True),
        (f"{_EC2}:security-group/SG-1", f"{_EC2}:security-group/sg-1", False),  # resources have a case
        (f"{_EC2}:security-group/[a-z]*", f"{_EC2}:security-group/sg-1", False),
        ("arn:aws:ec2:eu-west-1:*:prefix-list/*", "arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1", True),
        ("arn:aws:ec2:eu-west-1:*:prefix-list/*", "arn:aws:ec2:us-east-1:aws:prefix-list/pl-1", False),
        ([f"{_EC2}:a/1", f"{_EC2}:b/1"], f"{_EC2}:b/1", True),
        (f"{_EC2}:a/1", "*", False),  # an action that cannot be scoped asks for all
    ],
)
def test_resources(written: object, resource: str, expected: bool) -> None:
    assert _says({"Action": "*", "Resource": written}, "ec2:CreateTags", resource) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "expected"),
    [
        ("StringEquals", "x", "x", True),
        ("StringEquals", "x", "X", False),
        ("StringEquals", "x*", "xy", False),
        ("StringEquals", ["x", "y"], "y", True),  # one value is enough
        ("StringEquals", "x", None, False),
        ("StringLike", "x*", "xy", True),
        ("StringLike", "X*", "xy", False),
        ("StringLike", "x[yz]", "xy", False),
        ("StringLike", "x*", None, False),
        ("Null", "true", None, True),
        ("Null", "true", "x", False),
        ("Null", "false", None, False),
        ("Null", "false", ["x"], True),
        # all values of the request must match; there may be none
        ("ForAllValues:StringLike", ["a*", "b"], ["a1", "b"], True),
        ("ForAllValues:StringLike", ["a*", "b"], ["a1", "b1"], False),
        ("ForAllValues:StringLike", ["a*", "b"], ["a1"], True),
        ("ForAllValues:StringLike", "a*", None, True),
        ("ForAllValues:StringLike", "a*", [], True),
        # one value of the request is enough; there must be one
        ("ForAnyValue:StringLike", "aws:*", ["Name", "aws:x"], True),
        ("ForAnyValue:StringLike", "aws:*", ["Name"], False),
        ("ForAnyValue:StringLike", "aws:*", None, False),
        ("ForAnyValue:StringLike", "aws:*", [], False),
        # the six parts of an ARN are compared one by one
        ("ArnLike", f"{_ALARM}:prod-*", f"{_ALARM}:prod-dead-letters", True),
        ("ArnLike", f"{_ALARM}:prod-*", f"{_ALARM}:dev-dead-letters", False),
        ("ArnLike", "arn:aws:*:alarm:prod-1", f"{_ALARM}:prod-1", False),
        ("ArnLike", "arn:aws:cloudwatch:*:*:alarm:*", f"{_ALARM}:prod-1", True),
        ("ArnLike", "arn:aws:*:*:*:*", f"{_ALARM}:a:b", True),
        ("ArnLike", "*", f"{_ALARM}:prod-1", False),
        ("ArnLike", f"{_ALARM}:*", None, False),
        ("ArnEquals", f"{_ALARM}:prod-?", f"{_ALARM}:prod-1", True),
        ("ArnEquals", f"{_ALARM}:prod-1", f"{_ALARM}:prod-2", False),
    ],
)
def test_conditions(operator: str, wanted: object, found: object, expected: bool) -> None:
    assert _under(operator, wanted, found) is expected


def test_every_key_of_every_operator_must_hold() -> None:
    condition = {"Null": {"aws:TagKeys": "false", "x:A": "false"}, "StringEquals": {"x:A": "1"}}
    statement = _ANY | {"Condition": condition}
    assert allowed([statement], "a:B", "*", {"aws:TagKeys": ["k"], "x:A": "1"})
    assert not allowed([statement], "a:B", "*", {"aws:TagKeys": ["k"], "x:A": "2"})
    assert not allowed([statement], "a:B", "*", {"x:A": "1"})


def test_keys_have_no_case() -> None:
    statement = _ANY | {"Condition": {"Null": {"AWS:resourcetag/Team": "false"}}}
    assert allowed([statement], "a:B", "*", {"aws:ResourceTag/team": ""})


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "ec2:*"},
        {"NotResource": "*"},
        {"Principal": "*"},
        {"Condition": {"StringNotEquals": {"a": "b"}}},
        {"Condition": {"StringEqualsIfExists": {"a": "b"}}},
        {"Condition": {"ForAllValues:Null": {"a": "true"}}},
        {"Condition": {"Null": {"a": "yes"}}},
        {"Resource": "arn:aws:s3:::${aws:username}"},
    ],
)
def test_what_is_not_known_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        allowed([_ANY | statement], "a:B", "*", {})


def test_one_value_is_not_compared_with_several() -> None:
    with pytest.raises(NotImplementedError, match="StringEquals on"):
        _under("StringEquals", "x", ["x"])


def test_a_resource_lets_in_whom_it_names() -> None:
    statement = _ANY | {"Principal": {"Service": "events.amazonaws.com"}}
    assert lets_in([statement], "events.amazonaws.com", "a:B", "*", {})
    assert not lets_in([statement], "sns.amazonaws.com", "a:B", "*", {})
    root = "arn:aws:iam::111122223333:root"
    assert lets_in([_ANY | {"Principal": {"AWS": root}}], root, "a:B", "*", {})
    with pytest.raises(NotImplementedError):
        lets_in([_ANY | {"Principal": "*"}], root, "a:B", "*", {})
