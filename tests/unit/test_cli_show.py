"""Results are shown as text and nothing else, wrapped below their labels on a terminal, never in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text
from sgwarden.cli import show

HOSTILE = "\x1b[31mred\x1b[0m [red]x[/red]\nsecond :smile:\u202e line\x07"
SHOWN = "red [red]x[/red] second :smile: line"
Z = {
    "action": "revoke",
    "direction": "ingress",
    "rule_id": "sgr-1",
    "rule": "tcp/22 from 0.0.0.0/0",
    "why": "no",
}


def terminal(width: int = 40, *, colour: bool = False) -> Console:
    system = "standard" if colour else None
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=system)  # type: ignore[arg-type]


def pipe() -> Console:
    return Console(file=io.StringIO(), force_terminal=False)


def written(out: Console) -> list[str]:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_a_label_stands_beside_the_first_row_only() -> None:
    out = pipe()
    show.item(out, "change", ["one", "two"])
    assert written(out) == ["  change    one", "            two"]


def test_a_pipe_gets_each_row_in_one_line_however_long() -> None:
    out = pipe()
    rules = [f"tcp/{port} from 10.0.0.0/8" for port in range(1000, 1500)]
    show.item(out, "before", [show.Row(rules, Text("ingress  "))])
    assert written(out) == ["  before    ingress  " + ", ".join(rules)]


def test_a_terminal_breaks_between_rules_and_hangs_the_rest() -> None:
    out = terminal(48)
    rules = ["tcp/443 from self", "tcp/80 from 10.0.0.0/8", "udp/53 from self"]
    show.item(out, "before", [show.Row(rules, Text("ingress  "))])
    assert written(out) == [
        "  before    ingress  tcp/443 from self,",
        "                     tcp/80 from 10.0.0.0/8,",
        "                     udp/53 from self",
    ]


@pytest.mark.parametrize("width", [1, 20, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_has_room_for(width: int) -> None:
    out = terminal(width)
    rules = [f"tcp/{port} from 2001:db8:1234:5678::{port}/128" for port in range(60)]
    show.item(out, "before", [show.Row([*rules, "x" * 300], Text("ingress  "))])
    assert max(map(len, written(out))) <= max(width, 41)
    assert "".join("".join(written(out)).split()).count("tcp/") == 60


def test_a_line_that_fits_is_not_touched() -> None:
    out = terminal(80)
    show.item(out, "finding", show.findings([{"severity": "high", "summary": "A summary."}]))
    assert written(out) == ["  finding   high     A summary."]


def test_nothing_hostile_comes_through() -> None:
    out = terminal(400)
    show.heading(out, HOSTILE, HOSTILE)
    show.item(out, "change", [HOSTILE])
    show.item(out, "finding", show.findings([{"severity": "high", "summary": HOSTILE}]))
    show.item(out, "plan", show.changes([{**Z, "rule": HOSTILE, "was": HOSTILE, "why": HOSTILE}]))
    show.item(out, "after", show.state({"tags": {HOSTILE: HOSTILE}}, ["tags"]))
    show.table(out, [[show.status("failed"), show.safe(HOSTILE)]])
    text = "\n".join(written(out))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count(SHOWN) == 10
    assert len(written(out)) == 6


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Z, "- ingress tcp/22 from 0.0.0.0/0 (sgr-1)  no"),
        ({**Z, "action": "authorize", "rule_id": ""}, "+ ingress tcp/22 from 0.0.0.0/0  no"),
        (
            {**Z, "action": "modify", "was": "all from self"},
            "~ ingress all from self -> tcp/22 from 0.0.0.0/0 (sgr-1)  no",
        ),
        ({**Z, "action": "tag", "direction": None, "rule_id": "", "rule": "a=b"}, "+ tag a=b  no"),
        (
            {**Z, "action": "tag", "direction": None, "rule_id": "", "rule": "a=b", "was": "a=c"},
            "~ tag a=c -> a=b  no",
        ),
    ],
)
def test_a_change_says_what_it_does(change: show.Json, line: str) -> None:
    out = pipe()
    show.item(out, "plan", show.changes([change]))
    assert written(out) == [f"  plan      {line}"]


def test_a_direction_without_rules_says_so() -> None:
    out = pipe()
    show.item(out, "after", show.state({"ingress": [], "egress": ["all to self"]}, ["ingress", "egress"]))
    assert written(out) == ["  after     ingress  nothing", "            egress   all to self"]


def test_a_label_is_dim_and_what_it_labels_is_not() -> None:
    out = terminal(80, colour=True)
    show.item(out, "change", ["one"])
    assert written(out) == ["\x1b[2m  change    \x1b[0mone"]


def test_colour_ends_with_what_it_is_for() -> None:
    out = terminal(80, colour=True)
    show.item(out, "finding", show.findings([{"severity": "high", "summary": "A summary."}]))
    assert written(out) == ["\x1b[2m  finding   \x1b[0m\x1b[31mhigh     \x1b[0mA summary."]


def test_the_columns_of_a_table_line_up() -> None:
    out = pipe()
    show.table(out, [[Text("a"), Text("bbbb"), Text("c")], [Text("aaa"), Text("b"), Text("cc")]])
    assert written(out) == ["a    bbbb  c", "aaa  b     cc"]


@pytest.mark.parametrize(("value", "system"), [("1", None), ("", "standard")])
def test_no_color_is_honoured(value: str, system: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    assert show.console().color_system == system
