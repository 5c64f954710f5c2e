"""Managed prefix lists, read from EC2."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from sgwarden.aws.errors import translated
from sgwarden.aws.pages import always, in_time
from sgwarden.failure import CallError
from sgwarden.traffic import PeerSet, PrefixList

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mypy_boto3_ec2 import EC2Client


_SECONDS_KEPT = 300


def prefix_list_of(described: Mapping[str, Any], entries: Iterable[str]) -> PrefixList:
    """A list of `DescribeManagedPrefixLists` with its entries' CIDRs.

    AWS's own lists give no maximum: quotas count them by a weight that no API tells; entries stand in.
    """
    cidrs = list(entries)
    size = described.get("MaxEntries") or len(cidrs)
    name = described.get("PrefixListName", "")
    return PrefixList(described["PrefixListId"], PeerSet.of_cidr(*cidrs), size, name)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Entries as they were read; those of a list without versions are good `until` then."""

    version: int | None
    entries: list[str]
    until: float


class PrefixListReader:
    """Reads the lists that rules or policies name.

    Entries are kept for as long as the version of the list stands. Lists of AWS have no versions: theirs are
    kept for `_SECONDS_KEPT`.
    """

    def __init__(self, ec2: EC2Client, clock: Callable[[], float] = monotonic) -> None:
        self._ec2 = ec2
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def prefix_lists(
        self, ids: Collection[str], names: Collection[str], is_time: Callable[[], bool] = always
    ) -> dict[str, PrefixList]:
        """Those of the lists that can be read, by id; what is missing is the caller's to tell of.

        Raises CallError where there is no time for the next read.
        """
        described = [*self._described("prefix-list-id", ids), *self._described("prefix-list-name", names)]
        found: dict[str, PrefixList] = {}
        for each in described:
            list_id = each["PrefixListId"]
            in_time("GetManagedPrefixListEntries", is_time)
            entries = self._entries_of(each) if list_id not in found else None
            if entries is not None:
                found[list_id] = prefix_list_of(each, entries)
        return found

    def _described(self, filter_name: str, values: Collection[str]) -> list[Mapping[str, Any]]:
        if not values:
            return []
        pages = self._ec2.get_paginator("describe_managed_prefix_lists")
        with translated("DescribeManagedPrefixLists"):
            found = pages.paginate(Filters=[{"Name": filter_name, "Values": sorted(values)}])
            return [each for page in found for each in page["PrefixLists"]]

    def is_settled(self, list_id: str) -> bool:
        """Whether no change of the list is on its way: until then, its entries are those of before."""
        return not any(_is_changing(each) for each in self._described("prefix-list-id", [list_id]))

    def _entries_of(self, described: Mapping[str, Any]) -> list[str] | None:
        list_id, version = described["PrefixListId"], described.get("Version")
        kept = self._kept.get(list_id)
        if kept and kept.version == version and (version or self._clock() < kept.until):
            return kept.entries
        entries = self._entries(list_id)
        self._kept.pop(list_id, None)
        if entries is not None and not _is_changing(described):
            self._kept[list_id] = _Kept(version, entries, self._clock() + _SECONDS_KEPT)
        return entries

    def _entries(self, list_id: str) -> list[str] | None:
        pages = self._ec2.get_paginator("get_managed_prefix_list_entries")
        try:
            with translated("GetManagedPrefixListEntries"):
                found = pages.paginate(PrefixListId=list_id)
                return [entry["Cidr"] for page in found for entry in page["Entries"]]
        except CallError as error:
            if error.passing:
                raise
            return None  # gone, or its owner shares it no more: the rules that name it cannot be judged


def _is_changing(described: Mapping[str, Any]) -> bool:
    # create-, modify-, restore- or delete-in-progress
    return str(described.get("State", "")).endswith("in-progress")
