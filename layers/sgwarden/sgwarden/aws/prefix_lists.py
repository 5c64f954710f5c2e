"""Managed prefix lists, read from EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError
from sgwarden.traffic import PeerSet, PrefixList

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mypy_boto3_ec2 import EC2Client


def prefix_list_of(described: Mapping[str, Any], entries: Iterable[str]) -> PrefixList:
    """A list of `DescribeManagedPrefixLists` with its entries' CIDRs.

    AWS's own lists give no maximum: quotas count them by a weight that no API tells; entries stand in.
    """
    cidrs = list(entries)
    size = described.get("MaxEntries") or len(cidrs)
    name = described.get("PrefixListName", "")
    return PrefixList(described["PrefixListId"], PeerSet.of_cidr(*cidrs), size, name)


class PrefixListReader:
    """Reads the lists that rules or policies name."""

    def __init__(self, ec2: EC2Client) -> None:
        self._ec2 = ec2

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> dict[str, PrefixList]:
        """Those of the lists that can be read, by id; what is missing is the caller's to tell of."""
        described = [*self._described("prefix-list-id", ids), *self._described("prefix-list-name", names)]
        found: dict[str, PrefixList] = {}
        for each in described:
            list_id = each["PrefixListId"]
            entries = self._entries(list_id) if list_id not in found else None
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
