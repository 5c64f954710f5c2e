"""Every part of the application is tied to the next: rules, queues, functions, schedules."""

import json

import pytest
from sgwarden.cli.replay import function as replayed
from sgwarden.sweep import read_order

from tests.smoke import delivery
from tests.template.application import (
    ACCOUNT,
    DEFAULTS,
    EVERYTHING,
    REGION,
    deployed,
    of_type,
)
from tests.template.iam import lets_in

_STACK = deployed()
_FUNCTIONS = of_type("AWS::Lambda::Function")
_EVENTS, _SNS, _SEND = "events.amazonaws.com", "sns.amazonaws.com", "sqs:SendMessage"


def _mapping() -> dict[str, object]:
    return dict(of_type("AWS::Lambda::EventSourceMapping")["ReconcileChanges"])


# --- Into the queue -------------------------------------------------------------------------------------


def test_every_rule_sends_the_whole_event_to_the_queue_and_what_it_cannot_send_to_the_dead_letters() -> None:
    assert len(_STACK.rules()) == 3
    for rule in _STACK.rules().values():
        (target,) = rule["Targets"]
        assert target["Arn"] == _STACK.arn("Changes")
        assert target["DeadLetterConfig"] == {"Arn": _STACK.arn("DeadLetters")}
        assert set(target) == {"Id", "Arn", "DeadLetterConfig"}
        assert set(rule) == {"Description", "EventPattern", "Targets"}  # enabled, and on the default bus


def _let_in(principal: str, queue: str, sender: str | None, action: str = _SEND) -> bool:
    policy = of_type("AWS::SQS::QueuePolicy")["QueuesPolicy"]
    assert sorted(policy["Queues"]) == sorted(map(_STACK.reference, ("Changes", "DeadLetters")))
    context = {} if sender is None else {"aws:SourceArn": sender}
    return lets_in(policy["PolicyDocument"]["Statement"], principal, action, _STACK.arn(queue), context)


@pytest.mark.parametrize("queue", ["Changes", "DeadLetters"])
def test_the_queues_take_messages_from_the_rules(queue: str) -> None:
    assert all(_let_in(_EVENTS, queue, _STACK.arn(rule)) for rule in _STACK.rules())


@pytest.mark.parametrize("queue", ["Changes", "DeadLetters"])
def test_the_queues_take_messages_from_nobody_else(queue: str) -> None:
    rule = _STACK.arn("TagCalls")
    assert not _let_in(_EVENTS, queue, f"arn:aws:events:{REGION}:{ACCOUNT}:rule/another")
    assert not _let_in(_EVENTS, queue, rule.replace(ACCOUNT, "444455556666"))
    assert not _let_in(_EVENTS, queue, rule.replace(REGION, "us-east-1"))
    assert not _let_in(_EVENTS, queue, None)
    assert not _let_in(_SNS, queue, rule)
    assert not _let_in(_EVENTS, queue, _STACK.arn("Alerts"))
    assert not _let_in(_SNS, queue, _STACK.arn("Alerts").replace("Alerts", "another"))
    assert not _let_in(_SNS, queue, None)
    assert not _let_in(_SNS, queue, _STACK.arn("Alerts"), "sqs:ReceiveMessage")
    assert not _let_in("arn:aws:iam::444455556666:root", queue, rule)
    assert not _let_in(_EVENTS, queue, rule, "sqs:ReceiveMessage")
    assert not _let_in(_EVENTS, queue, rule, "sqs:DeleteMessage")


def test_an_alert_that_went_out_comes_back_as_its_own_receipt() -> None:
    """The topic's other messages, of alarms and of each day, have no such attribute."""
    assert of_type("AWS::SNS::Subscription")["Receipts"] == {
        "TopicArn": _STACK.arn("Alerts"),
        "Protocol": "sqs",
        "Endpoint": _STACK.arn("Changes"),
        "RawMessageDelivery": True,
        "FilterPolicy": {"alert": [{"exists": True}]},
        "RedrivePolicy": {"deadLetterTargetArn": _STACK.arn("DeadLetters")},
    }
    for queue in ("Changes", "DeadLetters"):
        assert _let_in(_SNS, queue, _STACK.arn("Alerts"))


def test_the_policy_of_the_queues_speaks_of_nothing_else() -> None:
    policy = of_type("AWS::SQS::QueuePolicy")["QueuesPolicy"]
    for statement in policy["PolicyDocument"]["Statement"]:
        assert sorted(statement["Resource"]) == sorted(map(_STACK.arn, ("Changes", "DeadLetters")))


def test_a_message_that_keeps_failing_is_kept_apart_longer_than_it_waited() -> None:
    queues = of_type("AWS::SQS::Queue")
    redrive = queues["Changes"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == _STACK.arn("DeadLetters")
    assert redrive["maxReceiveCount"] == 5  # as AWS asks for, or throttles alone end there
    assert queues["DeadLetters"]["MessageRetentionPeriod"] > queues["Changes"]["MessageRetentionPeriod"]
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_what_plays_the_queue_elsewhere_delivers_as_often_and_for_as_long() -> None:
    receives = of_type("AWS::SQS::Queue")["Changes"]["RedrivePolicy"]["maxReceiveCount"]
    assert replayed._RECEIVES == delivery._RECEIVES == receives
    assert _FUNCTIONS["Reconcile"]["Timeout"] == replayed._TIMEOUT


# --- Out of the queue -----------------------------------------------------------------------------------


def test_the_function_takes_from_the_queue_and_hands_back_what_failed() -> None:
    mapping = _mapping()
    assert mapping["EventSourceArn"] == _STACK.arn("Changes")
    assert mapping["FunctionName"] == _STACK.reference("Reconcile")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    assert mapping["MaximumBatchingWindowInSeconds"] == 1  # without one, Lambda takes ten at most
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert "FilterCriteria" not in mapping  # what does not match would be lost
    assert mapping.get("Enabled", True) is True


def test_a_message_stays_hidden_for_as_long_as_lambda_may_need() -> None:
    window = _mapping()["MaximumBatchingWindowInSeconds"]
    assert isinstance(window, int)
    needed = 6 * _FUNCTIONS["Reconcile"]["Timeout"] + window
    assert of_type("AWS::SQS::Queue")["Changes"]["VisibilityTimeout"] >= needed


def test_there_are_executions_enough_for_the_queue() -> None:
    assert _FUNCTIONS["Reconcile"]["ReservedConcurrentExecutions"] == EVERYTHING["ReservedConcurrency"]
    assert _FUNCTIONS["Sweep"]["ReservedConcurrentExecutions"] == 1
    with pytest.raises(ValueError, match="ReservedConcurrency"):
        deployed({"ReservedConcurrency": "1"})  # MaximumConcurrency must not be more
    for function in deployed(DEFAULTS).of_type("AWS::Lambda::Function").values():
        assert "ReservedConcurrentExecutions" not in function


# --- The schedules --------------------------------------------------------------------------------------


def test_a_sweep_runs_on_both_schedules_and_reminds_on_the_second() -> None:
    scheduled = [rule for rule in of_type("AWS::Events::Rule").values() if "ScheduleExpression" in rule]
    found = {}
    for rule in scheduled:
        (target,) = rule["Targets"]
        assert target["Arn"] == _STACK.arn("Sweep")
        assert rule.get("State", "ENABLED") == "ENABLED"
        found[rule["ScheduleExpression"]] = read_order(json.loads(target["Input"])).remind
    assert found == {"rate(1 hour)": False, "cron(0 8 * * ? *)": True}


def test_each_schedule_may_call_the_function_and_nobody_else_may() -> None:
    permissions = list(of_type("AWS::Lambda::Permission").values())
    assert all(each["Action"] == "lambda:InvokeFunction" for each in permissions)
    assert all(each["Principal"] == _EVENTS for each in permissions)
    assert sorted((each["FunctionName"], each["SourceArn"]) for each in permissions) == [
        (_STACK.reference("Sweep"), _STACK.arn("SweepRegularly")),
        (_STACK.reference("Sweep"), _STACK.arn("SweepToRemind")),
    ]
