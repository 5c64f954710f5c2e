"""AWS's error codes into the failures that the core knows."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from sgwarden.failure import CallError, ConflictError, PassingError, QuotaError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFLICTS = {
    "InvalidPermission.Duplicate",
    "InvalidPermission.NotFound",
    "InvalidSecurityGroupRuleId.NotFound",
    # DynamoDB's, of a write and of a part of one; the last two are said while another transaction is at it.
    "ConditionalCheckFailedException",
    "ConditionalCheckFailed",
    "TransactionConflictException",
    "TransactionConflict",
}
_QUOTAS = {"RulesPerSecurityGroupLimitExceeded"}
_PASSING = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "Throttled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "TransactionInProgressException",
    # SQS's own, and of KMS by way of SNS and of SQS.
    "RequestThrottled",
    "KMSThrottling",
    "KMSThrottlingException",
    "KmsThrottled",
}


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Calls inside raise CallError and its kin, and nothing of botocore's."""
    try:
        yield
    except ClientError as error:
        raise _call_error(operation, error) from error
    except (BotoCoreError, ResponseParserError) as error:
        # No answer of AWS: time-out, connection, credentials that do not load, the page of a proxy.
        raise PassingError(operation, type(error).__name__, str(error)) from error


def _call_error(operation: str, error: ClientError) -> CallError:
    code = _reason(error) or error.response["Error"]["Code"]
    message = error.response["Error"]["Message"]
    metadata = error.response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 400)
    if code in _CONFLICTS:
        return ConflictError(operation, code, message, repeated=metadata.get("RetryAttempts", 0) > 0)
    if code in _QUOTAS:
        return QuotaError(operation, code, message)
    if code in _PASSING or status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        return PassingError(operation, code, message)
    return CallError(operation, code, message)


def _reason(error: ClientError) -> str:
    """Why DynamoDB took back a write of several items: the first of their reasons; empty for other errors."""
    reasons = error.response.get("CancellationReasons", ())
    return next((code for each in reasons if (code := each.get("Code", "None")) != "None"), "")
