"""Scenarios for eyes: who did what and when, and what of it was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from sgwarden.cli import show
from sgwarden.cli.replay.scenario.times import shown

if TYPE_CHECKING:
    from rich.console import Console

    from sgwarden.cli.replay.scenario.story import Check, Moment, Played

_MET, _UNMET = Text("met", "green"), Text("unmet", "bold red")
_WHO = 10


def show_played(out: Console, played: Played) -> None:
    """The timeline, then the expectations."""
    show.heading(out, str(played.file))
    show.item(out, "about", [played.about])
    out.print()
    width = max((len(moment.who) for moment in played.moments), default=_WHO)
    for moment in played.moments:
        _show_moment(out, moment, width)
    out.print()
    for check in played.checks:
        _show_check(out, check)
    out.print()


def _show_moment(out: Console, moment: Moment, width: int) -> None:
    label = shown(moment.at)
    rows: list[show.Row | Text | str] = []
    for number, what in enumerate(moment.what):
        indent = " " * (len(what) - len(what.lstrip()))
        head = Text(f"{moment.who if number == 0 else '':{width}}  {indent}", "bold" if number == 0 else "")
        rows.append(show.Row([what], head))
    margin = Text(" " * (width + 2))
    for subject in moment.alerts:
        rows.append(show.Row([Text.assemble(("alert  ", "dim"), show.safe(subject))], margin))
    if moment.times > 1:
        again = "once more, at" if moment.times == 2 else f"{moment.times - 1} times more, until"
        rows.append(show.Row([Text(f"and {again} {shown(moment.until)}", "dim")], margin))
    show.item(out, label, rows)


def _show_check(out: Console, check: Check) -> None:
    state = _UNMET if check.unmet else _MET
    show.item(out, shown(check.at), [Text.assemble(state, " ", show.safe(check.what))])
    show.item(out, "", [show.Row([line], Text("  ")) for line in check.unmet])
