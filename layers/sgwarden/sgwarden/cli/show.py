"""Results for eyes: on a terminal in colour and as wide as it is, in a pipe plain and one line each.

Nothing that a stranger wrote comes through as anything but text.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
_LABEL = 12
_TEXT_LIMIT = 20_000
_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """What stands beside a label: parts of a list, broken between them; further lines hang below `head`."""

    parts: Sequence[Text | str]
    head: Text = field(default_factory=Text)

    def lines(self, out: Console, indent: int) -> Iterator[Text]:
        if not out.is_terminal:
            yield Text.assemble(self.head, Text(", ").join(map(safe, self.parts)))
            return
        room = max(out.width - indent - self.head.cell_len, _NARROWEST)
        lines = _filled(list(map(safe, self.parts)), room)
        pieces = (piece for line in lines for piece in line.wrap(out, room))
        for number, piece in enumerate(pieces):
            yield Text.assemble(" " * self.head.cell_len if number else self.head, piece)


def console() -> Console:
    """Standard output; no colour in a pipe, nor where NO_COLOR is set."""
    return Console(color_system=None if os.environ.get("NO_COLOR") else "auto", highlight=False)


def safe(text: Text | str) -> Text:
    """Text as it is, and of what is not Text yet what can be seen of it."""
    return text if isinstance(text, Text) else Text(printable(text, _TEXT_LIMIT))


def heading(out: Console, title: str, *details: Text | str) -> None:
    """A line that stands out, with details behind it."""
    row = Row([Text("  ").join([Text(printable(title, _TEXT_LIMIT), "bold"), *map(safe, details)])])
    for line in row.lines(out, 0):
        _print(out, line)


def item(out: Console, label: str, rows: Iterable[Row | Text | str]) -> None:
    """Rows under one label, which stands beside the first."""
    for row in rows:
        for line in (row if isinstance(row, Row) else Row([row])).lines(out, _LABEL):
            _print(out, Text.assemble((f"  {label:{_LABEL - 2}}", "dim"), line))
            label = ""


def table(out: Console, lines: Sequence[Sequence[Text]]) -> None:
    """Columns as wide as they must be, but the last, which may be of any length."""
    widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        *cells, last = line
        padded = [
            cell + Text(" " * (width - cell.cell_len)) for cell, width in zip(cells, widths, strict=False)
        ]
        head = Text("  ").join([*padded, Text()])
        for piece in Row([last], head).lines(out, 0):
            _print(out, piece)


def state(of: Mapping[str, Any], sections: Iterable[str]) -> Iterator[Row]:
    """The rules of a group, a row a direction, and its tags: those of them that are asked for."""
    for section in sections:
        held = of[section]
        parts = [f"{key}={value}" for key, value in held.items()] if section == "tags" else held
        yield Row(parts or ["nothing"], Text(f"{section:9}"))


def findings(of: Sequence[Json]) -> Iterator[Row]:
    """Each, and below it what breaks."""
    for finding in of:
        yield Row([finding["summary"]], severity(finding["severity"], 9))
        if "impact" in finding:
            yield Row([Text(printable(finding["impact"], 1000), "italic")], Text(f"{'':9}"))


def changes(of: Sequence[Json]) -> Iterator[Row]:
    for change in of:
        sign = "~" if "was" in change else _SIGNS[change["action"]]
        before = f"{change['was']} -> " if "was" in change else ""
        rule_id = f" ({change['rule_id']})" if change["rule_id"] else ""
        what = safe(f"{change['direction'] or 'tag'} {before}{change['rule']}{rule_id}")
        what.stylize(_STYLES[sign])
        why = Text(f"  {printable(change['why'])}", "dim")
        yield Row([Text.assemble(what, why)], Text(f"{sign} ", _STYLES[sign]))


def severity(word: str, width: int = 0) -> Text:
    return Text(f"{word:{width}}", _SEVERITY_STYLES.get(word, ""))


def status(word: str) -> Text:
    return Text(word.replace("_", " "), _STATUS_STYLES.get(word, ""))


def counts(of: Mapping[str, int]) -> Text:
    """How many of each status, in one line."""
    return Text(", ").join(Text(f"{number} ") + status(word) for word, number in of.items())


def _filled(parts: list[Text], room: int) -> Iterator[Text]:
    """The parts with commas between them, as many in a line as there is room for."""
    line = Text()
    for number, part in enumerate(parts, 1):
        shown = part + Text("," if number < len(parts) else "")
        if line and line.cell_len + 1 + shown.cell_len > room:
            yield line
            line = Text()
        line = line + Text(" ") + shown if line else shown
    yield line


def _print(out: Console, line: Text) -> None:
    line.rstrip()
    out.print(line, soft_wrap=True)
