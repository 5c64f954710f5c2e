"""A deployed stack of sgwarden, as far as a person asks after it, pauses and resumes it."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.aws.parameter import ABSENT
from sgwarden.ceiling import State, read_switch
from sgwarden.failure import CallError
from sgwarden.policy.types import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_ssm import SSMClient

_READS = 3


class Stack:
    """The stack of a name in one account and region, as template.yaml names its parts.

    `switch` is the SSM parameter that is there while it is paused, `account` the id of the account that it is
    in, as far as AWS has said. Once it is found, `observes` and `held` say that it changes no group whatever
    the switch says: by its Mode, or by its State; `table` is that of its ledger, empty where it keeps none.
    """

    def __init__(self, name: str, ssm: SSMClient, functions: LambdaClient) -> None:
        self.name = name
        self.switch = f"/sgwarden/{name}/paused"
        self.account = self.table = ""
        self.observes = self.held = False
        self._ssm = ssm
        self._functions = functions

    def find(self) -> bool:
        """Whether there is such a stack; raises CallError where Lambda does not say, or not how it is."""
        operation = "GetFunctionConfiguration"
        found = None
        with _passed_over("ResourceNotFoundException"), translated(operation):
            found = self._functions.get_function_configuration(FunctionName=f"{self.name}-reconcile")
        if not found:
            return False
        self.account = _account(found["FunctionArn"])
        environment = found.get("Environment", {})
        if error := environment.get("Error"):  # the key that encrypts it is not for everybody
            raise CallError(operation, error.get("ErrorCode", ""), error.get("Message", ""))
        variables = environment.get("Variables", {})
        self.switch = variables.get("SGWARDEN_SWITCH_PARAMETER", "")
        self.table = variables.get("SGWARDEN_TABLE", "")
        self.observes = variables.get("SGWARDEN_MODE") == Mode.OBSERVE
        self.held = variables.get("SGWARDEN_STATE") == State.PAUSED
        return bool(self.switch)  # without, the function is somebody else's

    def paused(self) -> str:
        """What the switch says of who paused it and why; empty where it is not there. Raises CallError."""
        with _passed_over(ABSENT), translated("GetParameter"):
            # Not decrypted, as the function reads it.
            found = self._ssm.get_parameter(Name=self.switch)["Parameter"]
            self.account = _account(found.get("ARN", "")) or self.account
            return read_switch(found["Value"], self.switch).paused
        return ""

    def settled(self, *, paused: bool) -> str:
        """The same once it is so, or what SSM goes on to say instead; raises CallError."""
        for _ in range(_READS - 1):
            if bool(said := self.paused()) == paused:
                return said
            time.sleep(1)
        return self.paused()

    def pause(self, text: str) -> None:
        """Make the switch, unless somebody has meanwhile; raises CallError."""
        with _passed_over("ParameterAlreadyExists"), translated("PutParameter"):
            self._ssm.put_parameter(Name=self.switch, Value=text, Type="String")

    def resume(self) -> None:
        """Delete the switch, unless somebody has meanwhile; raises CallError."""
        with _passed_over(ABSENT), translated("DeleteParameter"):
            self._ssm.delete_parameter(Name=self.switch)

    def sweep(self) -> None:
        """Have every group looked at now, without reminders of what people know of; raises CallError."""
        with translated("Invoke"):
            self._functions.invoke(
                FunctionName=f"{self.name}-sweep",
                InvocationType="Event",
                Payload=json.dumps({"remind": False, "after_pause": True}),
            )


def _account(arn: str) -> str:
    return arn.split(":")[4] if arn else ""


@contextmanager
def _passed_over(code: str) -> Iterator[None]:
    try:
        yield
    except CallError as error:
        if error.code != code:
            raise
