"""`sgwarden policy check`: everything that is wrong with a policy file, at once."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli.advice import explained
from sgwarden.cli.live import Live
from sgwarden.cli.options import AllRegions, Profile, Regions  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.policy_file import read_policy
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import fail
from sgwarden.cli.saved.account import SavedError, read_clusters
from sgwarden.failure import CallError
from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader
from sgwarden.review.check import errors, problems_at, warnings
from sgwarden.review.limits import too_wide
from sgwarden.review.read_limits import read_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.policy.errors import Problem
    from sgwarden.review.types import Limit, PolicyFile


def check_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, in YAML.")],
    clusters: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Output of aws eks describe-cluster, or a JSON list of such: is there a policy for each?",
        ),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help='The widest block that may be allowed, such as "tcp/22 from ipv4/24"; repeatable.'),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Is there a policy for each cluster of the live account?")
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
    policy, text = read_policy(file)
    found = [*errors(policy), *_too_wide(policy, limits)]
    found += warnings(policy)
    if clusters or live:
        known = [*(_read_clusters(clusters) if clusters else ()), *(_live_clusters(account) if live else ())]
        found += problems_at(policy, known)
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


def _read_clusters(file: Path) -> list[Cluster]:
    try:
        return [*read_clusters(file)]
    except SavedError as error:
        raise fail(str(error)) from error


def _live_clusters(account: Live) -> Iterator[Cluster]:
    with Progress() as progress:
        for inventory in account.inventories():
            progress.now(f"{inventory.region}: looking for clusters")
            try:
                yield from (cluster for cluster, _ in inventory.clusters())
            except CallError as error:
                raise fail(explained(error)) from error


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
