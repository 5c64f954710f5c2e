"""Tags as EC2 guards them: those of AWS itself are nobody else's to write or remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models import validate_resource_ids

from sgwarden.embedded.corrections.listing import groups_of
from sgwarden.embedded.corrections.permissions import refused
from sgwarden.embedded.corrections.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.ec2.models import EC2Backend
    from moto.ec2.responses.tags import TagResponse


def replacements() -> dict[str, Callable[[TagResponse], ActionResult]]:
    return {"create_tags": _create_tags, "delete_tags": _delete_tags}


def check_tag_keys(keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        message = "Tag keys starting with 'aws:' are reserved for internal use"
        raise refused("InvalidParameterValue", message)


def remove_tags(backend: EC2Backend, resource_id: str, tags: dict[str, str | None]) -> None:
    """EC2: with no tag named all go but those of AWS; a tag with a value goes only if that is its value."""
    held = backend.tags.get(resource_id, {})
    wanted = tags or {key: None for key in held if not key.startswith("aws:")}
    for key, value in wanted.items():
        if key in held and value in (None, held[key]):
            del held[key]


def _create_tags(call: TagResponse) -> ActionResult:
    resources = _resources(call)
    tags = {tag["Key"]: tag.get("Value", "") for tag in call._get_param("Tags", [])}
    check_tag_keys(tags)
    call.error_on_dryrun()
    call.ec2_backend.create_tags(resources, tags)
    return EmptyResult()


def _delete_tags(call: TagResponse) -> ActionResult:
    resources = _resources(call)
    tags = {tag["Key"]: tag.get("Value") for tag in call._get_param("Tags", [])}
    check_tag_keys(tags)
    call.error_on_dryrun()
    for resource in resources:
        remove_tags(call.ec2_backend, resource, tags)
    return EmptyResult()


def _resources(call: TagResponse) -> list[str]:
    """The resources named. EC2 refuses those that do not exist, rules too, which moto does not check."""
    resources: list[str] = call._get_param("Resources", [])
    validate_resource_ids(resources)
    backend = call.ec2_backend
    backend.do_resources_exist([one for one in resources if not one.startswith("sgr-")])
    known = {rule.id for group in groups_of(backend) for rule in all_rules(group)}
    for resource in resources:
        if resource.startswith("sgr-") and resource not in known:
            raise InvalidSecurityGroupRuleIdNotFoundError(resource)
    return resources
