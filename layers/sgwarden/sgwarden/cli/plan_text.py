"""What would change, for eyes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sgwarden.cli import show
from sgwarden.cli.replayed import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from sgwarden.cli.plan import Planned

Json = dict[str, Any]
_WORDS = {"authorize": "to add", "modify": "to change", "revoke": "to remove"}


def show_planned(out: Console, planned: Planned) -> None:
    """A cluster with what is wrong and what would be done; one line where there is nothing to say."""
    cluster, result = planned.cluster, planned.result
    where = f"{cluster.security_group_id}, {cluster.region}, account {cluster.account}"
    if result is None:
        show.heading(out, cluster.name, where, f"left alone: {planned.reason}")
        return
    policy = f"policy {result['policy']} ({result['mode']})"
    show.heading(out, cluster.name, f"{where}, {policy}", show.status(result["status"]))
    show.item(out, "finding", show.findings(result["findings"]))
    show.item(out, "plan", show.changes(result["changes"]))
    if result["changes"]:
        show.item(out, "after", show.state(result["after"], _sections(result)))
    if result["findings"]:
        out.print()


def show_totals(out: Console, found: Sequence[Planned]) -> None:
    """All changes and all clusters in two lines."""
    results = [each.result for each in found if each.result]
    made = Counter(change["action"] for result in results for change in result["changes"])
    rules = ", ".join(f"{made[action]} {word}" for action, word in _WORDS.items())
    out.print(Text(f"Rules: {rules}. Tags: {made['tag']} to set."))
    clusters = Counter(each.result["status"] if each.result else IGNORED for each in found)
    out.print(Text("Clusters: ") + (show.counts(clusters) if clusters else Text("none")))


def _sections(result: Json) -> list[str]:
    """The parts of the group that would change."""
    touched = {change["direction"] or "tags" for change in result["changes"]}
    return [section for section in ("ingress", "egress", "tags") if section in touched]
