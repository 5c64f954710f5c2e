"""The rules of SARIF: what each kind of finding means, at each severity that it can have."""

from __future__ import annotations

from typing import Any, NamedTuple

from sgwarden.finding import Kind
from sgwarden.policy.types import Severity

Json = dict[str, Any]

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}

# GitHub: 9.0 and more is critical, 7.0 high, 4.0 medium, 0.1 low.
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}


class Meaning(NamedTuple):
    """What a kind of finding is in a few words, why it matters, and what to do."""

    short: str
    full: str
    help: str


_CHANGE_OR_ALLOW = "Apply the plan, or, where the traffic is wanted, let the policy allow it."
_READ_THE_SUMMARY = "The finding says what stood in the way. Mend that, then plan again."

MEANINGS = {
    Kind.FORBIDDEN_TRAFFIC: Meaning(
        "Forbidden traffic is open",
        "The rules of the cluster security group, taken together, let through what the policy forbids.",
        _CHANGE_OR_ALLOW,
    ),
    Kind.MISSING_TRAFFIC: Meaning(
        "Required traffic is not let through",
        "The rules of the cluster security group, taken together, do not let through traffic that the policy "
        "requires: nodes, pods or the control plane may not reach each other.",
        "Apply the plan, which adds what is missing, or take the requirement out of the policy.",
    ),
    Kind.LOST_TRAFFIC: Meaning(
        "Legitimate traffic goes with a rule",
        "A rule that opens forbidden traffic is revoked whole, and what no statement forbids goes with it.",
        "Add rules for what is still needed, allow it by name in the policy, or raise trim_limit.",
    ),
    Kind.INTERRUPTED_TRAFFIC: Meaning(
        "Traffic is interrupted for a moment",
        "The rule quota leaves no room to add rules before others are removed.",
        "Ask AWS for more rules in a security group, or remove some that are not needed.",
    ),
    Kind.MISSING_TAG: Meaning(
        "A required tag is missing",
        "The cluster security group lacks a tag that the policy requires; controllers find the group by its "
        "tags.",
        "Apply the plan, which sets the tag, or take the requirement out of the policy.",
    ),
    Kind.WRONG_TAG: Meaning(
        "A required tag has another value",
        "A tag of the cluster security group does not have the value that the policy requires; controllers "
        "find the group by its tags.",
        "Apply the plan, which sets the tag, or change the value in the policy.",
    ),
    Kind.OPAQUE_RULE: Meaning(
        "A rule cannot be judged",
        "What a rule lets through cannot be known, as where it names a prefix list that cannot be read. The "
        "rule is left alone, and counted as letting nothing through.",
        "Look at the rule. Where it names a prefix list, let that be read.",
    ),
    Kind.FORGED_CLAIM: Meaning(
        "A rule claims an owner that it does not have",
        "The description of a rule names a controller, and what can be verified does not bear it out: "
        "anybody can write a description. The rule is judged as if it claimed nothing.",
        "Find out who made the rule. Where it is wanted, let the policy allow its traffic by itself.",
    ),
    Kind.MASS_REVOCATION: Meaning(
        "All rules of a controller are gone",
        "The rules of a controller that the policy trusts were revoked within minutes, and what they were "
        "for is still there.",
        "Look at the controller's log, and restart it: it makes its rules anew.",
    ),
    Kind.CLUSTER_GROUP_DELETED: Meaning(
        "The cluster security group is deleted",
        "The cluster lives, and the security group that EKS made for it does not. EKS does not make another.",
        "Recreate the cluster (EKS user guide, Ec2SecurityGroupNotFound), and find out who deleted it.",
    ),
    Kind.DETACHED_CLUSTER_GROUP: Meaning(
        "Interfaces lack the cluster security group",
        "Interfaces of the control plane or of managed nodes do not carry the cluster security group: its "
        "rules do not hold for them.",
        "Put the group back on the interfaces, or into the launch template of the node group.",
    ),
    Kind.MISPLACED_CONTROL_PLANE_GROUP: Meaning(
        "A group of the control plane is elsewhere",
        "Groups given when a cluster is made are for the interfaces of its control plane, all of them and no "
        "others.",
        "Take the group from the nodes, or put it back on the control plane by an update of the cluster.",
    ),
    Kind.DEFAULT_GROUP_ATTACHED: Meaning(
        "The VPC's default group is on a cluster's interfaces",
        "Whatever else is in the default group of the VPC reaches these interfaces by its rules.",
        "Give the cluster or the nodes groups of their own.",
    ),
    Kind.AMBIGUOUS_CLUSTER_TAG: Meaning(
        "Not exactly one group of an interface has the cluster's tag",
        "Load balancer controllers look for the one group of an interface with kubernetes.io/cluster/NAME, "
        "and fail where there are two, or several groups and none with it.",
        "Leave the tag on the cluster security group alone.",
    ),
    Kind.LEFT_OVER_GROUP: Meaning(
        "A group of the cluster is on no interface",
        "Clusters that began with separate groups for control plane and nodes no longer need them; their "
        "rules must be in the cluster security group before they go.",
        "Add what is missing to the cluster security group, then delete the group.",
    ),
    Kind.POLICY_REFUSED: Meaning(
        "The policy does not hold for this cluster",
        "For this cluster, the policy requires what it denies, or names what cannot be found. Nothing was "
        "changed.",
        _READ_THE_SUMMARY,
    ),
    Kind.PLAN_REFUSED: Meaning(
        "The plan was not used",
        "The plan did not hold, or is no longer for the group as it is. Nothing was changed by it.",
        _READ_THE_SUMMARY,
    ),
    Kind.REMEDIATION_FAILED: Meaning(
        "The group could not be put right",
        "Changes to the cluster security group failed, and it is not as the policy wants it.",
        _READ_THE_SUMMARY,
    ),
}


def rule_id(kind: str, severity: str) -> str:
    """One rule for each kind and severity: GitHub shows an alert with the severity of its rule."""
    return f"{kind}/{severity}"


def rule(kind: Kind, severity: Severity) -> Json:
    """The reportingDescriptor."""
    meaning = MEANINGS[kind]
    score = {"security-severity": SCORES[severity]} if severity in SCORES else {}
    return {
        "id": rule_id(kind, severity),
        "name": str(kind),
        "shortDescription": {"text": f"{meaning.short}."},
        "fullDescription": {"text": meaning.full},
        "help": {"text": meaning.help},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": ["security", "network", "eks"], **score},
    }
