"""What a person's own credentials reach, as the AWS CLI finds them: environment, profiles, single sign-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from sgwarden.aws.errors import translated
from sgwarden.aws.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Collection

# Nobody's 30 seconds run out here: a throttled call is worth waiting for.
_PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 10}, connect_timeout=5, read_timeout=30)
_ANY_REGION = "us-east-1"


class Credentials:
    """A session with AWS; `profile` is one of the AWS CLI's, empty for what the environment says.

    Raises CallError where there is no such profile.
    """

    def __init__(self, profile: str = "") -> None:
        with translated("Profile"):
            self._session = boto3.Session(profile_name=profile or None)

    @property
    def region(self) -> str:
        """The region of the environment or the profile; empty where neither names one."""
        return self._session.region_name or ""

    def account(self) -> str:
        """The id of the account that the credentials are for; raises CallError."""
        sts = self._session.client("sts", region_name=self.region or _ANY_REGION, config=_PATIENT)
        with translated("GetCallerIdentity"):
            return sts.get_caller_identity()["Account"]

    def regions(self) -> list[str]:
        """All regions that the account has enabled; raises CallError."""
        ec2 = self._session.client("ec2", region_name=self.region or _ANY_REGION, config=_PATIENT)
        with translated("DescribeRegions"):
            return sorted(each["RegionName"] for each in ec2.describe_regions()["Regions"])

    def inventory(self, region: str, names: Collection[str] = ()) -> Inventory:
        """The clusters of a region: those of the names, or all. Raises CallError for what is no region."""
        with translated("Region"):
            ec2 = self._session.client("ec2", region_name=region, config=_PATIENT)
            eks = self._session.client("eks", region_name=region, config=_PATIENT)
        return Inventory(ec2, eks, names)
