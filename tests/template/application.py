"""template.yaml as CloudFormation makes a stack of it: translated by SAM, and its functions evaluated."""

import json
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
import cfnlint.decode
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.template.intrinsic import Intrinsic, parameter_values

ROOT = Path(__file__).parents[2]
ACCOUNT, REGION, STACK = "111122223333", "eu-west-1", "sgwarden-prod"

Json = dict[str, Any]

EVERYTHING = {
    "Mode": "remediate",
    "AdditionalGroups": "yes",
    "PolicyParameter": "/sgwarden/policy",
    "AlertEmail": "oncall@example.com",
    "QuietHours": "22:00-07:00",
    "SlackWebhook": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:sgwarden/slack-a1B2c3",
    "TeamsWebhook": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/sgwarden/teams",
    "AmazonQ": "yes",
    "SecurityHub": "yes",
    "EventBus": "default",
    "ReservedConcurrency": "2",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
}
"""Parameters with which all that is optional is in the stack."""
DEFAULTS: dict[str, str] = {}

_LOCAL = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_ARNS = {
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Lambda::LayerVersion": "lambda:{region}:{account}:layer:{name}:1",
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::CloudWatch::Dashboard": "cloudwatch::{account}:dashboard/{name}",
    "AWS::SSM::Parameter": "ssm:{region}:{account}:parameter{name}",
}
_NAMES = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SSM::Parameter": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
}
_ATTRIBUTES = {("AWS::SQS::Queue", "QueueName"), ("AWS::SNS::Topic", "TopicName")}
_REFERRED_TO_BY_ARN = {"AWS::SNS::Topic", "AWS::Lambda::LayerVersion"}


@cache
def source() -> Json:
    """The template as it is written, `!Sub` and its like in their long form."""
    template, faults = cfnlint.decode.decode(str(ROOT / "template.yaml"))
    assert not faults, faults
    return plain(template)


@cache
def translated() -> Json:
    """The template after SAM's transform, references still in it."""
    template = plain(source())
    for resource in template["Resources"].values():
        if (local := _LOCAL.get(resource["Type"])) is not None:
            resource["Properties"][local] = "s3://bucket/key"
    session = boto3.Session(region_name=REGION)
    return plain(Translator({}, Parser(), boto_session=session).translate(template, {}))


class Stack:
    """What CloudFormation makes of the template; where it would make up a name, that is the logical one."""

    def __init__(self, parameters: Mapping[str, str], partition: str) -> None:
        self._template = translated()
        self._partition = partition
        self._evaluated = Intrinsic(
            conditions=self._template["Conditions"],
            values=parameter_values(self._template["Parameters"], parameters)
            | {
                "AWS::AccountId": ACCOUNT,
                "AWS::Partition": partition,
                "AWS::Region": REGION,
                "AWS::StackName": STACK,
            },
            reference=self.reference,
            attribute=self._attribute,
        )

    @cached_property
    def resources(self) -> dict[str, Json]:
        """Every resource whose condition holds, by its logical name."""
        return {
            name: self._evaluated(found)
            for name, found in self._template["Resources"].items()
            if self._is_made(name)
        }

    @cached_property
    def outputs(self) -> dict[str, str]:
        return {
            name: self._evaluated(each["Value"])
            for name, each in self._template["Outputs"].items()
            if "Condition" not in each or self._evaluated.holds(each["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, Json]:
        """The properties of all resources of a type, by logical name."""
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == kind}

    def rules(self) -> dict[str, Json]:
        """The rules that listen for events, not those of a schedule."""
        return {name: r for name, r in self.of_type("AWS::Events::Rule").items() if "EventPattern" in r}

    def patterns(self) -> dict[str, Json]:
        return {name: rule["EventPattern"] for name, rule in self.rules().items()}

    def holds(self, condition: str) -> bool:
        return self._evaluated.holds(condition)

    def name(self, logical: str) -> str:
        """The name that the resource has in the account."""
        found = self._template["Resources"][logical]
        given = found.get("Properties", {}).get(_NAMES.get(found["Type"], ""))
        return str(self._evaluated(given)) if given else logical

    def arn(self, logical: str) -> str:
        kind = self._template["Resources"][logical]["Type"]
        place = _ARNS[kind].format(region=REGION, account=ACCOUNT, name=self.name(logical))
        return f"arn:{self._partition}:{place}"

    def reference(self, logical: str) -> str:
        """What `Ref` gives; KeyError for what is not in the stack."""
        if not self._is_made(logical):
            raise KeyError(f"{logical} is not in the stack")
        kind = self._template["Resources"][logical]["Type"]
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.name(logical)}"
        return self.arn(logical) if kind in _REFERRED_TO_BY_ARN else self.name(logical)

    def _attribute(self, logical: str, attribute: str) -> str:
        self.reference(logical)  # it is in the stack
        if (self._template["Resources"][logical]["Type"], attribute) in _ATTRIBUTES:
            return self.name(logical)
        if attribute == "Arn":
            return self.arn(logical)
        raise NotImplementedError(f"{logical}.{attribute}")

    def _is_made(self, logical: str) -> bool:
        condition = self._template["Resources"][logical].get("Condition")
        return condition is None or self._evaluated.holds(condition)


def deployed(parameters: Mapping[str, str] = EVERYTHING, partition: str = "aws") -> Stack:
    """The stack with these parameters, the others by default."""
    return _deployed(tuple(sorted(parameters.items())), partition)


@cache
def _deployed(parameters: tuple[tuple[str, str], ...], partition: str) -> Stack:
    return Stack(dict(parameters), partition)


def of_type(kind: str) -> dict[str, Json]:
    """The properties of all resources of a type, by logical name, in the stack that has everything."""
    return deployed().of_type(kind)


def statements(stack: Stack, role: str) -> list[Json]:
    """All statements of a role's policies, its own and those that are attached to it."""
    attached = [
        policy["PolicyDocument"]
        for policy in stack.of_type("AWS::IAM::Policy").values()
        if stack.name(role) in policy["Roles"]
    ]
    own = [policy["PolicyDocument"] for policy in stack.of_type("AWS::IAM::Role")[role]["Policies"]]
    return [statement for document in [*own, *attached] for statement in document["Statement"]]


def plain(value: object) -> Json:
    """A copy made of dictionaries and lists only."""
    copied: Json = json.loads(json.dumps(value))
    return copied
