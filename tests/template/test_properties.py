"""Nothing is set that nobody decided on: the exact properties of every resource, and every number in them."""

import re
from collections.abc import Iterator

import pytest

from tests.template.application import Json, deployed, translated

_RESOURCES = {
    re.sub(r"(?<=Layer)[0-9a-f]{10}$", "", name): r for name, r in translated()["Resources"].items()
}
_ALARM = "AWS::CloudWatch::Alarm"
_FUNCTION = (
    "Architectures Code Description Environment FunctionName Handler Layers LoggingConfig MemorySize"
    " ReservedConcurrentExecutions Role Runtime Tags Timeout TracingConfig"
)
_OF_TYPE = {
    _ALARM: "AlarmActions AlarmDescription AlarmName ComparisonOperator Dimensions EvaluationPeriods"
    " MetricName Namespace OKActions Period Statistic Threshold TreatMissingData",
    "AWS::CloudWatch::Dashboard": "DashboardBody DashboardName",
    "AWS::Events::Rule": "Description EventPattern Targets",
    "AWS::DynamoDB::Table": "AttributeDefinitions BillingMode GlobalSecondaryIndexes KeySchema"
    " PointInTimeRecoverySpecification TimeToLiveSpecification",
    "AWS::IAM::Policy": "PolicyDocument PolicyName Roles",
    "AWS::IAM::Role": "AssumeRolePolicyDocument PermissionsBoundary Policies",
    "AWS::KMS::Key": "Description EnableKeyRotation KeyPolicy PendingWindowInDays",
    "AWS::Lambda::EventSourceMapping": "BatchSize EventSourceArn FunctionName FunctionResponseTypes"
    " MaximumBatchingWindowInSeconds ScalingConfig",
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Lambda::LayerVersion": "CompatibleArchitectures CompatibleRuntimes Content Description LayerName",
    "AWS::Lambda::Permission": "Action FunctionName Principal SourceArn",
    "AWS::Logs::LogGroup": "LogGroupName RetentionInDays",
    "AWS::SNS::Subscription": "Endpoint Protocol TopicArn",
    "AWS::SNS::Topic": "DisplayName KmsMasterKeyId",
    "AWS::SNS::TopicPolicy": "PolicyDocument Topics",
    "AWS::SQS::Queue": "MessageRetentionPeriod SqsManagedSseEnabled",
    "AWS::SQS::QueuePolicy": "PolicyDocument Queues",
}
_ELSE = {
    "Changes": f"{_OF_TYPE['AWS::SQS::Queue']} RedrivePolicy VisibilityTimeout",
    "Notices": f"{_OF_TYPE['AWS::SQS::Queue']} RedrivePolicy VisibilityTimeout",
    "NoticesSubscription": f"{_OF_TYPE['AWS::SNS::Subscription']} FilterPolicy RawMessageDelivery"
    " RedrivePolicy",
    "Notify": f"{_FUNCTION.replace(' ReservedConcurrentExecutions', '')} RecursiveLoop",
    "Receipts": f"{_OF_TYPE['AWS::SNS::Subscription']} FilterPolicy RawMessageDelivery RedrivePolicy",
    "Reconcile": f"{_FUNCTION} RecursiveLoop",
    "SweepMissingAlarm": f"{_OF_TYPE[_ALARM]} InsufficientDataActions",
    "SweepRegularly": "ScheduleExpression Targets",
    "SweepToRemind": "ScheduleExpression Targets",
}
"""By name, where the type does not say it."""

_NUMBERS = {
    "AlertsKey/EnableKeyRotation": True,
    "AlertsKey/PendingWindowInDays": 7,
    "Changes/MessageRetentionPeriod": 4 * 86400,
    "Changes/RedrivePolicy/maxReceiveCount": 5,
    "Changes/SqsManagedSseEnabled": True,
    "Changes/VisibilityTimeout": 190,
    "DeadLetters/MessageRetentionPeriod": 14 * 86400,
    "DeadLetters/SqsManagedSseEnabled": True,
    "Ledger/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled": True,
    "Ledger/TimeToLiveSpecification/Enabled": True,
    "LostNotices/MessageRetentionPeriod": 14 * 86400,
    "LostNotices/SqsManagedSseEnabled": True,
    "Notices/MessageRetentionPeriod": 86400,
    "Notices/RedrivePolicy/maxReceiveCount": 5,
    "Notices/SqsManagedSseEnabled": True,
    "Notices/VisibilityTimeout": 361,
    "NoticesSubscription/FilterPolicy/severity/0/exists": True,
    "NoticesSubscription/RawMessageDelivery": True,
    "Notify/MemorySize": 256,
    "Notify/Timeout": 60,
    "NotifyNotices/BatchSize": 5,
    "NotifyNotices/MaximumBatchingWindowInSeconds": 1,
    "NotifyNotices/ScalingConfig/MaximumConcurrency": 2,
    "Receipts/FilterPolicy/alert/0/exists": True,
    "Receipts/RawMessageDelivery": True,
    "Reconcile/MemorySize": 512,
    "Reconcile/Timeout": 30,
    "ReconcileChanges/BatchSize": 10,
    "ReconcileChanges/MaximumBatchingWindowInSeconds": 1,
    "ReconcileChanges/ScalingConfig/MaximumConcurrency": 2,
    "Sweep/MemorySize": 512,
    "Sweep/ReservedConcurrentExecutions/Fn::If/1": 1,
    "Sweep/Timeout": 300,
}
"""All but those of alarms, which test_alarms.py holds; test_wiring.py says what some of them follow from."""


def _numbers(place: str, value: object) -> Iterator[tuple[str, int]]:
    if isinstance(value, int):
        yield place, value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key != "EventPattern":
                yield from _numbers(f"{place}/{key}", inner)


@pytest.mark.parametrize("name", _RESOURCES)
def test_a_resource_has_the_properties_that_were_decided_on(name: str) -> None:
    resource = _RESOURCES[name]
    expected = _ELSE.get(name) or _OF_TYPE[resource["Type"]]
    assert sorted(resource["Properties"]) == sorted(expected.split())


@pytest.mark.parametrize("name", _RESOURCES)
def test_a_resource_stands_in_no_order_and_goes_with_the_stack(name: str) -> None:
    beside: Json = {key: _RESOURCES[name][key] for key in _RESOURCES[name].keys() - {"Condition", "Metadata"}}
    del beside["Type"], beside["Properties"]
    assert beside in ({}, {"DeletionPolicy": "Delete"})


def test_every_number_is_the_one_that_was_decided_on() -> None:
    found = {
        place: number
        for name, resource in _RESOURCES.items()
        if resource["Type"] != _ALARM
        for place, number in _numbers(name, resource["Properties"])
    }
    assert found == _NUMBERS


def test_what_all_regions_of_an_account_share_has_the_region_in_its_name_or_a_name_that_aws_makes_up() -> (
    None
):
    stack = deployed()
    region = stack.arn("Changes").split(":")[3]
    assert all(
        region in each["DashboardName"] for each in stack.of_type("AWS::CloudWatch::Dashboard").values()
    )
    assert not any("RoleName" in each for each in stack.of_type("AWS::IAM::Role").values())
    assert stack.of_type("AWS::IAM::ManagedPolicy") == {}
