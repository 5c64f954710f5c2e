"""The API calls made in an embedded account: kept to be looked at, and failing where they are told to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.core.common_types import TYPE_RESPONSE

# These are answered with a server's status, which the SDK goes by when it decides to try again.
_STATUS = {
    "RequestLimitExceeded": 503,
    "Unavailable": 503,
    "InternalError": 500,
    "ServerException": 500,
    "InternalServerError": 500,
}
_DENIED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthorizationError")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as the caller made it, however often the SDK sent it.

    `error` is its code if it failed, else `answer` is what came back.
    """

    service: str
    operation: str
    region: str
    parameters: dict[str, Any]
    error: str = ""
    answer: dict[str, Any] = field(default_factory=dict)


class _InjectedError(ServiceException):
    """An error of any service: moto would take one of its own modules for an error of that service."""


@dataclass(slots=True)
class _Fault:
    operation: str
    code: str
    message: str
    passes: int
    fails: int


@dataclass(slots=True)
class Calls:
    made: list[ApiCall] = field(default_factory=list)
    faults: list[_Fault] = field(default_factory=list)

    def fail(self, operation: str, code: str, *, nth: int = 1, times: int = 1, message: str = "") -> None:
        """The nth request of an operation from now on fails, and the `times - 1` after it.

        It is the request that fails, so the SDK tries again where it would with AWS: to see a throttle come
        through, fail as many times as the SDK tries.
        """
        self.faults.append(_Fault(operation, code, message or f"{code}, as asked for", nth - 1, times))

    def failure(self, operation: str) -> ServiceException | None:
        """The failure that this request meets, if it meets one."""
        for fault in (fault for fault in self.faults if fault.operation == operation and fault.fails):
            if fault.passes:
                fault.passes -= 1
                continue
            fault.fails -= 1
            return _InjectedError(fault.code, fault.message)
        return None

    def recover(self, operation: str) -> None:
        self.faults = [fault for fault in self.faults if fault.operation != operation]

    @contextmanager
    def untroubled(self) -> Iterator[None]:
        """Nothing fails that is asked for until the context ends."""
        faults, self.faults = self.faults, []
        try:
            yield
        finally:
            self.faults = faults

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Every call is kept, and fails where it is to fail, until the context ends."""
        with (
            patch.object(BaseClient, "_make_api_call", _kept(self)),
            patch.object(BaseResponse, "call_action", _failing(self)),
        ):
            yield


def _kept(calls: Calls) -> Any:  # noqa: ANN401  it takes the place of a method that botocore-stubs does not show
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        service, region = client.meta.service_model.service_name, client.meta.region_name
        error = ""
        answer: dict[str, Any] = {}
        try:
            answer = send(client, operation, parameters)
        except ClientError as failed:
            error = failed.response["Error"]["Code"]
            raise
        finally:
            calls.made.append(ApiCall(service, operation, region, parameters, error, answer))
        return answer

    return make_api_call


def _failing(calls: Calls) -> Any:  # noqa: ANN401  as above
    answer = BaseResponse.call_action

    def call_action(response: BaseResponse) -> TYPE_RESPONSE:
        failure = calls.failure(response._get_action())
        if failure is None:
            return answer(response)
        _, headers, body = response.serialized(ActionResult(failure))
        return _STATUS.get(failure.code, 403 if failure.code in _DENIED else 400), headers, body

    return call_action
