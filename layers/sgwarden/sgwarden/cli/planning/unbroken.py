"""Work that is not to be broken off half-way."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_ASKED = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def unbroken(what: str) -> Iterator[None]:
    """Whoever asks to end waits until the context does; whoever asks twice does not. Main thread only.

    Raises KeyboardInterrupt at its end where somebody has asked.
    """
    asked = False

    def later(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        typer.echo(f"Finishing {what} first; once more breaks off at once.", err=True)

    before = {number: signal.signal(number, later) for number in _ASKED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt
