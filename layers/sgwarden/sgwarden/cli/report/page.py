"""What the page says: counts, groups by how they stand, the timeline, and the lines of policy that spoke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.cli.report.group import severities
from sgwarden.cli.report.spoken import Line, spoken
from sgwarden.cli.report.timeline import Day, days
from sgwarden.cli.report.together import alerts, groups
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sgwarden.cli.report.documents import Document
    from sgwarden.cli.report.group import Group
    from sgwarden.cli.results.unjudged import Unjudged

_UNFOLDED_AT_MOST = 6
_SHOWN_WHOLE_AT_MOST = 6

# From the worst: the status, its heading and what it means.
_STATUSES = (
    (Status.FAILED, "Not put right", "Changes failed. Look at these now."),
    (Status.REFUSED, "Refused", "The policy or the plan does not hold, so no change was made."),
    (Status.DRIFTED, "Drifted", "Not as the policy wants it, and left so."),
    (Status.REMEDIATED, "Put right", "Was not as the policy wants it, and is again."),
    (Status.IN_SYNC, "In order", "As the policy wants it."),
)
_NOT_IN_ORDER = (Status.FAILED, Status.REFUSED, Status.DRIFTED)
_ALWAYS_COUNTED = (Status.DRIFTED, Status.IN_SYNC)


@dataclass(frozen=True, slots=True)
class Section:
    """All groups of one status: those with something to say, and those of which a line is enough."""

    status: Status
    title: str
    meaning: str
    told: tuple[Group, ...]
    quiet: tuple[Group, ...]

    @property
    def number(self) -> int:
        return len(self.told) + len(self.quiet)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of one kind; `start` is how many come before, for the bar."""

    kind: str
    title: str
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page says. `severities` counts open findings, from the worst, of those that there are."""

    title: str
    headline: str
    in_order: bool
    tally: tuple[Count, ...]
    severities: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
    days: tuple[Day, ...]
    lines: tuple[Line, ...]
    unseen: tuple[Unjudged, ...]
    ignored: tuple[Unjudged, ...]
    unfolded: bool
    when: datetime | None = None

    @property
    def total(self) -> int:
        """The length of the bar."""
        return sum(count.number for count in self.tally)

    @property
    def moments(self) -> int:
        return sum(len(day.moments) for day in self.days)


def page_of(documents: Iterable[Document], title: str = "", when: datetime | None = None) -> Report:
    """The report of any number of documents; `when` is the time that it says it is of."""
    read = [*documents]
    found = groups(read)
    aside = tuple(dict.fromkeys(each for document in read for each in document.unjudged))
    unseen = tuple(each for each in aside if each.wrong)
    ignored = tuple(each for each in aside if not each.wrong)
    whole = len(found) <= _SHOWN_WHOLE_AT_MOST
    sections = tuple(_section(found, *status, whole=whole) for status in _STATUSES)
    left = sum(section.number for section in sections if section.status in _NOT_IN_ORDER)
    return Report(
        title=title,
        headline=_headline(found, left, len(unseen)),
        in_order=not (left or unseen),
        tally=_tally(sections, len(unseen), len(ignored)),
        severities=severities(each for group in found for each in group.findings if each.is_open),
        sections=tuple(section for section in sections if section.number),
        days=days(alerts(read), (look for document in read for look in document.asked)),
        lines=spoken(found),
        unseen=unseen,
        ignored=ignored,
        unfolded=sum(len(section.told) for section in sections) <= _UNFOLDED_AT_MOST,
        when=when,
    )


def _section(found: Sequence[Group], status: Status, title: str, meaning: str, *, whole: bool) -> Section:
    here = sorted((group for group in found if group.stands is status), key=lambda group: group.order)
    told = tuple(group for group in here if whole or not group.is_quiet)
    quiet = tuple(group for group in here if not whole and group.is_quiet)
    return Section(status, title, meaning, told, quiet)


def _headline(found: Sequence[Group], left: int, unseen: int) -> str:
    """How things stand, in one sentence."""
    total = f"{len(found):,} {_what(found)}{'' if len(found) == 1 else 's'}"
    if left:
        of_all = total if len(found) == 1 else f"{left:,} of {total}"
        said = f"{of_all} {'is' if left == 1 else 'are'} not in order"
    elif found:
        said = f"{'All ' if len(found) > 1 else ''}{total} {'is' if len(found) == 1 else 'are'} in order"
    else:
        said = "There was no cluster to judge"
    return f"{said}, and {unseen:,} could not be looked at" if unseen else said


def _what(found: Iterable[Group]) -> str:
    """What is counted: a replay may look at the same cluster many times, and a cluster have many groups."""
    if any(group.event for group in found):
        return "result"
    return "group" if any(group.place.additional for group in found) else "cluster"


def _tally(sections: Iterable[Section], unseen: int, ignored: int) -> tuple[Count, ...]:
    """Those of a status, then what no result tells of."""
    numbers = [
        *((str(each.status), each.title, each.number) for each in sections if _is_counted(each)),
        *([("unseen", "Not looked at", unseen)] if unseen else []),
        *([("ignored", "Left alone", ignored)] if ignored else []),
    ]
    return tuple(_from_the_start(numbers))


def _is_counted(section: Section) -> bool:
    return section.number > 0 or section.status in _ALWAYS_COUNTED


def _from_the_start(numbers: Iterable[tuple[str, str, int]]) -> Iterator[Count]:
    start = 0
    for kind, title, number in numbers:
        yield Count(kind, title, number, start)
        start += number
