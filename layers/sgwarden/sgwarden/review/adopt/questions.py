"""What a reviewer should ask about a line of today's rules, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.marks import MARKS
from sgwarden.policy.peers import AWS_NAMESPACE, Builtin
from sgwarden.review.adopt.known import claimed_by, dangers_in
from sgwarden.review.adopt.vpcs import is_most, is_own, may_be_own
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    INTERNET,
    NOBODY,
    PRIVATE,
    Cidr,
    Direction,
    Group,
    PeerSet,
    PrefixList,
    Rule,
    Service,
)
from sgwarden.traffic.service import ICMP, ICMPV6, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.review.adopt.known import Writer
    from sgwarden.review.adopt.statements import Box
    from sgwarden.traffic import Peer

_SHOWN = 4
_NEARLY_ALL_PORTS = 16_384
_WIDEST_VPC = {4: 16, 6: 44}
"""The largest blocks that a VPC can have (VPC user guide, VPC CIDR blocks)."""
_VPCS_WOULD_TELL = "With vpcs.json beside the other files that would be known"
_HAVE_PORTS = (TCP, UDP, ICMP, ICMPV6)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known around a line: its clusters, and what the groups are that can be met in rules."""

    direction: Direction
    clusters: tuple[Cluster, ...]
    groups: Mapping[str, str]

    @property
    def vpc(self) -> PeerSet:
        """The addresses of the VPC, as far as known; where they matter, clusters alike have the same."""
        return self.clusters[0].vpc_cidrs or NOBODY


def questions(box: Box, known: Known) -> Iterator[str]:
    """The questions of one line, the gravest first."""
    peers = _together(box.peers)
    public = peers & INTERNET
    if known.direction is Direction.INGRESS:
        yield from _open_to_public(box, [each for each in box.peers if not is_own(each, known.vpc)])
    else:
        yield from _open_to_leave(box, public)
    yield from _too_wide(box.peers)
    if not is_most(public) and _ports_of(box.services) > _NEARLY_ALL_PORTS and box.terms != (Builtin.SELF,):
        yield f"{_all_of(box.services)}: which ports are used?"
    yield from _of_groups(box.peers, known)
    yield from (_of_list(each) for each in box.peers if isinstance(each, PrefixList))
    yield from _of_services(box.services)
    if peers.ipv6 and all(cluster.ip_family is IpFamily.IPV4 for cluster in known.clusters):
        yield "IPv6 addresses, at a cluster whose pods have none: is that needed?"
    yield from _of_description(box, known)


def notes(box: Box, known: Known) -> Iterator[str]:
    """What a reviewer should know of a line and need not answer."""
    own = [str(each) for each in box.peers if is_own(each, known.vpc)]
    if own and known.direction is Direction.INGRESS:
        yield f"{_listed(own)}: public addresses, but the VPC's own"


def perhaps_own(clusters: Iterable[Cluster], peers: Iterable[Peer]) -> Iterator[str]:
    """The question to ask of inbound peers where nobody could look the addresses of the VPC up."""
    found = [str(each) for each in peers if may_be_own(each)]
    if found and any(each.vpc_cidrs is None for each in clusters):
        yield f"are {_listed(found)} the VPC's own? {_VPCS_WOULD_TELL}"


def on_the_vpc(what: str) -> str:
    """The question to ask where the EKS minimum passes by address, if the VPC has such addresses."""
    return f"not open to the group itself: {what}. Is it to all addresses of the VPC? {_VPCS_WOULD_TELL}"


def _open_to_public(box: Box, peers: Sequence[Peer]) -> Iterator[str]:
    public = _together(peers) & INTERNET
    if not public:
        return
    whom, dangers = _public(peers), dangers_in(box.services)
    if dangers:
        yield f"critical: {_listed(dangers)} can be reached from {whom}: who needs that?"
    elif is_most(public):
        yield f"open to {whom}: is it meant for everybody?"
    else:
        yield f"open to {whom}: whose addresses are they, and are they still?"


def _open_to_leave(box: Box, public: PeerSet) -> Iterator[str]:
    if not is_most(public):
        return
    yield f"{_all_of(box.services)} may leave to {_public(box.peers)}: is there a narrower place to name?"


def open_egress(use: Sequence[str]) -> Iterator[str]:
    """The question to ask where the outbound rule of EKS is still there."""
    if "eks-open-egress" in use:
        yield "all traffic may leave to anywhere: would eks-minimum-egress and node-registries be enough?"


def _public(peers: Iterable[Peer]) -> str:
    """Those of the peers that are of the internet, in words."""
    names = [str(each) for each in peers if each.peers & INTERNET]
    public = _together(peers) & INTERNET
    if any(_is_whole(public, space) for space in (ANYWHERE_IPV4, ANYWHERE_IPV6)):
        return f"the whole internet ({_listed(names)})"
    return (
        f"a large part of the internet ({_listed(names)})"
        if is_most(public)
        else f"public addresses ({_listed(names)})"
    )


def _is_whole(public: PeerSet, space: PeerSet) -> bool:
    return INTERNET & space <= public


def _too_wide(peers: Iterable[Peer]) -> Iterator[str]:
    wide = [each for each in peers if isinstance(each, Cidr) and _is_wide(each)]
    if wide:
        yield f"{_listed(map(str, wide))}: wider than any VPC; which networks are meant?"
    nowhere = [each for each in peers if isinstance(each, Cidr) and not each.peers & (INTERNET | PRIVATE)]
    if nowhere:
        yield f"{_listed(map(str, nowhere))}: no network can have such addresses; what is it for?"


def _is_wide(cidr: Cidr) -> bool:
    return cidr.network.prefixlen < _WIDEST_VPC[cidr.network.version] and cidr.peers <= PRIVATE


def _of_groups(peers: Iterable[Peer], known: Known) -> Iterator[str]:
    own = {cluster.security_group_id for cluster in known.clusters}
    for each in peers:
        if isinstance(each, Group) and each.id not in own:
            passes = "gets in" if known.direction is Direction.INGRESS else "can be reached"
            yield f"{each} is {_group(each, known)}: whatever is put into it {passes}"


def _group(group: Group, known: Known) -> str:
    if any(group.id in cluster.control_plane_groups for cluster in known.clusters):
        return "a group that the cluster was created with, on its control plane"
    if group.id in known.groups:
        return known.groups[group.id]
    accounts = {cluster.account for cluster in known.clusters}
    return (
        f"a group of account {group.owner}"
        if group.owner and group.owner not in accounts
        else "another group"
    )


def _of_list(each: PrefixList) -> str:
    blocks = sum(1 for _ in each.addresses.networks())
    size = f"{blocks} {'block' if blocks == 1 else 'blocks'} of addresses today"
    if each.name.startswith(AWS_NAMESPACE):
        return f"{each} ({each.name}), {size}, is AWS's to change"
    return f"{each}, {size}: whoever may change the list changes this line"


def _of_services(services: Iterable[Service]) -> Iterator[str]:
    odd = [str(each) for each in services if each.protocol is not None and each.protocol not in _HAVE_PORTS]
    if odd:
        yield f"{_listed(odd)}: a protocol without ports, all of it open; what speaks it?"


def _of_description(box: Box, known: Known) -> Iterator[str]:
    writer = claimed_by(box.description)
    if writer:
        asked = writer.question if _can_be_managed(box, writer, known) else writer.doubt
        yield asked.format(keys=f"traffic and {known.direction.preposition}")
    elif not box.description:
        yield "no description: what is it for?"


def _can_be_managed(box: Box, writer: Writer, known: Known) -> bool:
    """Whether rules are such as `managed_by` can be true of, at each of the clusters."""
    mark = MARKS[writer.owner]
    rules = [
        Rule(known.direction, service, peer, description=box.description)
        for service in box.services
        for peer in box.peers
    ]
    return all(
        mark.is_claimed_by(rule) and mark.shape(rule, cluster) for rule in rules for cluster in known.clusters
    )


def _ports_of(services: Iterable[Service]) -> int:
    """The most ports that one of the services has."""
    ported = (each for each in services if each.protocol in (None, TCP, UDP))
    return max((each.last - each.first + 1 for each in ported), default=0)


def _all_of(services: Sequence[Service]) -> str:
    return "all traffic" if Service.ALL in services else _listed(map(str, services))


def _together(peers: Iterable[Peer]) -> PeerSet:
    found = NOBODY
    for each in peers:
        found |= each.peers
    return found


def _listed(words: Iterable[str]) -> str:
    """`a, b, c and 3 more`."""
    found = list(words)
    more = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
