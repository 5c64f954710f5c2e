"""Recorded changes of managed prefix lists, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.embedded.corrections.prefix_lists import change_entries, restore_version
from sgwarden.embedded.recorded.scene import NotReplayableError
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from sgwarden.embedded.recorded.scene import Scene
    from sgwarden.target import Target


def modify_list(scene: Scene, target: Target) -> None:
    add, remove = _entries(scene, "add"), _entries(scene, "remove")
    prefix_list = scene.prefix_list(target.name, [entry["Cidr"] for entry in remove])
    most = get(scene.record.request, "maxEntries")
    held = max(len(add) + len(remove), int(prefix_list.max_entries or 0))
    prefix_list.max_entries = str(most or held)
    change_entries(prefix_list, add, remove)
    scene.done += [f"added {entry['Cidr']} to {target.name}" for entry in add]
    scene.done += [f"removed {entry['Cidr']} from {target.name}" for entry in remove]


def restore_list(scene: Scene, target: Target) -> None:
    version = get(scene.record.request, "previousVersion")
    prefix_list = scene.prefix_list(target.name)
    if not isinstance(version, int) or version not in prefix_list.entries:
        raise NotReplayableError(f"the account has no version {version} of {target.name}")
    restore_version(prefix_list, version)
    scene.done.append(f"restored version {version} of {target.name}")


def _entries(scene: Scene, verb: str) -> list[dict[str, str]]:
    """The entries to add or remove; XML turned into JSON has them under the singular name."""
    request = scene.record.request
    nodes = [*items(get(request, f"{verb}Entry")), *items(get(request, f"{verb}Entries"))]
    return [
        {"Cidr": text(get(node, "cidr")), "Description": text(get(node, "description"))} for node in nodes
    ]
