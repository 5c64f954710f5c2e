"""Each API call that can change a cluster security group, or what its rules reach, has a line in a table.

A line says what the call can have changed and how its record names what to look at.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from sgwarden.record import Record, get, items, text, texts_under
from sgwarden.target import Target, TargetKind, vpc_of, well_formed

_CLUSTER_ARN = re.compile(r"arn:[^:]+:eks:[^:]*:[^:]*:cluster/(.+)", re.DOTALL)
CLUSTER_KEY = "kubernetes.io/cluster/"
"""How the key of the tag begins by which load balancer controllers choose the group of a node."""
_UPDATE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Touch(StrEnum):
    """A part of a security group that a call can have changed."""

    INGRESS = "ingress"
    EGRESS = "egress"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: its service, what it can change, how to find its targets, and words for having none."""

    name: str
    service: str
    touches: frozenset[Touch]
    targets: Callable[[Record], list[Target]]
    without: str


def rule_ids(record: Record) -> list[str]:
    """The rules that a call names in its request or response.

    Only under keys that begin so: a description or a tag can hold the id of any rule. At any depth: the calls
    differ in it, and no real request of a revoke by rule id was at hand.
    """
    key = "securitygroupruleid"
    return well_formed(
        TargetKind.RULE, [*texts_under(record.request, key), *texts_under(record.response, key)]
    )


def update_id(record: Record) -> str:
    """The EKS update that a call began; empty if it began none."""
    value = text(get(record.response, "update", "id"))
    return value if well_formed_update(value) else ""


def well_formed_update(value: object) -> bool:
    """Whether EKS can have given an update this id."""
    return isinstance(value, str) and _UPDATE_ID.fullmatch(value) is not None


def _group(record: Record) -> list[Target]:
    """The group by id, from the request or else the response; else by name.

    Never by a `groupId` that lies deeper in the request: those are the peers of its rules.
    """
    rule_sets = ("securityGroupRuleSet", "revokedSecurityGroupRuleSet")
    answered = [get(rule, "groupId") for key in rule_sets for rule in items(get(record.response, key))]
    return (
        _targets(record, TargetKind.GROUP, [get(record.request, "groupId")])
        or _targets(record, TargetKind.GROUP, [get(record.response, "groupId"), *answered])
        or _targets(record, TargetKind.GROUP_NAME, [get(record.request, "groupName")])
    )


def _group_or_rules(record: Record) -> list[Target]:
    """The group; else the rules that the call names, which lead to it because they still exist."""
    return _group(record) or _targets(record, TargetKind.RULE, rule_ids(record))


def _tagged(record: Record) -> list[Target]:
    """The groups and rules, and the clusters whose tag a group got or lost: controllers go by it.

    Where a call names no tags, because it takes all of them, it is not known of which clusters they were.
    """
    named = list(texts_under(record.request, "resource"))
    groups = _targets(record, TargetKind.GROUP, named)
    keys = texts_under(record.request, "key") if groups else ()
    clusters = [key.removeprefix(CLUSTER_KEY) for key in keys if key.startswith(CLUSTER_KEY)]
    rules = _targets(record, TargetKind.RULE, named)
    return groups + rules + _targets(record, TargetKind.CLUSTER, clusters)


def _prefix_list(record: Record) -> list[Target]:
    named = (get(record.request, "prefixListId"), get(record.response, "prefixList", "prefixListId"))
    return _targets(record, TargetKind.PREFIX_LIST, named)[:1]


def _cluster(record: Record) -> list[Target]:
    cluster = get(record.response, "cluster")
    named = (
        get(record.request, "name"),
        get(record.request, "clusterName"),  # the first EKS records, and AssociateEncryptionConfig
        get(cluster, "name"),
        get(cluster, "clusterName"),
        get(cluster, "arn"),
    )
    return _targets(record, TargetKind.CLUSTER, map(_cluster_name, named))[:1]


def _cluster_name(value: object) -> str:
    # EKS logs path parameters as they were in the URL, so an ARN is percent-encoded.
    name = unquote(text(value))
    arn = _CLUSTER_ARN.fullmatch(name)
    return arn[1] if arn else name


def _targets(record: Record, kind: TargetKind, names: Iterable[object]) -> list[Target]:
    vpc_id = vpc_of(get(record.request, "vpcId")) if kind is TargetKind.GROUP_NAME else ""
    return [Target(kind, record.account, record.region, name, vpc_id) for name in well_formed(kind, names)]


_IN, _OUT = frozenset({Touch.INGRESS}), frozenset({Touch.EGRESS})
_BOTH, _TAGS, _ALL = _IN | _OUT, frozenset({Touch.TAGS}), frozenset(Touch)
_GROUP, _LIST, _CLUSTER = "no security group", "no prefix list", "no cluster"
_TAGGED = "neither a security group nor a rule of one"

CALLS: Mapping[str, Call] = {
    call.name.lower(): call
    for call in (
        Call("AuthorizeSecurityGroupIngress", "ec2", _IN, _group_or_rules, _GROUP),
        Call("AuthorizeSecurityGroupEgress", "ec2", _OUT, _group_or_rules, _GROUP),
        Call("RevokeSecurityGroupIngress", "ec2", _IN, _group, _GROUP),
        Call("RevokeSecurityGroupEgress", "ec2", _OUT, _group, _GROUP),
        Call("ModifySecurityGroupRules", "ec2", _BOTH, _group_or_rules, _GROUP),
        # A description changes no traffic, but it is by them that controllers know their rules.
        Call("UpdateSecurityGroupRuleDescriptionsIngress", "ec2", _IN, _group_or_rules, _GROUP),
        Call("UpdateSecurityGroupRuleDescriptionsEgress", "ec2", _OUT, _group_or_rules, _GROUP),
        Call("DeleteSecurityGroup", "ec2", _ALL, _group, _GROUP),
        Call("AssociateSecurityGroupVpc", "ec2", _BOTH, _group, _GROUP),
        Call("DisassociateSecurityGroupVpc", "ec2", _BOTH, _group, _GROUP),
        Call("CreateTags", "ec2", _TAGS, _tagged, _TAGGED),
        Call("DeleteTags", "ec2", _TAGS, _tagged, _TAGGED),
        # These two change what rules reach without any call on a security group.
        Call("ModifyManagedPrefixList", "ec2", _BOTH, _prefix_list, _LIST),
        Call("RestoreManagedPrefixListVersion", "ec2", _BOTH, _prefix_list, _LIST),
        # EKS puts rules and tags of its own back at any update.
        Call("CreateCluster", "eks", _ALL, _cluster, _CLUSTER),
        Call("UpdateClusterConfig", "eks", _ALL, _cluster, _CLUSTER),
        Call("UpdateClusterVersion", "eks", _ALL, _cluster, _CLUSTER),
        Call("DeleteCluster", "eks", _ALL, _cluster, _CLUSTER),
        Call("AssociateEncryptionConfig", "eks", _ALL, _cluster, _CLUSTER),
        Call("AssociateIdentityProviderConfig", "eks", _ALL, _cluster, _CLUSTER),
    )
}
