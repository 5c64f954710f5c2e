"""`sgwarden plan`: what would change, for clusters saved from the AWS CLI; no account and no credentials."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgwarden import report
from sgwarden.cli import show
from sgwarden.cli.options import DRIFT, Output
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.project import POLICY, fail
from sgwarden.cli.saved import SavedAccount, SavedError
from sgwarden.observe import Judged
from sgwarden.outcome import Outcome, Skipped
from sgwarden.reconcile import examine, planned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Document

Json = dict[str, Any]


def plan_command(
    security_groups: Annotated[Path, typer.Option(help="Output of aws ec2 describe-security-groups.")],
    clusters: Annotated[
        Path, typer.Option(help="Output of aws eks describe-cluster, or a JSON list of such.")
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
    """Show what the policy would change, from JSON saved by the AWS CLI. Exit status 3 where there is drift."""
    document = checked_policy(policy)
    try:
        account = SavedAccount(security_groups, clusters, rules, prefix_lists, vpcs)
        found = [*_planned(account, document)]
    except SavedError as error:
        raise fail(str(error)) from error
    results = [_result(result) for _, result in found if isinstance(result, Outcome)]
    if output is Output.JSON:
        ignored = [
            {"cluster": cluster.name, "reason": result.reason}
            for cluster, result in found
            if isinstance(result, Skipped)
        ]
        typer.echo(json.dumps({**report.document(results), "ignored": ignored}, indent=2))
    else:
        _show(show.console(), found)
    statuses = {result["status"] for result in results}
    raise typer.Exit(1 if "refused" in statuses else DRIFT if "drifted" in statuses else 0)


def _planned(account: SavedAccount, document: Document) -> Iterator[tuple[Cluster, Outcome | Skipped]]:
    for cluster, group in account.clusters():
        seen = examine(cluster, group, document, account)
        yield cluster, planned(seen, seen.desired.mode) if isinstance(seen, Judged) else seen


def _result(outcome: Outcome) -> Json:
    """The contract, with the group as the plan would leave it."""
    return report.result(replace(outcome, group=outcome.planned or outcome.group))


def _show(out: Console, found: list[tuple[Cluster, Outcome | Skipped]]) -> None:
    for cluster, outcome in found:
        if isinstance(outcome, Skipped):
            show.heading(out, cluster.name, cluster.security_group_id)
            show.item(out, "ignored", [f"{outcome.reason}: it is left alone"])
        else:
            _show_result(out, _result(outcome))
        out.print()
    changes = Counter(
        change["action"]
        for _, outcome in found
        if isinstance(outcome, Outcome)
        for change in _result(outcome)["changes"]
    )
    words = {"authorize": "to add", "modify": "to change", "revoke": "to remove", "tag": "tags to set"}
    out.print("Plan: " + ", ".join(f"{changes[action]} {word}" for action, word in words.items()) + ".")
    show.summary(out, Counter(str(o.status) if isinstance(o, Outcome) else "ignored" for _, o in found))


def _show_result(out: Console, result: Json) -> None:
    cluster = result["cluster"]
    where = f"{result['security_group']}, {cluster['region']}, account {cluster['account']}"
    show.heading(out, cluster["name"], f"{where}, policy {result['policy']} ({result['mode']})")
    if result["findings"]:
        show.item(out, "finding", show.finding_lines(result["findings"]))
    if result["changes"]:
        show.item(out, "plan", show.change_lines(result["changes"]))
    show.item(out, "status", [show.status_text(result["status"])])
