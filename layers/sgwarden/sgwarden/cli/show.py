"""Results for eyes: the same lines in colour on a terminal and plain in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json = dict[str, Any]

_SIGNS = {"authorize": "+", "revoke": "-", "modify": "~", "tag": "+"}
_STYLES = {"+": "green", "-": "red", "~": "yellow"}
_STATUS_STYLES = {
    "in_sync": "green",
    "remediated": "green",
    "drifted": "yellow",
    "failed": "bold red",
    "refused": "bold red",
}
_SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_INDENT = 10


def console() -> Console:
    """Standard output; a pipe gets lines as long as they are, and no colour."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=10_000, soft_wrap=True)


def heading(out: Console, title: str, detail: str = "") -> None:
    out.print(Text.assemble((title, "bold"), f"  {detail}" if detail else ""))


def item(out: Console, label: str, lines: Iterable[Text | str]) -> None:
    """Lines under one label, which stands beside the first."""
    for number, line in enumerate(lines):
        text = line if isinstance(line, Text) else Text(line)
        shown = Text(f"  {label if not number else '':{_INDENT}}", style="dim")
        out.print(shown + text, overflow="fold")


def state_lines(state: Json) -> list[str]:
    """The rules of a group, a line a direction, and its tags."""
    tags = [f"{printable(key)}={printable(value)}" for key, value in state["tags"].items()]
    return [
        f"{label:8} {', '.join(lines) or 'nothing'}"
        for label, lines in (("ingress", state["ingress"]), ("egress", state["egress"]), ("tags", tags))
    ]


def finding_lines(findings: Sequence[Json]) -> list[Text]:
    return [
        Text.assemble(
            (f"{finding['severity']:8} ", _SEVERITY_STYLES[finding["severity"]]),
            printable(finding["summary"], 1000),
        )
        for finding in findings
    ]


def change_lines(changes: Sequence[Json]) -> list[Text]:
    return [_change(change) for change in changes]


def _change(change: Json) -> Text:
    sign = "~" if "was" in change else _SIGNS[change["action"]]
    what = change["direction"] or "tag"
    before = f"{printable(change['was'])} -> " if "was" in change else ""
    rule_id = f" ({change['rule_id']})" if change["rule_id"] else ""
    return Text.assemble(
        (f"{sign} {what} {before}{printable(change['rule'])}{rule_id}", _STYLES[sign]),
        (f"  {change['why']}", "dim"),
    )


def status_text(status: str) -> Text:
    return Text(status.replace("_", " "), style=_STATUS_STYLES[status])


def summary(out: Console, counts: dict[str, int]) -> None:
    """One line: how many of each."""
    parts = [
        Text.assemble(f"{count} ", (name.replace("_", " "), _STATUS_STYLES.get(name, "")))
        for name, count in counts.items()
    ]
    out.print(Text(", ").join(parts))
