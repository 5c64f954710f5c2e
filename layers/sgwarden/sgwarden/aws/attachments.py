"""The interfaces of a cluster's control plane and nodes, and the groups around them, read from EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sgwarden.attached import Attached, Interface, cluster_tag
from sgwarden.aws.errors import translated
from sgwarden.aws.groups import GroupReader, tags_of, together
from sgwarden.leftover import may_be_left_over

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup

_INTERFACES_PAGE = 500
_INSTANCES_PAGE = 200
_NAMING_A_GROUP = {"ip-permission.group-id", "egress.ip-permission.group-id"}


class _Seen(NamedTuple):
    """An interface, and the names of its groups by their ids."""

    interface: Interface
    names: Mapping[str, str]


class AttachmentReader(GroupReader):
    """Reads what carries a cluster's groups."""

    def attachments(self, cluster: Cluster) -> Attached:
        """What there is around the cluster: three reads, up to four more where groups may be left over."""
        seen = [*self._control_plane(cluster), *self._nodes(cluster)]
        names = {group_id: name for each in seen for group_id, name in each.names.items()}
        tagged = list(self._found([("tag-key", [cluster_tag(cluster)])]))
        known = {each["GroupId"] for each in tagged} | names.keys()
        given = self._with_ids(set(cluster.control_plane_groups) - known)
        candidates = [self._whole(each) for each in (*tagged, *given) if each["GroupId"] not in names]
        idle = self._idle([each for each in candidates if may_be_left_over(each, cluster)])
        return Attached(
            interfaces=tuple(each.interface for each in seen),
            names=names,
            tagged=frozenset(each["GroupId"] for each in tagged),
            idle=idle,
            named_by=self._named_by([each.id for each in idle]),
        )

    def _control_plane(self, cluster: Cluster) -> Iterator[_Seen]:
        """Those that EKS has made in the account, which it describes so.

        Source: EKS user guide, "Amazon EKS networking requirements". Anybody can describe one so, which leads
        to a finding at most.
        """
        wanted = {"description": [f"Amazon EKS {cluster.name}"], "vpc-id": [cluster.vpc_id]}
        for described in self._interfaces({**wanted, "status": ["in-use"]}):
            names = _names(described)
            yield _Seen(Interface(described["NetworkInterfaceId"], frozenset(names)), names)

    def _nodes(self, cluster: Cluster) -> Iterator[_Seen]:
        """The interfaces of instances with the cluster's tag, which nodes of every kind have."""
        wanted = {"tag-key": [cluster_tag(cluster)], "instance-state-name": ["pending", "running"]}
        pages = self._ec2.get_paginator("describe_instances")
        with translated("DescribeInstances"):
            for page in pages.paginate(
                Filters=_filters(wanted),
                PaginationConfig={"PageSize": _INSTANCES_PAGE},
            ):
                for reservation in page["Reservations"]:
                    for instance in reservation.get("Instances", ()):
                        yield from _of_instance(cast("Mapping[str, Any]", instance))

    def _idle(self, candidates: Sequence[SecurityGroup]) -> tuple[SecurityGroup, ...]:
        """Those that are on no interface of the region, whatever it is of."""
        in_use: set[str] = set()
        for ids in together([each.id for each in candidates]):
            for described in self._interfaces({"group-id": ids}):
                in_use |= _names(described).keys()
        return tuple(each for each in candidates if each.id not in in_use)

    def _named_by(self, group_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """The groups, of this account and region, with rules that name each of the groups."""
        found: dict[str, set[str]] = {each: set() for each in group_ids}
        for ids in together(group_ids):
            for filter_name in sorted(_NAMING_A_GROUP):
                for described in self._found([(filter_name, ids)]):
                    for named in found.keys() & _references(described):
                        found[named].add(described["GroupId"])
        return {each: frozenset(naming) for each, naming in found.items()}

    def _interfaces(self, wanted: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, Any]]:
        pages = self._ec2.get_paginator("describe_network_interfaces")
        with translated("DescribeNetworkInterfaces"):
            for page in pages.paginate(
                Filters=_filters(wanted),
                PaginationConfig={"PageSize": _INTERFACES_PAGE},
            ):
                yield from cast("list[Mapping[str, Any]]", page["NetworkInterfaces"])


def _filters(wanted: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401  FilterTypeDef is for type checkers only
    return [{"Name": name, "Values": list(values)} for name, values in wanted.items()]


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
