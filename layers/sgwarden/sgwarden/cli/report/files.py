"""The documents of files: one a file, several in a row, or one a line as queues are drained."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from sgwarden.cli.report.documents import Document, read_document
from sgwarden.cli.report.node import UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STANDARD_INPUT = "-"
_HINT = "expected JSON of sgwarden/v1, one document or one a line"


class ReportError(Exception):
    """A file cannot be used; says which, where, what was expected and what to do."""


def documents(file: Path) -> Iterator[Document]:
    """The documents of a file, or of standard input where it is `-`; raises ReportError."""
    name = "standard input" if str(file) == _STANDARD_INPUT else str(file)
    try:
        text = _text(file)
        for line, said in _in_a_row(text):
            yield _read(said, f"{name}:{line}")
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise ReportError(f"{place}: no JSON here: {error.msg}; {_HINT}") from error
    except OSError as error:
        raise ReportError(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # no text, a number of too many digits, too deep
        raise ReportError(f"{name} cannot be read: {error}; {_HINT}") from error


def _text(file: Path) -> str:
    data = sys.stdin.buffer.read() if str(file) == _STANDARD_INPUT else file.read_bytes()
    return data.decode(json.detect_encoding(data))


def _in_a_row(text: str) -> Iterator[tuple[int, object]]:
    """Each document of the text with the line on which it begins; of empty text the error of its lack."""
    decoder, place, line = json.JSONDecoder(), _start(text, 0), 1
    done = 0
    while True:
        line, done = line + text.count("\n", done, place), place
        document, end = decoder.raw_decode(text, place)
        yield line, document
        place = _start(text, end)
        if place == len(text):
            return


def _start(text: str, place: int) -> int:
    """Where the next document begins."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _read(said: object, place: str) -> Document:
    try:
        return read_document(said)
    except UnexpectedError as error:
        raise ReportError(f"{place}: {error}") from error
