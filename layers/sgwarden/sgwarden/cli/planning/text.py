"""What would change, or has been changed, for eyes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sgwarden.cli import show
from sgwarden.cli.replay.replayed import IGNORED
from sgwarden.finding import Kind
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from sgwarden.cli.planning.clusters import Looked, Place

Json = dict[str, Any]
_WORDS = {
    "authorize": ("to add", "added"),
    "modify": ("to change", "changed"),
    "revoke": ("to remove", "removed"),
}
_ABOUT_THE_WORK = {Kind.PLAN_REFUSED, Kind.POLICY_REFUSED, Kind.LOST_TRAFFIC, Kind.INTERRUPTED_TRAFFIC}


def show_planned(out: Console, looked: Looked) -> None:
    """A cluster with what is wrong and what would be done; one line where there is nothing to say."""
    result = _show_heading(out, looked)
    if result is None:
        return
    show.item(out, "finding", show.findings(result["findings"]))
    show.item(out, "plan", show.changes(result["changes"]))
    if result["changes"]:
        show.item(out, "after", show.state(result["after"], _sections(result)))
    if result["findings"]:
        out.print()


def show_applied(out: Console, looked: Looked) -> None:
    """What was done in a cluster, and what could not be."""
    result = _show_heading(out, looked)
    if result is None:
        return
    show.item(out, "done", show.changes(result["changes"]))
    all_told = result["status"] == Status.FAILED
    told = [each for each in result["findings"] if all_told or each["kind"] in _ABOUT_THE_WORK]
    show.item(out, "finding", show.findings(told))


def show_totals(out: Console, found: Sequence[Looked], *, done: bool = False) -> None:
    """All changes and all clusters in two lines."""
    results = [result for each in found if (result := each.result)]
    made = Counter(change["action"] for result in results for change in result["changes"])
    rules = ", ".join(f"{made[action]} {words[done]}" for action, words in _WORDS.items())
    out.print(Text(f"Rules: {rules}. Tags: {made['tag']} {'set' if done else 'to set'}."))
    clusters = Counter(_word(each) for each in found if not each.place.additional)
    out.print(Text("Clusters: ") + (show.counts(clusters) if clusters else Text("none")))
    if beside := Counter(_word(each) for each in found if each.place.additional):
        out.print(Text("Additional groups: ") + show.counts(beside))


def _word(looked: Looked) -> str:
    if looked.outcome:
        return looked.outcome.status
    return "not looked at" if looked.wrong else IGNORED


def _show_heading(out: Console, looked: Looked) -> Json | None:
    """The line of a cluster; gives its result, None where the line has said all."""
    result = looked.result
    if result is None:
        _show_without(out, looked)
        return None
    policy = f"policy {result['policy']} ({result['mode']})"
    where = f"{_where(looked.place)}, {policy}"
    show.heading(out, looked.place.name, where, show.status(result["status"]))
    return result


def _show_without(out: Console, looked: Looked) -> None:
    reason = Text("not looked at: ", "bold red") if looked.wrong else Text("left alone: ")
    place = looked.place
    # A region as a whole has no cluster to be named for.
    titles = (place.name, _where(place)) if place.name else (place.region,)
    show.heading(out, *titles, reason + show.safe(looked.reason))


def _where(place: Place) -> str:
    group = f"additional group {place.group_id}" if place.additional else place.group_id
    return ", ".join(filter(None, [group, place.region, place.account and f"account {place.account}"]))


def _sections(result: Json) -> list[str]:
    """The parts of the group that would change."""
    touched = {change["direction"] or "tags" for change in result["changes"]}
    return [section for section in ("ingress", "egress", "tags") if section in touched]
