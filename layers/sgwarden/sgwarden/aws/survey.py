"""A region that is read with few calls: many groups at once, and what else is asked for many at a time."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import sample
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from sgwarden.attached import CONTROL_PLANE
from sgwarden.aws.clusters import ClusterReader
from sgwarden.aws.errors import translated
from sgwarden.aws.groups import group_of, tags_of
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.aws.world import vpc_cidrs_of
from sgwarden.comparing import NotAskedError, NotReadYetError
from sgwarden.failure import CallError
from sgwarden.observe import LOOKED_AT, Sighting
from sgwarden.service import TOGETHER
from sgwarden.target import TargetKind, well_formed
from sgwarden.traffic.ec2 import prefix_list_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.traffic import PeerSet, PrefixList

Described = dict[str, Any]
Value = TypeVar("Value")

_PAGE = 1_000  # EC2 gives no more in one answer, which the client of a sweep has time for
_AT_ONCE = 8  # as many clusters as adaptive retries keep up with where EKS throttles
_CLUSTERS = 200
"""So many clusters are described in one sweep: the next ones describe others."""


@dataclass(slots=True)
class _Kept(Generic[Value]):
    """What has been read, by what it was asked for with; None is what does not exist."""

    known: dict[str, Value | CallError | None] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def found(self, keys: Iterable[str]) -> dict[str, Value]:
        """Those of them that exist; raises NotReadYetError where that is not known of all.

        What failed when it was read is raised again, as CallError.
        """
        wanted = set(keys)
        if unknown := wanted - self.known.keys():
            self.asked |= unknown
            raise NotReadYetError
        known = {key: self.known[key] for key in wanted}
        if failed := next((each for each in known.values() if isinstance(each, CallError)), None):
            raise failed
        return {key: value for key, value in known.items() if not isinstance(value, CallError | None)}

    def learn(self, read: Callable[[Sequence[str]], Mapping[str, Value | CallError]]) -> None:
        """Read all that is asked for, as many together as EC2 takes; what fails is kept as why it did.

        Whose turn comes is chance: anybody can write names of clusters, and would keep others out for good.
        """
        asked = sample(sorted(self.asked), len(self.asked))
        for start in range(0, len(asked), TOGETHER):
            some = asked[start : start + TOGETHER]
            try:
                self.known |= {**dict.fromkeys(some), **read(some)}
            except CallError as error:
                self.known |= dict.fromkeys(some, error)
            self.asked.difference_update(some)


class Survey:
    """A region and its groups as they were when they were read; clusters are described while `is_time`."""

    def __init__(
        self, ec2: EC2Client, eks: EKSClient, account_id: str, is_time: Callable[[], bool] = lambda: True
    ) -> None:
        self.account_id = account_id
        self.region = ec2.meta.region_name
        self.described = 0
        """So many clusters have been described."""
        self._ec2 = ec2
        self._eks = ClusterReader(eks)
        self._reader = PrefixListReader(ec2)
        self._is_time = is_time
        self._groups: _Kept[Described] = _Kept()
        self._lists: _Kept[PrefixList] = _Kept()
        self._named: _Kept[PrefixList] = _Kept()
        self._clusters: _Kept[Cluster] = _Kept()
        self._vpcs: _Kept[PeerSet] = _Kept()

    def sightings(self) -> Mapping[str, Sighting]:
        """The groups that have a tag of LOOKED_AT, by id."""
        tagged = {each["GroupId"]: each for each in self._groups_where("tag-key", LOOKED_AT)}
        self._groups.known |= tagged
        return {each: Sighting(tags_of(tagged[each]), partial(self._whole, tagged[each])) for each in tagged}

    def clusters_at_work(self) -> Mapping[str, frozenset[str]]:
        """Names of clusters as they are written on interfaces in use, and the groups of those.

        Anybody can write one, and only EKS attaches one to the instances of a control plane.
        """
        wanted = {"description": [f"{CONTROL_PLANE}*"], "status": ["in-use"]}
        groups: dict[str, set[str]] = defaultdict(set)
        for each in self._all("describe_network_interfaces", "NetworkInterfaces", wanted):
            name = each["Description"].removeprefix(CONTROL_PLANE)
            groups[name] |= {group["GroupId"] for group in each.get("Groups") or ()}
        return {name: frozenset(groups[name]) for name in well_formed(TargetKind.CLUSTER, groups)}

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """All CIDR blocks that are associated with the VPC."""
        cidrs = self._vpcs.found([vpc_id])
        if not cidrs:
            raise CallError("DescribeVpcs", "InvalidVpcID.NotFound", f"{vpc_id} does not exist")
        return cidrs[vpc_id]

    def group(self, group_id: str) -> SecurityGroup | None:
        """The group with its tags and with rules that have no ids; None where there is none."""
        found = self._groups.found([group_id])
        return self._whole(found[group_id]) if found else None

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        """The same: what differs from the policy is not for the ids of rules to say."""
        return group

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, without the addresses of its VPC; None where there is none or it has no group yet."""
        return self._clusters.found([name]).get(name)

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> Mapping[str, PrefixList]:
        """Those of the managed prefix lists that can be read, by id."""
        named = self._named.found(names) if names else {}
        return {**{each.id: each for each in named.values()}, **self._lists.found(ids)}

    def group_tags(self, group_ids: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """The tags of those of the groups that exist."""
        return {group_id: tags_of(group) for group_id, group in self._groups.found(group_ids).items()}

    def read_all_asked(self) -> None:
        """Read all that was asked for and is not known; what AWS refuses is raised where it is asked for."""
        self._groups.learn(self._read_groups)
        self._lists.learn(lambda ids: self._reader.prefix_lists(ids, ()))
        self._named.learn(self._read_lists_named)
        self._vpcs.learn(self._read_vpcs)
        self._clusters.learn(self._read_clusters)

    def _whole(self, described: Described) -> SecurityGroup:
        return group_of(described, self._lists.found(prefix_list_ids(described)))

    def _read_groups(self, ids: Sequence[str]) -> dict[str, Described]:
        return {each["GroupId"]: each for each in self._groups_where("group-id", ids)}

    def _read_lists_named(self, names: Sequence[str]) -> dict[str, PrefixList]:
        return {each.name: each for each in self._reader.prefix_lists((), names).values()}

    def _read_vpcs(self, ids: Sequence[str]) -> dict[str, PeerSet]:
        found = self._all("describe_vpcs", "Vpcs", {"vpc-id": ids})
        return {each["VpcId"]: vpc_cidrs_of(each) for each in found}

    def _read_clusters(self, names: Sequence[str]) -> dict[str, Cluster | CallError]:
        read: dict[str, Cluster | CallError] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                found = zip(some, pool.map(self._cluster_or_why_not, some), strict=True)
                read |= {name: cluster for name, cluster in found if cluster is not None}
        return read

    def _cluster_or_why_not(self, name: str) -> Cluster | CallError | None:
        if self.described >= _CLUSTERS or not self._is_time():
            return NotAskedError("DescribeCluster", "NotAsked", "it is not its turn in this sweep")
        self.described += 1
        try:
            return self._eks.cluster(name)
        except CallError as error:
            return error
        except ValueError as error:
            return CallError("DescribeCluster", "UnknownAnswer", str(error))

    def _groups_where(self, filter_name: str, values: Sequence[str]) -> Iterator[Described]:
        return self._all("describe_security_groups", "SecurityGroups", {filter_name: values})

    def _all(self, operation: str, key: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[Described]:
        filters = [{"Name": name, "Values": list(values)} for name, values in wanted.items()]
        pages = self._ec2.get_paginator(cast("Any", operation))
        with translated("".join(word.title() for word in operation.split("_"))):
            for page in pages.paginate(Filters=filters, PaginationConfig={"PageSize": _PAGE}):
                yield from page[key]
