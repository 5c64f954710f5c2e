"""One recorded call, happening again in an embedded account with sgwarden at work in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden import report
from sgwarden.aws.groups import group_of
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.cli.function import Function
from sgwarden.embedded import EmbeddedAccount
from sgwarden.embedded.recorded import Recorded, account_for, make_change
from sgwarden.traffic.ec2 import prefix_list_ids

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.cli.inputs import Recording
    from sgwarden.embedded import AccountDescription, Published
    from sgwarden.policy.types import Mode

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a recording.

    `before` is each group as sgwarden found it, `results` those of the contract, `ignored` why there is
    none.
    """

    recording: Recording
    recorded: Recorded
    before: dict[str, Json]
    results: tuple[Json, ...]
    ignored: str
    alerts: tuple[Published, ...]
    dead: bool


def replay(
    recording: Recording, described: AccountDescription, policy: Path, ceiling: Mode, cluster: str
) -> Replayed:
    """Make the account, the change in it, and let the function have the event."""
    account = EmbeddedAccount(account_for(recording.record, described), region=recording.record.region)
    with account:
        recorded = make_change(account, recording.record, cluster=cluster, late=True)
        before = _states(account)
        account.forget_calls()
        run = Function(account, policy, ceiling).run(recording.event())
        return Replayed(
            recording,
            recorded,
            before,
            _results(run.log),
            _reason(run.log),
            account.published(),
            run.dead,
        )


def _states(account: EmbeddedAccount) -> dict[str, Json]:
    ec2 = account.client("ec2")
    lists = PrefixListReader(ec2)
    described = ec2.describe_security_groups()["SecurityGroups"]
    groups = (group_of(each, lists.prefix_lists(prefix_list_ids(each), ())) for each in described)
    return {group.id: report.state(group) for group in groups}


def _results(log: list[Json]) -> tuple[Json, ...]:
    """The results of every look; a later look that found the group in order says nothing new."""
    results: list[Json] = []
    for line in log:
        result = line.get("result")
        seen = result and any(result["security_group"] == other["security_group"] for other in results)
        if result and (result["findings"] or not seen):
            results.append(result)
    return tuple(results)


def _reason(log: list[Json]) -> str:
    return next((line["reason"] for line in log if "reason" in line), "")
