"""What EKS does in its own time, in an embedded account whose EKS waits to be told: `Eks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.embedded.calls import ApiCall
from sgwarden.embedded.corrections.clusters import delete_cluster
from sgwarden.embedded.corrections.eks import end
from sgwarden.embedded.corrections.listing import merged_permissions, rule_rows, tags_of
from sgwarden.embedded.corrections.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from moto.eks.models import Cluster

    from sgwarden.embedded.account import EmbeddedAccount
    from sgwarden.embedded.corrections.rules import HeldRule


@dataclass(frozen=True, slots=True)
class Eks:
    """Each method answers with the calls that EKS makes in the account by it, which CloudTrail writes down.

    It raises ValueError where EKS has no reason to do what is asked.
    """

    account: EmbeddedAccount

    def put_back(self, name: str) -> list[ApiCall]:
        """Put the rules and tags of EKS back on the cluster's group."""
        cluster = self._cluster(name)
        group_id = cluster.resources_vpc_config.get("clusterSecurityGroupId")
        if group_id is None:
            raise ValueError(f"cluster {name} has no security group yet")
        rules, tags = self._rules(group_id), self._tags(group_id)
        self.account.builder.put_back(self.account.region, name)
        return [*self._filled(group_id, rules, tags)]

    def make_group(self, name: str) -> list[ApiCall]:
        """Make the group of a cluster that is being made."""
        self._cluster(name)
        make = self.account.builder.state.unmade.pop((self.account.region, name), None)
        if make is None:
            raise ValueError(f"cluster {name} has its security group")
        group = make()
        asked = {"GroupName": group.name, "Description": group.description, "VpcId": group.vpc_id}
        made = self._call("CreateSecurityGroup", asked, {"GroupId": group.id})
        return [made, *self._filled(str(group.id), set(), {})]

    def finish(self, name: str) -> list[ApiCall]:
        """Be done with what is in progress: the cluster is made, updated or deleted."""
        cluster = self._cluster(name)
        region, state = self.account.region, self.account.builder.state
        if cluster.status == "CREATING":
            made = self.make_group(name) if (region, name) in state.unmade else []
            cluster.status = "ACTIVE"
            return made
        if cluster.status == "DELETING":
            return self._delete(cluster)
        updates = [update for update in state.updates.get((region, name), ()) if not update.is_over]
        if not updates:
            raise ValueError(f"nothing is in progress at cluster {name}")
        for update in updates:
            end(update)
        return []

    def _delete(self, cluster: Cluster) -> list[ApiCall]:
        group_id = cluster.resources_vpc_config.get("clusterSecurityGroupId", "")
        region, builder = self.account.region, self.account.builder
        there = builder.ec2(region).get_security_group_from_id(group_id) is not None
        delete_cluster(builder, region, cluster)
        answer = {"Return": True, "GroupId": group_id}
        return [self._call("DeleteSecurityGroup", {"GroupId": group_id}, answer)] if there else []

    def _filled(self, group_id: str, rules: set[HeldRule], tags: dict[str, str]) -> Iterator[ApiCall]:
        """The calls that lead from these rules and tags to those that there are."""
        backend = self.account.builder.ec2(self.account.region)
        for egress, direction in ((False, "Ingress"), (True, "Egress")):
            new = [
                rule
                for rule in all_rules(self.account.builder.rules(self.account.region).group(group_id))
                if rule.meaning.egress is egress
                and rule not in rules
                # EC2 makes it with the group, and so no call does.
                and not (egress and not rules and rule.meaning.peer in ("0.0.0.0/0", "::/0"))
            ]
            if new:
                asked = {"GroupId": group_id, "IpPermissions": merged_permissions(new)}
                answer = {"Return": True, "SecurityGroupRules": rule_rows(backend, new)}
                yield self._call(f"AuthorizeSecurityGroup{direction}", asked, answer)
        put = {key: value for key, value in self._tags(group_id).items() if tags.get(key) != value}
        if put:
            named = [{"Key": key, "Value": value} for key, value in put.items()]
            yield self._call("CreateTags", {"Resources": [group_id], "Tags": named}, {})

    def _cluster(self, name: str) -> Cluster:
        clusters = self.account.builder.eks(self.account.region).clusters
        if name not in clusters:
            raise ValueError(f"there is no cluster {name}")
        return clusters[name]

    def _rules(self, group_id: str) -> set[HeldRule]:
        backend = self.account.builder.ec2(self.account.region)
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise ValueError(f"{group_id} does not exist any more")
        return set(all_rules(group))

    def _tags(self, group_id: str) -> dict[str, str]:
        return tags_of(self.account.builder.ec2(self.account.region), group_id)

    def _call(self, operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> ApiCall:
        return ApiCall("ec2", operation, self.account.region, asked, "", answer)
