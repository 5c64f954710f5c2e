"""The live account that the commands work on: regions and credentials by the usual AWS environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import typer

from sgwarden.cli.advice import explained
from sgwarden.cli.project import fail
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sgwarden.aws.credentials import Credentials
    from sgwarden.aws.inventory import Inventory
    from sgwarden.aws.world import AwsAccount


@dataclass(frozen=True)
class Live:
    """What `--profile`, `--region` and `--all-regions` say of the account."""

    profile: str = ""
    regions: Sequence[str] = ()
    all_regions: bool = False

    def __post_init__(self) -> None:
        if self.regions and self.all_regions:
            raise typer.BadParameter("--region and --all-regions exclude each other")
        if not all(self.regions):
            raise typer.BadParameter("--region is empty")

    def inventories(self, names: Collection[str] = ()) -> list[Inventory]:
        """The regions, each with those of its clusters that are named, or all; ends the command on errors."""
        try:
            regions = self._credentials.regions() if self.all_regions else self._named()
            return [self._credentials.inventory(region, names) for region in regions]
        except CallError as error:
            raise fail(explained(error)) from error

    @cached_property
    def account_of(self) -> Callable[[str], AwsAccount]:
        """The account by region, with a client made once and everything read afresh."""
        return cache(self._credentials.in_region)

    def must_be(self, accounts: Collection[str]) -> None:
        """End the command unless the credentials are those of the one account."""
        try:
            ours = self._credentials.account()
        except CallError as error:
            raise fail(explained(error)) from error
        if others := sorted({*accounts} - {ours}):
            raise fail(f"the plan is for account {others[0]}, and these credentials are for {ours}")

    def _named(self) -> list[str]:
        regions = list(dict.fromkeys(self.regions)) or [self._credentials.region]
        if not regions[0]:
            raise typer.BadParameter("no region is set: give --region or --all-regions, or set AWS_REGION")
        for region in regions:
            self._credentials.must_know(region)
        return regions

    @cached_property
    def _credentials(self) -> Credentials:
        from sgwarden.aws.credentials import Credentials  # noqa: PLC0415  boto3 takes a moment to import

        return Credentials(self.profile)
