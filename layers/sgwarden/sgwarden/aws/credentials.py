"""What a person's own credentials reach, as the AWS CLI finds them: environment, profiles, single sign-on."""

from __future__ import annotations

import os
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from sgwarden.aws.errors import translated
from sgwarden.aws.inventory import Inventory
from sgwarden.aws.ledger_reader import LedgerReader
from sgwarden.aws.stack import Stack
from sgwarden.aws.world import AwsAccount
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

# Nobody's 30 seconds run out here: a throttled call is worth waiting for.
_PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 6}, connect_timeout=5, read_timeout=20)
# Whoever pauses is in a hurry: a call is given up within half a minute, and a host that there is not sooner.
_HURRIED = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=5)
# For what can be done without: given up after a few seconds.
_BRIEF = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=2, read_timeout=2)
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
        # boto3 reads AWS_DEFAULT_REGION alone; other SDKs and version 2 of the AWS CLI take this one first.
        return os.environ.get("AWS_REGION") or self._session.region_name or ""

    def account(self) -> str:
        """The id of the account that the credentials are for; raises CallError."""
        return self._identity(self.region or _ANY_REGION, _PATIENT)[0]

    def identity(self, region: str) -> tuple[str, str]:
        """The id of that account and the ARN of their owner; raises CallError, soon where STS hangs."""
        return self._identity(region, _BRIEF)

    def _identity(self, region: str, config: Config) -> tuple[str, str]:
        with _made():
            sts = self._session.client("sts", region_name=region, config=config)
        with translated("GetCallerIdentity"):
            found = sts.get_caller_identity()
        return found["Account"], found["Arn"]

    def regions(self) -> list[str]:
        """All regions that the account has enabled; raises CallError."""
        ec2 = self._session.client("ec2", region_name=self.region or _ANY_REGION, config=_PATIENT)
        with translated("DescribeRegions"):
            return sorted(each["RegionName"] for each in ec2.describe_regions()["Regions"])

    def inventory(self, region: str, names: Collection[str] = ()) -> Inventory:
        """The clusters of a region: those of the names, or all. Raises CallError for what can be none."""
        return Inventory(*self._clients(region), names)

    def in_region(self, region: str) -> AwsAccount:
        """The account in a region, read afresh each time. Raises CallError for what can be none."""
        return AwsAccount(*self._clients(region))

    def stack(self, name: str, region: str) -> Stack:
        """The stack of that name, whether or not there is one. Raises CallError for what can be no region."""
        with _made():
            ssm = self._session.client("ssm", region_name=region, config=_HURRIED)
            functions = self._session.client("lambda", region_name=region, config=_BRIEF)
        return Stack(name, ssm, functions)

    def ledger(self, table: str, region: str) -> LedgerReader:
        """The ledger in the table of that name. Raises CallError for what can be no region."""
        with _made():
            return LedgerReader(self._session.client("dynamodb", region_name=region, config=_PATIENT), table)

    def _clients(self, region: str) -> tuple[EC2Client, EKSClient]:
        with _made():
            ec2 = self._session.client("ec2", region_name=region, config=_PATIENT)
            eks = self._session.client("eks", region_name=region, config=_PATIENT)
        return ec2, eks

    def must_know(self, region: str) -> None:
        """Raise CallError for a name that somebody has misspelt: the SDK would try its host for minutes.

        For what people write alone: AWS itself may name a region that is newer than boto3.
        """
        partitions = self._session.get_available_partitions()
        known = [each for name in partitions for each in self._session.get_available_regions("eks", name)]
        if region not in known:
            near = get_close_matches(region, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise CallError("Region", "UnknownRegion", f"boto3 knows of no region {region}{hint}")


@contextmanager
def _made() -> Iterator[None]:
    """Clients made inside raise CallError where their region or their endpoint can be none."""
    try:
        with translated("Region"):
            yield
    except ValueError as error:  # an endpoint of the environment that is no URL
        raise CallError("Region", "InvalidEndpoint", str(error)) from error
