"""The security group calls, answered as EC2 answers them.

Takes the place of moto's, which are not atomic, forget rules and descriptions in their answers, keep CIDRs as
they were sent, and leave most of a modified rule as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError

from sgwarden.embedded.corrections.group_rules import GroupRules
from sgwarden.embedded.corrections.listing import (
    describe_group,
    groups_of,
    list_groups,
    list_rules,
    merged_permissions,
    rule_rows,
)
from sgwarden.embedded.corrections.paging import page
from sgwarden.embedded.corrections.permissions import flat_permission
from sgwarden.embedded.corrections.rules import HeldRule, PeerKind, all_rules, held_rules
from sgwarden.embedded.corrections.tags import check_tag_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models.security_groups import SecurityGroup
    from moto.ec2.responses.security_groups import SecurityGroups

    from sgwarden.embedded.corrections.rules import Wanted
    from sgwarden.embedded.corrections.state import State


@dataclass(frozen=True, slots=True)
class SecurityGroupCalls:
    state: State

    def replacements(self) -> dict[str, Callable[[SecurityGroups], ActionResult]]:
        """What takes the place of moto's methods, by their names."""
        return {
            "authorize_security_group_ingress": lambda call: self.authorize(call, egress=False),
            "authorize_security_group_egress": lambda call: self.authorize(call, egress=True),
            "revoke_security_group_ingress": lambda call: self.revoke(call, egress=False),
            "revoke_security_group_egress": lambda call: self.revoke(call, egress=True),
            "update_security_group_rule_descriptions_ingress": lambda call: self.redescribe(
                call, egress=False
            ),
            "update_security_group_rule_descriptions_egress": lambda call: self.redescribe(call, egress=True),
            "modify_security_group_rules": self.modify,
            "describe_security_groups": self.describe_groups,
            "describe_security_group_rules": self.describe_rules,
            "delete_security_group": self.delete,
        }

    def authorize(self, call: SecurityGroups, *, egress: bool) -> ActionResult:
        rules, request = self._rules(call), call._get_params()
        group = rules.group(_group_name(request))
        tags = call._parse_tag_specification().get("security-group-rule", {})
        check_tag_keys(tags)
        wanted = rules.read(_permissions(request), egress=egress)
        call.error_on_dryrun()
        added = rules.authorize(group, wanted)
        for rule in added:
            rules.backend.create_tags([rule.id], tags)
        return ActionResult({"Return": True, "SecurityGroupRules": rule_rows(rules.backend, added)})

    def revoke(self, call: SecurityGroups, *, egress: bool) -> ActionResult:
        rules, request = self._rules(call), call._get_params()
        group = rules.group(_group_name(request))
        call.error_on_dryrun()
        unknown: list[Wanted] = []
        if request.get("SecurityGroupRuleIds"):
            gone = rules.revoke_ids(group, request["SecurityGroupRuleIds"], egress=egress)
        else:
            wanted = rules.read(_permissions(request), egress=egress)
            gone, unknown = rules.revoke(group, wanted, egress=egress)
        strangers = [HeldRule("", group.id, rule.meaning, rule.description, rule.owner) for rule in unknown]
        answer: dict[str, Any] = {
            "Return": True,
            "RevokedSecurityGroupRules": [rule.revoked_row() for rule in gone],
        }
        return ActionResult(answer | {"UnknownIpPermissions": merged_permissions(strangers)})

    def modify(self, call: SecurityGroups) -> ActionResult:
        rules, request = self._rules(call), call._get_params()
        group = rules.group(request["GroupId"])
        call.error_on_dryrun()
        asked = request.get("SecurityGroupRules", [])
        rules.modify(group, {one["SecurityGroupRuleId"]: one.get("SecurityGroupRule", {}) for one in asked})
        return ActionResult({"Return": True})

    def redescribe(self, call: SecurityGroups, *, egress: bool) -> ActionResult:
        rules, request = self._rules(call), call._get_params()
        group = rules.group(_group_name(request))
        call.error_on_dryrun()
        by_id = request.get("SecurityGroupRuleDescriptions", [])
        descriptions = {one["SecurityGroupRuleId"]: one.get("Description", "") for one in by_id}
        if not by_id:
            wanted = rules.read(_permissions(request), egress=egress)
            held = {rule.meaning: rule.id for rule in held_rules(group, egress=egress)}
            descriptions = {held.get(rule.meaning, str(rule.meaning)): rule.description for rule in wanted}
        rules.describe_anew(group, descriptions, egress=egress)
        return ActionResult({"Return": True})

    def describe_groups(self, call: SecurityGroups) -> ActionResult:
        request = call._get_params()
        ids, names = request.get("GroupIds", []), request.get("GroupNames", [])
        groups = list_groups(call.ec2_backend, ids, names, _filters(request))
        found, more = page(groups, request, least=5, most=1000)
        return ActionResult({"SecurityGroups": [describe_group(group) for group in found], **more})

    def describe_rules(self, call: SecurityGroups) -> ActionResult:
        request = call._get_params()
        rules = list_rules(call.ec2_backend, request.get("SecurityGroupRuleIds", []), _filters(request))
        found, more = page(rules, request, least=5, most=1000)
        return ActionResult({"SecurityGroupRules": found, **more})

    def delete(self, call: SecurityGroups) -> ActionResult:
        """EC2: a group that a rule of another group refers to cannot be deleted."""
        rules, request = self._rules(call), call._get_params()
        group = rules.group(_group_name(request))
        if referring_groups(rules, str(group.id)):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
        call.error_on_dryrun()
        rules.backend.delete_security_group(group_id=group.id)
        rules.backend.tags.pop(group.id, None)
        return ActionResult({"Return": True, "GroupId": group.id})

    def _rules(self, call: SecurityGroups) -> GroupRules:
        return GroupRules(call.ec2_backend, self.state)


def referring_groups(rules: GroupRules, group_id: str) -> list[SecurityGroup]:
    """The other groups that have a rule which names the group."""
    return [
        group
        for group in groups_of(rules.backend)
        if group.id != group_id
        and any(
            (rule.meaning.kind, rule.meaning.peer) == (PeerKind.GROUP, group_id) for rule in all_rules(group)
        )
    ]


def _group_name(request: dict[str, Any]) -> str:
    return str(request.get("GroupId") or request.get("GroupName") or "")


def _permissions(request: dict[str, Any]) -> list[dict[str, Any]]:
    permissions: list[dict[str, Any]] = request.get("IpPermissions") or []
    return permissions or ([flat_permission(request)] if "IpProtocol" in request else [])


def _filters(request: dict[str, Any]) -> dict[str, list[str]]:
    return {one["Name"]: one.get("Values", []) for one in request.get("Filters", [])}
