"""Who may tell people, and that nobody reads it on the way."""

import pytest

from tests.template.application import ACCOUNT, DEFAULTS, EVERYTHING, STACK, deployed, of_type
from tests.template.iam import lets_in

_STACK = deployed()
_ALARMS = of_type("AWS::CloudWatch::Alarm")
_CLOUDWATCH = "cloudwatch.amazonaws.com"


def _may_publish(principal: str, sender: str, account: str = ACCOUNT, action: str = "sns:Publish") -> bool:
    (policy,) = of_type("AWS::SNS::TopicPolicy").values()
    assert policy["Topics"] == [_STACK.arn("Alerts")]
    context = {"aws:SourceArn": sender, "aws:SourceAccount": account}
    statements = policy["PolicyDocument"]["Statement"]
    return lets_in(statements, principal, action, _STACK.arn("Alerts"), context)


def _may_use_the_key(principal: str, sender: str, action: str, account: str = ACCOUNT) -> bool:
    statements = of_type("AWS::KMS::Key")["AlertsKey"]["KeyPolicy"]["Statement"]
    context = {"aws:SourceArn": sender, "aws:SourceAccount": account}
    return lets_in(statements, principal, action, _STACK.arn("AlertsKey"), context)


@pytest.mark.parametrize("name", _ALARMS)
def test_every_alarm_may_publish_and_encrypt_and_no_more(name: str) -> None:
    assert _may_publish(_CLOUDWATCH, _STACK.arn(name))
    for action in ("sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"):
        assert not _may_publish(_CLOUDWATCH, _STACK.arn(name), action=action)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert _may_use_the_key(_CLOUDWATCH, _STACK.arn(name), action)
    assert not _may_use_the_key(_CLOUDWATCH, _STACK.arn(name), "kms:ScheduleKeyDeletion")


def test_nobody_elses_alarm_may() -> None:
    ours = _STACK.arn("DeadLettersAlarm")
    others = ours.replace(STACK, "another")
    for sender, account, principal in (
        (others, ACCOUNT, _CLOUDWATCH),
        (ours.replace(ACCOUNT, "444455556666"), "444455556666", _CLOUDWATCH),
        (ours, "444455556666", _CLOUDWATCH),
        (ours, ACCOUNT, "events.amazonaws.com"),
    ):
        assert not _may_publish(principal, sender, account)
        assert not _may_use_the_key(principal, sender, "kms:Decrypt", account)


def test_the_policy_of_the_topic_speaks_of_nothing_else() -> None:
    (policy,) = of_type("AWS::SNS::TopicPolicy").values()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Resource"] == _STACK.arn("Alerts")


def test_the_account_itself_decides_by_iam_who_else_may_use_the_key() -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert _may_use_the_key(root, "", "kms:ScheduleKeyDeletion")
    assert not _may_use_the_key("arn:aws:iam::444455556666:root", "", "kms:Decrypt")


def test_alerts_are_encrypted_with_that_key() -> None:
    topic = {"DisplayName": "sgwarden", "KmsMasterKeyId": _STACK.reference("AlertsKey")}
    assert of_type("AWS::SNS::Topic") == {"Alerts": topic, "Chat": topic}
    key = of_type("AWS::KMS::Key")["AlertsKey"]
    assert key["EnableKeyRotation"] is True
    # Symmetric, enabled, and of KMS's own material: anything else SNS cannot use.
    assert not {"KeyUsage", "KeySpec", "Enabled", "Origin"} & set(key)


def test_an_address_is_subscribed_only_when_one_is_given() -> None:
    assert of_type("AWS::SNS::Subscription")["AlertEmailSubscription"] == {
        "TopicArn": _STACK.arn("Alerts"),
        "Protocol": "email",
        "Endpoint": EVERYTHING["AlertEmail"],
    }
    assert "AlertEmailSubscription" not in deployed(DEFAULTS).of_type("AWS::SNS::Subscription")
