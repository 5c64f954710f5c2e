"""A deployed stack of sgwarden, as far as a person turns its switch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.aws.parameter import ABSENT
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_ssm import SSMClient

_ABOVE, _BELOW = "/sgwarden/", "/switch"


class Stack:
    """The stack of a name in one account and region, as template.yaml names its parts."""

    def __init__(self, name: str, ssm: SSMClient, functions: LambdaClient) -> None:
        self.name = name
        self.switch = f"{_ABOVE}{name}{_BELOW}"
        self._ssm = ssm
        self._functions = functions

    def says(self) -> str:
        """The text of the switch, empty where there is none; raises CallError."""
        try:
            with translated("GetParameter"):
                return self._ssm.get_parameter(Name=self.switch)["Parameter"]["Value"]
        except CallError as error:
            if error.code != ABSENT:
                raise
            return ""

    def turn(self, text: str) -> None:
        """Give the switch another text; raises CallError, also where there is no switch."""
        with translated("PutParameter"):
            # No type: SSM keeps the one that it has, and makes no parameter that is not there.
            self._ssm.put_parameter(Name=self.switch, Value=text, Overwrite=True)

    def sweep(self) -> None:
        """Have every group looked at now, without reminders of what people know of; raises CallError."""
        with translated("Invoke"):
            self._functions.invoke(
                FunctionName=f"{self.name}-sweep",
                InvocationType="Event",
                Payload=json.dumps({"remind": False}),
            )

    def all_names(self) -> list[str]:
        """The stacks in this account and region that have a switch; raises CallError."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=_ABOVE, Recursive=True)
        with translated("GetParametersByPath"):
            names = [each["Name"] for page in pages for each in page["Parameters"]]
        stacks = (name.removeprefix(_ABOVE).removesuffix(_BELOW) for name in names if name.endswith(_BELOW))
        return sorted(stack for stack in stacks if "/" not in stack)
