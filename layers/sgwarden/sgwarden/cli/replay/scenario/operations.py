"""The API operations that a scenario can name, as the SDK knows them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.model import ServiceModel

from sgwarden.embedded.isolation import shared_loader

if TYPE_CHECKING:
    from botocore.model import OperationModel

_SERVICES = ("ec2", "eks")
OURS = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateTags",
    "DescribeCluster",
    "DescribeInstances",
    "DescribeManagedPrefixLists",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroupRules",
    "DescribeSecurityGroups",
    "DescribeUpdate",
    "DescribeVpcs",
    "GetManagedPrefixListEntries",
    "ModifySecurityGroupRules",
    "Publish",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "SendMessage",
    "SendMessageBatch",
)
"""What the functions call in a scenario, of any service: in it, policy and switch are in no parameter."""


@cache
def model_of(service: str) -> ServiceModel:
    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


def service_of(operation: str) -> str:
    """The service that has the operation; empty if neither EC2 nor EKS has."""
    return next((service for service in _SERVICES if operation in model_of(service).operation_names), "")


def operation_model(operation: str) -> OperationModel:
    return model_of(service_of(operation)).operation_model(operation)


def operation_names() -> list[str]:
    return [name for service in _SERVICES for name in model_of(service).operation_names]
