"""Clusters with the rules that a line each gives them, for tests of `policy init --from`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster
from sgwarden.group import SecurityGroup
from sgwarden.review.adopt import adopted
from sgwarden.review.build import checked_policy_file
from sgwarden.traffic import PeerSet, PrefixList, parse_line

if TYPE_CHECKING:
    from sgwarden.policy.types import Policy
    from sgwarden.traffic.ec2 import Opaque

Found = tuple[Cluster, SecurityGroup]

LISTS = {
    "pl-0a": PrefixList("pl-0a", PeerSet.of_cidr("10.0.0.0/24", "10.2.0.0/24"), name="corporate"),
    "pl-0b": PrefixList("pl-0b", PeerSet.of_cidr("3.5.64.0/21"), name="com.amazonaws.eu-west-1.s3"),
}
VPC = PeerSet.of_cidr("10.0.0.0/16", "2001:db8:1::/56")
EVERY_DAY = ("all from self", "all to self", "all to 0.0.0.0/0")


def of(
    *lines: str,
    name: str = "prod-1",
    region: str = "eu-west-1",
    account: str = "111122223333",
    tags: dict[str, str] | None = None,
    opaque: tuple[Opaque, ...] = (),
    **more: object,
) -> Found:
    """A cluster whose group has these rules, each with a description behind a semicolon, if it has one.

    Its VPC is `VPC` unless something else is told.
    """
    group_id = f"sg-{sum(map(ord, name + region + account)):08x}"
    cluster = Cluster(name, account, region, group_id, **{"vpc_cidrs": VPC, **more})  # type: ignore[arg-type]
    rules = []
    for each in lines:
        line, _, description = each.partition("; ")
        rules.append(replace(parse_line(line, group_id, LISTS), description=description))
    there = {"Name": f"eks-cluster-sg-{name}-1", f"kubernetes.io/cluster/{name}": "owned"}
    group_name = f"eks-cluster-sg-{name}-1"
    return cluster, SecurityGroup(group_id, group_name, "vpc-1", tuple(rules), opaque, tags or there)


def text_of(*found: Found) -> str:
    """The policies, without what stands before them."""
    return adopted(found).text.partition("policies:\n")[2]


def policies_of(*found: Found) -> tuple[Policy, ...]:
    return checked_policy_file(adopted(found).text.encode(), "policy.yaml").policies


def questions_of(*found: Found) -> list[str]:
    """All questions, each on one line."""
    lines = [line.strip() for line in text_of(*found).splitlines()]
    questions: list[str] = []
    for line in lines:
        if line.startswith("# question: "):
            questions.append(line.removeprefix("# question: "))
        elif line.startswith("#   ") and questions:
            questions[-1] += f" {line.removeprefix('#').strip()}"
    return questions
