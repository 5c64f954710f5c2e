"""The interfaces of a cluster's control plane and nodes, and the groups around them, read from EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sgwarden.attached import CONTROL_PLANE, Attached, Interface, cluster_tag, own_groups
from sgwarden.aws.groups import GroupReader, group_of, tags_of, together
from sgwarden.aws.pages import always, pages_in_time
from sgwarden.calls import CLUSTER_KEY
from sgwarden.group import SecurityGroup
from sgwarden.leftover import may_be_left_over
from sgwarden.traffic.ec2 import prefix_list_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sgwarden.aws.pages import IsTime
    from sgwarden.cluster import Cluster

_INTERFACES_PAGE = 1000
_INSTANCES_PAGE = 500  # of 1,000: with three interfaces each, as many are 10 MB, too slow for half a CPU
_NAMING_A_GROUP = ("egress.ip-permission.group-id", "ip-permission.group-id")
_RUNNING = ("pending", "running")


class _Seen(NamedTuple):
    """An interface, and the names of its groups by their ids."""

    interface: Interface
    names: Mapping[str, str]


class AttachmentReader(GroupReader):
    """Reads what carries a cluster's groups."""

    def attachments(self, cluster: Cluster, is_time: IsTime = always) -> Attached:
        """What there is around the cluster; raises CallError where there is no time for the next read.

        Three reads (of pages), one more where nodes have groups of their own, three more where groups may be
        left over, and those of the prefix lists that any of these name.
        """
        seen = [*self._control_plane(cluster, is_time), *self._nodes(cluster, is_time)]
        interfaces = tuple(each.interface for each in seen)
        names = {group_id: name for each in seen for group_id, name in each.names.items()}
        tagged = list(self._found([("tag-key", [cluster_tag(cluster)])], is_time))
        known = {each["GroupId"] for each in tagged} | names.keys()
        given = self._with_ids(set(cluster.control_plane_groups) - known, is_time)
        candidates = [each for each in (*tagged, *given) if each["GroupId"] not in names]
        idle = self._idle([each for each in candidates if may_be_left_over(_bare(each), cluster)], is_time)
        own = list(self._with_ids(own_groups(interfaces, cluster), is_time))
        whole = self._in_full([*idle, *own], is_time)
        return Attached(
            interfaces=interfaces,
            names=names,
            tagged=frozenset(each["GroupId"] for each in tagged),
            idle=tuple(whole[each["GroupId"]] for each in idle),
            named_by=self._named_by([each["GroupId"] for each in idle], is_time),
            groups={each["GroupId"]: whole[each["GroupId"]] for each in own},
        )

    def nodes_with(
        self, group_ids: Collection[str], clusters: Collection[str], is_time: IsTime = always
    ) -> Iterator[tuple[str, str]]:
        """Each of the groups with each of the clusters whose nodes carry it, as they are read."""
        keys = {f"{CLUSTER_KEY}{name}": name for name in clusters}
        for ids in together(group_ids):
            for some in together(keys):
                wanted = {"network-interface.group-id": ids, "tag-key": some}
                for instance in self._instances(wanted, is_time):
                    carried = {group for each in _of_instance(instance) for group in each.interface.groups}
                    named = keys.keys() & tags_of(instance).keys()
                    yield from ((group, keys[key]) for group in carried & set(ids) for key in named)

    def _control_plane(self, cluster: Cluster, is_time: IsTime) -> Iterator[_Seen]:
        """Those that EKS has made in the account, which it describes so.

        Anybody can describe one so, which leads to a finding at most.
        """
        wanted = {"description": [f"{CONTROL_PLANE}{cluster.name}"], "vpc-id": [cluster.vpc_id]}
        for described in self._interfaces({**wanted, "status": ["in-use"]}, is_time):
            names = _names(described)
            yield _Seen(Interface(described["NetworkInterfaceId"], frozenset(names)), names)

    def _nodes(self, cluster: Cluster, is_time: IsTime) -> Iterator[_Seen]:
        """The interfaces of instances with the cluster's tag, which nodes of every kind have."""
        for instance in self._instances({"tag-key": [cluster_tag(cluster)]}, is_time):
            yield from _of_instance(instance)

    def _idle(self, candidates: Sequence[Mapping[str, Any]], is_time: IsTime) -> list[Mapping[str, Any]]:
        """Those that are on no interface of the region, whatever it is of."""
        in_use: set[str] = set()
        for ids in together([each["GroupId"] for each in candidates]):
            for described in self._interfaces({"group-id": ids}, is_time):
                in_use |= _names(described).keys()
        return [each for each in candidates if each["GroupId"] not in in_use]

    def _in_full(self, described: Sequence[Mapping[str, Any]], is_time: IsTime) -> dict[str, SecurityGroup]:
        """The groups with their rules, by id; all prefix lists that these name are read together."""
        named = {each for group in described for each in prefix_list_ids(dict(group))}
        lists = self._lists.prefix_lists(named, (), is_time)
        return {each["GroupId"]: group_of(each, lists) for each in described}

    def _named_by(self, group_ids: Collection[str], is_time: IsTime) -> dict[str, frozenset[str]]:
        """The groups, of this account and region, with rules that name each of the groups."""
        found: dict[str, set[str]] = {each: set() for each in group_ids}
        for ids in together(group_ids):
            for filter_name in _NAMING_A_GROUP:
                for described in self._found([(filter_name, ids)], is_time):
                    for named in found.keys() & _references(described):
                        found[named].add(described["GroupId"])
        return {each: frozenset(naming) for each, naming in found.items()}

    def _interfaces(
        self, wanted: Mapping[str, Sequence[str]], is_time: IsTime
    ) -> Iterator[Mapping[str, Any]]:
        paginator = self._ec2.get_paginator("describe_network_interfaces")
        pages = paginator.paginate(Filters=_filters(wanted), PaginationConfig={"PageSize": _INTERFACES_PAGE})
        for page in pages_in_time("DescribeNetworkInterfaces", pages, is_time):
            yield from cast("list[Mapping[str, Any]]", page["NetworkInterfaces"])

    def _instances(self, wanted: Mapping[str, Sequence[str]], is_time: IsTime) -> Iterator[Mapping[str, Any]]:
        """Those that run, or soon will."""
        filters = _filters({**wanted, "instance-state-name": _RUNNING})
        paginator = self._ec2.get_paginator("describe_instances")
        pages = paginator.paginate(Filters=filters, PaginationConfig={"PageSize": _INSTANCES_PAGE})
        for page in pages_in_time("DescribeInstances", pages, is_time):
            for reservation in page["Reservations"]:
                yield from cast("list[Mapping[str, Any]]", reservation.get("Instances") or [])


def _filters(wanted: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401  FilterTypeDef is for type checkers only
    return [{"Name": name, "Values": list(values)} for name, values in wanted.items()]


def _bare(described: Mapping[str, Any]) -> SecurityGroup:
    """A group as it is but for its rules, whose prefix lists would have to be read."""
    name, vpc_id = described.get("GroupName", ""), described.get("VpcId", "")
    return SecurityGroup(described["GroupId"], name, vpc_id, tags=tags_of(described))


def _names(described: Mapping[str, Any]) -> dict[str, str]:
    return {each["GroupId"]: each.get("GroupName", "") for each in described.get("Groups") or ()}


def _of_instance(instance: Mapping[str, Any]) -> Iterator[_Seen]:
    node_group = tags_of(instance).get("eks:nodegroup-name", "")
    for described in instance.get("NetworkInterfaces") or ():
        names, attachment = _names(described), described.get("Attachment") or {}
        primary = not attachment.get("DeviceIndex") and not attachment.get("NetworkCardIndex")
        yield _Seen(
            Interface(
                id=described["NetworkInterfaceId"],
                groups=frozenset(names),
                instance=instance["InstanceId"],
                node_group=node_group,
                primary=primary,
            ),
            names,
        )


def _references(group: Mapping[str, Any]) -> set[str]:
    permissions: Iterable[Mapping[str, Any]] = (
        *(group.get("IpPermissions") or ()),
        *(group.get("IpPermissionsEgress") or ()),
    )
    pairs = (pair for permission in permissions for pair in permission.get("UserIdGroupPairs") or ())
    return {pair["GroupId"] for pair in pairs if pair.get("GroupId")}
