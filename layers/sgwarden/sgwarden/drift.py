"""How a security group differs from what the policy asks of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.traffic import NOBODY, Direction, Line, Rule, Traffic, cover, union
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.peers import IPV4_SPACE, IPV6_SPACE, GroupSet, PeerSet
from sgwarden.traffic.service import ICMP, ICMPV6, TCP, UDP, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sgwarden.claim import Forgery, MassRevocation
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Desired, Goal, Resolved
    from sgwarden.traffic.ec2 import Opaque

    Owns = Callable[[str, Rule], bool]

ANY_GROUP = PeerSet(groups=GroupSet(others=True))
_ANY_ADDRESS = PeerSet(IPV4_SPACE, IPV6_SPACE)
_MET_BY_ADDRESS = IntervalSet(
    tuple(span for protocol in (TCP, UDP, ICMP, ICMPV6) for span in Service(protocol).places.spans)
)

_FAMILY_SPACE = {IpFamily.IPV4: PeerSet(ipv4=IPV4_SPACE), IpFamily.IPV6: PeerSet(ipv6=IPV6_SPACE)}


@dataclass(frozen=True, slots=True)
class DirectionDrift:
    """The difference in one direction, in the words of the design: A, F, R - A and A & F.

    `trusted` is each rule of an owner that the policy trusts, with what is allowed because of that rule. What
    is `held` is open, and will be forbidden once EKS is done with an update.
    """

    direction: Direction
    goal: Goal
    observed: Traffic
    forbidden: Traffic
    missing: Traffic
    excess: Traffic
    trusted: tuple[tuple[Rule, Traffic], ...] = ()
    held: Traffic = Traffic.NONE

    def __bool__(self) -> bool:
        return bool(self.missing or self.excess)

    def without(self, rules: Collection[Rule]) -> DirectionDrift:
        """The same where nothing is allowed because of the given rules."""
        trusted = tuple((rule, allowed) for rule, allowed in self.trusted if rule not in rules)
        forbidden = self.goal.forbidden(union(allowed for _, allowed in trusted))
        return replace(self, forbidden=forbidden, excess=self.observed & forbidden, trusted=trusted)


@dataclass(frozen=True, slots=True)
class TagDrift:
    """A tag that is not as the policy requires; `actual` is None where it is missing."""

    key: str
    required: str
    actual: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs. True where something is to be changed; what is opaque, what claims an owner in vain
    and what owners lost is only to be told."""

    ingress: DirectionDrift
    egress: DirectionDrift
    tags: tuple[TagDrift, ...] = ()
    opaque: tuple[Opaque, ...] = field(default=())
    forged: tuple[Forgery, ...] = ()
    revoked: tuple[MassRevocation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ingress or self.egress or self.tags)

    @property
    def is_to_be_told(self) -> bool:
        """Whether there is something to tell, be it to change or not."""
        return bool(self or self.opaque or self.forged or self.revoked)

    @property
    def directions(self) -> tuple[DirectionDrift, DirectionDrift]:
        return self.ingress, self.egress


def find_drift(desired: Desired, group: SecurityGroup, cluster: Cluster, owns: Owns) -> Drift:
    """Compare the group with the policy; `owns` says whether a rule is truly the named owner's."""
    ingress, egress = (_direction(d, desired.goal(d), group, cluster, owns) for d in Direction)
    return Drift(ingress, egress, _tags(desired.tags, group.tags), group.opaque)


def _direction(
    direction: Direction, goal: Goal, group: SecurityGroup, cluster: Cluster, owns: Owns
) -> DirectionDrift:
    observed = group.traffic(direction)
    trusted = trusted_rules(goal, group.rules_of(direction), owns)
    managed = union(allowed for _, allowed in trusted)
    forbidden, held = goal.forbidden(managed), goal.held_back(managed)
    missing, excess = unmet(goal, observed, cluster), observed & forbidden
    return DirectionDrift(direction, goal, observed, forbidden, missing, excess, trusted, held)


def forbidden_in(goal: Goal, rules: Iterable[Rule], owns: Owns) -> Traffic:
    """F of a direction that has these rules: what an owner's rules let through may be allowed for that."""
    return goal.forbidden(union(allowed for _, allowed in trusted_rules(goal, rules, owns)))


def trusted_rules(goal: Goal, rules: Iterable[Rule], owns: Owns) -> tuple[tuple[Rule, Traffic], ...]:
    """The rules of owners that the policy trusts, each with what is allowed because of it."""
    managed = [statement for statement in goal.allowed if statement.managed_by]
    if not managed:
        return ()
    allowed = (
        (rule, union(each.traffic for each in managed if owns(each.managed_by, rule)) & rule.traffic)
        for rule in rules
    )
    return tuple((rule, traffic) for rule, traffic in allowed if traffic)


def unmet(goal: Goal, open_traffic: Traffic, cluster: Cluster) -> Traffic:
    """What the policy requires and `open_traffic` does not give.

    TCP, UDP and ICMP that must reach a group pass as well where rules cover all addresses of the VPC, unless
    the statement names the group with all traffic: EFA is matched by the reference alone (EKS user guide,
    security group requirements).
    """
    missing = goal.required_traffic - open_traffic
    if not missing:
        return missing
    by_reference = union(statement.traffic for statement in goal.required if statement.explicit)
    return missing - (met_by_address(open_traffic, cluster) - by_reference)


def as_written(statements: Iterable[Resolved], missing: Traffic, open_traffic: Traffic) -> tuple[Line, ...]:
    """What is missing in few lines, where it can be as the statements write it.

    A line of theirs may say again what is open already: of "all to 0.0.0.0/0" beside an open tcp/443, what is
    missing would take a rule for each of 255 protocols.
    """
    written = [Line(rule.service, rule.peer) for statement in statements for rule in statement.rules]
    may_be_open = open_traffic | missing
    fitting = [line for line in written if line.traffic & missing and line.traffic <= may_be_open]
    return cover(missing | union(line.traffic for line in fitting), favoured=fitting)


def met_by_address(open_traffic: Traffic, cluster: Cluster) -> Traffic:
    """What passes to groups, whichever they are, as rules cover all addresses of the VPC."""
    addresses = _FAMILY_SPACE[cluster.ip_family]
    if cluster.vpc_cidrs is not None:
        addresses = addresses & cluster.vpc_cidrs
    if addresses == NOBODY:
        return Traffic.NONE
    return Traffic.over([open_traffic.places_open_to(addresses) & _MET_BY_ADDRESS], ANY_GROUP)


def _tags(required: Mapping[str, str], actual: Mapping[str, str]) -> tuple[TagDrift, ...]:
    return tuple(
        TagDrift(key, value, actual.get(key))
        for key, value in sorted(required.items())
        if actual.get(key) != value
    )


def vpc_matters(drift: Drift) -> bool:
    """Whether the addresses of the VPC decide what is missing, now or once the forbidden is gone.

    They do where a group is required that no reference gives, and rules with addresses might.
    """
    for side in drift.directions:
        left = side.observed - side.forbidden
        explicit = union(statement.traffic for statement in side.goal.required if statement.explicit)
        wanting = (side.goal.required_traffic - left - explicit) & Traffic.over([_MET_BY_ADDRESS], ANY_GROUP)
        addresses = left & Traffic.over([wanting.places], _ANY_ADDRESS)
        if addresses:
            return True
    return False
