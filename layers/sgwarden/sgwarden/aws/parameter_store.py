"""The SSM parameters that the function reads, over one client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sgwarden.aws.clients import client

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from sgwarden.aws.parameter import Parameter, Unreadable


class ParameterStore:
    """SSM in a region; costs nothing before a parameter is named."""

    def __init__(self, region: str) -> None:
        self._region = region

    def named(self, name: str, max_age: int, tell: Unreadable) -> Parameter | None:
        """The parameter of that name, asked again after `max_age` seconds; none where the name is empty."""
        if not name:
            return None
        # Where none is named, the import would add 3 ms to a cold start, ten times as many without bytecode.
        from sgwarden.aws.parameter import Parameter  # noqa: PLC0415

        return Parameter(name, max_age, self._ssm, tell)

    @cached_property
    def _ssm(self) -> SSMClient:
        return client("ssm", self._region)
