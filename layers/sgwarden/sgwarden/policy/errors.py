"""What is wrong with a policy file: all of it, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.node import Mark

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MOST_SAID = 2_000
_WIDEST, _BEFORE_CARET = 160, 80
"""Characters of a line that are shown, and how many of them before its caret."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong, where it is, and what may help; line 0 where the file has no lines to speak of.

    A warning is about what works, and most likely not as its author thinks.
    """

    line: int
    column: int
    message: str
    hint: str = ""
    path: str = ""
    warning: bool = False

    @classmethod
    def at(cls, mark: Mark, message: str, hint: str = "", *, warning: bool = False) -> Problem:
        return cls(mark.line, mark.column, message, hint, mark.path, warning)

    def render(self, source: str, text: str = "") -> str:
        """`policy.yaml:12:7: what is wrong; what may help`, then that line of `text` and a caret.

        What strangers wrote is one line of visible characters: none can pass for another message.
        """
        message = f"warning: {self.message}" if self.warning else self.message
        said = f"{self._place(source)}: {message}" + (f"; {self.hint}" if self.hint else "")
        said = printable(said, _MOST_SAID)
        lines = _lines(text)
        if not self.line or not text or self.line > len(lines):
            return said
        line, before = _cut(lines[self.line - 1], self.column - 1)
        return f"{said}\n  {line}\n  {' ' * before}^"

    def _place(self, source: str) -> str:
        if self.line:
            return f"{source}:{self.line}:{self.column}"
        return f"{source}: {self.path}" if self.path else source


@lru_cache(maxsize=1)
def _lines(text: str) -> tuple[str, ...]:
    """The lines; a file with thousands of problems is taken apart once."""
    return tuple(LINE_BREAK.split(text))


def _cut(line: str, column: int) -> tuple[str, int]:
    """As much of a line as is shown, its characters visible, and how many of them stand before the column."""
    start = max(column - _BEFORE_CARET, 0) if len(line) > _WIDEST else 0
    shown = "".join(char if char.isprintable() else " " for char in line[start : start + _WIDEST])
    before, after = "…" if start else "", "…" if start + _WIDEST < len(line) else ""
    return f"{before}{shown}{after}", column - start + len(before)


class PolicyError(Exception):
    """Every problem of one file, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem], source: str = "policy", text: str = "") -> None:
        self.problems = tuple(sorted(set(problems)))
        self.source = source
        self.text = text
        super().__init__(self.render())

    def render(self) -> str:
        return "\n".join(problem.render(self.source, self.text) for problem in self.problems)
