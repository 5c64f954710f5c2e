"""Groups, policies and plans written in the notation, for tests of the planner."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, Unpack

from sgwarden.change import Authorize, Change, Modify, Order, Revoke
from sgwarden.cluster import Cluster
from sgwarden.drift import Drift, find_drift
from sgwarden.group import SecurityGroup
from sgwarden.plan import Plan, make_plan
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.policy.types import Otherwise, Remedy
from sgwarden.prove import ProvedPlan, prove
from sgwarden.traffic import Group, Peer, PeerSet, PrefixList, Rule, Service, Traffic, parse_line, union

Owns = Callable[[str, Rule], bool]
Tags = tuple[tuple[str, str], ...]
SELF = "sg-self"
OWNER = "aws-load-balancer-controller"
LISTS = {
    "pl-0office": PrefixList("pl-0office", PeerSet.of_cidr("198.51.100.0/24", "10.9.0.0/16"), size=5),
    "pl-0world": PrefixList("pl-0world", PeerSet.of_cidr("0.0.0.0/0"), size=2),
    "pl-0empty": PrefixList("pl-0empty", PeerSet.of_cidr(), size=10),
}
CLUSTER = Cluster(
    name="prod-1",
    account="111122223333",
    region="eu-west-1",
    security_group_id=SELF,
    vpc_cidrs=PeerSet.of_cidr("10.0.0.0/16", "100.64.0.0/16", "2001:db8:1::/56"),
)
REGULAR = Goal()
CLOSED = Goal(Otherwise.DENY)


def line(text: str, id: str = "", description: str = "", tags: Tags = (), peer: Peer | None = None) -> Rule:
    rule = parse_line(text, SELF, LISTS)
    return Rule(rule.direction, rule.service, peer or rule.peer, id, description, tags)


def traffic(*texts: str) -> Traffic:
    return union(line(text).traffic for text in texts)


def group(*texts: str | Rule, tags: dict[str, str] | None = None) -> SecurityGroup:
    """A group with a rule a line, each with an id, a description and a tag of its own."""
    rules = tuple(
        line(text, id=f"sgr-{number}", description=f"rule {number}", tags=(("number", str(number)),))
        if isinstance(text, str)
        else text
        for number, text in enumerate(texts)
    )
    return SecurityGroup(SELF, "eks-cluster-sg-prod-1-12345", "vpc-1", rules, tags=tags or {})


def require(name: str, *texts: str) -> Resolved:
    rules = tuple(line(text) for text in texts)
    explicit = any(rule.service == Service.ALL and isinstance(rule.peer, Group) for rule in rules)
    return Resolved(name, union(rule.traffic for rule in rules), rules, explicit=explicit)


def speak(
    name: str, services: str, peers: PeerSet, remedy: Remedy | None = None, managed_by: str = ""
) -> Resolved:
    """An allow or a deny statement."""
    traffic = Traffic.of([Service.parse(text) for text in services.split()], peers)
    return Resolved(name, traffic, remedy=remedy, managed_by=managed_by)


def nobodys(_owner: str, _rule: Rule) -> bool:
    return False


def by_description(owner: str, rule: Rule) -> bool:
    return rule.description == owner


class Wish(TypedDict, total=False):
    """What else a plan can depend on."""

    cluster: Cluster
    owns: Owns
    order: Order
    remedy: Remedy
    trim_limit: int
    tags: dict[str, str]


def drift_of(
    group: SecurityGroup, ingress: Goal = REGULAR, egress: Goal = REGULAR, **wish: Unpack[Wish]
) -> Drift:
    return plan_of(group, ingress, egress, **wish).drift


def plan_of(
    group: SecurityGroup, ingress: Goal = REGULAR, egress: Goal = REGULAR, **wish: Unpack[Wish]
) -> Plan:
    desired = Desired(
        "p",
        remedy=wish.get("remedy", Remedy.TRIM),
        trim_limit=wish.get("trim_limit", 8),
        ingress=ingress,
        egress=egress,
        tags=wish.get("tags", {}),
    )
    cluster = wish.get("cluster", CLUSTER)
    drift = find_drift(desired, group, cluster, wish.get("owns", nobodys))
    return make_plan(cluster, group, desired, drift, wish.get("order", Order.ADDITIONS_FIRST))


def proved(
    group: SecurityGroup, ingress: Goal = REGULAR, egress: Goal = REGULAR, **wish: Unpack[Wish]
) -> ProvedPlan:
    return prove(plan_of(group, ingress, egress, **wish), wish.get("owns", nobodys))


def shown(changes: Plan | tuple[Change, ...]) -> list[str]:
    """The changes as a person would write them down."""
    return [_shown(change) for change in (changes.changes if isinstance(changes, Plan) else changes)]


def _shown(change: Change) -> str:
    match change:
        case Authorize(rule):
            return f"+ {rule.text(SELF)}"
        case Modify(rule, into):
            return f"{rule.text(SELF)} -> {into.text(SELF)}"
        case Revoke(rule):
            return f"- {rule.text(SELF)}"
        case _:
            return f"{change.key}={change.value}"
