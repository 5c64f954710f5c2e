"""Recorded events, from wherever they are: files, folders, compressed log files, standard input."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgwarden.record import Record, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STANDARD_INPUT = "-"
_SUFFIXES = (".json", ".json.gz")
_SCENARIO_SUFFIXES = (".yaml", ".yml")
_STEPS = re.compile(r"^steps\s*:", re.MULTILINE)
_NO_RECORDING = "it is a scenario: these are files that end in .yaml or .yml, name one"
_GZIP = b"\x1f\x8b"


class InputError(Exception):
    """An input cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded call; `number` is its place among those of its file, 0 where it is the only one."""

    file: Path
    record: Record
    number: int = 0

    @property
    def source(self) -> str:
        """Where it was found, in words."""
        return f"{_name(self.file)}{self._place}"

    @property
    def name(self) -> str:
        """The same in short."""
        return f"{_name(Path(self.file.name.removesuffix('.json')))}{self._place}"

    @property
    def _place(self) -> str:
        return f"#{self.number}" if self.number else ""

    def event(self) -> dict[str, Any]:
        """The call as EventBridge delivers it; a bare record gets the envelope that it would have had."""
        if self.record.envelope:
            return dict(self.record.envelope)
        body = self.record.body
        return {
            "version": "0",
            "id": body.get("eventID", ""),
            "detail-type": "AWS API Call via CloudTrail",
            "source": f"aws.{self.record.service}",
            "account": self.record.account,
            "time": body.get("eventTime", ""),
            "region": self.record.region,
            "resources": [],
            "detail": dict(body),
        }


def recordings(paths: Iterable[Path]) -> Iterator[Recording | InputError]:
    """The recorded calls among the inputs, and what cannot be read."""
    return (each for each in inputs(paths) if not isinstance(each, Path))


def inputs(paths: Iterable[Path]) -> Iterator[Recording | Path | InputError]:
    """Every recorded call of the files, folders and `-`, in order, and every file that is a scenario.

    What cannot be read is in its place.
    """
    for path in paths:
        try:
            for file in _files(path):
                if file.suffix in _SCENARIO_SUFFIXES:
                    yield file
                else:
                    yield from _recordings(file)
        except InputError as error:
            yield error


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.name.endswith(_SUFFIXES))
    scenarios = sorted(file for suffix in _SCENARIO_SUFFIXES for file in path.rglob(f"*{suffix}"))
    scenarios = [file for file in scenarios if _is_scenario(file)]
    if not files and not scenarios:
        raise InputError(f"{path} holds no file that ends in {' or '.join(_SUFFIXES)}, and no scenario")
    return [*files, *scenarios]


def _is_scenario(file: Path) -> bool:
    """Among the YAML files of a folder, accounts and policies too, a scenario is one that has steps."""
    try:
        return _STEPS.search(file.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return False


def _recordings(file: Path) -> Iterator[Recording | InputError]:
    try:
        found = list(records(_json(file)))
    except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
        yield InputError(f"{_name(file)} cannot be read: {_reason(error)}")
        return
    if not found:
        yield InputError(f"{_name(file)} has no CloudTrail record: expected an event, a record or a log file")
    for number, record in enumerate(found, 1):
        yield Recording(file, record, number if len(found) > 1 else 0)


def _json(file: Path) -> object:
    data = sys.stdin.buffer.read() if str(file) == STANDARD_INPUT else file.read_bytes()
    data = gzip.decompress(data) if data.startswith(_GZIP) else data
    try:
        document: object = json.loads(data)
    except ValueError as error:
        if _STEPS.search(data.decode("utf-8", "replace")):
            raise ValueError(_NO_RECORDING) from error
        raise
    return document


def _name(file: Path) -> str:
    return "standard input" if str(file) == STANDARD_INPUT else str(file)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
