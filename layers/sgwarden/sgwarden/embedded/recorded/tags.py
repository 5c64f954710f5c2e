"""Recorded changes of tags, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.embedded.corrections.tags import remove_tags
from sgwarden.embedded.recorded.parameters import tags
from sgwarden.record import get
from sgwarden.target import TargetKind

if TYPE_CHECKING:
    from sgwarden.embedded.recorded.scene import Scene
    from sgwarden.target import Target


def create_tags(scene: Scene, target: Target) -> None:
    if target.kind is TargetKind.CLUSTER:
        return  # it is named by a tag, and nothing of its own changes
    resource = _resource(scene, target)
    given = tags(get(scene.record.request, "tagSet"))
    scene.ec2.create_tags([resource], {key: value or "" for key, value in given.items()})
    scene.done += [f"tagged {resource} with {key}={value or ''}" for key, value in given.items()]


def delete_tags(scene: Scene, target: Target) -> None:
    """The tags are gone: those named, or all but those of AWS where none is."""
    if target.kind is TargetKind.CLUSTER:
        return  # as above
    resource = _resource(scene, target)
    named = tags(get(scene.record.request, "tagSet"))
    held = scene.ec2.tags[resource]
    for key, value in named.items():
        if key not in held or value not in (None, held[key]):
            scene.ec2.create_tags([resource], {key: value or ""})
            scene.presupposed.append(f"{resource} has the tag {key}={value or ''}")
    before = dict(held)
    remove_tags(scene.ec2, resource, named)
    scene.done += [f"removed tag {key} from {resource}" for key in before if key not in held]


def _resource(scene: Scene, target: Target) -> str:
    if target.kind is TargetKind.RULE:
        return scene.held_rule(target.name).id
    return str(scene.group_of(target).id)
