"""Nobody is blamed for what they cannot have done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sgwarden.calls import CALLS
from sgwarden.causes import causes_of
from sgwarden.finding import Finding, Kind
from sgwarden.target import Target, TargetKind
from sgwarden.traffic import Direction
from sgwarden.trigger import Trigger

from tests.unit.outcomes import GROUP, TIME, cause, finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgwarden.trigger import Cause

LIST = "pl-0b8d2f4a6c1e3957d"
IN, OUT = Direction.INGRESS, Direction.EGRESS
OPEN_IN = finding(rules=("sgr-0a", "sgr-0b"))
OPEN_OUT = replace(OPEN_IN, direction=OUT)
OPEN_BY_EKS = replace(OPEN_IN, of_eks=True)
LACKS_IN = finding(kind=Kind.MISSING_TRAFFIC, rules=())
LACKS_OUT = replace(LACKS_IN, direction=OUT)
LACKS_TAG = finding(kind=Kind.MISSING_TAG, direction=None, rules=(), traffic=())
WRONG_TAG = replace(LACKS_TAG, kind=Kind.WRONG_TAG)
OPAQUE_IN = replace(
    OPEN_IN, kind=Kind.OPAQUE_RULE, reason=f"the entries of prefix list {LIST} could not be read"
)
FINDINGS = {
    "open in": OPEN_IN,
    "open out": OPEN_OUT,
    "open by EKS": OPEN_BY_EKS,
    "lacks in": LACKS_IN,
    "lacks out": LACKS_OUT,
    "lacks tag": LACKS_TAG,
    "wrong tag": WRONG_TAG,
    "opaque in": OPAQUE_IN,
}
EVERYTHING = set(FINDINGS)

# What each call can have done to its group, where it names no rules.
CAN_CAUSE = {
    "AuthorizeSecurityGroupIngress": {"open in", "open by EKS", "opaque in"},
    "AuthorizeSecurityGroupEgress": {"open out"},
    "RevokeSecurityGroupIngress": {"lacks in"},
    "RevokeSecurityGroupEgress": {"lacks out"},
    "ModifySecurityGroupRules": EVERYTHING - {"lacks tag", "wrong tag"},
    "UpdateSecurityGroupRuleDescriptionsIngress": set(),
    "UpdateSecurityGroupRuleDescriptionsEgress": set(),
    "DeleteSecurityGroup": set(),
    "AssociateSecurityGroupVpc": set(),
    "DisassociateSecurityGroupVpc": set(),
    "CreateTags": {"wrong tag"},
    "DeleteTags": {"lacks tag"},
    "ModifyManagedPrefixList": {"lacks in", "lacks out", "opaque in"},
    "RestoreManagedPrefixListVersion": {"lacks in", "lacks out", "opaque in"},
    "CreateCluster": EVERYTHING,
    "UpdateClusterConfig": {"open by EKS"},
    "UpdateClusterVersion": {"open by EKS"},
    "DeleteCluster": set(),
    "AssociateEncryptionConfig": {"open by EKS"},
    "AssociateIdentityProviderConfig": {"open by EKS"},
}


def cause_of(found: Finding, triggers: Sequence[Trigger]) -> Cause | None:
    """The last of them, which is what is told where there is room for one."""
    return found.because_of(*causes_of(found, triggers)).cause


def trigger(event: str, *rule_ids: str, kind: TargetKind = TargetKind.GROUP, minutes: int = 0) -> Trigger:
    name = {TargetKind.PREFIX_LIST: LIST, TargetKind.RULE: "sgr-0aaaaaaaa", TargetKind.CLUSTER: "prod-1"}
    if "PrefixList" in event:
        kind = TargetKind.PREFIX_LIST
    if CALLS[event.lower()].service == "eks":
        kind = TargetKind.CLUSTER
    when = replace(cause(event=event), time=TIME + timedelta(minutes=minutes))
    target = Target(kind, "", "", name.get(kind, GROUP))
    return Trigger(target, when, CALLS[event.lower()].touches, frozenset(rule_ids))


def test_each_call_is_in_the_table() -> None:
    assert set(CAN_CAUSE) == {call.name for call in CALLS.values()}


@pytest.mark.parametrize("event", CAN_CAUSE)
def test_what_a_call_can_have_caused(event: str) -> None:
    by = trigger(event)
    assert {name for name, found in FINDINGS.items() if cause_of(found, [by])} == CAN_CAUSE[event]


@pytest.mark.parametrize(
    "kind",
    [
        Kind.LOST_TRAFFIC,
        Kind.INTERRUPTED_TRAFFIC,
        Kind.POLICY_REFUSED,
        Kind.PLAN_REFUSED,
        Kind.REMEDIATION_FAILED,
    ],
)
def test_what_sgwarden_does_itself_is_nobodys_fault(kind: Kind) -> None:
    assert cause_of(replace(OPEN_IN, kind=kind), [trigger("ModifySecurityGroupRules", "sgr-0a")]) is None


@pytest.mark.parametrize("event", ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"])
@pytest.mark.parametrize("found", [OPEN_IN, OPAQUE_IN])
def test_a_call_on_other_rules_is_not_the_cause(event: str, found: Finding) -> None:
    assert cause_of(found, [trigger(event, "sgr-0c")]) is None
    assert cause_of(found, [trigger(event, "sgr-0c", "sgr-0b")]) is not None


def test_a_rule_that_is_gone_has_no_id_to_go_by() -> None:
    assert cause_of(LACKS_IN, [trigger("RevokeSecurityGroupIngress", "sgr-0c")]) is not None


def test_a_new_description_can_cost_a_rule_its_trust() -> None:
    """Controllers are known by the descriptions of their rules."""
    event = "UpdateSecurityGroupRuleDescriptionsIngress"
    assert cause_of(OPEN_IN, [trigger(event, "sgr-0a")]) is not None
    assert cause_of(OPEN_IN, [trigger(event, "sgr-0c")]) is None
    assert cause_of(OPAQUE_IN, [trigger(event, "sgr-0a")]) is None


def test_a_prefix_list_opens_only_what_rules_open_to_it() -> None:
    by = trigger("ModifyManagedPrefixList")
    assert cause_of(OPEN_IN, [by]) is None
    assert cause_of(replace(OPEN_IN, traffic=(f"tcp/22 from {LIST}",)), [by]) is not None
    assert cause_of(replace(OPAQUE_IN, reason="of another"), [by]) is None


def test_the_tags_of_a_rule_are_not_those_of_its_group() -> None:
    assert cause_of(LACKS_TAG, [trigger("DeleteTags", "sgr-0aaaaaaaa", kind=TargetKind.RULE)]) is None


def test_the_last_of_several_is_the_cause() -> None:
    first, last = trigger("AuthorizeSecurityGroupIngress"), trigger("ModifySecurityGroupRules", minutes=5)
    assert cause_of(OPEN_IN, [last, first]) == last.cause
    timeless = replace(last, cause=replace(last.cause, time=None))
    assert cause_of(OPEN_IN, [timeless, first]) == first.cause


def test_all_who_may_have_done_it_are_named_the_last_of_them_last() -> None:
    names = ("alice", "bob", "carol")
    able = [
        trigger("AuthorizeSecurityGroupIngress", rule, minutes=each)
        for each, rule in enumerate(("sgr-0a",) * 3)
    ]
    able = [
        replace(each, cause=replace(each.cause, actor=name)) for each, name in zip(able, names, strict=True)
    ]
    unable = trigger("RevokeSecurityGroupIngress", minutes=4)
    unnamed = trigger("AuthorizeSecurityGroupIngress", minutes=5)
    told = causes_of(OPEN_IN, [able[2], unable, able[0], unnamed, able[1]])
    assert tuple(each.actor for each in told) == names
    assert causes_of(OPEN_IN, [unnamed, unable]) == (unnamed.cause,)


def test_an_update_is_named_once_for_all_that_eks_made_on_it() -> None:
    update = replace(trigger("UpdateClusterVersion"), update_id="6b42d1d9")
    made = [trigger("AuthorizeSecurityGroupIngress", "sgr-0a", minutes=each) for each in (1, 2)]
    by_eks = [replace(each, cause=replace(each.cause, actor="Amazon EKS")) for each in made]
    own = trigger("AuthorizeSecurityGroupIngress", "sgr-0b", minutes=3)
    assert len(causes_of(OPEN_BY_EKS, [*by_eks, update])) == 1
    assert causes_of(OPEN_BY_EKS, [*by_eks, update, own])[-1] == own.cause


def test_one_that_names_the_rule_goes_before_the_last() -> None:
    named = trigger("AuthorizeSecurityGroupIngress", "sgr-0a")
    last = trigger("ModifySecurityGroupRules", minutes=5)
    assert cause_of(OPEN_IN, [last, named]) == named.cause


def test_nobody_is_to_blame_where_nobody_was_there() -> None:
    assert cause_of(OPEN_IN, []) is None


def test_what_eks_made_on_an_update_is_told_as_its_own() -> None:
    update = replace(trigger("UpdateClusterVersion"), update_id="6b42d1d9")
    told = cause_of(OPEN_BY_EKS, [update])
    assert told == replace(update.cause, actor="EKS, on update 6b42d1d9, begun by alice (IAM user)")
    nameless = cause_of(OPEN_BY_EKS, [replace(update, update_id="")])
    assert nameless is not None
    assert nameless.actor == "EKS, on an update, begun by alice (IAM user)"


def test_the_call_that_eks_made_itself_is_told_with_the_update() -> None:
    update = replace(trigger("UpdateClusterVersion"), update_id="6b42d1d9")
    own = trigger("AuthorizeSecurityGroupIngress", "sgr-0a", minutes=2)
    by_eks = replace(own, cause=replace(own.cause, actor="Amazon EKS"))
    told = cause_of(OPEN_BY_EKS, [by_eks, update])
    assert told is not None
    assert told.actor.startswith("EKS, on update 6b42d1d9")
    assert cause_of(OPEN_BY_EKS, [by_eks]) == by_eks.cause
    assert cause_of(OPEN_BY_EKS, [own, update]) == own.cause
