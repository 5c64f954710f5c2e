"""`sgwarden policy init`: a policy to begin with, of today's rules or to be written further."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli.advice import explained
from sgwarden.cli.live import Live
from sgwarden.cli.options import (  # noqa: TC001 - typer reads the annotations
    AllRegions,
    Clusters,
    Profile,
    Regions,
)
from sgwarden.cli.out import write
from sgwarden.cli.planning.clusters import every_cluster, plan_group
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import fail
from sgwarden.cli.saved.account import SavedAccount, SavedError
from sgwarden.failure import CallError
from sgwarden.observe import additional
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.policy.errors import PolicyError
from sgwarden.review.adopt import TwiceError, UnnamedError, adopted, vpc_decides
from sgwarden.review.build import checked_policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.cli.planning.clusters import Source
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Document
    from sgwarden.review.adopt import Adopted

    Found = tuple[Source, Cluster, SecurityGroup]

LIVE = "live"


def init_command(
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="live|FOLDER",
            help="Write what is open today: in the live account, or in a folder with security-groups.json and"
            " clusters.json as the AWS CLI saves them (also rules.json, prefix-lists.json and vpcs.json).",
            show_default="a policy to be written further",
        ),
    ] = "",
    cluster: Clusters = None,
    region: Regions = None,
    all_regions: AllRegions = False,
    profile: Profile = "",
    out: Annotated[Path | None, typer.Option(help="Where to write it; else standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a policy to begin with: one that today's rules satisfy exactly, or one that shows how it is done.

    With --from nothing is drift at first, and each line that a reviewer should question says why. Nothing is
    changed by either: the mode is observe.
    """
    if out and out.exists() and not force:
        raise fail(f"{out} is there already: give another --out, or --force to write over it")
    account = Live(profile, region or (), all_regions)
    if from_ != LIVE and (account != Live() or cluster):
        raise typer.BadParameter(f"regions, profiles and clusters are for --from {LIVE}")
    if from_:
        made = _adopted(account.inventories(cluster or ()) if from_ == LIVE else [_saved(Path(from_))])
        text, summary = made.text, str(made)
    else:
        text, summary = starting_policy(), "a policy to be written further, for every cluster"
    write(text, out)
    file = out or "FILE"
    typer.echo(f"{summary}. Next: sgwarden policy check {file}, sgwarden plan --policy {file}", err=True)


def _saved(folder: Path) -> SavedAccount:
    try:
        return SavedAccount.in_folder(folder)
    except SavedError as error:
        raise fail(str(error)) from error


def starting_policy() -> str:
    """The text of a policy that shows how policies are written."""
    file = resources.files("sgwarden.review").joinpath("starting-policy.yaml")
    return file.read_text(encoding="utf-8")


def _adopted(accounts: Sequence[Source]) -> Adopted:
    """The policy, held to what it promises before anybody sees it."""
    try:
        found = list(_clusters(accounts))
        if not found:
            raise fail("there is no cluster to write a policy for")
        made = adopted(((cluster, group) for _, cluster, group in found), beside=_beside(found))
        document = checked_policy_file(made.text.encode(), "the policy")
        for account, cluster, group in found:
            _must_be_in_order(account, cluster, group, document)
    except CallError as error:
        raise fail(explained(error)) from error
    except (SavedError, TwiceError, UnnamedError) as error:
        raise fail(str(error)) from error
    except PolicyError as error:
        raise fail(f"today's rules cannot be written as a policy\n{error.render()}") from error
    return made


def _clusters(accounts: Sequence[Source]) -> Iterator[Found]:
    """The clusters that policies are for: what is being deleted, or has no group any more, is nobody's.

    They know the addresses of their VPCs where these can be had and make a difference. Raises CallError, also
    for one cluster that cannot be read.
    """
    with Progress() as progress:
        for account in accounts:
            # A policy that leaves clusters out would let them pass for ones that nobody wants watched.
            for cluster, group in every_cluster(account):
                progress.now(f"Reading {cluster.name} in {cluster.region}")
                if group is None or cluster.status == "DELETING":
                    continue
                if _has_vpcs(account) and vpc_decides(cluster, group):
                    yield account, replace(cluster, vpc_cidrs=account.vpc_cidrs(cluster.vpc_id)), group
                else:
                    yield account, cluster, group


def _beside(found: Sequence[Found]) -> int:
    """How many groups people have tagged as additional ones of these clusters. Raises CallError."""
    tagged = {id(account): account.tagged_by_people() for account, _, _ in found}
    pairs = ((one, each) for account, one, _ in found for each in tagged[id(account)].get(one.name, ()))
    return sum(not isinstance(additional(one, each), Skipped) for one, each in pairs)


def _has_vpcs(account: Source) -> bool:
    """Whether VPCs can be looked up: always in a live account, and where somebody has saved them."""
    return not isinstance(account, SavedAccount) or account.has_vpcs


def _must_be_in_order(account: Source, cluster: Cluster, group: SecurityGroup, document: Document) -> None:
    outcome = plan_group(cluster, group, document, account)
    if isinstance(outcome, Outcome) and outcome.status is Status.IN_SYNC:
        return
    found = [each.summary for each in outcome.findings] if isinstance(outcome, Outcome) else [outcome.reason]
    raise fail(f"no policy was found that cluster {cluster.name} is true to today: {'; '.join(found)}")
