"""Controllers that write rules of their own, and how to tell their rules from a forgery.

A description alone proves nothing: anybody can write one. What is trusted are the tags of the security group
that the rule refers to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.types import Owner
from sgwarden.traffic import Group
from sgwarden.traffic.service import TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgwarden.drift import Owns
    from sgwarden.policy.desired import Desired
    from sgwarden.traffic import Rule

    GroupTags = Mapping[str, Mapping[str, str]]

# Source: AWS Load Balancer Controller, docs/deploy/security_groups.md.
_DESCRIPTIONS = {Owner.AWS_LOAD_BALANCER_CONTROLLER: "elbv2.k8s.aws/targetGroupBinding=shared"}
_CLUSTER_TAG = "elbv2.k8s.aws/cluster"


def claimed_peers(desired: Desired, rules: Iterable[Rule]) -> frozenset[str]:
    """The groups whose tags must be read to judge the claims that the policy would honour."""
    owners = {
        statement.managed_by
        for goal in (desired.ingress, desired.egress)
        for statement in goal.allowed
        if statement.managed_by
    }
    return frozenset(
        rule.peer.id
        for rule in rules
        if isinstance(rule.peer, Group) and any(_claims(owner, rule) for owner in owners)
    )


def verifier(cluster_name: str, tags_of: GroupTags) -> Owns:
    """Says whether a rule is truly the named owner's for this cluster; `tags_of` are those of peer groups."""

    def owns(owner: str, rule: Rule) -> bool:
        return (
            isinstance(rule.peer, Group)
            and rule.service.protocol in (TCP, UDP)
            and _claims(owner, rule)
            and tags_of.get(rule.peer.id, {}).get(_CLUSTER_TAG) == cluster_name
        )

    return owns


def _claims(owner: str, rule: Rule) -> bool:
    return bool(owner) and _DESCRIPTIONS.get(Owner(owner)) == rule.description
