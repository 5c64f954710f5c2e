"""Which of the calls that led here may have caused a finding.

Nobody is to be blamed for what was there before: a call is the cause only where it can have had that effect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.finding import Finding, Kind
from sgwarden.printable import printable
from sgwarden.target import TargetKind
from sgwarden.trigger import Touch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgwarden.trigger import Cause, Trigger

# What a call cannot have done although it touches the direction, by how its name begins.
_DESCRIBES = "UpdateSecurityGroupRuleDescriptions"
_WRITES_RULES = ("Authorize", "ModifySecurityGroupRules", _DESCRIBES)
_ON_THE_WHOLE = (
    "AssociateSecurityGroupVpc",
    "DisassociateSecurityGroupVpc",
    "DeleteSecurityGroup",
    "DeleteCluster",
)
_NEVER: Mapping[Kind, tuple[str, ...]] = {
    Kind.FORBIDDEN_TRAFFIC: ("Revoke", *_ON_THE_WHOLE),
    Kind.OPAQUE_RULE: ("Revoke", _DESCRIBES, *_ON_THE_WHOLE),
    Kind.FORGED_CLAIM: ("Revoke", *_ON_THE_WHOLE),
    Kind.MISSING_TRAFFIC: ("Authorize", _DESCRIBES, *_ON_THE_WHOLE),
    Kind.MISSING_TAG: ("CreateTags", *_ON_THE_WHOLE),
    Kind.WRONG_TAG: ("DeleteTags", *_ON_THE_WHOLE),
    Kind.AMBIGUOUS_CLUSTER_TAG: _ON_THE_WHOLE,
}
_OF_TAGS = (Kind.MISSING_TAG, Kind.WRONG_TAG)
_OF_OPEN_RULES = (Kind.FORBIDDEN_TRAFFIC, Kind.OPAQUE_RULE)


def causes_of(finding: Finding, triggers: Sequence[Trigger]) -> tuple[Cause, ...]:
    """The calls that can have caused the finding, oldest first; where some name a rule of it, only those.

    What EKS made of its own accord is told with the update on which it did.
    """
    able = sorted((trigger for trigger in triggers if _able(trigger, finding)), key=_time)
    sure = [trigger for trigger in able if trigger.rule_ids & set(finding.rules)]
    last_update = next((trigger for trigger in reversed(able) if trigger.is_update), None)
    truly = (last_update if each.is_by_eks and last_update else each for each in sure or able)
    # An update comes once for each call that EKS made on it: the last place counts.
    told = dict.fromkeys(map(_told, reversed([*truly])))
    return tuple(reversed(told))


def _told(trigger: Trigger) -> Cause:
    if not trigger.is_update or trigger.is_by_eks:
        return trigger.cause
    which = f"update {trigger.update_id}" if trigger.update_id else "an update"
    return replace(trigger.cause, actor=printable(f"EKS, on {which}, begun by {trigger.cause.actor}", 300))


def _time(trigger: Trigger) -> float:
    return trigger.cause.time.timestamp() if trigger.cause.time else 0.0


def _able(trigger: Trigger, finding: Finding) -> bool:
    if finding.kind is Kind.MASS_REVOCATION:
        return bool(trigger.removed)
    if finding.kind not in _NEVER or trigger.cause.event.startswith(_NEVER[finding.kind]):
        return False
    if trigger.is_update and not finding.of_eks:
        return False
    if finding.kind in _OF_TAGS:
        # The tags of a rule are not those of its group, nor those of other groups with the cluster's tag.
        own = trigger.target.kind is not TargetKind.RULE and not trigger.groups
        return Touch.TAGS in trigger.touches and own
    if finding.kind is Kind.AMBIGUOUS_CLUSTER_TAG:
        return _may_have_confused(trigger, finding)
    if finding.direction is None or Touch(finding.direction) not in trigger.touches:
        return False
    if finding.kind is Kind.FORGED_CLAIM:
        return trigger.cause.event.startswith(_WRITES_RULES) and _may_name(trigger, finding)
    return finding.kind not in _OF_OPEN_RULES or _may_be_of(trigger, finding)


def _may_have_confused(trigger: Trigger, finding: Finding) -> bool:
    """Whether one of the groups got the cluster's tag beside another, or lost it beside others without."""
    did = "DeleteTags" if finding.statement.startswith("none of ") else "CreateTags"
    return trigger.cause.event == did and bool(trigger.groups & set(finding.statement.split()))


def _may_name(trigger: Trigger, finding: Finding) -> bool:
    """Whether the rules that the call names, if any, are among those of the finding."""
    return not trigger.rule_ids or not finding.rules or bool(trigger.rule_ids & set(finding.rules))


def _may_be_of(trigger: Trigger, finding: Finding) -> bool:
    """Whether the rules or the prefix list that the call names, if any, are among what is open."""
    if trigger.target.kind is TargetKind.PREFIX_LIST:
        return any(trigger.target.name in line for line in (*finding.traffic, finding.reason))
    if trigger.cause.event.startswith(_DESCRIBES) or (trigger.rule_ids and finding.rules):
        # A description opens nothing, but a rule is no longer trusted once it has lost that of its owner.
        return bool(trigger.rule_ids & set(finding.rules))
    return True
