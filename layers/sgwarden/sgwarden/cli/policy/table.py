"""A whole policy on the screen, in a pipe and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from sgwarden.printable import printable
from sgwarden.review.table import Line, Word, lines_of, settings_in_words, whom_in_words
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from sgwarden.policy.types import Policy, Scope

_STYLES = {Word.MUST: "bold green", Word.MAY: "green", Word.MAY_NOT: "red"}
_TITLES = {Direction.INGRESS: "Ingress: who reaches the cluster", Direction.EGRESS: "Egress: whom it reaches"}
_LIMIT = 1000


def show_policy(out: Console, policy: Policy) -> None:
    """The policy as one table a direction, with borders on a terminal and in plain columns in a pipe."""
    out.print(Text(_safe(f"Policy {policy.name}"), style="bold"), soft_wrap=not out.is_terminal)
    for said in (whom_in_words(policy), settings_in_words(policy)):
        out.print(Text(printable(said, _LIMIT), style="dim"), soft_wrap=not out.is_terminal)
    for direction in Direction:
        out.print()
        lines = [*lines_of(policy.direction(direction))]
        if out.is_terminal:
            out.print(_table(_title(policy, direction), direction, lines))
        else:
            out.print(_title(policy, direction), soft_wrap=True)
            for text in _columns(
                [("", direction.preposition, "traffic", "statement", "why"), *map(_cells, lines)]
            ):
                out.print(Text(f"  {text}"), soft_wrap=True)
    if policy.tags:
        out.print()
        tags = ", ".join(f"{key}={value}" for key, value in policy.tags.items())
        out.print(Text(f"Tags it must have: {printable(tags, _LIMIT)}"), soft_wrap=not out.is_terminal)
    out.print()


def _title(policy: Policy, direction: Direction) -> str:
    title = _TITLES[direction]
    return title if policy.scope is None else title.replace("the cluster", "the group")


def _cells(line: Line) -> Sequence[str]:
    told = f" ({_told(line)})" if _told(line) else ""
    return tuple(map(_safe, (line.word, ", ".join(line.who), ", ".join(line.what), line.id + told, line.why)))


def _told(line: Line) -> str:
    return ", ".join(filter(None, [line.severity, f"set {line.ready_made}" if line.ready_made else ""]))


def _safe(text: str) -> str:
    return printable(text, _LIMIT)


def _table(title: str, direction: Direction, lines: Iterable[Line]) -> Table:
    """The statement's name, reason and rank are one cell: side by side they would not fit 80 columns."""
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True, box=box.ROUNDED)
    table.add_column("", no_wrap=True)
    for heading, ratio in ((direction.preposition, 3), ("traffic", 2), ("statement", 5)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for line in lines:
        statement = [(line.id, "bold"), (line.why, ""), (_told(line), "dim")]
        table.add_row(
            Text(line.word, style=_STYLES[line.word]),
            Text("\n".join(map(_safe, line.who))),
            Text(_safe(", ".join(line.what))),
            Text("\n").join(Text(_safe(text), style=style) for text, style in statement if text),
        )
    return table


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """The rows in columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def table_document(policies: Iterable[Policy]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "policies": [
            {
                "name": policy.name,
                "clusters": {
                    "name": [*policy.clusters.names],
                    "accounts": [*policy.clusters.accounts],
                    "regions": [*policy.clusters.regions],
                    "tags": dict(policy.clusters.tags),
                },
                **({} if policy.scope is None else {"scope": _scope_document(policy.scope)}),
                "mode": policy.mode,
                "use": [*policy.use],
                **{each: _direction_document(policy, each) for each in Direction},
                "tags": dict(policy.tags),
            }
            for policy in policies
        ]
    }


def _scope_document(scope: Scope) -> dict[str, Any]:
    """Which additional groups; the default, cluster security groups, has none."""
    return {"name": [*scope.names], "tags": dict(scope.tags)}


def _direction_document(policy: Policy, direction: Direction) -> dict[str, Any]:
    side = policy.direction(direction)
    *statements, _ = lines_of(side)
    return {
        "otherwise": side.otherwise,
        "statements": [
            {
                "word": line.word,
                "who": [*line.who],
                "what": [*line.what],
                "statement": line.id,
                "severity": line.severity,
                "set": line.ready_made,
                "why": line.why,
            }
            for line in statements
        ],
    }
