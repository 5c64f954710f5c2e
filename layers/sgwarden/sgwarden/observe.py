"""Looking at the account: which cluster a group belongs to, and what it is like now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sgwarden.drift import find_drift, vpc_matters
from sgwarden.mass_revocation import mass_revocations
from sgwarden.outcome import Skipped
from sgwarden.owners import claimed_peers, forgeries, verifier
from sgwarden.policy.conflict import PolicyConflict
from sgwarden.policy.resolve import desired, needs
from sgwarden.printable import printable
from sgwarden.target import TargetKind, well_formed
from sgwarden.updating import holding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.drift import Drift, Owns
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Desired
    from sgwarden.policy.types import Policy
    from sgwarden.recent import Removal
    from sgwarden.traffic import PeerSet, PrefixList, Rule

CLUSTER_TAG = "aws:eks:cluster-name"
"""Set by EKS on the group that it makes for a cluster; nobody but AWS can set or remove it."""
ADDITIONAL_TAG = "sgwarden:cluster"
"""Put by people on another group of a cluster, with the cluster's name: their consent to have it kept too."""
LOOKED_AT = (CLUSTER_TAG, ADDITIONAL_TAG)
"""A group that has none of these tags is no cluster's."""
_NOT_YET_OR_NO_MORE = {"CREATING": "still being made", "DELETING": "being deleted"}


@dataclass(frozen=True, slots=True)
class Sighting:
    """A group in an answer about many: its tags, and `group`, which works out all else.

    Most groups are no cluster's, and what their rules let through is never worked out: with no tag of
    LOOKED_AT there may be no `group`. It raises CallError where prefix lists that the rules name cannot be
    read.
    """

    tags: Mapping[str, str]
    group: Callable[[], SecurityGroup] | None


class Reader(Protocol):
    """What is read of one account and region; each method raises CallError where AWS refuses."""

    def group(self, group_id: str) -> SecurityGroup | None:
        """The group with its tags and with rules that have no ids yet; None where there is none."""

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        """The same group with the ids, descriptions and tags of its rules."""

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, without the addresses of its VPC; None where there is none or it has no group yet."""

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """All CIDR blocks that are associated with the VPC."""

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> Mapping[str, PrefixList]:
        """Those of the managed prefix lists that can be read, by id."""

    def group_tags(self, group_ids: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """The tags of those of the groups that exist."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A group against the policy; `known` are rules that it had until lately, the latest last."""

    cluster: Cluster
    group: SecurityGroup
    desired: Desired
    owns: Owns
    drift: Drift
    known: tuple[Rule, ...] = ()


def find_cluster(reader: Reader, group_id: str) -> tuple[Cluster, SecurityGroup] | Skipped:
    """The cluster whose own or additional group this is, with the group: two reads, one where it is none."""
    group = reader.group(group_id)
    return find_cluster_of(reader, group_id, Sighting(group.tags, lambda: group) if group else None)


def find_cluster_of(
    reader: Reader, group_id: str, sighting: Sighting | None
) -> tuple[Cluster, SecurityGroup] | Skipped:
    """The same for a group that has been read, None where there was none: one read more for a tagged one.

    The tag alone does not make it one: EKS leaves tagged groups behind when clusters are made anew. Nor can
    people's tag take a group from the policy of the cluster security group: that of EKS wins.
    """
    if sighting is None:
        return Skipped(f"{group_id} does not exist any more")
    tag = next((each for each in LOOKED_AT if each in sighting.tags), "")
    name = sighting.tags.get(tag, "")
    if not name or sighting.group is None:
        return Skipped(f"{group_id} is no cluster security group: it has no tag {CLUSTER_TAG}")
    # People may write anything into theirs, and EKS refuses a name that no cluster can have.
    cluster = reader.cluster(name) if well_formed(TargetKind.CLUSTER, [name]) else None
    if cluster is None:
        shown = printable(name)
        return Skipped(f"cluster {shown} of {group_id} does not exist, or has no security group yet")
    if cluster.status in _NOT_YET_OR_NO_MORE:
        return Skipped(f"cluster {name} is {_NOT_YET_OR_NO_MORE[cluster.status]}")
    own = cluster.security_group_id
    if tag == CLUSTER_TAG and own != group_id:
        return Skipped(f"{group_id} is not the security group of cluster {name}: that is {own}")
    group = sighting.group()
    if tag == CLUSTER_TAG:
        return replace(cluster, security_group_name=group.name), group
    return additional(cluster, group)


def additional(cluster: Cluster, group: SecurityGroup) -> tuple[Cluster, SecurityGroup] | Skipped:
    """The cluster with a group that people have tagged with its name, where that can be one of its groups."""
    if CLUSTER_TAG in group.tags or group.id == cluster.security_group_id:
        return Skipped(f"{group.id} is a group that EKS made, and no additional one: its tag says nothing")
    if group.vpc_id != cluster.vpc_id:
        return Skipped(f"{group.id} is not in {cluster.vpc_id}, the VPC of cluster {cluster.name}")
    return cluster.with_group(group), group


def wanted(reader: Reader, policy: Policy, cluster: Cluster) -> tuple[Desired, Cluster]:
    """What the policy wants of the cluster, and the cluster with what had to be looked up for that.

    It may deny more than the policy does, as `Needs` says. Raises PolicyConflict and UnresolvedError.
    """
    missing = needs(policy, cluster.region)
    if missing.vpc:
        cluster = _with_vpc(reader, cluster)
    lists: Mapping[str, PrefixList] = {}
    if missing.prefix_list_ids or missing.prefix_list_names:
        lists = reader.prefix_lists(missing.prefix_list_ids, missing.prefix_list_names)
    try:
        return desired(policy, cluster, lists), cluster
    except PolicyConflict:
        if not missing.vpc_to_spare or cluster.vpc_cidrs is not None:
            raise
        cluster = _with_vpc(reader, cluster)
        return desired(policy, cluster, lists), cluster


def _with_vpc(reader: Reader, cluster: Cluster) -> Cluster:
    """The cluster with the addresses of its VPC."""
    if cluster.vpc_cidrs is not None:
        return cluster
    return replace(cluster, vpc_cidrs=reader.vpc_cidrs(cluster.vpc_id))


def judge(reader: Reader, desired: Desired, cluster: Cluster, group: SecurityGroup) -> Judged:
    """The group against what is wanted; whose rules are whose is looked up anew for these very rules."""
    desired = holding(desired, cluster, group)
    claimed = claimed_peers(desired, group.rules, cluster)
    tags_of = reader.group_tags(claimed) if claimed else {}
    owns = verifier(cluster, tags_of)
    forged = tuple(forgeries(desired, group.rules, cluster, tags_of))
    drift = replace(find_drift(desired, group, cluster, owns), forged=forged)
    return Judged(cluster, group, desired, owns, drift)


def judge_again(reader: Reader, seen: Judged, group: SecurityGroup) -> Judged:
    """The group read anew against the same; what is known of before stays as it was."""
    now = judge(reader, seen.desired, seen.cluster, group)
    return replace(now, drift=replace(now.drift, revoked=seen.drift.revoked), known=seen.known)


def with_removals(
    reader: Reader,
    seen: Judged,
    removals: Sequence[Removal],
    in_use: Callable[[Collection[str]], frozenset[str]],
) -> Judged:
    """The same with what is known to have been taken from the group, oldest first.

    `in_use` gives some of the groups that are on an interface, none where none is.
    """
    revoked = mass_revocations(
        seen.desired, seen.cluster, seen.group, seen.owns, removals, reader.group_tags, in_use
    )
    known = tuple(each.rule for each in removals)
    return replace(seen, drift=replace(seen.drift, revoked=tuple(revoked)), known=known)


def judge_closely(reader: Reader, policy: Policy, first: Judged) -> Judged | Skipped:
    """The same with what a plan needs: the ids of the rules and, where they matter, the VPC's addresses.

    Raises UnresolvedError.
    """
    cluster, desired = first.cluster, first.desired
    if vpc_matters(first.drift):
        cluster = _with_vpc(reader, cluster)
    if first.drift and needs(policy, cluster.region).vpc_to_spare:
        desired, cluster = wanted(reader, policy, _with_vpc(reader, cluster))
    group = _read_closely(reader, first.group)
    if group is None:
        return Skipped(f"{first.group.id} was deleted while it was being looked at")
    return judge(reader, desired, cluster, group)


def _read_closely(reader: Reader, group: SecurityGroup) -> SecurityGroup | None:
    """The group with the ids of its rules, None where it is gone: EC2 then tells of no rules nor error."""
    close = reader.with_rule_ids(group)
    if close.rules or close.opaque:
        return close
    there = reader.group(group.id)
    return reader.with_rule_ids(there) if there and (there.rules or there.opaque) else there
