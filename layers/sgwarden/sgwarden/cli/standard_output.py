"""Standard output of the process: what it cannot take costs no more than itself."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sgwarden.cli.project import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer


class UnwritableError(Exception):
    """Standard output cannot be written; says why. No OSError, which would pass for another file's."""


@contextmanager
def standard_output() -> Iterator[None]:
    """Characters that its encoding lacks become escapes; that it cannot be written is told of."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Standard error has this from the start.
        sys.stdout.reconfigure(errors="backslashreplace")
        sys.stdout = _watched(sys.stdout)
    try:
        yield
    except UnwritableError as error:
        _write_no_more()
        told = fail(f"standard output cannot be written: {error}")
        raise SystemExit(told.exit_code) from error


class _StandardOutput(io.FileIO):
    """The file below standard output, with errors of its own."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            written = super().write(data)
        except BrokenPipeError:  # `| head` had enough: typer and Rich end the command in silence
            raise
        except OSError as error:
            raise UnwritableError(error.strerror) from error
        if written is None:  # a terminal or pipe that somebody has set not to block
            raise UnwritableError(os.strerror(errno.EAGAIN))
        return written


def _watched(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """The same stream, raising UnwritableError; a console of Windows, which is no file, as it is."""
    if not isinstance(getattr(stream.buffer, "raw", stream.buffer), io.FileIO):
        return stream
    file = _StandardOutput(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
    )


def _write_no_more() -> None:
    """As in Python's notes on SIGPIPE: at its end the interpreter flushes once more, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
