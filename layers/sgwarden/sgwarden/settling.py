"""What a look at a group means for its page in the ledger, and what of that is news."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sgwarden.finding import COSTS, DRIFT, SEVERITIES, TOLD_ONCE, Kind
from sgwarden.life import State, Transition
from sgwarden.notice import joined
from sgwarden.noting import is_again, is_more, note_of, remembered
from sgwarden.outcome import Status
from sgwarden.page import LEASE, Entry, Lease, Page
from sgwarden.policy.types import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sgwarden.alert import Made
    from sgwarden.finding import Finding
    from sgwarden.life import Note
    from sgwarden.outcome import Outcome
    from sgwarden.terms import Terms

_ONE_STORM = timedelta(hours=1)
"""What is told once is told again after so long: by then it is another."""
_AT_WORK = frozenset({Kind.PLAN_REFUSED, Kind.REMEDIATION_FAILED})
_TROUBLE = frozenset({Kind.POLICY_REFUSED, *_AT_WORK})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found, with the causes of the findings, and which kinds it `covers`.

    Of these, what it did not find is not so any more; what it `missed` it was to judge and could not, so that
    this is as it was. There is no `outcome` where there is nothing to judge: the group is gone, or no policy
    is for it.
    """

    now: datetime
    outcome: Outcome | None = None
    covers: Callable[[Kind], bool] = lambda _: True
    missed: Callable[[Kind], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class Settled:
    """The page as it is now, in the same thread, and the findings that people are told of, the worst first.

    Where a run before had broken off, `resumed` are the changes that it set out to make.
    """

    page: Page
    notes: tuple[Note, ...]
    resumed: tuple[Made, ...] = ()


@dataclass(frozen=True, slots=True)
class _Turn:
    """An entry as it is from now on, and whether people are told."""

    entry: Entry
    told: bool


def settle(page: Page, seen: Seen, terms: Terms) -> Settled:
    """What the page says after the look; it is the same page where the look changes nothing."""
    turns = {turn.entry.note.id: turn for turn in _turns(page, seen, terms)}
    if not any(turn.told and turn.entry.note.kind in DRIFT for turn in turns.values()):
        # What a plan costs says nothing to those who are not told what it is for.
        turns = {key: _untold(turn, page) if _is_cost(turn) else turn for key, turn in turns.items()}
    known = {entry.note.id: entry for entry in page.entries}
    entries = tuple(remembered({**known, **{key: turn.entry for key, turn in turns.items()}}, seen.now))
    notes = _to_be_told([turn.entry.note for turn in turns.values() if turn.told], entries)
    looked_at = [each for each in page.open if each.note.id in turns and seen.covers(Kind(each.note.kind))]
    resumed = any(_was_broken_off(page, each, seen) for each in looked_at)
    # What a run set out to do and broke off is known until all of it has been looked at.
    judged = all(each in looked_at for each in page.open if each.note.kind in DRIFT)
    after = replace(page, entries=entries, lease=None if judged else page.lease)
    if seen.outcome and entries:  # of a group that was never in disorder, nothing is written
        cluster = seen.outcome.cluster
        after = replace(after, cluster=cluster.name, additional=bool(cluster.additional))
    changes = page.lease.changes if page.lease and resumed else ()
    return Settled(after, tuple(sorted(notes, key=_worst_first)), changes)


def _is_cost(turn: _Turn) -> bool:
    return turn.told and turn.entry.note.kind in COSTS


def _untold(turn: _Turn, page: Page) -> _Turn:
    before = page.entry(turn.entry.note.id)
    told = before.told if before and before.state is turn.entry.state else None
    return _Turn(replace(turn.entry, told=told), told=False)


def _to_be_told(notes: Sequence[Note], entries: Sequence[Entry]) -> Sequence[Note]:
    """Less the end of trouble, which is over with the rest: told alone, and of work where nothing is left."""
    others = [note for note in notes if note.kind not in _TROUBLE or note.transition.state.is_open]
    drifts = any(entry.state.is_open and entry.note.kind in DRIFT for entry in entries)
    unsaid = _AT_WORK if drifts else ()
    return others or [note for note in notes if note.kind not in unsaid]


def leased(page: Page, outcome: Outcome, changes: Sequence[Made], holder: str, now: datetime) -> Page:
    """The page, to be written before the group is: who goes to work, until when, for what and on what.

    If nothing more is heard of that run, what it set out to put right is on the page.
    """
    known = {entry.note.id: entry for entry in page.entries}
    for finding in outcome.findings:
        entry = known.get(finding.id)
        goes_on = entry and entry.state.is_open and not is_more(finding, entry.note, page.group)
        if finding.kind in DRIFT and not goes_on:
            transition = _opening(finding, entry, page.group)
            known[finding.id] = Entry(note_of(finding, entry, transition, now, page.group), State.OPEN, None)
    return page.next(
        cluster=outcome.cluster.name,
        additional=bool(outcome.cluster.additional),
        entries=tuple(known.values()),
        lease=Lease(holder, now + LEASE, tuple(changes)),
    )


def _turns(page: Page, seen: Seen, terms: Terms) -> Iterator[_Turn]:
    outcome = seen.outcome
    found = [each for each in outcome.findings if seen.covers(each.kind)] if outcome else []
    for finding in found:
        yield _of_found(finding, page, seen, terms)
    present = {finding.id for finding in found}
    # What is held while EKS updates the cluster is as open as it was, and yet no finding.
    if outcome and outcome.held:
        return
    for entry in page.open:
        kind = Kind(entry.note.kind)
        if entry.note.id not in present and seen.covers(kind):
            yield _of_gone(entry, page, seen)
        elif seen.missed(kind) and _is_due(entry, seen, terms):
            note = replace(entry.note, transition=Transition.REMINDED)
            yield _Turn(Entry(note, entry.state, seen.now), told=True)


def _of_found(finding: Finding, page: Page, seen: Seen, terms: Terms) -> _Turn:
    assert seen.outcome  # noqa: S101  there are findings
    state, entry = _state(finding, seen.outcome), page.entry(finding.id)
    goes_on = entry if entry and entry.state.is_open else None
    if goes_on and _was_broken_off(page, goes_on, seen) and state is State.REMEDIATED:
        finding = joined(replace(finding, traffic=goes_on.note.traffic, rules=goes_on.note.rules), finding)
    if finding.kind in TOLD_ONCE:
        if entry and entry.told and seen.now < entry.told + _ONE_STORM:
            return _Turn(entry, told=False)
        note = note_of(finding, entry, Transition.OPENED, seen.now, page.group)
        return _Turn(Entry(note, State.RESOLVED, seen.now), told=True)
    if transition := _transition(finding, state, entry, seen, terms):
        note = note_of(finding, entry, transition, seen.now, page.group)
        return _Turn(Entry(note, state, seen.now), told=True)
    assert goes_on  # noqa: S101  what is new is told
    note = note_of(finding, entry, goes_on.note.transition, seen.now, page.group)
    return _Turn(Entry(note, state, goes_on.told), told=False)


def _state(finding: Finding, outcome: Outcome) -> State:
    tried = outcome.status in (Status.REMEDIATED, Status.FAILED)
    if finding.kind in _TROUBLE:
        return State.FAILED
    if tried and (finding.kind in COSTS or finding.id not in outcome.standing):
        return State.REMEDIATED
    failed = outcome.status is Status.FAILED and finding.kind in DRIFT
    return State.FAILED if failed else State.OPEN


def _transition(
    finding: Finding, state: State, entry: Entry | None, seen: Seen, terms: Terms
) -> Transition | None:
    """What people are told of a finding that was found; None for nothing, as they know."""
    assert seen.outcome  # noqa: S101  it was found
    told = entry.told if entry and entry.state.is_open else None
    if state is State.REMEDIATED:
        return Transition.REMEDIATED
    is_worse = state is State.FAILED and not (told and entry and entry.state is State.FAILED)
    if is_worse or (state is State.FAILED and seen.outcome.has_written):
        return Transition.FAILED
    group = seen.outcome.group.id
    if told is None or entry is None:
        return _opening(finding, entry, group)
    if is_more(finding, entry.note, group):
        return Transition.OPENED
    return Transition.REMINDED if _is_due(entry, seen, terms) else None


def _is_due(entry: Entry, seen: Seen, terms: Terms) -> bool:
    """Whether it is time to remind of what was told as open, and no report does so."""
    in_report = terms.daily and seen.outcome and seen.outcome.mode is Mode.OBSERVE
    return bool(entry.told and seen.now >= entry.told + terms.remind_after and not in_report)


def _opening(finding: Finding, entry: Entry | None, group: str) -> Transition:
    """How it opens: again if it was closed, or opened again by a run that broke off."""
    if entry is None:
        return Transition.OPENED
    untold = entry.state.is_open and entry.told is None and entry.note.transition is Transition.REOPENED
    closed = not entry.state.is_open and is_again(finding, entry.note, group)
    return Transition.REOPENED if untold or closed else Transition.OPENED


def _of_gone(entry: Entry, page: Page, seen: Seen) -> _Turn:
    if _was_broken_off(page, entry, seen):
        transition, state = Transition.REMEDIATED, State.REMEDIATED
    else:
        transition, state = Transition.RESOLVED, State.RESOLVED
    told = entry.note.kind not in COSTS
    return _Turn(Entry(replace(entry.note, transition=transition), state, seen.now), told)


def _was_broken_off(page: Page, entry: Entry, seen: Seen) -> bool:
    """Whether some of it was put right by a run that then broke off, of which nobody was told."""
    if page.lease is None or seen.outcome is None or entry.note.kind not in DRIFT:
        return False
    found = {line for each in seen.outcome.findings if each.id == entry.note.id for line in each.traffic}
    return not found or not set(entry.note.traffic) <= found


def _worst_first(note: Note) -> tuple[int, int]:
    return SEVERITIES.index(note.severity), tuple(Transition).index(note.transition)
