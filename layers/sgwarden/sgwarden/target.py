"""A target is what an event points at; its form is checked, so a bent record never becomes an API call."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """What an event points at, on the way to a cluster security group."""

    GROUP = "group"
    GROUP_NAME = "group-name"
    RULE = "rule"
    CLUSTER = "cluster"
    PREFIX_LIST = "prefix-list"


_ID = "[0-9a-f]{8,17}"  # EC2 gives ids of 8 (until 2018) or 17 digits
# The forms of names are those of the API references of EC2 CreateSecurityGroup and EKS CreateCluster.
_FORMS: Mapping[TargetKind, re.Pattern[str]] = {
    TargetKind.GROUP: re.compile(f"sg-{_ID}"),
    TargetKind.GROUP_NAME: re.compile(r"(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"),
    TargetKind.RULE: re.compile(f"sgr-{_ID}"),
    TargetKind.CLUSTER: re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}"),
    TargetKind.PREFIX_LIST: re.compile(f"pl-{_ID}"),
}
_VPC = re.compile(f"(?:vpc-{_ID})?")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to look: equal targets are one reconcile.

    `name` is an id (`sg-`, `sgr-`, `pl-`), a group's name or a cluster's name. An empty `account` or `region`
    was not in the record: it is the reader's own. An empty `vpc_id` with a group's name is the default VPC,
    the only one where EC2 takes a group by name. Raises ValueError for a name or VPC that AWS could not have
    given.
    """

    kind: TargetKind
    account: str
    region: str
    name: str
    vpc_id: str = ""

    def __post_init__(self) -> None:
        if not _FORMS[self.kind].fullmatch(self.name):
            raise ValueError(f"not the name of a {self.kind}: {self.name!r}")
        if not _VPC.fullmatch(self.vpc_id):
            raise ValueError(f"not the id of a VPC: {self.vpc_id!r}")


def well_formed(kind: TargetKind, names: Iterable[object]) -> list[str]:
    """Those of the names that can name a target of this kind, each once, in order."""
    return [n for n in dict.fromkeys(n for n in names if isinstance(n, str)) if _FORMS[kind].fullmatch(n)]


def vpc_of(value: object) -> str:
    """The id of a VPC, or nothing where the value cannot be one."""
    return value if isinstance(value, str) and _VPC.fullmatch(value) else ""
