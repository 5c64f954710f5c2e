"""Results as one page that needs nothing else: no script, no font, no picture, no network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sgwarden.cli.results.unjudged import unjudged
from sgwarden.finding import SEVERITIES
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from jinja2 import Template

Json = dict[str, Any]

_TEXT_LIMIT = 20_000
_UNFOLDED_AT_MOST = 6
_MAIL_LABEL = 9
_SIGNS = {"authorize": "+", "revoke": "-", "modify": "~", "tag": "+"}

# From the worst: the status, its heading and what it means.
_STATUSES = (
    ("failed", "Not put right", "Changes failed. Look at these now."),
    ("refused", "Refused", "The policy or the plan does not hold, so no change was made."),
    ("drifted", "Drifted", "Not as the policy wants it, and left so."),
    ("remediated", "Put right", "Was not as the policy wants it, and is again."),
    ("in_sync", "In order", "As the policy wants it."),
)
_NOT_IN_ORDER = ("failed", "refused", "drifted")
_ALWAYS_COUNTED = ("drifted", "in_sync")


@dataclass(frozen=True, slots=True)
class Section:
    """All results of one status: those with something to say, and those of which a line is enough."""

    status: str
    title: str
    meaning: str
    told: Sequence[Json]
    quiet: Sequence[Json]

    @property
    def number(self) -> int:
        return len(self.told) + len(self.quiet)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of one kind."""

    status: str
    title: str
    number: int


def render(document: Json, when: datetime | None = None) -> str:
    """The page; `when` is the time that it says it is of."""
    results = document["results"]
    aside = [*unjudged(document)]
    unseen, ignored = [each for each in aside if each.wrong], [each for each in aside if not each.wrong]
    sections = [_section(results, *status) for status in _STATUSES]
    left = sum(section.number for section in sections if section.status in _NOT_IN_ORDER)
    return _template().render(
        headline=_headline(results, left, len(unseen)),
        in_order=not (left or unseen),
        tally=[*_tally(sections), *_counts_beside(len(unseen), len(ignored))],
        severities=_severities(results),
        sections=[section for section in sections if section.number],
        unfolded=sum(len(section.told) for section in sections) <= _UNFOLDED_AT_MOST,
        unseen=unseen,
        ignored=ignored,
        when=f"{when:%Y-%m-%d %H:%M} {when.tzname() or ''}".rstrip() if when else "",
        version=version("sgwarden"),
        schema=document["schema"],
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sgwarden.cli.results", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "severities": lambda result: _severities([result]),
        "moment": _moment,
        "sign": _sign,
        "mail": _mail,
    }
    return environment.get_template("results.html.j2")


def _shown(value: object) -> object:
    """What the template prints of a value: whatever a stranger wrote, a line of visible characters."""
    return (
        printable(value, _TEXT_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value
    )


def _headline(results: Sequence[Json], left: int, unseen: int) -> str:
    """How things stand, in one sentence."""
    # A replay may look at the same cluster many times.
    what = "result" if any("event" in result for result in results) else "cluster"
    total = f"{len(results):,} {what}{'' if len(results) == 1 else 's'}"
    if left:
        said = f"{left:,} of {total} {'is' if left == 1 else 'are'} not in order"
    elif results:
        said = f"{'All ' if len(results) > 1 else ''}{total} {'is' if len(results) == 1 else 'are'} in order"
    else:
        said = "There was no cluster to judge"
    return f"{said}, and {unseen:,} could not be looked at" if unseen else said


def _tally(sections: Sequence[Section]) -> Iterator[Count]:
    for section in sections:
        if section.number or section.status in _ALWAYS_COUNTED:
            yield Count(section.status, section.title, section.number)


def _counts_beside(unseen: int, ignored: int) -> Iterator[Count]:
    """What no result tells of."""
    if unseen:
        yield Count("unseen", "Not looked at", unseen)
    if ignored:
        yield Count("ignored", "Left alone", ignored)


def _severities(results: Sequence[Json]) -> dict[str, int]:
    """How many findings of each severity, from the worst, of those that there are."""
    found = Counter(finding["severity"] for result in results for finding in result["findings"])
    return {str(severity): found[severity] for severity in SEVERITIES if found[severity]}


def _section(results: Sequence[Json], status: str, title: str, meaning: str) -> Section:
    here = sorted((result for result in results if result["status"] == status), key=_urgency)
    told = [_whole(result) for result in here if result["findings"] or result["changes"]]
    quiet = [result for result in here if not (result["findings"] or result["changes"])]
    return Section(status, title, meaning, told, quiet)


def _urgency(result: Json) -> tuple[int, str, str]:
    """Worse findings first, then by name."""
    ranks = [_rank(finding) for finding in result["findings"]]
    return min(ranks, default=len(SEVERITIES)), result["cluster"]["name"], result["security_group"]


def _rank(finding: Json) -> int:
    return SEVERITIES.index(finding["severity"])


def _whole(result: Json) -> Json:
    """The result with its findings from the worst, and what only a replay has."""
    findings = sorted(result["findings"], key=_rank)
    return {"before": None, "event": "", "alert": None, **result, "findings": findings}


def _moment(time: str) -> str:
    return time.replace("T", " ").replace("Z", " UTC")


def _sign(change: Json) -> str:
    return "~" if "was" in change else _SIGNS[change["action"]]


def _mail(text: str) -> list[tuple[str, str]]:
    """The lines of a mail, each as its label and the rest."""
    return [(line[:_MAIL_LABEL], line[_MAIL_LABEL:]) for line in text.splitlines()]
