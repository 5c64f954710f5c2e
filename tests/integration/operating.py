"""Somebody who has a deployed stack, of whose Lambda only what the commands ask for is there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.embedded import EmbeddedAccount
    from typer.testing import Result

NAME = "/sgwarden/sgwarden/paused"
BY_BOB = "by arn:aws:iam::111122223333:user/bob at 2026-11-03 14:21:37 UTC: upgrade"
Json = dict[str, Any]
CALL = BaseClient._make_api_call  # type: ignore[attr-defined]


class Operator:
    """Somebody with credentials for an account, of whose Lambda only what the commands ask for is there."""

    def __init__(self, account: EmbeddedAccount) -> None:
        self.account = account
        self.invoked: list[Json] = []
        self.refused: dict[str, str] = {}
        self._functions: dict[tuple[str, str], Json] = {}

    def deploy(self, stack: str = "sgwarden", region: str = REGION, **variables: str) -> None:
        """A stack that remediates, or as the variables say."""
        environment = {
            "SGWARDEN_MODE": "remediate",
            "SGWARDEN_STATE": "running",
            "SGWARDEN_SWITCH_PARAMETER": f"/sgwarden/{stack}/paused",
        }
        self.make(f"{stack}-reconcile", region, Environment={"Variables": environment | variables})

    def make(self, function: str, region: str = REGION, **configuration: object) -> None:
        arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{function}"
        self._functions[region, function] = {"FunctionArn": arn, **configuration}

    def run(self, *arguments: str) -> Result:
        with patch("time.sleep"):
            return CliRunner().invoke(app, arguments)

    def pause(self, text: str = f"paused {BY_BOB}", name: str = NAME, region: str = REGION) -> None:
        """As a person with the AWS CLI would."""
        self.account.client("ssm", region).put_parameter(Name=name, Value=text, Type="String")

    def resume(self) -> None:
        self.account.client("ssm").delete_parameter(Name=NAME)

    def says(self, name: str = NAME, region: str = REGION) -> str | None:
        """The text of the parameter, None where there is none."""
        found = self.account.client("ssm", region).get_parameters(Names=[name])["Parameters"]
        return found[0]["Value"] if found else None

    def lambda_answers(self, operation: str, region: str, parameters: Json) -> Json:
        if operation in self.refused:
            raise _error(operation, self.refused[operation])
        if operation == "Invoke":
            self.invoked.append(parameters)
            return {"StatusCode": 202}
        if found := self._functions.get((region, parameters["FunctionName"])):
            return found
        raise _error(operation, "ResourceNotFoundException")


def _error(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, operation)


@contextmanager
def lambda_of(operator: Operator) -> Iterator[None]:
    """Its Lambda answers, as long as the context lasts."""

    def make_api_call(client: BaseClient, operation: str, parameters: Json) -> Any:  # noqa: ANN401
        if client.meta.service_model.service_name != "lambda":
            return CALL(client, operation, parameters)
        return operator.lambda_answers(operation, client.meta.region_name, parameters)

    with patch.object(BaseClient, "_make_api_call", make_api_call):
        yield
