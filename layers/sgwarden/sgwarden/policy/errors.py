"""What is wrong with a policy file: all of it, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.node import Mark

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


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
        """`policy.yaml:12:7: what is wrong; what may help`, then that line of `text` and a caret."""
        message = f"warning: {self.message}" if self.warning else self.message
        said = f"{self._place(source)}: {message}" + (f"; {self.hint}" if self.hint else "")
        lines = _LINE_BREAK.split(text)
        if not self.line or not text or self.line > len(lines):
            return said
        line = "".join(char if char.isprintable() else " " for char in lines[self.line - 1])
        return f"{said}\n  {line}\n  {' ' * (self.column - 1)}^"

    def _place(self, source: str) -> str:
        if self.line:
            return f"{source}:{self.line}:{self.column}"
        return f"{source}: {self.path}" if self.path else source


class PolicyError(Exception):
    """Every problem of one file, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem], source: str = "policy", text: str = "") -> None:
        self.problems = tuple(sorted(set(problems)))
        self.source = source
        self.text = text
        super().__init__(self.render())

    def render(self) -> str:
        return "\n".join(problem.render(self.source, self.text) for problem in self.problems)
