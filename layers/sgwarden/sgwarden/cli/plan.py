"""`sgwarden plan`: what would change, for clusters saved from the AWS CLI; no account and no credentials."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgwarden import report
from sgwarden.cli import show
from sgwarden.cli.options import DRIFT, Output
from sgwarden.cli.plan_text import show_planned, show_totals
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.project import POLICY, fail
from sgwarden.cli.saved import SavedAccount, SavedError
from sgwarden.examine import examine, planned
from sgwarden.observe import Judged
from sgwarden.outcome import Outcome

if TYPE_CHECKING:
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Document

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """A cluster, and its result of the contract; without one, `reason` says why it is left alone."""

    cluster: Cluster
    result: Json | None = None
    reason: str = ""


def plan_command(
    security_groups: Annotated[Path, typer.Option(help="Output of aws ec2 describe-security-groups.")],
    clusters: Annotated[
        Path, typer.Option(help="Output of aws eks describe-cluster: one, or many in a list or in a row.")
    ],
    rules: Annotated[
        Path | None,
        typer.Option(help="Output of aws ec2 describe-security-group-rules; has the ids."),
    ] = None,
    prefix_lists: Annotated[
        Path | None,
        typer.Option(
            help="Output of aws ec2 describe-prefix-lists; managed lists with their Entries put in."
        ),
    ] = None,
    vpcs: Annotated[Path | None, typer.Option(help="Output of aws ec2 describe-vpcs.")] = None,
    policy: Annotated[Path, typer.Option(help="The policy file.")] = POLICY,
    output: Annotated[Output, typer.Option(help="How to show it.")] = Output.TEXT,
) -> None:
    """Show what the policy would change, from JSON saved by the AWS CLI.

    Exit status 3 where there is drift, 1 where something went wrong.
    """
    document = checked_policy(policy)
    try:
        account = SavedAccount(security_groups, clusters, rules, prefix_lists, vpcs)
        found = [_planned(cluster, group, document, account) for cluster, group in account.clusters()]
    except SavedError as error:
        raise fail(str(error)) from error
    if output is Output.JSON:
        typer.echo(json.dumps(_document(found), indent=2))
    else:
        out = show.console()
        for each in found:
            show_planned(out, each)
        show_totals(out, found)
    raise typer.Exit(_exit_status(found))


def _planned(cluster: Cluster, group: SecurityGroup, document: Document, account: SavedAccount) -> Planned:
    if cluster.status == "DELETING":
        return Planned(cluster, reason="it is being deleted")
    seen = examine(cluster, group, document, account)
    outcome = planned(seen, seen.desired.mode) if isinstance(seen, Judged) else seen
    if not isinstance(outcome, Outcome):
        return Planned(cluster, reason=outcome.reason)
    # The contract's `after`, here: the group as the plan would leave it.
    return Planned(cluster, report.result(replace(outcome, group=outcome.planned or outcome.group)))


def _document(found: list[Planned]) -> Json:
    """The contract, and beside it the clusters that are left alone."""
    ignored = [{"cluster": each.cluster.name, "reason": each.reason} for each in found if not each.result]
    return {**report.document(each.result for each in found if each.result), "ignored": ignored}


def _exit_status(found: list[Planned]) -> int:
    statuses = {each.result["status"] for each in found if each.result}
    if "refused" in statuses:
        return 1
    return DRIFT if "drifted" in statuses else 0
