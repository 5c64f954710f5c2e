"""Rules as EC2 keeps them: one peer each, in canonical form, with an id that outlives modification."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from moto.ec2.models.security_groups import SecurityGroup


class PeerKind(StrEnum):
    """The four kinds of peer, as `SecurityGroupRuleRequest` names them. A rule never changes its kind."""

    IPV4 = "CidrIpv4"
    IPV6 = "CidrIpv6"
    GROUP = "ReferencedGroupId"
    PREFIX_LIST = "PrefixListId"


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that tells two rules of one group apart; EC2 leaves the description out of that, and so does this.

    Ports are -1 where the protocol has none or all are meant, as `DescribeSecurityGroupRules` gives them.
    """

    egress: bool
    protocol: str
    from_port: int
    to_port: int
    kind: PeerKind
    peer: str

    @property
    def has_ports(self) -> bool:
        return self.protocol in ("tcp", "udp", "icmp", "icmpv6")

    def __str__(self) -> str:
        ports = f" {self.from_port}-{self.to_port}" if self.has_ports else ""
        return f"{self.protocol}{ports} {'to' if self.egress else 'from'} {self.peer}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule that is asked for, before it has an id."""

    meaning: Meaning
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class HeldRule:
    """One rule of one group. `owner` is the account of the group that it refers to."""

    id: str
    group_id: str
    meaning: Meaning
    description: str = ""
    owner: str = ""

    # What moto's own filters of DescribeSecurityGroups look at, under the names that they expect.

    @property
    def ip_protocol(self) -> str:
        return self.meaning.protocol

    @property
    def from_port(self) -> int:
        return self.meaning.from_port

    @property
    def to_port(self) -> int:
        return self.meaning.to_port

    @property
    def ip_range(self) -> dict[str, str]:
        names = {PeerKind.IPV4: "CidrIp", PeerKind.IPV6: "CidrIpv6"}
        kind = self.meaning.kind
        return {names[kind]: self.meaning.peer} if kind in names else {}

    @property
    def source_group(self) -> dict[str, str]:
        is_group = self.meaning.kind is PeerKind.GROUP
        return {"GroupId": self.meaning.peer, "UserId": self.owner} if is_group else {}

    @property
    def prefix_list_id(self) -> str | None:
        return self.meaning.peer if self.meaning.kind is PeerKind.PREFIX_LIST else None

    def row(self, account: str, arn_start: str, tags: dict[str, str]) -> dict[str, Any]:
        """The rule as `DescribeSecurityGroupRules` and the Authorize calls give it."""
        row = self.revoked_row() | {
            "GroupOwnerId": account,
            "SecurityGroupRuleArn": f"{arn_start}:security-group-rule/{self.id}",
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        if self.meaning.kind is PeerKind.GROUP:
            row["ReferencedGroupInfo"] = {"GroupId": row.pop("ReferencedGroupId"), "UserId": self.owner}
        return row

    def revoked_row(self) -> dict[str, Any]:
        """The rule as the Revoke calls give it: without owner, ARN and tags, its peer always in one field."""
        row: dict[str, Any] = {
            "SecurityGroupRuleId": self.id,
            "GroupId": self.group_id,
            "IsEgress": self.meaning.egress,
            "IpProtocol": self.meaning.protocol,
            "FromPort": self.meaning.from_port,
            "ToPort": self.meaning.to_port,
            self.meaning.kind.value: self.meaning.peer,
        }
        return row | ({"Description": self.description} if self.description else {})


def held_rules(group: SecurityGroup, *, egress: bool) -> list[HeldRule]:
    """The very list that moto keeps: what is done to it is done to the group."""
    return cast("list[HeldRule]", group.egress_rules if egress else group.ingress_rules)


def all_rules(group: SecurityGroup) -> list[HeldRule]:
    return [*held_rules(group, egress=False), *held_rules(group, egress=True)]
