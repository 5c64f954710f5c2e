"""docs/policy.md in its parts."""

from __future__ import annotations

import re
from pathlib import Path

from tests.integration.consoles import commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "policy.md").read_text()
PROSE = re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)

BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
EXAMPLES = [text for kind, text in BLOCKS if kind == "yaml"]
FILES = {match[1]: text for text in EXAMPLES if (match := re.match(r"# ([a-z0-9-]+\.yaml)\n", text))}
"""The examples by the names in their first lines."""

COMMANDS = commands(DOCS / "policy.md")
"""Every command with what it is shown to print."""


def is_refusal(shown: str) -> bool:
    """Whether a check is shown to fail."""
    return "not in order" in shown or "the policy cannot be read" in shown


REFUSED = {name for name in FILES for command, shown in COMMANDS if name in command and is_refusal(shown)}
"""The examples that are wrong on purpose."""


def section(title: str) -> str:
    """What stands below a heading, up to the next of its level."""
    match = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert match, f"the page has no section {title}"
    return match[1]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in the text, without headings."""
    tables = re.findall(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)
