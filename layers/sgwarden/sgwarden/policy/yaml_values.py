"""What a word without quotes stands for, by the core schema of YAML 1.2 (its section 10.3.2)."""

from __future__ import annotations

import re

_NAMED = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_FIGURES = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_INTEGER = 4000
"""Digits: Python reads 4,300 of them at most."""


def plain_value(word: str) -> str | int | float | bool | None:
    """Null, a truth value or a number where the word is one, else the word: a date is text too."""
    if word in _NAMED:
        return _NAMED[word]
    if _INTEGER.fullmatch(word) and len(word) <= _LONGEST_INTEGER:
        return int(word)
    if _OCTAL.fullmatch(word):
        return int(word[2:], 8)
    if _HEXADECIMAL.fullmatch(word):
        return int(word[2:], 16)
    if _FLOAT.fullmatch(word):
        return float(word)
    return float(word.replace(".", "")) if _NO_FIGURES.fullmatch(word) else word
