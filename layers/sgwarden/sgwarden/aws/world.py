"""One account and region as the core sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.aws.attachments import AttachmentReader
from sgwarden.aws.changes import GroupWriter
from sgwarden.aws.clusters import ClusterReader
from sgwarden.aws.errors import translated
from sgwarden.aws.groups import together
from sgwarden.aws.pages import always
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.traffic import PeerSet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

    from sgwarden.traffic import PrefixList


class AwsAccount(AttachmentReader, ClusterReader, GroupWriter):
    """All that sgwarden reads and writes of an account and region, over two clients."""

    def __init__(self, ec2: EC2Client, eks: EKSClient, lists: PrefixListReader | None = None) -> None:
        AttachmentReader.__init__(self, ec2, lists or PrefixListReader(ec2))
        ClusterReader.__init__(self, eks)
        GroupWriter.__init__(self, ec2)
        self.region = ec2.meta.region_name

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> Mapping[str, PrefixList]:
        """Those of the managed prefix lists that can be read, by id."""
        return self._lists.prefix_lists(ids, names)

    def is_settled(self, list_id: str) -> bool:
        """Whether no change of the prefix list is on its way: until then, its entries are those of before."""
        return self._lists.is_settled(list_id)

    def in_use(self, group_ids: Collection[str]) -> frozenset[str]:
        """Of the groups, those on the first interface of the region that has any; no more is read."""
        for ids in together(group_ids):
            for described in self._interfaces({"group-id": ids}, always):
                return frozenset(each["GroupId"] for each in described["Groups"]) & frozenset(ids)
        return frozenset()

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """All CIDR blocks that are associated with the VPC."""
        with translated("DescribeVpcs"):
            (vpc,) = self._ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"]
        return vpc_cidrs_of(vpc)


class AwsWorld(AwsAccount):
    """The account that the function runs in, which events name."""

    def __init__(
        self, ec2: EC2Client, eks: EKSClient, account_id: str, lists: PrefixListReader | None = None
    ) -> None:
        super().__init__(ec2, eks, lists)
        self.account_id = account_id


def vpc_cidrs_of(described: Mapping[str, Any]) -> PeerSet:
    """The blocks of a VPC of `DescribeVpcs` that are associated with it now."""
    ipv4 = [
        each["CidrBlock"]
        for each in described.get("CidrBlockAssociationSet") or ({"CidrBlock": described["CidrBlock"]},)
        if _associated(each, "CidrBlockState")
    ]
    ipv6 = [
        each["Ipv6CidrBlock"]
        for each in described.get("Ipv6CidrBlockAssociationSet") or ()
        if _associated(each, "Ipv6CidrBlockState")
    ]
    return PeerSet.of_cidr(*ipv4, *ipv6)


def _associated(association: Mapping[str, Any], state: str) -> bool:
    return bool((association.get(state) or {}).get("State", "associated") == "associated")
