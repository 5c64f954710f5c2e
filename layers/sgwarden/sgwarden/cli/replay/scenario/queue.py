"""The queue between EventBridge and the function, by the clock of a scenario.

Messages come in the order in which they are due, those of one second together, ten at the most: as
template.yaml has it, and as SQS and Lambda do it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

BATCH = 10
WINDOW = 1
"""Seconds that Lambda waits for more, from the first message on."""
VISIBILITY = 190
"""Seconds until a message that failed comes again."""
RECEIVES = 5
"""Deliveries of a message before it is moved to the dead letters."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message, due so many seconds after the beginning; an `echo` tells of what the functions did."""

    id: str
    body: str
    due: int
    receives: int = 0
    echo: bool = False


@dataclass(slots=True)
class Queue:
    waiting: list[Waiting] = field(default_factory=list)
    dead: list[Waiting] = field(default_factory=list)
    _count: int = 0

    def put(self, body: str, due: int, *, echo: bool = False) -> None:
        self._count += 1
        self.waiting.append(Waiting(f"m{self._count}", body, due, echo=echo))

    def next_batch_at(self) -> int | None:
        """When Lambda calls the function next; None where nothing waits."""
        batch = self._next_batch()
        if not batch:
            return None
        return batch[-1].due if len(batch) == BATCH else batch[0].due + WINDOW

    def take(self) -> list[Waiting]:
        """The next batch, which is not in the queue any more unless it is handed back."""
        batch = [replace(each, receives=each.receives + 1) for each in self._next_batch()]
        taken = {each.id for each in batch}
        self.waiting = [each for each in self.waiting if each.id not in taken]
        return batch

    def hand_back(self, message: Waiting, now: int) -> None:
        """It comes again when its time is over, unless it has come too often."""
        if message.receives >= RECEIVES:
            self.dead.append(message)
        else:
            self.waiting.append(replace(message, due=now + VISIBILITY))

    def _next_batch(self) -> list[Waiting]:
        # Sorting is stable: of those that are due at once, the one sent first comes first.
        ordered = sorted(self.waiting, key=lambda each: each.due)
        return [each for each in ordered if each.due <= ordered[0].due + WINDOW][:BATCH]
