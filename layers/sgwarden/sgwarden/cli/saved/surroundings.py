"""VPCs and prefix lists from JSON that the AWS CLI has saved, without the groups of an account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sgwarden.aws.prefix_lists import prefix_list_of
from sgwarden.aws.world import vpc_cidrs_of
from sgwarden.cli.saved.files import SavedError, rows, usable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sgwarden.cli.saved.files import Json
    from sgwarden.traffic import PeerSet, PrefixList


class SavedSurroundings:
    """What lies around clusters, as far as files tell; satisfies `review.lookup.Surroundings`."""

    def __init__(self, vpcs: Path | None = None, prefix_lists: Path | None = None) -> None:
        self._vpcs = _vpcs(vpcs) if vpcs else {}
        self._lists = read_prefix_lists(prefix_lists) if prefix_lists else {}

    def vpc_cidrs(self, vpc_id: str) -> PeerSet | None:
        """The VPC's CIDR blocks; None where no file has them."""
        return self._vpcs.get(vpc_id)

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> dict[str, PrefixList]:
        """Those of the prefix lists that the file has."""
        return {key: each for key, each in self._lists.items() if key in ids or each.name in names}


def _vpcs(file: Path) -> dict[str, PeerSet]:
    return {each["VpcId"]: usable(file, partial(vpc_cidrs_of, each)) for each in rows(file, "Vpcs", "VpcId")}


def read_prefix_lists(file: Path) -> dict[str, PrefixList]:
    """Of `describe-prefix-lists` (with `Cidrs`), or of the managed ones with their `Entries` put in."""
    return {
        each["PrefixListId"]: usable(file, partial(_prefix_list, file, each))
        for each in rows(file, "PrefixLists", "PrefixListId")
    }


def _prefix_list(file: Path, described: Json) -> PrefixList:
    if "Cidrs" not in described and "Entries" not in described:
        raise SavedError(f"{file}: {described['PrefixListId']} has neither Cidrs nor Entries")
    cidrs = described.get("Cidrs") or [entry["Cidr"] for entry in described.get("Entries") or ()]
    return prefix_list_of(described, cidrs)
