"""Network interfaces and instances of clusters, which moto's EKS lacks, and interfaces of described groups.

They are worked out from the clusters that there are whenever they are asked for: EKS makes interfaces for a
control plane and deletes them with the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

from sgwarden.embedded.attached import SELF, InterfaceDescription, NodeDescription
from sgwarden.embedded.corrections.listing import groups_of
from sgwarden.embedded.corrections.paging import page
from sgwarden.embedded.corrections.permissions import refused
from sgwarden.embedded.ids import derived_id, subnet_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
    from moto.ec2.responses.instances import InstanceResponse
    from moto.eks.models import Cluster

    from sgwarden.embedded.building import Builder
    from sgwarden.embedded.description import ClusterDescription

Json = dict[str, Any]
_CONTROL_PLANE = (InterfaceDescription(), InterfaceDescription())  # EKS makes two to four
_RUNNING = {"Code": 16, "Name": "running"}
# Those of EC2's that somebody has asked for.
_INTERFACE_FILTERS = ("attachment.instance-id", "description", "group-id", "status", "vpc-id")
_INSTANCE_FILTERS = ("instance-state-name", "network-interface.group-id", "tag-key", "vpc-id")


@dataclass(frozen=True)
class InterfaceCalls:
    builder: Builder

    def interface_replacements(self) -> dict[str, Callable[[ElasticNetworkInterfaces], ActionResult]]:
        return {"describe_network_interfaces": self.describe_interfaces}

    def instance_replacements(self) -> dict[str, Callable[[InstanceResponse], ActionResult]]:
        return {"describe_instances": self.describe_instances}

    def describe_interfaces(self, call: ElasticNetworkInterfaces) -> ActionResult:
        request = _asked(call, _INTERFACE_FILTERS)
        asked = set(request.get("NetworkInterfaceIds", []))
        all_of_them = (
            *self._interfaces(call.region),
            *self._of_groups(call.region),
            *self._strangers(call.region),
        )
        chosen = [
            each
            for each in all_of_them
            if (not asked or each["NetworkInterfaceId"] in asked) and _passes(request, _of_interface(each))
        ]
        if unknown := asked - {each["NetworkInterfaceId"] for each in all_of_them}:
            message = f"The networkInterface ID '{min(unknown)}' does not exist"
            raise refused("InvalidNetworkInterfaceID.NotFound", message)
        found, more = page(chosen, request, least=5, most=1000)
        return ActionResult({"NetworkInterfaces": found, **more})

    def describe_instances(self, call: InstanceResponse) -> ActionResult:
        request = _asked(call, _INSTANCE_FILTERS)
        asked = set(request.get("InstanceIds", []))
        every = [
            node for cluster in self._clusters(call.region) for node in self._nodes(call.region, cluster)
        ]
        if unknown := asked - {each["InstanceId"] for each in every}:
            raise refused("InvalidInstanceID.NotFound", f"The instance ID '{min(unknown)}' does not exist")
        chosen = [
            each
            for each in every
            if (not asked or each["InstanceId"] in asked) and _passes(request, _of_instance(each))
        ]
        found, more = page(chosen, request, least=5, most=1000)
        account = self.builder.description.account
        reservations = [
            {"ReservationId": derived_id("r", each["InstanceId"]), "OwnerId": account, "Instances": [each]}
            for each in found
        ]
        return ActionResult({"Reservations": reservations, **more})

    @cached_property
    def _described(self) -> Mapping[tuple[str, str], ClusterDescription]:
        return {(one.region, one.name): one for one in self.builder.description.clusters}

    def _clusters(self, region: str) -> list[Cluster]:
        """Those that have their group: EKS makes the interfaces with it."""
        clusters = self.builder.eks(region).clusters.values()
        return [each for each in clusters if each.resources_vpc_config.get("clusterSecurityGroupId")]

    def _interfaces(self, region: str) -> Iterator[Json]:
        for cluster in self._clusters(region):
            yield from self._control_plane(region, cluster)
            for node in self._nodes(region, cluster):
                for interface in node["NetworkInterfaces"]:
                    yield {
                        **interface,
                        "Attachment": {**interface["Attachment"], "InstanceId": node["InstanceId"]},
                    }

    def _control_plane(self, region: str, cluster: Cluster) -> Iterator[Json]:
        config = cluster.resources_vpc_config
        usual = (config["clusterSecurityGroupId"], *config.get("securityGroupIds", ()))
        described = self._described.get((region, cluster.name))
        for number, one in enumerate((described and described.interfaces) or _CONTROL_PLANE, start=1):
            interface_id = one.id or derived_id("eni", region, cluster.name, str(number))
            interface = self._interface(region, cluster, interface_id, one.groups or usual)
            attachment = {"AttachmentId": derived_id("eni-attach", interface_id), "DeviceIndex": 1}
            yield {**interface, "Description": f"Amazon EKS {cluster.name}", "Attachment": attachment}

    def _nodes(self, region: str, cluster: Cluster) -> Iterator[Json]:
        described = self._described.get((region, cluster.name))
        for place, one in enumerate(described.nodes if described else ()):
            for number in range(one.many):
                words = (region, cluster.name, one.node_group, str(place), str(number))
                yield self._node(region, cluster, one, one.id or derived_id("i", *words))

    def _node(self, region: str, cluster: Cluster, one: NodeDescription, instance_id: str) -> Json:
        tags = {f"kubernetes.io/cluster/{cluster.name}": "owned"}
        if one.node_group:
            tags |= {"eks:cluster-name": cluster.name, "eks:nodegroup-name": one.node_group}
        interface = self._interface(region, cluster, derived_id("eni", instance_id), one.groups)
        attachment = {"AttachmentId": derived_id("eni-attach", instance_id), "DeviceIndex": 0}
        return {
            "InstanceId": instance_id,
            "State": _RUNNING,
            "VpcId": interface["VpcId"],
            "SubnetId": interface["SubnetId"],
            "SecurityGroups": interface["Groups"],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            "NetworkInterfaces": [{**interface, "Attachment": {**attachment, "NetworkCardIndex": 0}}],
        }

    def _interface(self, region: str, cluster: Cluster, interface_id: str, groups: Iterable[str]) -> Json:
        config = cluster.resources_vpc_config
        vpc_id = config["vpcId"]
        there = self.builder.ec2(region).groups.get(vpc_id, {})
        ids = (config["clusterSecurityGroupId"] if each == SELF else each for each in groups)
        return {
            "NetworkInterfaceId": interface_id,
            "Description": "",
            "Status": "in-use",
            "VpcId": vpc_id,
            "SubnetId": subnet_ids(vpc_id)[0],
            "Groups": [{"GroupId": each, "GroupName": there[each].name} for each in ids if each in there],
        }

    def _of_groups(self, region: str) -> Iterator[Json]:
        """Those that a group is described to be on, such as those of load balancers."""
        held = {group.id: group for group in groups_of(self.builder.ec2(region))}
        for one in self.builder.description.groups:
            group = held.get(one.id)
            if not group or not group.vpc_id or one.region != region:
                continue
            for number, words in enumerate(one.interfaces):
                yield {
                    "NetworkInterfaceId": derived_id("eni", one.id, str(number)),
                    "Description": words,
                    "Status": "in-use",
                    "VpcId": group.vpc_id,
                    "SubnetId": subnet_ids(group.vpc_id)[0],
                    "Groups": [{"GroupId": group.id, "GroupName": group.name}],
                }

    def _strangers(self, region: str) -> Iterator[Json]:
        """The interfaces that calls have made, which moto keeps."""
        backend = self.builder.ec2(region)
        names = {group.id: group.name for group in groups_of(backend)}
        for made in backend.enis.values():
            yield {
                "NetworkInterfaceId": made.id,
                "Description": made.description,
                "Status": made.status,
                "VpcId": made.vpc_id,
                "SubnetId": made.subnet_id,
                "Groups": [
                    {"GroupId": each.id, "GroupName": names.get(each.id, "")} for each in made.group_set
                ],
            }


def _of_interface(described: Json) -> dict[str, list[str]]:
    return {
        "attachment.instance-id": [described.get("Attachment", {}).get("InstanceId", "")],
        "description": [described["Description"]],
        "group-id": [group["GroupId"] for group in described["Groups"]],
        "status": [described["Status"]],
        "vpc-id": [described["VpcId"]],
    }


def _of_instance(described: Json) -> dict[str, list[str]]:
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
    return {
        "instance-state-name": [described["State"]["Name"]],
        "network-interface.group-id": [
            group["GroupId"] for each in described["NetworkInterfaces"] for group in each["Groups"]
        ],
        "tag-key": list(tags),
        "vpc-id": [described["VpcId"]],
        **{f"tag:{key}": [value] for key, value in tags.items()},
    }


def _asked(call: ElasticNetworkInterfaces | InstanceResponse, filters: Collection[str]) -> Json:
    """What the call asks for; EC2 refuses filters that it does not know."""
    request: Json = call._get_params()
    for one in request.get("Filters", []):
        if one["Name"] not in filters and not one["Name"].startswith("tag:"):
            raise refused("InvalidParameterValue", f"The filter '{one['Name']}' is invalid")
    call.error_on_dryrun()
    return request


def _passes(request: Json, values: Mapping[str, list[str]]) -> bool:
    """EC2: of one filter any value, of several filters each; "*" stands for any text."""
    for one in request.get("Filters", []):
        has = values.get(one["Name"], [])
        if not any(fnmatchcase(value, pattern) for value in has for pattern in one.get("Values", [])):
            return False
    return True
