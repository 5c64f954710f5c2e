"""Which groups of a region are worth a look: all are compared with the policy at once, by few calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import sample
from typing import TYPE_CHECKING, Protocol, TypeVar

from sgwarden.certainty import Standing, may_be, may_be_beside, standing
from sgwarden.examine import examine
from sgwarden.failure import CallError, PassingError
from sgwarden.observe import ADDITIONAL_TAG, CLUSTER_TAG, Judged, Reader, find_cluster_of
from sgwarden.outcome import Skipped
from sgwarden.sweep import Order, Sweep
from sgwarden.target import TargetKind, well_formed
from sgwarden.vanished import should_have

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from sgwarden import daily
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.observe import Sighting
    from sgwarden.policy.types import Document

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_NAMES = 100
"""So many clusters are asked for by what is written on interfaces: it must not be all that EKS is asked."""


class NotReadYetError(Exception):
    """What is asked for is to be read together with what others ask for."""


class NotAskedError(PassingError):
    """EKS is asked no more in this sweep: the next one may have another order."""


class Region(Reader, Protocol):
    """A region of which much is read at once: methods may raise NotReadYetError before `read_all_asked`.

    `cluster` raises NotAskedError where EKS has been asked enough.
    """

    account_id: str
    region: str

    def sightings(self) -> Mapping[str, Sighting]:
        """The groups that have a tag of LOOKED_AT, by id."""

    def clusters_at_work(self) -> Mapping[str, Collection[str]]:
        """Names of clusters as anybody may write them on interfaces, and the groups of those."""

    def read_all_asked(self) -> None:
        """Read all that was asked for and is not known; what AWS refuses is raised where it is asked for."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The looks to ask for, and of how many groups that is what is worth one.

    `gone` are groups that living clusters should have and have not, `untagged` the clusters whose groups lack
    the tag that EKS gives them, and `left_over` groups that EKS made for clusters which have no interfaces
    now: most do not exist any more. None of these is known where there is a reason why the interfaces are
    `unread`; `left_over` is None then.
    """

    sweeps: tuple[Sweep, ...]
    groups: int
    left_over: int | None
    gone: int
    untagged: tuple[str, ...] = ()
    unread: CallError | None = None


def compare(
    region: Region, document: Document | CallError, order: Order, watched: Mapping[str, daily.Standing | None]
) -> Comparison:
    """Compare all groups with the policy; each is worth a look if that cannot be read, or to remind people.

    So is each that is `watched`, in order or not, there or gone: the ledger has something open of it, with
    how it stands where that is known. Raises CallError where the groups cannot be read.
    """
    sightings = region.sightings()
    of_clusters = {group: name for group, each in sightings.items() if (name := each.tags.get(CLUSTER_TAG))}
    at_work, unread = _at_work(region)
    unseen = (name for name, on in at_work.items() if all(of_clusters.get(each) != name for each in on))
    gone, untagged = _gone_and_untagged(region, sorted(unseen))
    if order.remind or isinstance(document, CallError):
        worth: Collection[str] = sightings
    else:
        worth = {*watched, *_drifted(region, sightings, of_clusters, document)}
    gone_since = (group for group in watched if group not in {*sightings, *gone.values()})
    sweeps = (
        *(Sweep(group, order.remind, cluster, order.after_pause) for cluster, group in gone.items()),
        *(
            Sweep(group, order.remind, _own_cluster(watched[group]), order.after_pause)
            for group in well_formed(TargetKind.GROUP, gone_since)
        ),
        *(Sweep(group, order.remind, after_pause=order.after_pause) for group in sightings if group in worth),
    )
    left_over = None if unread else sum(name not in at_work for name in of_clusters.values())
    return Comparison(sweeps, len(sightings), left_over, len(gone), tuple(untagged), unread)


def _own_cluster(standing: daily.Standing | None) -> str:
    """The cluster whose own group this was, if that is known."""
    return "" if standing is None or standing.additional else standing.cluster


def _at_work(region: Region) -> tuple[Mapping[str, Collection[str]], CallError | None]:
    """The clusters at work with the groups on their interfaces; none, and why, where that cannot be read."""
    try:
        return region.clusters_at_work(), None
    except CallError as error:
        return {}, error


def _gone_and_untagged(region: Region, names: Sequence[str]) -> tuple[Mapping[str, str], list[str]]:
    """Of the clusters that live, those whose group does not exist, with it, and those whose group has no tag.

    Of a cluster that EKS does not describe now nothing is said: the next sweep asks again.
    """

    def own_group(name: str) -> tuple[str, Mapping[str, str] | None] | None:
        cluster = region.cluster(name)
        if cluster is None or not should_have(cluster, cluster.security_group_id):
            return None
        group_id = cluster.security_group_id
        return group_id, region.group_tags([group_id]).get(group_id)

    chosen = sorted(sample(names, min(len(names), _NAMES)))
    answers = _answers(region, chosen, own_group, unknown=None)
    found = {name: answer for name, answer in answers.items() if answer}
    gone = {name: group_id for name, (group_id, tags) in found.items() if tags is None}
    return gone, [name for name, (_, tags) in found.items() if tags is not None and CLUSTER_TAG not in tags]


def _drifted(
    region: Region, sightings: Mapping[str, Sighting], of_clusters: Mapping[str, str], document: Document
) -> frozenset[str]:
    """The groups that are not in order, or of which that cannot be read now.

    Of a group that is in order at some of the clusters that its own may be, EKS is asked until it answers: in
    a region of many such groups, all that were not asked about would be looked at for ever.
    """
    has_scopes = any(policy.scope is not None for policy in document.policies)
    own = defaultdict(list)
    for group_id, name in of_clusters.items():
        own[name].append(group_id)

    def stands(group_id: str) -> Standing:
        sighting = sightings[group_id]
        if sighting.group is None:
            return Standing.DOUBTFUL
        group = sighting.group()
        return standing(_clusters(region, group, own), group, document, region)

    def is_worth_a_look(group_id: str) -> bool:
        try:
            found = find_cluster_of(region, group_id, sightings[group_id])
        except NotAskedError:
            return standings[group_id] is not Standing.DOUBTFUL
        if isinstance(found, Skipped):
            return False
        seen = examine(*found, document, region)
        return bool(seen.drift) if isinstance(seen, Judged) else not isinstance(seen, Skipped)

    judged = [group_id for group_id in sightings if group_id in of_clusters or has_scopes]
    standings = _answers(region, judged, stands, unknown=None)
    unsure = [group_id for group_id in judged if standings[group_id] is not Standing.IN_ORDER]
    worth = _answers(region, unsure, is_worth_a_look, unknown=True)
    return frozenset(group_id for group_id, is_worth in worth.items() if is_worth)


def _clusters(region: Region, group: SecurityGroup, own: Mapping[str, Sequence[str]]) -> list[Cluster]:
    """The clusters whose group this may be; `own` are the groups that EKS made, by the clusters' names."""
    may_have_ipv6 = _may_have_ipv6(region, group.vpc_id)
    if CLUSTER_TAG in group.tags:
        return may_be(group, region.account_id, region.region, may_have_ipv6=may_have_ipv6)
    theirs = own.get(group.tags.get(ADDITIONAL_TAG, ""), ())
    return may_be_beside(group, theirs, region.account_id, region.region, may_have_ipv6=may_have_ipv6)


def _may_have_ipv6(region: Region, vpc_id: str) -> bool:
    try:
        return bool(region.vpc_cidrs(vpc_id).ipv6)
    except CallError:
        return True


def _answers(
    region: Region, items: Iterable[Item], answer: Callable[[Item], Answer], unknown: Answer
) -> dict[Item, Answer]:
    """The answer for each, `unknown` where AWS refuses what it takes, which is read for all together."""
    answers: dict[Item, Answer] = {}
    waiting = list(items)
    while waiting:
        asked, waiting = waiting, []
        for item in asked:
            try:
                answers[item] = answer(item)
            except NotReadYetError:
                waiting.append(item)
            except CallError:
                answers[item] = unknown
        if waiting:
            region.read_all_asked()
    return answers
