"""template.yaml as CloudFormation gets it: translated by SAM, with its references put in."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import cfnlint.decode
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[2]
ACCOUNT, REGION, STACK = "111122223333", "eu-west-1", "sgwarden-prod"

Json = dict[str, Any]

# Parameters that are empty unless somebody gives them, and on which a condition rests.
GIVEN = {"PolicyParameter": "/sgwarden/policy", "AlertEmail": "oncall@example.com"}
_LOCAL = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_ARNS = {
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
}


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


@cache
def deployed(partition: str = "aws") -> dict[str, Json]:
    """The resources with every reference put in, all conditions true, parameters as GIVEN or by default."""
    template = translated()
    return {name: _put_in(resource, template, partition) for name, resource in template["Resources"].items()}


def of_type(kind: str) -> dict[str, Json]:
    """The properties of all deployed resources of a type, by logical name."""
    return {name: found["Properties"] for name, found in deployed().items() if found["Type"] == kind}


def arn(name: str, partition: str = "aws") -> str:
    """The ARN of a deployed resource."""
    kind = translated()["Resources"][name]["Type"]
    return f"arn:{partition}:" + _ARNS[kind].format(region=REGION, account=ACCOUNT, name=name)


def patterns() -> dict[str, Json]:
    """The event pattern of each rule."""
    return {name: rule["EventPattern"] for name, rule in of_type("AWS::Events::Rule").items()}


def plain(value: object) -> Json:
    """A copy made of dictionaries and lists only."""
    copied: Json = json.loads(json.dumps(value))
    return copied


def _put_in(value: Any, template: Json, partition: str) -> Any:  # noqa: ANN401  JSON
    match value:
        case {"Ref": str(name)}:
            return _ref(name, template, partition)
        case {"Fn::GetAtt": [name, "Arn"]}:
            return arn(name, partition)
        case {"Fn::GetAtt": [name, "QueueName"]}:
            return name
        case {"Fn::If": [_, where_true, _]}:
            return _put_in(where_true, template, partition)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: str(_ref(found[1], template, partition)), text)
        case Mapping():
            return {key: _put_in(inner, template, partition) for key, inner in value.items()}
        case list():
            return [_put_in(inner, template, partition) for inner in value]
    return value


def _ref(name: str, template: Json, partition: str) -> object:
    pseudo = {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": partition,
        "AWS::Region": REGION,
        "AWS::StackName": STACK,
    }
    if name in pseudo:
        return pseudo[name]
    if name in template["Parameters"]:
        return GIVEN.get(name, template["Parameters"][name]["Default"])
    kind = template["Resources"][name]["Type"]
    return arn(name, partition) if kind == "AWS::SNS::Topic" else name
