"""The stack on this machine: what was built, and the account that it works in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sgwarden.embedded import EmbeddedAccount, read_account

from tests.smoke.built import Built
from tests.smoke.samples import EVENTS
from tests.smoke.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.embedded import AccountDescription

    from tests.smoke.built import BuiltFunction

BUILT = Path(__file__).parents[2] / ".aws-sam" / "build"
STACK = "sgwarden-smoke"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The functions by their logical names, and the stage that they find AWS on."""

    functions: Mapping[str, BuiltFunction]
    stage: Stage


@contextmanager
def deployed(directory: Path) -> Iterator[Deployment]:
    """What was built into the directory, in the account of the samples, in remediate mode."""
    described = read_account(EVENTS / "account.yaml")
    built = Built(directory, _values(described))
    with staged(described, built.parameters()) as stage:
        yield Deployment({each.name: each for each in built.functions()}, stage)


def _values(described: AccountDescription) -> dict[str, str]:
    """What stands for the template's parameters, and for those of its resources that the account has."""
    with EmbeddedAccount(described) as account:
        return {
            "Mode": "remediate",
            "LogLevel": "DEBUG",  # in which the reason of each skipped group is told
            "Changes": account.queue_url,
            "Alerts": account.topic_arn,
            "AWS::StackName": STACK,
            "AWS::Partition": "aws",
            "AWS::Region": account.region,
            "AWS::AccountId": account.account_id,
        }
