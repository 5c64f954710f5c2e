"""What becomes of a rule that is partly forbidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Modify, Revoke, RuleChange, is_reserved
from sgwarden.traffic import Line, PrefixList, Rule, Traffic, cover
from sgwarden.traffic.cover import services_at
from sgwarden.traffic.rule import kind_of

if TYPE_CHECKING:
    from sgwarden.drift import DirectionDrift
    from sgwarden.policy.desired import Desired

OTHERWISE = "otherwise"
"""Stands for a statement's id where a direction's `otherwise: deny` is the reason."""


def trim(rule: Rule, side: DirectionDrift, desired: Desired, covered: Traffic) -> list[RuleChange]:
    """The changes that take the forbidden part out of a rule and keep the rest.

    `covered` is what other rules let through for good: it need not be kept twice.
    """
    remainder = rule.traffic - side.forbidden
    offended = offended_by(rule.traffic & side.forbidden, side)
    why = ", ".join(offended)
    if remainder <= covered or revoked_by_policy(offended, side, desired):
        return [Revoke(rule, why)]
    lines = min(_lines(rule, remainder, covered), _lines(rule, remainder - covered, covered), key=len)
    if len(lines) > desired.trim_limit:
        return [Revoke(rule, why)]
    kept = next((line for line in lines if kind_of(line.peer) == kind_of(rule.peer)), None)
    narrowed: RuleChange = Modify(rule, _into(rule, kept), why) if kept else Revoke(rule, why)
    return [*(Authorize(_beside(rule, line), why) for line in lines if line is not kept), narrowed]


def offended_by(excess: Traffic, side: DirectionDrift) -> list[str]:
    """The ids of the deny statements that the traffic meets, and `otherwise` where some meets none."""
    offended = [statement.id for statement in side.goal.denied if statement.traffic & excess]
    return offended if excess <= side.goal.denied_traffic else [*offended, OTHERWISE]


def revoked_by_policy(offended: list[str], side: DirectionDrift, desired: Desired) -> bool:
    """Whether one of the offended statements, or the policy, has such rules revoked whole."""
    remedies = {statement.id: statement.remedy for statement in side.goal.denied}
    return any((remedies.get(name) or desired.remedy) == "revoke" for name in offended)


def _lines(rule: Rule, traffic: Traffic, covered: Traffic) -> list[Line]:
    """The traffic in few lines; where all of a prefix list may stay it stays a prefix list, which can grow.

    Lines that are covered are left out: one of them may be the very rule that is there.
    """
    listed: list[Line] = []
    if isinstance(rule.peer, PrefixList):
        places = traffic.places_open_to(rule.peer.peers)
        listed = [Line(service, rule.peer) for service in services_at(places)]
    return [line for line in cover(traffic, favoured=listed) if not line.traffic <= covered]


def _into(rule: Rule, line: Line) -> Rule:
    # A reference that is equal may still lack the account that owns the group.
    peer = rule.peer if line.peer == rule.peer else line.peer
    return replace(rule, service=line.service, peer=peer)


def _beside(rule: Rule, line: Line) -> Rule:
    tags = tuple((key, value) for key, value in rule.tags if not is_reserved(key))
    return replace(_into(rule, line), id="", tags=tags)
