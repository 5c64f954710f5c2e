"""JSON that the AWS CLI has saved, and what can be wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, Any]
T = TypeVar("T")


class SavedError(Exception):
    """A file cannot be used, or one that is needed was not given; says which and what to do."""


def documents(file: Path) -> list[Any]:
    """What a file holds: the members of its list, or the document, or several in a row as the CLI writes."""
    found = _documents(file)
    return [each for document in found for each in (document if isinstance(document, list) else [document])]


def rows(file: Path, key: str, identity: str) -> list[Json]:
    """The rows of one or more answers of EC2."""
    lists = [answer.get(key) if isinstance(answer, dict) else None for answer in documents(file)]
    if not all(isinstance(each, list) for each in lists):
        raise SavedError(f"{file} is no such output of the AWS CLI: expected an object with {key}")
    found = [row for each in lists for row in each or ()]
    if not all(isinstance(row, dict) and isinstance(row.get(identity), str) for row in found):
        raise SavedError(f"{file}: each of {key} must have {identity}")
    return found


def usable(file: Path, read: Callable[[], T]) -> T:
    """What is read; an error of the reader is one of the file."""
    try:
        return read()
    except KeyError as error:
        raise SavedError(f"{file}: {error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SavedError(f"{file}: {error}") from error


def _documents(file: Path) -> list[Any]:
    try:
        data = file.read_bytes()
        text = data.decode(json.detect_encoding(data)).strip()
        return _in_a_row(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SavedError(
            f"{file} is not JSON at {place}: {error.msg} (the AWS CLI writes it with --output json)"
        ) from error
    except OSError as error:
        raise SavedError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SavedError(f"{file} cannot be read: {error}") from error


def _in_a_row(text: str) -> list[Any]:
    decoder, place = json.JSONDecoder(), 0
    found: list[Any] = []
    while not found or place < len(text):
        document, place = decoder.raw_decode(text, place)
        found.append(document)
        while place < len(text) and text[place].isspace():
            place += 1
    return found
