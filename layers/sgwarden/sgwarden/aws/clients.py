"""Clients as the function uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

# Adaptive retries slow a throttled caller down by themselves; what still fails goes back to the queue.
# Five tries without any answer end before the function's 30 seconds do.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 4}, connect_timeout=1, read_timeout=4)


@overload
def client(service: Literal["ec2"], region: str) -> EC2Client: ...
@overload
def client(service: Literal["eks"], region: str) -> EKSClient: ...
@overload
def client(service: Literal["sns"], region: str) -> SNSClient: ...
@overload
def client(service: Literal["sqs"], region: str) -> SQSClient: ...
def client(
    service: Literal["ec2", "eks", "sns", "sqs"], region: str
) -> EC2Client | EKSClient | SNSClient | SQSClient:
    """A client of the region with the credentials of the environment."""
    return boto3.client(service, region_name=region, config=CONFIG)
