"""`sgwarden policy check`: everything that is wrong with a policy file, at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli.advice import explained
from sgwarden.cli.live import Live
from sgwarden.cli.options import AllRegions, Profile, Regions  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.planning.clusters import every_group
from sgwarden.cli.policy_file import read_policy
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import fail
from sgwarden.cli.saved.account import SavedError, read_clusters
from sgwarden.cli.saved.surroundings import SavedSurroundings
from sgwarden.failure import CallError
from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader
from sgwarden.review.check import errors, places_known, problems_at, warnings
from sgwarden.review.limits import too_wide
from sgwarden.review.read_limits import read_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.errors import Problem
    from sgwarden.policy.places import Places
    from sgwarden.review.types import Limit, PolicyFile


File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, in YAML.")]
ClusterFile = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Output of aws eks describe-cluster, or a JSON list of such: is each policy right there?",
    ),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(help='The widest block that may be allowed, such as "tcp/22 from ipv4/24"; repeatable.'),
]
Vpcs = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="For --clusters: output of aws ec2 describe-vpcs."),
]
PrefixLists = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="For --clusters: output of aws ec2 describe-prefix-lists; managed lists with their Entries.",
    ),
]


def check_command(
    file: File,
    clusters: ClusterFile = None,
    limit: Limits = None,
    vpcs: Vpcs = None,
    prefix_lists: PrefixLists = None,
    live: Annotated[
        bool, typer.Option("--live", help="Is each policy right at the clusters of the live account?")
    ] = False,
    region: Regions = None,
    all_regions: AllRegions = False,
    profile: Profile = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 for warnings too.")] = False,
) -> None:
    """Run what a policy expects of itself, and prove what no example can. Exit status 1 for errors."""
    limits = [each for text in limit or () for each in _limit(text)]
    account = Live(profile, region or (), all_regions)
    if account != Live() and not live:
        raise typer.BadParameter("a region or a profile is for --live")
    if (vpcs or prefix_lists) and not clusters:
        raise typer.BadParameter("VPCs and prefix lists are for --clusters")
    policy, text = read_policy(file)
    found = [*errors(policy), *_too_wide(policy, limits)]
    saved = _saved_clusters(policy, clusters, vpcs, prefix_lists) if clusters else []
    living = _live_clusters(policy, account) if live else []
    found += warnings(policy, [*saved, *living])
    found += problems_at(policy, saved)
    found += problems_at(policy, living, all_read=True)
    problems = sorted(set(found), key=_order)
    for problem in problems:
        typer.echo(problem.render(str(file), text), err=True)
    wrong = sum(not problem.warning for problem in problems)
    typer.echo(_summary(policy, wrong, len(problems) - wrong))
    raise typer.Exit(1 if wrong or (strict and problems) else 0)


def _limit(text: str) -> Iterator[Limit]:
    reader = Reader()
    yield from read_limit(reader, Scalar(text, text), "--limit")
    if reader.problems:
        raise typer.BadParameter(_said(reader.problems))


def _said(problems: Iterable[Problem]) -> str:
    return ", ".join(f"{each.message}{f'; {each.hint}' if each.hint else ''}" for each in problems)


def _too_wide(file: PolicyFile, limits: Iterable[Limit]) -> Iterator[Problem]:
    return (each for limit in limits for policy in file.document.policies for each in too_wide(policy, limit))


def _saved_clusters(
    file: PolicyFile, clusters: Path, vpcs: Path | None, prefix_lists: Path | None
) -> list[Places]:
    try:
        around = SavedSurroundings(vpcs, prefix_lists)
        return [places_known(file.document, each, around) for each in read_clusters(clusters)]
    except SavedError as error:
        raise fail(str(error)) from error


def _live_clusters(file: PolicyFile, account: Live) -> list[Places]:
    found = []
    with Progress() as progress:
        for inventory in account.inventories():
            progress.now(f"{inventory.region}: looking for clusters")
            try:
                clusters = [*every_group(inventory, file.document)]
                found += [places_known(file.document, each, inventory) for each in clusters]
            except CallError as error:
                raise fail(explained(error)) from error
    return found


def _order(problem: Problem) -> tuple[bool, Problem]:
    """In the order of lines, what is of no line last."""
    return not problem.line, problem


def _summary(file: PolicyFile, wrong: int, warned: int) -> str:
    counted = [_counted(len(file.document.policies), "policy", "policies")]
    counted.append(_counted(len(file.expect), "expectation"))
    result = "not in order" if wrong else "in order"
    found = f"{_counted(wrong, 'error')}, {_counted(warned, 'warning')}"
    return f"{', '.join(counted)}: {result}, {found}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
