"""The console blocks of a page: commands, and what they print. `make golden` writes the latter anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def commands(page: Path) -> list[tuple[str, str]]:
    """Each command of the page, in order, with what it is shown to print."""
    return [found for block in _BLOCK.findall(page.read_text()) for found in _COMMAND.findall(block)]


def without_end(text: str) -> str:
    """The text without empty lines at its end, which no page shows."""
    return f"{text.rstrip()}\n" if text.strip() else ""


def refill(page: Path, printed: Callable[[str], str | None]) -> None:
    """Write what each command prints below it; those that print None are left as they are."""

    def anew(match: re.Match[str]) -> str:
        text = printed(match[1])
        return match[0] if text is None else f"$ {match[1]}\n{without_end(text)}"

    text = _BLOCK.sub(lambda block: _COMMAND.sub(anew, block[0]), page.read_text())
    page.write_text(text)
