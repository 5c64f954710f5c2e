"""Progress on standard error, of work that takes longer than a second."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from sgwarden.printable import printable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_PATIENCE_S = 1.0
_BETWEEN_LINES_S = 10.0
_BETWEEN_LOOKS_S = 0.1


class Progress:
    """Says what is being done: on a terminal in one line that goes away, elsewhere a line now and then.

    Nothing is said of work that ends within `patience` seconds, or a second.
    """

    def __init__(self, patience: float | None = None) -> None:
        self._patience = _PATIENCE_S if patience is None else patience
        self._text = ""
        self._ended = Event()
        self._thread = Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def now(self, text: str) -> None:
        """What is being done from now on."""
        self._text = printable(text)

    def _tell(self) -> None:
        if self._ended.wait(self._patience):
            return
        out = Console(stderr=True, highlight=False)
        if not out.is_terminal:
            while True:
                out.print(Text(self._text), soft_wrap=True)
                if self._ended.wait(_BETWEEN_LINES_S):
                    return
        with out.status(Text(self._text)) as status:
            while not self._ended.wait(_BETWEEN_LOOKS_S):
                status.update(Text(self._text))
