"""The stack on this machine: what was built, and the account that it works in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sgwarden.embedded import EmbeddedAccount, read_account
from sgwarden.review.build import compile_policy

from tests.smoke.built import Built
from tests.smoke.samples import EVENTS, POLICY
from tests.smoke.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.embedded import AccountDescription

    from tests.smoke.built import BuiltFunction

BUILT = Path(__file__).parents[2] / ".aws-sam" / "build"
STACK = "sgwarden-smoke"
_COMPILED = "policy.json"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The functions by their logical names, with the samples' policy, and the stage that they find AWS on.

    `own_policy` has those that bring a policy, with the one that was built. They only observe: what such a
    policy names need not be in the samples' account.
    """

    functions: Mapping[str, BuiltFunction]
    own_policy: Mapping[str, BuiltFunction]
    stage: Stage


@contextmanager
def deployed(directory: Path) -> Iterator[Deployment]:
    """What was built into the directory, in the account of the samples, in remediate mode."""
    described = read_account(EVENTS / "account.yaml")
    values = _values(described)
    built, observing = Built(directory, values), Built(directory, values | {"Mode": "observe"})
    with TemporaryDirectory(prefix="sgwarden-smoke-") as made, staged(described) as stage:
        layer = Path(made)
        (layer / _COMPILED).write_text(compile_policy(POLICY.read_bytes(), str(POLICY)), encoding="utf-8")
        functions = {each.name: _with_policy(each, layer) for each in built.functions()}
        own = {each.name: each for each in observing.functions() if layer in functions[each.name].layers}
        yield Deployment(functions, own, stage)


def _with_policy(function: BuiltFunction, policy: Path) -> BuiltFunction:
    """The function with that layer in place of the one that brings it a policy."""
    layers = tuple(policy if (each / _COMPILED).exists() else each for each in function.layers)
    return replace(function, layers=layers)


def _values(described: AccountDescription) -> dict[str, str]:
    """What stands for the template's parameters, and for those of its resources that the account has."""
    with EmbeddedAccount(described) as account:
        return {
            "Mode": "remediate",
            "LogLevel": "DEBUG",  # in which the reason of each skipped group is told
            "Changes": account.queue_url,
            "Alerts": account.topic_arn,
            "Ledger": account.table_name,
            "Notices": account.queue_url,
            "Chat": account.topic_arn,
            "SlackWebhook": f"arn:aws:secretsmanager:{account.region}:{account.account_id}:secret:slack-a1",
            "AWS::StackName": STACK,
            "AWS::Partition": "aws",
            "AWS::Region": account.region,
            "AWS::AccountId": account.account_id,
        }
