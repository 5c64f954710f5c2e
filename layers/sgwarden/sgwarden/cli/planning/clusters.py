"""What the policy would change in many clusters, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from sgwarden import report
from sgwarden.cli.advice import explained
from sgwarden.examine import examine, planned
from sgwarden.failure import CallError
from sgwarden.observe import ADDITIONAL_TAG, Judged, Reader, additional
from sgwarden.outcome import Outcome, Skipped, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sgwarden.aws.inventory import Unread
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.types import Document

Json = dict[str, Any]
_WRONG = {Status.REFUSED, Status.FAILED}


class Source(Reader, Protocol):
    """Clusters to look at, and what is read of their account and region."""

    @property
    def unread(self) -> Sequence[Unread]:
        """Clusters that were passed over, with the reasons; known once all have been asked for."""

    def clusters(self) -> Iterator[tuple[Cluster, SecurityGroup | None]]:
        """Each cluster with its group, None where that is gone."""

    def tagged_by_people(self) -> Mapping[str, Sequence[SecurityGroup]]:
        """The groups that people have tagged as additional ones, by the cluster's name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is, and which of its groups; `name` is empty for a region as a whole."""

    name: str
    account: str
    region: str
    group_id: str = ""
    additional: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, cluster: Cluster) -> Place:
        group_id, additional = cluster.security_group_id, cluster.additional is not None
        return cls(cluster.name, cluster.account, cluster.region, group_id, additional)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a cluster led to; without an outcome, `reason` says why, and `wrong` if that is bad."""

    place: Place
    outcome: Outcome | None = None
    reason: str = ""
    wrong: bool = False

    @property
    def result(self) -> Json | None:
        """Its result of the contract, with the group as the plan would leave it."""
        if self.outcome is None:
            return None
        return report.result(replace(self.outcome, group=self.outcome.planned or self.outcome.group))


def every_cluster(source: Source) -> Iterator[tuple[Cluster, SecurityGroup | None]]:
    """All clusters of a source; raises CallError also for a single one that cannot be read."""
    yield from source.clusters()
    for error in filter(None, (each.error for each in source.unread)):
        raise error


def every_group(source: Source, document: Document) -> Iterator[Cluster]:
    """All clusters of a source, each as often as it has groups that policies may be for; raises CallError."""
    beside = source.tagged_by_people() if has_scopes(document) else {}
    for cluster, _ in every_cluster(source):
        yield cluster
        found = (additional(cluster, each) for each in beside.get(cluster.name, ()))
        yield from (each[0] for each in found if not isinstance(each, Skipped))


def plan_clusters(
    title: str, source: Source, document: Document, names: Collection[str] = ()
) -> Iterator[Looked]:
    """Look at each cluster of a source, or those of the names; what goes wrong with one leaves the others.

    Their additional groups are looked at where a policy speaks of any.
    """
    try:
        beside = dict(source.tagged_by_people()) if has_scopes(document) else {}
        for cluster, group in source.clusters():
            tagged = beside.pop(cluster.name, ())
            if not names or cluster.name in names:
                yield _looked(cluster, group, document, source)
                yield from (_looked_beside(cluster, each, document, source) for each in tagged)
    except CallError as error:
        yield Looked(Place("", "", title), reason=explained(error), wrong=True)
        return
    if not names:
        yield from _of_no_cluster(title, beside, {each.name for each in source.unread})
    for each in source.unread:
        reason = explained(each.error) if each.error else each.reason
        yield Looked(Place(each.name, "", each.region), reason=reason, wrong=each.error is not None)


def _looked(cluster: Cluster, group: SecurityGroup | None, document: Document, reader: Reader) -> Looked:
    place = Place.of(cluster)
    if cluster.status == "DELETING":
        return Looked(place, reason="it is being deleted")
    if group is None:
        gone = f"its security group {cluster.security_group_id} does not exist any more"
        return Looked(place, reason=gone, wrong=True)
    try:
        found = plan_group(cluster, group, document, reader)
    except CallError as error:
        return Looked(place, reason=explained(error), wrong=True)
    if isinstance(found, Skipped):
        return Looked(place, reason=found.reason)
    return Looked(place, found)


def has_scopes(document: Document) -> bool:
    """Whether a policy speaks of additional groups."""
    return any(policy.scope is not None for policy in document.policies)


def _looked_beside(cluster: Cluster, group: SecurityGroup, document: Document, reader: Reader) -> Looked:
    found = additional(cluster, group)
    if isinstance(found, Skipped):
        place = Place(cluster.name, cluster.account, cluster.region, group.id, additional=True)
        return Looked(place, reason=found.reason)
    return _looked(*found, document, reader)


def _of_no_cluster(
    region: str, tagged: Mapping[str, Sequence[SecurityGroup]], unread: Collection[str]
) -> Iterator[Looked]:
    """Groups whose tag names a cluster that there is not: most likely the name is misspelt."""
    for name in sorted(tagged.keys() - unread):
        for group in tagged[name]:
            reason = f"it is tagged {ADDITIONAL_TAG}={name}, and there is no such cluster"
            yield Looked(Place(name, "", region, group.id, additional=True), reason=reason)


def plan_group(
    cluster: Cluster, group: SecurityGroup, document: Document, reader: Reader
) -> Outcome | Skipped:
    """What the policy would change in one group; Skipped where none is for its cluster. Raises CallError."""
    seen = examine(cluster, group, document, reader)
    return planned(seen, seen.desired.mode) if isinstance(seen, Judged) else seen


def as_document(found: Iterable[Looked]) -> Json:
    """The contract, and beside it the clusters that are left alone and those that could not be looked at."""
    looked = list(found)
    without = [each for each in looked if each.outcome is None]
    ignored = [_row(each) for each in without if not each.wrong]
    errors = [_row(each) for each in without if each.wrong]
    results = (result for each in looked if (result := each.result))
    return {**report.document(results), "ignored": ignored, **({"errors": errors} if errors else {})}


def _row(looked: Looked) -> Json:
    place = looked.place
    return {
        "cluster": place.name,
        "account": place.account,
        "region": place.region,
        "reason": looked.reason,
    }


def is_wrong(looked: Looked) -> bool:
    """Whether something could not be looked at, judged or done."""
    return looked.wrong or (looked.outcome is not None and looked.outcome.status in _WRONG)


def is_drifted(looked: Looked) -> bool:
    return looked.outcome is not None and looked.outcome.status is Status.DRIFTED
