"""Managed prefix lists as EC2 keeps them: in versions, by names that stay, unknown ids refused."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

from sgwarden.embedded.corrections.paging import page
from sgwarden.embedded.corrections.permissions import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.managed_prefixes import ManagedPrefixList
    from moto.ec2.responses.vpcs import VPCs

Entry = dict[str, str]


def replacements() -> dict[str, Callable[[VPCs], ActionResult]]:
    return {
        "describe_managed_prefix_lists": _describe,
        "get_managed_prefix_list_entries": _entries,
        "modify_managed_prefix_list": _modify,
        "restore_managed_prefix_list_version": _restore,
    }


def prefix_list_of(backend: EC2Backend, list_id: str) -> ManagedPrefixList:
    prefix_list = backend.managed_prefix_lists.get(list_id)
    if prefix_list is None:
        raise refused("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
    return prefix_list


def entries_of(prefix_list: ManagedPrefixList) -> list[Entry]:
    """The entries of the newest version."""
    return list(prefix_list.entries.values())[-1] if prefix_list.entries else []


def change_entries(prefix_list: ManagedPrefixList, add: list[Entry], remove: list[Entry]) -> None:
    """A new version. EC2: an entry that is there already gets the new description."""
    kept = {entry["Cidr"]: entry for entry in entries_of(prefix_list)}
    for entry in remove:
        kept.pop(_canonical(entry)["Cidr"], None)
    for entry in map(_canonical, add):
        kept[entry["Cidr"]] = entry
    _put_version(prefix_list, list(kept.values()))


def restore_version(prefix_list: ManagedPrefixList, version: int) -> None:
    """A new version that has the entries of an old one."""
    if version not in prefix_list.entries:
        raise refused("InvalidPrefixListVersion.NotFound", f"The version {version} does not exist")
    _put_version(prefix_list, prefix_list.entries[version] or [])


def _put_version(prefix_list: ManagedPrefixList, entries: list[Entry]) -> None:
    if len(entries) > int(prefix_list.max_entries or len(entries)):
        raise refused("PrefixListMaxEntriesExceeded", "The prefix list has too many entries")
    prefix_list.version = (prefix_list.version or 0) + 1
    prefix_list.entries[prefix_list.version] = entries


def _canonical(entry: Entry) -> Entry:
    try:
        return {**entry, "Cidr": str(ip_network(entry["Cidr"], strict=False))}
    except ValueError:
        raise refused("InvalidParameterValue", f"CIDR block {entry['Cidr']} is malformed") from None


def _describe(call: VPCs) -> ActionResult:
    request = call._get_params()
    wanted: list[str] = request.get("PrefixListIds", [])
    for list_id in wanted:
        prefix_list_of(call.ec2_backend, list_id)
    filters = call._filters_from_querystring()
    found = call.ec2_backend.describe_managed_prefix_lists(prefix_list_ids=wanted, filters=filters)
    lists, more = page(found, request, least=1, most=100, default=100)
    return ActionResult({"PrefixLists": lists, **more})


def _entries(call: VPCs) -> ActionResult:
    request = call._get_params()
    prefix_list = prefix_list_of(call.ec2_backend, request["PrefixListId"])
    version = request.get("TargetVersion")
    entries = prefix_list.entries.get(int(version)) if version else entries_of(prefix_list)
    found, more = page(entries or [], request, least=1, most=100, default=100)
    return ActionResult({"Entries": found, **more})


def _modify(call: VPCs) -> ActionResult:
    request = call._get_params()
    prefix_list = _of_version(call, request)
    add, remove = request.get("AddEntries", []), request.get("RemoveEntries", [])
    if request.get("MaxEntries"):
        prefix_list.max_entries = str(request["MaxEntries"])
    if request.get("PrefixListName"):
        prefix_list.prefix_list_name = request["PrefixListName"]
    if add or remove:
        change_entries(prefix_list, add, remove)
    return ActionResult({"PrefixList": prefix_list})


def _restore(call: VPCs) -> ActionResult:
    request = call._get_params()
    prefix_list = _of_version(call, request)
    restore_version(prefix_list, int(request["PreviousVersion"]))
    return ActionResult({"PrefixList": prefix_list})


def _of_version(call: VPCs, request: dict[str, Any]) -> ManagedPrefixList:
    prefix_list = prefix_list_of(call.ec2_backend, request["PrefixListId"])
    current = request.get("CurrentVersion")
    if current is not None and int(current) != prefix_list.version:
        raise refused("PrefixListVersionMismatch", "The prefix list has another version")
    return prefix_list
