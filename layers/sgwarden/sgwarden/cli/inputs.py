"""Recorded events, from wherever they are: files, folders, compressed log files, standard input."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden.record import Record, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SUFFIXES = (".json", ".json.gz")
_GZIP = b"\x1f\x8b"


class InputError(Exception):
    """An input cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded call; `source` says where it was found."""

    source: str
    record: Record

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
    """Every recorded call of the files, folders and `-`, in order; what cannot be read in its place."""
    for path in paths:
        for file in sorted(_files(path)):
            try:
                yield from _recordings(file)
            except InputError as error:
                yield error


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return [path]
    return (file for file in path.rglob("*") if file.name.endswith(_SUFFIXES))


def _recordings(file: Path) -> Iterator[Recording]:
    name = "standard input" if str(file) == "-" else str(file)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        event = json.loads(gzip.decompress(data) if data.startswith(_GZIP) else data)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise InputError(f"{name} cannot be read: {_reason(error)}") from error
    found = list(records(event))
    if not found:
        raise InputError(f"{name} has no CloudTrail record: expected an event, a record or a log file")
    for number, record in enumerate(found, 1):
        yield Recording(name if len(found) == 1 else f"{name}#{number}", record)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
