"""Alerts come from the topic to the notify function, which has what it needs for its channels and no more."""

import pytest

from tests.integration.notifying import NOTIFY_TIMEOUT
from tests.template.application import (
    ACCOUNT,
    DEFAULTS,
    EVERYTHING,
    REGION,
    STACK,
    Json,
    deployed,
    of_type,
    statements,
)
from tests.template.iam import allowed, lets_in
from tests.unit.alerts import alert

_STACK = deployed()
_SNS, _SEND = "sns.amazonaws.com", "sqs:SendMessage"
_LEDGER = _STACK.arn("Ledger")
_QUEUES = ("Notices", "LostNotices")


def _roles(**parameters: str) -> list[Json]:
    return statements(deployed({**EVERYTHING, **parameters}), "NotifyRole")


def test_nothing_of_it_is_there_where_no_channel_is_on() -> None:
    there = deployed(DEFAULTS).resources
    assert not [name for name in there if "Noti" in name or name == "Chat"]


def test_alerts_and_reports_come_as_they_were_published_and_alarms_do_not() -> None:
    subscription = of_type("AWS::SNS::Subscription")["NoticesSubscription"]
    assert subscription == {
        "TopicArn": _STACK.arn("Alerts"),
        "Protocol": "sqs",
        "Endpoint": _STACK.arn("Notices"),
        "RawMessageDelivery": True,
        "FilterPolicy": {"severity": [{"exists": True}]},
        "RedrivePolicy": {"deadLetterTargetArn": _STACK.arn("LostNotices")},
    }


def _let_in(principal: str, queue: str, sender: str | None, action: str = _SEND) -> bool:
    policy = of_type("AWS::SQS::QueuePolicy")["NoticesPolicy"]
    assert policy["Queues"] == [*map(_STACK.reference, _QUEUES)]
    context = {} if sender is None else {"aws:SourceArn": sender}
    return lets_in(policy["PolicyDocument"]["Statement"], principal, action, _STACK.arn(queue), context)


@pytest.mark.parametrize("queue", _QUEUES)
def test_the_queues_take_messages_from_the_topic_and_from_nobody_else(queue: str) -> None:
    topic = _STACK.arn("Alerts")
    assert _let_in(_SNS, queue, topic)
    assert not _let_in(_SNS, queue, None)
    assert not _let_in(_SNS, queue, _STACK.arn("Chat"))
    assert not _let_in(_SNS, queue, topic.replace(ACCOUNT, "444455556666"))
    assert not _let_in("events.amazonaws.com", queue, topic)
    assert not _let_in("arn:aws:iam::444455556666:root", queue, topic)
    assert not _let_in(_SNS, queue, topic, "sqs:ReceiveMessage")


def test_the_policy_of_the_queues_speaks_of_nothing_else() -> None:
    (statement,) = of_type("AWS::SQS::QueuePolicy")["NoticesPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [*map(_STACK.arn, _QUEUES)]


def test_what_channels_missed_never_lies_among_the_changes() -> None:
    """Moved to the queue of changes with them, an alert would be its own receipt, and told to nobody."""
    queues, subscriptions = of_type("AWS::SQS::Queue"), of_type("AWS::SNS::Subscription")
    letters = [
        each.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        for each in (queues["Notices"], subscriptions["NoticesSubscription"])
    ]
    assert letters == [_STACK.arn("LostNotices")] * 2
    assert queues["Changes"]["RedrivePolicy"]["deadLetterTargetArn"] not in letters


def test_what_fails_five_times_is_kept_longer_than_it_waited() -> None:
    queues = of_type("AWS::SQS::Queue")
    redrive = queues["Notices"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": _STACK.arn("LostNotices"), "maxReceiveCount": 5}
    assert queues["LostNotices"]["MessageRetentionPeriod"] > queues["Notices"]["MessageRetentionPeriod"]


def test_the_function_takes_from_its_queue_and_hands_back_what_failed() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["NotifyNotices"]
    assert mapping == {
        "EventSourceArn": _STACK.arn("Notices"),
        "FunctionName": _STACK.reference("Notify"),
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": 5,
        "MaximumBatchingWindowInSeconds": 1,
        "ScalingConfig": {"MaximumConcurrency": 2},
    }
    hidden = of_type("AWS::SQS::Queue")["Notices"]["VisibilityTimeout"]
    assert hidden >= 6 * NOTIFY_TIMEOUT + mapping["MaximumBatchingWindowInSeconds"]


def test_the_function_that_calls_itself_by_the_queue_is_let() -> None:
    assert of_type("AWS::Lambda::Function")["Notify"]["RecursiveLoop"] == "Allow"


@pytest.mark.parametrize(
    ("parameter", "off", "action", "resource"),
    [
        ("SlackWebhook", "", "secretsmanager:GetSecretValue", EVERYTHING["SlackWebhook"]),
        ("TeamsWebhook", "", "ssm:GetParameter", EVERYTHING["TeamsWebhook"]),
        ("AmazonQ", "no", "sns:Publish", _STACK.arn("Chat")),
        ("AmazonQ", "no", "kms:Decrypt", _STACK.arn("AlertsKey")),
        (
            *("SecurityHub", "no", "securityhub:BatchImportFindings"),
            f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default",
        ),
        ("EventBus", "", "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"),
    ],
)
def test_it_may_use_a_channel_only_where_that_is_on(
    parameter: str, off: str, action: str, resource: str
) -> None:
    context = {"events:source": ["sgwarden"]}
    assert allowed(_roles(), action, resource, context)
    assert not allowed(_roles(**{parameter: off}), action, resource, context)


def test_it_speaks_for_nobody_else_on_the_bus() -> None:
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    assert not allowed(_roles(), "events:PutEvents", bus, {"events:source": ["sgwarden", "aws.ec2"]})


@pytest.mark.parametrize("action", ["dynamodb:GetItem", "dynamodb:UpdateItem"])
def test_of_the_ledger_it_has_its_own_items_alone(action: str) -> None:
    ours = {"dynamodb:LeadingKeys": [f"SENT#{alert().id}"]}
    assert allowed(_roles(), action, _LEDGER, ours)
    assert not allowed(_roles(), action, _LEDGER, {"dynamodb:LeadingKeys": ["sg-0c1f4a7be2d95083a"]})


def test_it_may_not_publish_to_the_topic_that_feeds_it() -> None:
    assert not allowed(_roles(), "sns:Publish", _STACK.arn("Alerts"), {})


def test_no_address_of_a_webhook_is_in_its_settings() -> None:
    variables = of_type("AWS::Lambda::Function")["Notify"]["Environment"]["Variables"]
    for name in ("SGWARDEN_SLACK_WEBHOOK", "SGWARDEN_TEAMS_WEBHOOK"):
        assert variables[name].startswith("arn:")
    assert variables["POWERTOOLS_SERVICE_NAME"] == STACK
