"""The daily report as plain text: a line for each group that is not in order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sgwarden.finding import SEVERITIES
from sgwarden.life import State
from sgwarden.printable import printable
from sgwarden.rendering.links import links_of_standing
from sgwarden.rendering.plain import SUBJECT_LIMIT, at_most, fitting, labelled, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.daily import Daily, Standing

_GROUPS_SHOWN = 100
_SUMMARY_SHOWN = 200
_IN_ORDER = "All groups are as the policy wants them."
_NEXT = (
    "`sgwarden plan` shows what would put them right, and `sgwarden apply` does it; what is for people to "
    "do, the alerts have said. For sgwarden to do it: deploy Mode=remediate, with `mode: remediate` in the "
    "policy."
)


def daily_subject(daily: Daily) -> str:
    """One line of fewer than 100 ASCII characters: how bad, how many, where."""
    where = f"in {daily.region}, account {daily.account}"
    return fitting(f"[{daily.severity}] {in_short(daily)} {where}", SUBJECT_LIMIT)


def daily_attributes(daily: Daily) -> dict[str, str]:
    """What a subscription's filter policy can ask for; none is empty, which SNS would refuse."""
    said = {
        "report": "daily",
        "severity": str(daily.severity),
        "account": printable(daily.account),
        "region": printable(daily.region),
    }
    return {name: value for name, value in said.items() if value}


def daily_text(daily: Daily) -> str:
    """The totals, and below them the groups from the worst, one line each."""
    parts = (_totals(daily), _groups(daily), _then(daily))
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines) + "\n"


def in_short(daily: Daily) -> str:
    """How many groups are not in order: `2 groups of 1 cluster not in order`, or `all groups in order`."""
    groups, clusters = len(daily.standings), len({each.cluster for each in daily.standings})
    if not groups:
        return "all groups in order"
    if daily.left_out:
        return f"{groups + daily.left_out} groups not in order"
    return f"{_many(groups, 'group')} of {_many(clusters, 'cluster')} not in order"


def by_severity(daily: Daily) -> str:
    """How many groups stand at each severity, from the worst: `1 critical, 2 medium`."""
    number = Counter(each.severity for each in daily.standings)
    said = [f"{number[severity]} {severity}" for severity in SEVERITIES if number[severity]]
    return ", ".join([*said, f"{daily.left_out} more"] if daily.left_out else said)


def standing_line(standing: Standing) -> str:
    """A group in one line: since when, how it stands, and the worst finding of how many."""
    names = (standing.cluster, standing.group) if standing.additional else (standing.cluster,)
    where = " ".join(printable(each) for each in names)
    failed = ", NOT put right" if standing.state is State.FAILED else ""
    more = f" (and {standing.findings - 1} more)" if standing.findings > 1 else ""
    summary = printable(standing.summary, _SUMMARY_SHOWN)
    return f"{where}, since {standing.since:%Y-%m-%d}{failed}: {summary}{more}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _totals(daily: Daily) -> Iterator[str]:
    if not daily.standings:
        yield _IN_ORDER
    else:
        findings = sum(each.findings for each in daily.standings)
        yield f"{in_short(daily)}: {by_severity(daily)}. {_many(findings, 'finding')} in all."
    where = f"{printable(daily.region)}, account {printable(daily.account)}"
    yield f"Where    {where}, {daily.time:%Y-%m-%d %H:%M} UTC"


def _groups(daily: Daily) -> Iterator[str]:
    lines = [f"{each.severity.upper():8} {standing_line(each)}" for each in daily.from_the_worst]
    return at_most(_GROUPS_SHOWN, lines, daily.left_out)


def _then(daily: Daily) -> Iterator[str]:
    """What to do now, and where the worst of them is."""
    for worst in daily.from_the_worst[:1]:
        yield from labelled("Now", _NEXT)
        links = links_of_standing(worst, daily.region)
        yield from listed((f"{link.title}: {link.url}" for link in links), "Links")
