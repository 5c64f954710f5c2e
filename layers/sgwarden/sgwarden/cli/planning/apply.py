"""`sgwarden apply`: make the changes that a plan shows, once somebody has agreed to them."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli import show
from sgwarden.cli.live import Live
from sgwarden.cli.options import DRIFT, AllRegions, Clusters, Output, Profile, Regions
from sgwarden.cli.planning.clusters import Looked, as_document, is_drifted, is_wrong
from sgwarden.cli.planning.saved_plan import PlanFileError, SavedPlan, read_plan
from sgwarden.cli.planning.sources import Sources
from sgwarden.cli.planning.steps import check_steps, make_steps
from sgwarden.cli.planning.text import show_applied, show_planned, show_totals
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import POLICY, fail
from sgwarden.cli.results.writing import write

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from sgwarden.cli.planning.clusters import Place


def apply_command(
    plan: Annotated[
        Path | None, typer.Argument(help="A plan that `sgwarden plan --out` has saved; else one is made now.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="The policy file, where no plan is given.",
            show_default="layers/policy/policy.yaml of the project",
        ),
    ] = None,
    cluster: Clusters = None,
    region: Regions = None,
    all_regions: AllRegions = False,
    profile: Profile = "",
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes without asking.")] = False,
    output: Annotated[Output, typer.Option(help="How to show what was done.")] = Output.TEXT,
) -> None:
    """Change a live account to what the policy wants: what `sgwarden plan` shows, and nothing else.

    Each group is read again right before it is changed, and left alone if it has moved since. Exit status 3
    where the answer was no, 1 where something is wrong.
    """
    if output is not Output.TEXT and not yes:
        raise typer.BadParameter(f"--output {output.value} leaves nobody to ask: give --yes too")
    if plan and (policy or cluster or region or all_regions):
        raise typer.BadParameter("a saved plan says what is changed where: give no more than --profile")
    live = Live(profile, region or (), all_regions)
    console = show.console() if output is Output.TEXT else None
    saved, seen = _of_file(plan, live) if plan else _made_now(policy or POLICY, live, cluster or ())
    stale = plan is not None and any(map(is_wrong, seen))
    if console:
        _show_seen(console, seen)
    if saved.steps and not stale and not yes and not _agreed():
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(DRIFT)
    done = {} if stale else _make(saved, live, console)
    found = [done.get(each.place, each) for each in seen]
    if not console:
        write(as_document(found), output, plan or policy or POLICY, saved.document)
    if stale:
        raise fail(f"{plan} does not fit any more, and nothing was changed: make the plan anew")
    raise typer.Exit(1 if any(map(is_wrong, found)) or any(map(is_drifted, found)) else 0)


def _of_file(file: Path, live: Live) -> tuple[SavedPlan, list[Looked]]:
    """The plan of a file, with its groups as they are now."""
    try:
        plan = read_plan(file)
    except PlanFileError as error:
        raise fail(str(error)) from error
    live.must_be({step.place.account for step in plan.steps})
    with Progress() as progress:
        seen = []
        for each in check_steps(plan, live.account_of()):
            seen.append(each)
            progress.now(f"looked at {len(seen)} of {len(plan.steps)} clusters, {each.place.name} the last")
    return plan, seen


def _made_now(policy: Path, live: Live, names: Sequence[str]) -> tuple[SavedPlan, list[Looked]]:
    document = checked_policy(policy)
    seen = Sources.live(live, names).planned(document)
    return SavedPlan.of(document, seen), seen


def _show_seen(console: Console, seen: Sequence[Looked]) -> None:
    for each in seen:
        show_planned(console, each)
    show_totals(console, seen)


def _agreed() -> bool:
    """Whether somebody says yes, and nothing less; nobody there to be asked says no."""
    typer.echo("Make these changes? Only yes is a yes: ", nl=False, err=True)
    return sys.stdin.readline().strip() == "yes"


def _make(plan: SavedPlan, live: Live, console: Console | None) -> dict[Place, Looked]:
    """What was done where, shown as soon as it is; somebody may break off in between."""
    done: dict[Place, Looked] = {}
    if console and plan.steps:
        console.print()
    try:
        for each in make_steps(plan, live.account_of()):
            done[each.place] = each
            if console:
                show_applied(console, each)
    except KeyboardInterrupt:
        typer.echo(f"Broken off at {_next(plan, done)}, which may have some of its changes.", err=True)
    if console and plan.steps:
        show_totals(console, [*done.values()], done=True)
    return done


def _next(plan: SavedPlan, done: Collection[Place]) -> str:
    return next(step.place.name for step in plan.steps if step.place not in done)
