"""`sgwarden apply`: make the changes that a plan shows, once somebody has agreed to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli import show
from sgwarden.cli.live import Live
from sgwarden.cli.options import DRIFT, AllRegions, Clusters, Output, Profile, Regions
from sgwarden.cli.planning.asking import agreed
from sgwarden.cli.planning.clusters import Looked, as_document, is_drifted, is_wrong
from sgwarden.cli.planning.saved_plan import PlanFileError, SavedPlan, read_plan
from sgwarden.cli.planning.sources import Sources
from sgwarden.cli.planning.steps import check_step, make_step
from sgwarden.cli.planning.text import show_applied, show_planned, show_totals
from sgwarden.cli.planning.unbroken import unbroken
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import POLICY, fail
from sgwarden.cli.results.writing import write
from sgwarden.policy.compiled import compile_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from sgwarden.cli.planning.clusters import Place


PlanFile = Annotated[
    Path | None, typer.Argument(help="A plan that `sgwarden plan --out` has saved; else one is made now.")
]
PolicyOfPlan = Annotated[
    Path | None,
    typer.Option(
        help="The policy file; beside a saved plan, the one that it must have been made with.",
        show_default="layers/policy/policy.yaml of the project, or that of the plan",
    ),
]


def apply_command(
    plan: PlanFile = None,
    policy: PolicyOfPlan = None,
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
    if plan and (cluster or region or all_regions):
        raise typer.BadParameter("a saved plan says what is changed where: give no region and no cluster")
    live = Live(profile, region or (), all_regions)
    console = show.console() if output is Output.TEXT else None
    if plan:
        saved, seen = _of_file(plan, policy, live)
    else:
        saved, seen = _made_now(policy or POLICY, live, cluster or ())
    stale = plan is not None and any(map(is_wrong, seen))
    if console:
        _show_seen(console, seen)
    if saved.steps and not stale and not yes and not agreed("Make these changes?"):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1 if any(map(is_wrong, seen)) else DRIFT)
    done = {} if stale else _make(saved, live, console)
    found = [done.get(each.place, each) for each in seen]
    if not console:
        write(as_document(found), output, plan or policy or POLICY, saved.document)
    if stale:
        raise fail(f"{plan} does not fit any more, and nothing was changed: make the plan anew")
    raise typer.Exit(1 if any(map(is_wrong, found)) or any(map(is_drifted, found)) else 0)


def _of_file(file: Path, policy: Path | None, live: Live) -> tuple[SavedPlan, list[Looked]]:
    """The plan of a file, with its groups as they are now."""
    try:
        plan = read_plan(file)
    except PlanFileError as error:
        raise fail(str(error)) from error
    if policy and compile_document(checked_policy(policy)) != compile_document(plan.document):
        raise fail(f"{file} was made with another policy than {policy}")
    live.must_be({step.place.account for step in plan.steps})
    seen: list[Looked] = []
    with Progress() as progress:
        for number, step in enumerate(plan.steps, 1):
            progress.now(f"looking at {step.place.name}, {number} of {len(plan.steps)}")
            seen.append(check_step(step, plan.document, live.account_of))
    return plan, seen


def _made_now(policy: Path, live: Live, names: Sequence[str]) -> tuple[SavedPlan, list[Looked]]:
    document = checked_policy(policy)
    seen = Sources.live(live, names).planned(document)
    return SavedPlan.of(document, seen), seen


def _show_seen(console: Console, seen: Sequence[Looked]) -> None:
    for each in seen:
        show_planned(console, each)
    show_totals(console, seen)


def _make(plan: SavedPlan, live: Live, console: Console | None) -> dict[Place, Looked]:
    """What was done where, shown as soon as it is. Whoever breaks off does so between two groups."""
    done: dict[Place, Looked] = {}
    if console and plan.steps:
        console.print()
    try:
        for step in plan.steps:
            with unbroken(f"cluster {step.place.name}"):
                done[step.place] = make_step(step, plan.document, live.account_of)
                if console:
                    show_applied(console, done[step.place])
    except KeyboardInterrupt:
        left = [each.place.name for each in plan.steps if each.place not in done]
        typer.echo(f"Broken off. Not changed: {', '.join(left) or 'none'}.", err=True)
    if console and plan.steps:
        show_totals(console, [*done.values()], done=True)
    return done
