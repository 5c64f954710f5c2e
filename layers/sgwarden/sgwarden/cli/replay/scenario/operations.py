"""The API operations that a scenario can name, as the SDK knows them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.model import ServiceModel

from sgwarden.embedded.isolation import shared_loader

if TYPE_CHECKING:
    from botocore.model import OperationModel

_SERVICES = ("ec2", "eks")
OURS = ("sns", "sqs")
"""What the functions call beside those."""


@cache
def model_of(service: str) -> ServiceModel:
    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


def service_of(operation: str, *others: str) -> str:
    """The service that has the operation; empty if none of EC2, EKS and the others has."""
    known = (*_SERVICES, *others)
    return next((service for service in known if operation in model_of(service).operation_names), "")


def operation_model(operation: str) -> OperationModel:
    return model_of(service_of(operation)).operation_model(operation)


def operation_names(*others: str) -> list[str]:
    return [name for service in (*_SERVICES, *others) for name in model_of(service).operation_names]
