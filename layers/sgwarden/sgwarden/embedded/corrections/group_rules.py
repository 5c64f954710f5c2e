"""The rules of the groups of one region, changed as EC2 changes them: all of a call, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import (
    InvalidPermissionDuplicateError,
    InvalidPermissionNotFoundError,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
)

from sgwarden.embedded.corrections.permissions import read_permissions, read_rule_request, refused
from sgwarden.embedded.corrections.quota import check_quota
from sgwarden.embedded.corrections.rules import HeldRule, Meaning, PeerKind, Wanted, all_rules, held_rules
from sgwarden.embedded.ids import derived_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.security_groups import SecurityGroup

    from sgwarden.embedded.corrections.state import State


@dataclass(frozen=True, slots=True)
class GroupRules:
    backend: EC2Backend
    state: State

    def group(self, id_or_name: str) -> SecurityGroup:
        """EC2: a name finds groups of the default VPC only; here it finds those of any VPC."""
        group = self.backend.get_security_group_by_name_or_id(id_or_name)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(id_or_name)
        return group

    def read(self, permissions: list[dict[str, Any]], *, egress: bool) -> list[Wanted]:
        """The rules that a request asks for; their peers must exist."""
        named = read_permissions(
            permissions, egress=egress, group_named=lambda name: str(self.group(name).id)
        )
        return [self._with_owner(wanted) for wanted in named]

    def authorize(
        self,
        group: SecurityGroup,
        wanted: Iterable[Wanted],
        *,
        ids: Mapping[Meaning, str] | None = None,
        quota: int | None = None,
    ) -> list[HeldRule]:
        """EC2: all the rules are added or none is; one that is there already is refused as a duplicate."""
        asked = list(wanted)
        before = [rule.meaning for rule in all_rules(group)]
        if any(rule.meaning in before for rule in asked):
            raise InvalidPermissionDuplicateError
        self._check_quota(group, [*before, *(rule.meaning for rule in asked)], quota)
        added = [self._new_rule(str(group.id), rule, (ids or {}).get(rule.meaning, "")) for rule in asked]
        for rule in added:
            held_rules(group, egress=rule.meaning.egress).append(rule)
        return added

    def revoke_ids(self, group: SecurityGroup, rule_ids: Iterable[str], *, egress: bool) -> list[HeldRule]:
        """EC2: all the rules are removed or none is."""
        held = {rule.id: rule for rule in held_rules(group, egress=egress)}
        for rule_id in rule_ids:
            if rule_id not in held:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        return self._remove(group, [held[rule_id] for rule_id in rule_ids])

    def revoke(
        self, group: SecurityGroup, wanted: Iterable[Wanted], *, egress: bool
    ) -> tuple[list[HeldRule], list[Wanted]]:
        """The rules removed, and those asked for that were not there.

        EC2: descriptions need not match. One rule that is not there fails the call, but in a default VPC it
        is passed over and told of in `UnknownIpPermissions`.
        """
        held = {rule.meaning: rule for rule in held_rules(group, egress=egress)}
        asked = list(wanted)
        unknown = [rule for rule in asked if rule.meaning not in held]
        vpc = self.backend.vpcs.get(group.vpc_id or "")
        if unknown and not (vpc and vpc.is_default):
            raise InvalidPermissionNotFoundError
        found = [held[rule.meaning] for rule in asked if rule.meaning in held]
        return self._remove(group, found), unknown

    def modify(self, group: SecurityGroup, requests: Mapping[str, Mapping[str, Any]]) -> None:
        """EC2: rules keep id, direction, kind of peer and tags; no two may come to mean the same.

        A description that is left out is taken off, as the call states the rule anew. (Not confirmed; the
        stricter reading, so that who wants to keep a description has to send it.)
        """
        rules = {rule.id: rule for rule in all_rules(group)}
        after = dict(rules)
        for rule_id, request in requests.items():
            if rule_id not in rules:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
            after[rule_id] = self._modified(rules[rule_id], request)
        meanings = [rule.meaning for rule in after.values()]
        if len(set(meanings)) < len(meanings):
            raise InvalidPermissionDuplicateError
        self._check_quota(group, meanings, None)
        for egress in (False, True):
            held = held_rules(group, egress=egress)
            held[:] = [after[rule.id] for rule in held]

    def describe_anew(self, group: SecurityGroup, descriptions: Mapping[str, str], *, egress: bool) -> None:
        """Change descriptions, by rule id."""
        held = held_rules(group, egress=egress)
        for rule_id in descriptions:
            if rule_id not in {rule.id for rule in held}:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        held[:] = [replace(rule, description=descriptions.get(rule.id, rule.description)) for rule in held]

    def _modified(self, rule: HeldRule, request: Mapping[str, Any]) -> HeldRule:
        wanted = self._with_owner(read_rule_request(request, egress=rule.meaning.egress))
        was, asked = rule.meaning.kind, wanted.meaning.kind
        if was is not asked:
            message = (
                f"Invalid rule type for security group rule '{rule.id}'. You may not specify {asked} for an "
            )
            raise refused("InvalidParameterValue", f"{message}existing {was} rule.")
        return replace(rule, meaning=wanted.meaning, description=wanted.description, owner=wanted.owner)

    def _with_owner(self, wanted: Wanted) -> Wanted:
        """The rule with its peer looked up. EC2 refuses groups and prefix lists that do not exist."""
        kind, peer = wanted.meaning.kind, wanted.meaning.peer
        account = str(self.backend.account_id)
        if kind is PeerKind.PREFIX_LIST and peer not in self.backend.managed_prefix_lists:
            raise refused("InvalidPrefixListID.NotFound", f"The prefix list ID '{peer}' does not exist")
        if kind is not PeerKind.GROUP:
            return replace(wanted, owner="")
        if wanted.owner in ("", account):
            self.group(peer)
        return replace(wanted, owner=wanted.owner or account)

    def _check_quota(self, group: SecurityGroup, after: list[Meaning], quota: int | None) -> None:
        allowed = self.state.quota if quota is None else quota
        for egress in (False, True):
            before = [rule.meaning for rule in held_rules(group, egress=egress)]
            to_be = [meaning for meaning in after if meaning.egress is egress]
            check_quota(allowed, before, to_be, self.backend.managed_prefix_lists.get)

    def _new_rule(self, group_id: str, wanted: Wanted, chosen_id: str) -> HeldRule:
        rule_id = chosen_id or self._fresh_id(group_id, wanted.meaning)
        self.state.rule_ids.add(rule_id)
        return HeldRule(rule_id, group_id, wanted.meaning, wanted.description, wanted.owner)

    def _fresh_id(self, group_id: str, meaning: Meaning) -> str:
        ids = (derived_id("sgr", group_id, str(meaning), str(turn)) for turn in count())
        return next(rule_id for rule_id in ids if rule_id not in self.state.rule_ids)

    def _remove(self, group: SecurityGroup, gone: list[HeldRule]) -> list[HeldRule]:
        for rule in gone:
            held_rules(group, egress=rule.meaning.egress).remove(rule)
            self.backend.tags.pop(rule.id, None)
        return gone
