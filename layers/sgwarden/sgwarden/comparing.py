"""Which groups of a region are worth a look: all are compared with the policy at once, by few calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from sgwarden.certainty import may_be, surely_in_order
from sgwarden.examine import examine
from sgwarden.failure import CallError
from sgwarden.observe import CLUSTER_TAG, Judged, Reader, find_cluster_of
from sgwarden.outcome import Skipped
from sgwarden.sweep import Order, Sweep
from sgwarden.vanished import should_have

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sgwarden.observe import Sighting
    from sgwarden.policy.types import Document

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class NotReadYetError(Exception):
    """What is asked for is to be read together with what others ask for."""


class Region(Reader, Protocol):
    """A region of which much is read at once: methods may raise NotReadYetError before `read_all_asked`."""

    account_id: str
    region: str

    def sightings(self) -> Mapping[str, Sighting]:
        """The groups that have a tag of LOOKED_AT, by id."""

    def clusters_at_work(self) -> Collection[str]:
        """Names of clusters by what is written on interfaces, which anybody can write."""

    def read_all_asked(self) -> None:
        """Read all that was asked for and is not known; what EKS refuses is raised where it is asked for."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The looks to ask for, and of how many groups that is what is worth one.

    `gone` are groups that living clusters should have and have not, `left_over` those that EKS made for
    clusters which have no interfaces now: most do not exist any more.
    """

    sweeps: tuple[Sweep, ...]
    groups: int
    left_over: int
    gone: int


def compare(region: Region, document: Document | CallError, order: Order) -> Comparison:
    """Compare all groups with the policy; each is worth a look if that cannot be read, or to remind people.

    Additional groups are few, and always worth one. Raises CallError where the region cannot be read.
    """
    sightings = region.sightings()
    names = {group: each.tags.get(CLUSTER_TAG, "") for group, each in sightings.items()}
    of_clusters = {group: name for group, name in names.items() if name}
    at_work = region.clusters_at_work()
    gone = _gone(region, set(at_work) - set(of_clusters.values()))
    if order.remind or isinstance(document, CallError):
        worth = list(sightings)
    else:
        drifted = _drifted(region, {group: sightings[group] for group in of_clusters}, document)
        worth = [group for group in sightings if group not in of_clusters or group in drifted]
    sweeps = (
        *(Sweep(group, order.remind, cluster, order.after_pause) for group, cluster in gone.items()),
        *(Sweep(group, order.remind, after_pause=order.after_pause) for group in worth),
    )
    left_over = sum(name not in at_work for name in of_clusters.values())
    return Comparison(sweeps, len(sightings), left_over, len(gone))


def _drifted(region: Region, sightings: Mapping[str, Sighting], document: Document) -> frozenset[str]:
    """The groups that are not in order, or of which that cannot be told now."""

    def is_sure(group_id: str) -> bool:
        sighting = sightings[group_id]
        if sighting.group is None:
            return False
        group = sighting.group()
        clusters = may_be(group, region.account_id, region.region, region.vpc_cidrs(group.vpc_id))
        return surely_in_order(clusters, group, document, region)

    def is_worth_a_look(group_id: str) -> bool:
        found = find_cluster_of(region, group_id, sightings[group_id])
        if isinstance(found, Skipped):
            return False
        seen = examine(*found, document, region)
        return bool(seen.drift) if isinstance(seen, Judged) else not isinstance(seen, Skipped)

    unsure = [each for each, sure in _answers(region, sightings, is_sure, unknown=False).items() if not sure]
    worth = _answers(region, unsure, is_worth_a_look, unknown=True)
    return frozenset(each for each in worth if worth[each])


def _gone(region: Region, names: Iterable[str]) -> Mapping[str, str]:
    """The groups that do not exist while their clusters live, with the clusters' names.

    Of a cluster that EKS does not describe now nothing is said: the next sweep asks again.
    """

    def missing(name: str) -> str:
        cluster = region.cluster(name)
        if cluster is None or not should_have(cluster, cluster.security_group_id):
            return ""
        return "" if region.group(cluster.security_group_id) else cluster.security_group_id

    return {group: name for name, group in _answers(region, names, missing, unknown="").items() if group}


def _answers(
    region: Region, items: Iterable[Item], answer: Callable[[Item], Answer], unknown: Answer
) -> dict[Item, Answer]:
    """The answer for each, `unknown` where AWS refuses what it takes; that is read for all together."""
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
