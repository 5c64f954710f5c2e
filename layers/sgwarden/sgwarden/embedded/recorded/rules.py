"""Recorded changes of rules, made again."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

from sgwarden.embedded.building import NO_QUOTA
from sgwarden.embedded.corrections.permissions import read_permissions, read_rule_request
from sgwarden.embedded.corrections.rules import PeerKind, Wanted, all_rules, held_rules
from sgwarden.embedded.corrections.security_groups import referring_groups
from sgwarden.embedded.notation import line_of
from sgwarden.embedded.recorded.parameters import (
    answered_rules,
    permission_set,
    permissions,
    requested_rule_ids,
    rule_request,
    tags,
)
from sgwarden.embedded.recorded.scene import NotReplayableError
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from moto.ec2.models.security_groups import SecurityGroup

    from sgwarden.embedded.corrections.rules import Meaning
    from sgwarden.embedded.recorded.scene import Scene
    from sgwarden.target import Target


def authorize(scene: Scene, target: Target, *, egress: bool) -> None:
    """The rules are there, with the ids that the response gave them."""
    group, wanted = _asked(scene, target, egress=egress)
    asked = {rule.meaning for rule in wanted}
    for rule in [rule for rule in held_rules(group, egress=egress) if rule.meaning in asked]:
        scene.take_first(group, rule)
    added = scene.rules.authorize(group, wanted, ids=_answered_ids(scene, wanted), quota=NO_QUOTA)
    for rule in added:
        scene.ec2.create_tags([rule.id], _rule_tags(scene))
    scene.done += [f"added {line_of(rule)} to {group.id}" for rule in added]


def revoke(scene: Scene, target: Target, *, egress: bool) -> None:
    """The rules are gone; those that the account lacks are put there before.

    Not those that the response says were unknown, as it does in a default VPC.
    """
    group = scene.group_of(target)
    named = requested_rule_ids(scene.record.request)
    wanted = _named_rules(scene, group, named) if named else _asked(scene, target, egress=egress)[1]
    unknown = _unknown(scene, egress=egress)
    wanted = [rule for rule in wanted if rule.meaning not in unknown]
    held = {rule.meaning: rule for rule in held_rules(group, egress=egress)}
    ids = _answered_ids(scene, wanted)
    gone = [
        held.get(rule.meaning) or scene.put_first(group, rule, ids.get(rule.meaning, "")) for rule in wanted
    ]
    scene.rules.revoke_ids(group, [rule.id for rule in gone], egress=egress)
    scene.done += [f"removed {line_of(rule)} from {group.id}" for rule in gone]


def modify(scene: Scene, target: Target) -> None:
    """The rules mean what the record says; direction and id stay."""
    group = scene.group_of(target)
    requests = {
        text(get(node, "securityGroupRuleId")): rule_request(get(node, "securityGroupRule"))
        for node in items(get(scene.record.request, "securityGroupRule"))
    }
    for rule_id, request in requests.items():
        _ready_to_modify(scene, group, rule_id, read_rule_request(request, egress=False))
    before = {rule.id: line_of(rule) for rule in all_rules(group)}
    scene.rules.modify(group, requests)
    after = {rule.id: line_of(rule) for rule in all_rules(group)}
    scene.done += [f"changed {before[one]} of {group.id} to {after[one]}" for one in requests]


def redescribe(scene: Scene, target: Target, *, egress: bool) -> None:
    """The rules have the descriptions that the record gives them."""
    group, wanted = _asked(scene, target, egress=egress)
    held = {rule.meaning: rule for rule in held_rules(group, egress=egress)}
    rules = [held.get(rule.meaning) or scene.put_first(group, rule, "") for rule in wanted]
    descriptions = {rule.id: asked.description for rule, asked in zip(rules, wanted, strict=True)}
    scene.rules.describe_anew(group, descriptions, egress=egress)
    scene.done += [f"described {line_of(rule)} of {group.id} anew" for rule in rules]


def delete_group(scene: Scene, target: Target) -> None:
    """The group is gone; EC2 would not have let it go while another group's rule referred to it."""
    group = scene.group_of(target)
    for other in referring_groups(scene.rules, str(group.id)):
        for rule in [rule for rule in all_rules(other) if rule.meaning.peer == group.id]:
            scene.take_first(other, rule)
    scene.ec2.delete_security_group(group_id=group.id)
    scene.ec2.tags.pop(group.id, None)
    scene.done.append(f"deleted {group.id}")


def _asked(scene: Scene, target: Target, *, egress: bool) -> tuple[SecurityGroup, list[Wanted]]:
    """The group, and the rules that the request speaks of, their peers in place."""
    group = scene.group_of(target)
    asked = permissions(scene.record.request)
    wanted = (
        read_permissions(asked, egress=egress, group_named=lambda name: str(scene.group("", name).id))
        if asked
        else [rule for _, rule in answered_rules(scene.record.response).values()]
    )
    if not wanted:
        raise NotReplayableError("the record does not say which rules")
    wanted = [replace(rule, owner=_owner(scene, rule)) for rule in wanted]
    scene.peers_of(wanted)
    return group, wanted


def _owner(scene: Scene, rule: Wanted) -> str:
    return (rule.owner or scene.account.account_id) if rule.meaning.kind is PeerKind.GROUP else ""


def _answered_ids(scene: Scene, wanted: list[Wanted]) -> dict[Meaning, str]:
    """The ids of the response, by what the rules mean; by order where a record was made anonymous."""
    answered = answered_rules(scene.record.response)
    ids = {meaning: rule_id for meaning, (rule_id, _) in answered.items() if rule_id}
    if not ids.keys() & {rule.meaning for rule in wanted} and len(ids) == len(wanted):
        return dict(zip((rule.meaning for rule in wanted), ids.values(), strict=True))
    return ids


def _named_rules(scene: Scene, group: SecurityGroup, rule_ids: list[str]) -> list[Wanted]:
    """The rules with these ids, as the account has them or as the response tells of them."""
    held = {rule.id: Wanted(rule.meaning, rule.description, rule.owner) for rule in all_rules(group)}
    answered = dict(answered_rules(scene.record.response).values())
    scene.peers_of(answered.values())
    for rule_id in rule_ids:
        if rule_id not in held and rule_id not in answered:
            raise NotReplayableError(
                f"the account has no rule {rule_id}, and the record does not say what it was"
            )
    return [held.get(rule_id) or answered[rule_id] for rule_id in rule_ids]


def _unknown(scene: Scene, *, egress: bool) -> set[Meaning]:
    """The rules that were asked for and were not there."""
    unknown = permission_set(get(scene.record.response, "unknownIpPermissionSet"))
    if not unknown:
        return set()
    wanted = read_permissions(unknown, egress=egress, group_named=lambda name: str(scene.group("", name).id))
    return {rule.meaning for rule in wanted}


def _ready_to_modify(scene: Scene, group: SecurityGroup, rule_id: str, to_be: Wanted) -> None:
    """The rule is there in some other form, and no rule is what it is to become."""
    scene.peers_of([to_be])
    rules = {rule.id: rule for rule in all_rules(group)}
    if rule_id not in rules:
        # The record tells neither the direction nor what the rule was: inbound, from somewhere harmless.
        harmless = replace(to_be, meaning=_harmless(scene, group, to_be.meaning), description="")
        rules[rule_id] = scene.put_first(group, harmless, rule_id)
    meaning = replace(to_be.meaning, egress=rules[rule_id].meaning.egress)
    for rule in rules.values():
        if rule.meaning == meaning and rule.id != rule_id:
            scene.take_first(group, rule)


def _harmless(scene: Scene, group: SecurityGroup, meaning: Meaning) -> Meaning:
    """The same service from a peer of the same kind inside the VPC, if no rule is that already."""
    vpc = scene.ec2.vpcs[group.vpc_id or ""]
    blocks = [association["cidr_block"] for association in vpc._cidr_block_association_set.values()]
    inside = {
        PeerKind.IPV4: next(block for block in blocks if ip_network(block).version == 4),
        PeerKind.IPV6: next((block for block in blocks if ip_network(block).version == 6), "fd00::/8"),
        PeerKind.GROUP: str(group.id),
    }
    before = replace(meaning, peer=inside.get(meaning.kind, meaning.peer))
    taken = {rule.meaning for rule in all_rules(group)}
    return before if before not in taken else meaning


def _rule_tags(scene: Scene) -> dict[str, str]:
    """The tags that the request puts on the rules that it makes."""
    specifications = items(get(scene.record.request, "tagSpecificationSet"))
    return {key: value or "" for node in specifications for key, value in tags(get(node, "tags")).items()}
