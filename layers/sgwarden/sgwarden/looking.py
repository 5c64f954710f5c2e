"""Looking at one group: what is done about it, and what people are told came of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden import timing
from sgwarden.around import around
from sgwarden.bookkeeping import Books, BusyError
from sgwarden.causes import causes_of
from sgwarden.finding import ABOUT_ATTACHMENT, DRIFT, TOLD_ONCE, Kind
from sgwarden.look import Ended
from sgwarden.observe import find_cluster_of
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.reconcile import reconcile
from sgwarden.settling import Seen
from sgwarden.suspicion import suspected
from sgwarden.timing import SECONDS_FOR_A_LOOK
from sgwarden.updating import UPDATING, made_by_others
from sgwarden.vanished import should_have, vanished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.finding import Finding
    from sgwarden.look import Look
    from sgwarden.observe import Sighting
    from sgwarden.service import Service


_SECONDS_TO_WAIT = 2
"""Between two looks at whether another run is done with the group, which takes it a few."""
_WAITS = 3
"""So often: other groups of the batch wait too."""


def looked(
    group_id: str,
    sighting: Sighting | None,
    look: Look,
    service: Service,
    seconds_left: Callable[[], float],
) -> Outcome | Skipped | None:
    """Reconcile the group and tell of it; None where that could not be done to the end."""
    try:
        service.recent.note(group_id, look.triggers)
        result = _alone(group_id, sighting, look, service, seconds_left)
    except Exception as error:
        service.journal.failed(group_id, error)
        look.ended = Ended.BROKEN
        return None
    look.ended = Ended.FAILED if _has_failed(result) else Ended.DONE
    return result


def _alone(
    group_id: str,
    sighting: Sighting | None,
    look: Look,
    service: Service,
    seconds_left: Callable[[], float],
) -> Outcome | Skipped:
    """The look, once no other run is at work on the group; raises BusyError where one is for too long."""
    for waits_left in reversed(range(_WAITS + 1)):
        read_at = look.read_at or timing.now()
        books = Books(group_id, service, look.causes, bool(look.messages), read_at)
        try:
            return _looked(sighting, look, books, seconds_left)
        except BusyError:
            # With a lease of its own it has written to the group, and would find that in order.
            if books.has_begun or not waits_left or seconds_left() < SECONDS_FOR_A_LOOK + _SECONDS_TO_WAIT:
                raise
        time.sleep(_SECONDS_TO_WAIT)
        look.read_at = timing.now()
        sighting = service.world.sightings([group_id]).get(group_id)
    raise AssertionError("the last look ends it")


def _looked(
    sighting: Sighting | None, look: Look, books: Books, seconds_left: Callable[[], float]
) -> Outcome | Skipped:
    service = books.service
    result = _result(sighting, look, books, seconds_left)
    if isinstance(result, Outcome):
        result = _told(result, look, books, seconds_left)
    else:
        service.journal.looked(books.group, result, look.causes)
        if look.sweeps or books.has_begun:
            # Events name groups of nobody's all the time; a sweep names what the ledger has something of.
            books.settle(Seen(timing.now()))
    return result


def _told(outcome: Outcome, look: Look, books: Books, seconds_left: Callable[[], float]) -> Outcome:
    """The outcome as people are told of it, at once or, of what may not last, in a while."""
    service = books.service
    outcome = _with_causes(outcome, look)
    service.recent.see(books.group, [each.id for each in outcome.findings])
    unsure = [each for each in outcome.findings if each.kind in TOLD_ONCE and each.id not in look.confirms]
    sure = tuple(each for each in outcome.findings if each not in unsure)
    news = outcome.has_written and not all(books.knows(each.id) for each in sure if each.kind in DRIFT)
    outcome = replace(outcome, findings=sure, missed=look.was_missed and news)
    is_clean = outcome.status is Status.IN_SYNC and not sure
    beside = _around(outcome, look, service, seconds_left) if is_clean else None
    outcome = replace(outcome, findings=(*sure, *(beside or ())))
    service.journal.looked(books.group, outcome, look.causes)
    covers = _is_of_the_group(outcome) if beside is None else _anything
    unread = is_clean and beside is None and look.is_thorough
    books.settle(Seen(timing.now(), outcome, covers, _missed(outcome, around=unread)))
    if unsure:
        _suspect(books.group, [each.id for each in unsure], service)
    if not is_clean:
        _tell_what_is_around(outcome, look, books, seconds_left)
    return outcome


def _with_causes(outcome: Outcome, look: Look) -> Outcome:
    findings = (finding.because_of(*causes_of(finding, look.triggers)) for finding in outcome.findings)
    return replace(outcome, findings=tuple(findings))


def _anything(_kind: Kind) -> bool:
    return True


def _is_around(kind: Kind) -> bool:
    return kind in ABOUT_ATTACHMENT


def _is_of_the_group(outcome: Outcome) -> Callable[[Kind], bool]:
    """Which kinds were judged: where the policy could not be used, nothing but that."""
    if any(finding.kind is Kind.POLICY_REFUSED for finding in outcome.findings):
        return lambda kind: kind is Kind.POLICY_REFUSED
    return lambda kind: not _is_around(kind)


def _missed(outcome: Outcome, *, around: bool) -> Callable[[Kind], bool]:
    """Which kinds were to be judged and could not be."""
    covers = _is_of_the_group(outcome)
    return lambda kind: around if _is_around(kind) else not covers(kind)


def _suspect(group_id: str, findings: Sequence[str], service: Service) -> None:
    """Have the group looked at again before people are told: once, however many events it takes."""
    recent = service.recent
    if new := [each for each in findings if not recent.is_suspected(each, group_id)]:
        service.teller.defer(suspected(group_id, new, recent.removals(group_id)))
        recent.suspect(group_id, new)


def _has_failed(result: Outcome | Skipped) -> bool:
    return isinstance(result, Outcome) and result.status is Status.FAILED


def _result(
    sighting: Sighting | None, look: Look, books: Books, seconds_left: Callable[[], float]
) -> Outcome | Skipped:
    group_id, service = books.group, books.service
    found = find_cluster_of(service.world, group_id, sighting)
    if sighting is None and (gone := _gone(group_id, look, service)):
        return gone
    if isinstance(found, Skipped):
        # Without a policy too: where that cannot be read, groups of no cluster are no reason to try again.
        return found
    cluster, group = found
    cluster = replace(cluster, status=_status(cluster, look))
    removals = service.recent.removals(group_id)
    policy, ceiling = service.policy, service.ceiling
    return reconcile(
        cluster,
        group,
        policy,
        service.world,
        ceiling,
        seconds_left,
        removals,
        begin=lambda planned: books.begin(_with_causes(planned, look)),
    )


def _status(cluster: Cluster, look: Look) -> str:
    """The cluster's, as far as what EKS makes is held for it: until the update is over, and not for people.

    The status that EKS gives follows the update's beginning, and its end.
    """
    if any(made_by_others(trigger, cluster) for trigger in look.triggers):
        return ""
    return UPDATING if look.follows else cluster.status


def _gone(group_id: str, look: Look, service: Service) -> Outcome | Skipped | None:
    """What is told of a group that does not exist: nothing, unless a cluster lives that should have it."""
    for name in look.clusters:
        cluster = service.world.cluster(name)
        # Asked by its id once more: an answer about many may not have one that is a second old.
        if cluster and should_have(cluster, group_id) and service.world.group(group_id) is None:
            return vanished(cluster, service.policy, service.ceiling.mode)
    return None


def _around(
    outcome: Outcome, look: Look, service: Service, seconds_left: Callable[[], float]
) -> tuple[Finding, ...] | None:
    """What is around the cluster, in a thorough look; None where that was not looked at."""
    found = around(outcome, service, seconds_left) if look.is_thorough else None
    return None if found is None else _with_causes(replace(outcome, findings=found), look).findings


def _tell_what_is_around(
    outcome: Outcome, look: Look, books: Books, seconds_left: Callable[[], float]
) -> None:
    """In an alert of its own, where there was something to tell of the group: that did not wait for it."""
    found = _around(outcome, look, books.service, seconds_left)
    if found is None:
        if look.is_thorough:
            apart = replace(outcome, findings=(), changes=(), planned=None)
            books.settle(Seen(timing.now(), apart, lambda _: False, _is_around))
        return
    apart = replace(outcome, findings=found, changes=(), planned=None)
    if found:
        books.service.journal.looked(books.group, apart, look.causes)
    books.settle(Seen(timing.now(), apart, _is_around))
