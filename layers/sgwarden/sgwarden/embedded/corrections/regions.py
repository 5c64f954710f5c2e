"""The regions of an account: those of its partition that are enabled, unless others are asked for by name.

moto lists those of all partitions, enabled or not, whatever it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.utilities.utils import get_partition

from sgwarden.embedded.corrections.permissions import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions

    from sgwarden.embedded.corrections.state import State

_FIELDS = {"region-name": "RegionName", "endpoint": "Endpoint", "opt-in-status": "OptInStatus"}


@dataclass(frozen=True, slots=True)
class RegionCalls:
    state: State

    def replacements(self) -> dict[str, Callable[[AvailabilityZonesAndRegions], ActionResult]]:
        return {"describe_regions": self.describe}

    def describe(self, call: AvailabilityZonesAndRegions) -> ActionResult:
        """EC2: names find regions that are not enabled, too."""
        request = call._get_params()
        call.error_on_dryrun()
        names = request.get("RegionNames", [])
        filters = {one["Name"]: one.get("Values", []) for one in request.get("Filters", [])}
        known = self._of_partition(get_partition(call.region))
        found = [
            region
            for region in known
            if (region["RegionName"] in names if names else request.get("AllRegions") or _enabled(region))
            and _passes(region, filters)
        ]
        return ActionResult({"Regions": found})

    def _of_partition(self, partition: str) -> list[dict[str, str]]:
        """A region in which the account has something has been opted in to, if that was needed."""
        return [
            {
                "RegionName": region.name,
                "Endpoint": region.endpoint,
                "OptInStatus": _opted_in(region.opt_in_status)
                if region.name in self.state.regions
                else region.opt_in_status,
            }
            for region in RegionsAndZonesBackend.regions
            if get_partition(region.name) == partition
        ]


def _opted_in(status: str) -> str:
    return "opted-in" if status == "not-opted-in" else status


def _enabled(region: dict[str, str]) -> bool:
    return region["OptInStatus"] != "not-opted-in"


def _passes(region: dict[str, str], filters: dict[str, list[str]]) -> bool:
    for name, patterns in filters.items():
        if name not in _FIELDS:
            raise refused("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not any(fnmatchcase(region[_FIELDS[name]], pattern) for pattern in patterns):
            return False
    return True
