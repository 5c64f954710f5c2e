"""Every way in which tests.template.breaks adds to what the template says, or has it decided otherwise."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from tests.template.broken import Break, Json, Path, leaves, one_letter

# Of each type, what it also takes: each of these does harm, or would need a decision.
_FOREIGN: dict[str, dict[str, object]] = {
    "AWS::Serverless::Function": {
        "AutoPublishAlias": "live",
        "DeadLetterQueue": {"Type": "SQS", "TargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}},
        "EphemeralStorage": {"Size": 1024},
        "EventInvokeConfig": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        "KmsKeyArn": {"Fn::GetAtt": ["AlertsKey", "Arn"]},
        "RecursiveLoop": "Terminate",
        "VpcConfig": {
            "SubnetIds": ["subnet-0b8d2f4a6c1e3957d"],
            "SecurityGroupIds": ["sg-0c1f4a7be2d95083a"],
        },
    },
    "AWS::Serverless::LayerVersion": {"LicenseInfo": "MIT", "RetentionPolicy": "Retain"},
    "AWS::CloudWatch::Alarm": {"ActionsEnabled": False, "DatapointsToAlarm": 1, "Unit": "Percent"},
    "AWS::CloudWatch::Dashboard": {"Foreign": ""},
    "AWS::DynamoDB::Table": {
        "BillingMode": "PROVISIONED",
        "DeletionProtectionEnabled": True,
        "SSESpecification": {"SSEEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "TableName": "ledger",
    },
    "AWS::Events::Rule": {"EventBusName": "other", "RoleArn": {"Fn::GetAtt": ["SweepRole", "Arn"]}},
    "AWS::IAM::Policy": {"Groups": ["everybody"]},
    "AWS::IAM::Role": {
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonEC2FullAccess"],
        "MaxSessionDuration": 43200,
        "Path": "/other/",
        "RoleName": "sgwarden",
    },
    "AWS::KMS::Key": {
        "Enabled": False,
        "KeySpec": "HMAC_256",
        "KeyUsage": "SIGN_VERIFY",
        "MultiRegion": True,
        "Origin": "EXTERNAL",
    },
    "AWS::Logs::LogGroup": {
        "KmsKeyId": {"Fn::GetAtt": ["AlertsKey", "Arn"]},
        "LogGroupClass": "INFREQUENT_ACCESS",
    },
    "AWS::SNS::Subscription": {"FilterPolicy": {"severity": ["critical"]}, "RawMessageDelivery": True},
    "AWS::SNS::Topic": {
        "FifoTopic": True,
        "Subscription": [{"Protocol": "https", "Endpoint": "https://alerts.example.com/"}],
        "TopicName": "alerts",
    },
    "AWS::SNS::TopicPolicy": {"Foreign": ""},
    "AWS::SQS::Queue": {
        "DelaySeconds": 900,
        "FifoQueue": True,
        "KmsMasterKeyId": "alias/aws/sqs",
        "MaximumMessageSize": 1024,
        "RedriveAllowPolicy": {"redrivePermission": "denyAll"},
    },
    "AWS::SQS::QueuePolicy": {"Foreign": ""},
}
_OF_A_SCHEDULE = {
    "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
    "Enabled": False,
}


def settings(template: Json) -> Iterator[Break]:
    """All of them."""
    for name, resource in template["Resources"].items():
        place: Path = ("Resources", name)
        if "RetentionPolicy" not in resource["Properties"]:  # which SAM makes the policy of
            yield Break((*place, "DeletionPolicy"), "Retain", likely="properties")
        for key, value in _FOREIGN[resource["Type"]].items():
            yield Break((*place, "Properties", key), value, likely="properties")
        for key, event in resource["Properties"].get("Events", {}).items():
            if event["Type"] == "Schedule":
                yield from _of_schedule((*place, "Properties", "Events", key, "Properties"))
        yield from _of_numbers((*place, "Properties"), resource["Properties"], resource["Type"])
        yield from _of_uses(place, resource, sorted(template["Conditions"]))
    yield from _of_conditions(template["Conditions"])
    for name, parameter in template["Parameters"].items():
        yield from _of_parameter(("Parameters", name), parameter)


def _of_schedule(place: Path) -> Iterator[Break]:
    for key, value in _OF_A_SCHEDULE.items():
        yield Break((*place, key), value, likely="wiring")


def _of_numbers(place: Path, properties: Json, kind: str) -> Iterator[Break]:
    likely = "alarms" if kind == "AWS::CloudWatch::Alarm" else "properties"
    named = {key: value for key, value in properties.items() if key != "EventPattern"}
    for path, value in leaves(place, named):
        if isinstance(value, bool):
            yield Break(path, not value, likely=likely)
        elif isinstance(value, int):
            yield Break(path, value * 100 or 100, likely=likely)
            yield Break(path, value // 100 or value + 1, likely=likely)


def _of_uses(place: Path, value: Any, conditions: list[str]) -> Iterator[Break]:  # noqa: ANN401  JSON
    """Another condition wherever one is asked for."""
    match value:
        case {"Fn::If": [str(name), *_]}:
            yield Break((*place, "Fn::If", 0), _next(name, conditions), likely="parameters")
        case {"Type": str(), "Condition": str(name)}:
            yield Break((*place, "Condition"), _next(name, conditions), likely="parameters")
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _of_uses((*place, key), inner, conditions)


def _next(name: str, names: list[str]) -> str:
    return names[(names.index(name) + 1) % len(names)]


def _of_conditions(conditions: Json) -> Iterator[Break]:
    """Each as any other is; and where what it asks for is not needed, or not enough."""
    for name, other in permutations(conditions, 2):
        yield Break(("Conditions", name), conditions[other], likely="parameters")
    for name, condition in conditions.items():
        debug = {"Fn::Equals": [{"Ref": "LogLevel"}, "DEBUG"]}
        yield Break(("Conditions", name), {"Fn::Or": [condition, debug]}, likely="parameters")
        yield Break(("Conditions", name), {"Fn::And": [condition, debug]}, likely="parameters")
        yield Break(("Conditions", name), {"Fn::Not": [condition]}, likely="parameters")


def _of_parameter(place: Path, parameter: Json) -> Iterator[Break]:
    default = parameter["Default"]
    others = [value for value in parameter.get("AllowedValues", ()) if value != default]
    other = others[-1] if others else one_letter(default) if default else "other"
    yield Break((*place, "Default"), other, likely="parameters")
    yield Break((*place, "NoEcho"), True, likely="parameters")
    if others:
        yield Break((*place, "AllowedValues"), [default], likely="parameters")
        yield Break((*place, "AllowedValues"), [default, *others, "other"], likely="parameters")
    if pattern := parameter.get("AllowedPattern"):
        without_nothing = pattern.removeprefix("^$|") if "^$|" in pattern else "^$"
        for broken in ("^.*$", without_nothing):
            yield Break((*place, "AllowedPattern"), broken, likely="parameters")
