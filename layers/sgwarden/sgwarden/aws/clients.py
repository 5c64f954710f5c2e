"""Clients as the function uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_securityhub import SecurityHubClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# Adaptive retries slow a throttled caller down by themselves; what still fails goes back to the queue.
# One try that is not answered is borne (timing.py); five in a row may last longer than the function does.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 4}, connect_timeout=1, read_timeout=4)
# A thousand groups with all their rules are a long answer, and nobody waits for a sweep.
PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 4}, connect_timeout=1, read_timeout=20)
# SSM is asked before all else: where it hangs, time must be left for the groups. SNS and SQS hear what was
# done: where they hang, time must be left to keep the alert and to hand back the others (timing.py). The
# ledger is asked before changes and told after them, and so answers as fast or not at all.
BRIEF = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2)


@overload
def client(service: Literal["dynamodb"], region: str, config: Config | None = None) -> DynamoDBClient: ...
@overload
def client(service: Literal["ec2"], region: str, config: Config | None = None) -> EC2Client: ...
@overload
def client(service: Literal["eks"], region: str) -> EKSClient: ...
@overload
def client(service: Literal["events"], region: str) -> EventBridgeClient: ...
@overload
def client(service: Literal["secretsmanager"], region: str) -> SecretsManagerClient: ...
@overload
def client(service: Literal["securityhub"], region: str) -> SecurityHubClient: ...
@overload
def client(service: Literal["sns"], region: str) -> SNSClient: ...
@overload
def client(service: Literal["sqs"], region: str) -> SQSClient: ...
@overload
def client(service: Literal["ssm"], region: str) -> SSMClient: ...
def client(
    service: Literal[
        "dynamodb", "ec2", "eks", "events", "secretsmanager", "securityhub", "sns", "sqs", "ssm"
    ],
    region: str,
    config: Config | None = None,
) -> (
    DynamoDBClient
    | EC2Client
    | EKSClient
    | EventBridgeClient
    | SecretsManagerClient
    | SecurityHubClient
    | SNSClient
    | SQSClient
    | SSMClient
):
    """A client of the region with the credentials of the environment."""
    usual = CONFIG if service in ("ec2", "eks") else BRIEF
    return boto3.client(service, region_name=region, config=config or usual)
