"""YAML as a person would write it: what fits stands on one line, and strangers' words in quotes."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WIDTH = 110
QUESTION = "question: "
_LONGEST_COMMENT = 2_000
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|[0-9]+(\.[0-9]+){3}/[0-9]+")
# Words that some reader of YAML takes for something else than text.
_WORDS = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def scalar(text: str) -> str:
    """A text as YAML reads it back, whatever its characters."""
    if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def flow(texts: Sequence[str]) -> str:
    """One text by itself, several as a list."""
    written = [scalar(each) for each in texts]
    return written[0] if len(written) == 1 else f"[{', '.join(written)}]"


def mapping(entries: Mapping[str, str]) -> str:
    """Keys with values that are YAML already, on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def comment(text: str, indent: int, hanging: int = 2) -> Iterator[str]:
    """The text as a comment, its further lines set in by `hanging`; strangers' words are made safe here."""
    lead = " " * indent + "# "
    yield from wrap(
        printable(text, _LONGEST_COMMENT),
        WIDTH,
        initial_indent=lead,
        subsequent_indent=lead + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def asked(questions: Iterable[str], indent: int) -> Iterator[str]:
    """Questions as comments, each with the mark by which it is found."""
    for each in questions:
        yield from comment(QUESTION + each, indent)


def item(entries: Mapping[str, str | Sequence[str]], indent: int) -> Iterator[str]:
    """An item of a list: a mapping on one line, or on several where that is too long."""
    written = {key: scalar(each) if isinstance(each, str) else flow(each) for key, each in entries.items()}
    line = " " * indent + "- " + mapping(written)
    if len(line) <= WIDTH:
        yield line
        return
    lead = "- "
    for key, each in entries.items():
        yield from _entry(" " * indent + lead + f"{key}:", written[key], each, indent + 4)
        lead = "  "


def entry(key: str, texts: Sequence[str], indent: int) -> Iterator[str]:
    """A key with a text or a list of them."""
    yield from _entry(" " * indent + f"{key}:", flow(texts), texts, indent + 2)


def _entry(start: str, written: str, texts: str | Sequence[str], indent: int) -> Iterator[str]:
    line = f"{start} {written}"
    if len(line) <= WIDTH or isinstance(texts, str) or len(texts) == 1:
        yield line
        return
    yield start
    yield from (f"{' ' * indent}- {scalar(each)}" for each in texts)


def _escaped(character: str) -> str:
    """The character as it stands in double quotes: what is not seen by its number."""
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
