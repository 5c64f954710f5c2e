"""`sgwarden plan`: what would change, in a live account or in one saved from the AWS CLI."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli import show
from sgwarden.cli.live import Live
from sgwarden.cli.options import DRIFT, AllRegions, Clusters, Output, PolicyFile, Profile, Regions
from sgwarden.cli.out import write as write_out
from sgwarden.cli.planning.clusters import Looked, as_document, is_drifted, is_wrong
from sgwarden.cli.planning.saved_plan import SavedPlan
from sgwarden.cli.planning.sources import Sources
from sgwarden.cli.planning.text import show_planned, show_totals
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.project import POLICY, fail
from sgwarden.cli.results.writing import write
from sgwarden.cli.saved.account import SavedAccount, SavedError
from sgwarden.cli.saved.options import (  # noqa: TC001 - typer reads the annotations
    ClusterFile,
    Folder,
    PrefixLists,
    Rules,
    SecurityGroups,
    Vpcs,
)

if TYPE_CHECKING:
    from sgwarden.policy.types import Document


def plan_command(
    policy: PolicyFile = POLICY,
    cluster: Clusters = None,
    region: Regions = None,
    all_regions: AllRegions = False,
    profile: Profile = "",
    folder: Folder = None,
    security_groups: SecurityGroups = None,
    clusters: ClusterFile = None,
    rules: Rules = None,
    prefix_lists: PrefixLists = None,
    vpcs: Vpcs = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to save the plan, for `sgwarden apply` to make it.")
    ] = None,
    output: Annotated[Output, typer.Option(help="How to show it.")] = Output.TEXT,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit status 0 where there is drift.")
    ] = False,
) -> None:
    """Show what the policy would change; nothing is changed.

    Looks at a live account, with the credentials and the region of the environment, or at JSON that the AWS
    CLI has saved, which takes no credentials. Exit status 3 where there is drift, 1 where something is wrong.
    """
    document = checked_policy(policy)
    live = Live(profile, region or (), all_regions)
    try:
        saved = _saved(folder, security_groups, clusters, rules, prefix_lists, vpcs)
        if saved and live != Live():
            raise typer.BadParameter("saved files know their regions: give no --region and no --profile")
        names = cluster or ()
        sources = Sources({"the files": saved}, names) if saved else Sources.live(live, names)
        found = sources.planned(document)
    except SavedError as error:
        raise fail(str(error)) from error
    _show(found, output, policy, document)
    if out:
        _save(out, found, document)
    raise typer.Exit(_exit_status(found, 0 if exit_zero else DRIFT))


def _exit_status(found: list[Looked], for_drift: int) -> int:
    if any(map(is_wrong, found)):
        return 1
    return for_drift if any(map(is_drifted, found)) else 0


def _saved(
    folder: Path | None,
    groups: Path | None,
    clusters: Path | None,
    *others: Path | None,
) -> SavedAccount | None:
    """What was saved; None where no file is given. Raises SavedError."""
    files = (groups, clusters, *others)
    if folder:
        if any(files):
            raise typer.BadParameter("--from names a folder that has all the files: give no others")
        return SavedAccount.in_folder(folder)
    if groups and clusters:
        return SavedAccount(groups, clusters, *others)
    if any(files):
        raise typer.BadParameter("saved files need both --security-groups and --clusters")
    return None


def _save(file: Path, found: list[Looked], document: Document) -> None:
    """Write the plan of what would change to a file."""
    plan = SavedPlan.of(document, found)
    if any(not key.startswith("sgr-") for step in plan.steps for key in step.state["rules"]):
        raise typer.BadParameter("--out needs the ids of the rules, which --rules gives")
    write_out(plan.text(), file)
    typer.echo(f"Saved in {file}; `sgwarden apply {file}` makes these changes.", err=True)


def _show(found: list[Looked], output: Output, policy: Path, document: Document) -> None:
    if output is not Output.TEXT:
        write(as_document(found), output, policy, document)
        return
    console = show.console()
    for each in found:
        show_planned(console, each)
    show_totals(console, found)
