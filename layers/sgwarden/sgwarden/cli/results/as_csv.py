"""Results as a table for spreadsheets, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from sgwarden.cli.results.unjudged import unjudged
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

COLUMNS = (
    *("account", "region", "cluster", "security_group", "policy", "mode", "status"),
    *("severity", "kind", "direction", "statement", "traffic", "rules", "summary", "impact"),
    *("changes", "actor", "call", "source_ip", "time_utc", "finding_id", "event"),
)
"""The first line. `changes` are those of the whole group, in each of its rows; a text, never a number."""

_LIMIT = 30_000  # Excel takes 32,767 characters in a cell
_VERBS = {"authorize": "add", "revoke": "remove", "modify": "change", "tag": "set tag"}

# =, +, - and @, as ASCII, full width and small, and the minus sign.
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
# A program that takes another separator, or quotes for text, begins a cell in the middle of this one.
_BEGINS_A_FORMULA = re.compile(f'((?:^|[,;|"]) ?)(?=[{_FORMULA}])')


def render(document: Json) -> str:
    """One row a finding, one for a group or an event without any; CSV as RFC 4180 has it, CRLF too."""
    out = io.StringIO(newline="")
    # OWASP, CSV injection: every cell in quotes, and an apostrophe before what would be a formula.
    writer = csv.DictWriter(out, COLUMNS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in _rows(document):
        writer.writerow({column: _cell(text) for column, text in row.items()})
    return out.getvalue()


def _cell(text: str | None) -> str:
    """The text as one line that every spreadsheet takes for text."""
    return _BEGINS_A_FORMULA.sub(r"\1'", printable(text, _LIMIT))


def _rows(document: Json) -> Iterator[Json]:
    for result in document["results"]:
        of_group = _group(result)
        for finding in result["findings"] or [None]:
            yield {**of_group, **(_finding(finding) if finding else {})}
    for each in unjudged(document):
        yield {
            "account": each.account,
            "region": each.region,
            "cluster": each.cluster,
            "status": "error" if each.wrong else "ignored",
            "summary": each.reason,
            "event": each.event,
        }


def _group(result: Json) -> Json:
    return {
        **{key: result["cluster"][key] for key in ("account", "region")},
        "cluster": result["cluster"]["name"],
        **{key: result[key] for key in ("security_group", "policy", "mode", "status")},
        "changes": "; ".join(map(_change, result["changes"])),
        "event": result.get("event", ""),
    }


def _finding(finding: Json) -> Json:
    cause = finding["cause"] or dict.fromkeys(("actor", "event", "source_ip", "time"))
    return {
        **{key: finding[key] for key in ("severity", "kind", "direction", "statement", "summary")},
        **{key: "; ".join(finding[key]) for key in ("traffic", "rules")},
        "impact": finding.get("impact", ""),
        "actor": cause["actor"],
        "call": cause["event"],
        "source_ip": cause["source_ip"],
        # Spreadsheets know a date by the space.
        "time_utc": (cause["time"] or "").replace("T", " ").removesuffix("Z"),
        "finding_id": finding["id"],
    }


def _change(change: Json) -> str:
    """A change in words: a line that begins with a sign is a formula."""
    verb, direction = _VERBS[change["action"]], change["direction"]
    what = f"{change['was']} to {change['rule']}" if "was" in change else change["rule"]
    rule_id = f" ({change['rule_id']})" if change["rule_id"] else ""
    return f"{verb} {f'{direction} ' if direction else ''}{what}{rule_id}"
