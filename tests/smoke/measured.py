"""What a built function uses on this machine: seconds of CPU, and memory."""

from __future__ import annotations

import shutil
from compileall import compile_dir
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.smoke.runtime import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.smoke.built import BuiltFunction
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

STARTS = 5


@dataclass(frozen=True, slots=True)
class Start:
    """The median of some starts: seconds of CPU until it asks for an event, and the memory by then, in MB."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Event:
    """What one event takes in a process that is warm: seconds of CPU, and calls to AWS."""

    cpu: float
    calls: float


@contextmanager
def prepared(function: BuiltFunction, *, bytecode: bool) -> Iterator[BuiltFunction]:
    """The function with copies of its layers that hold bytecode of this Python, or none.

    Lambda finds bytecode in them where the machine that built them has Lambda's Python.
    """
    with TemporaryDirectory(prefix="sgwarden-memory-") as made:
        source_only = shutil.ignore_patterns("__pycache__")
        layers = [
            Path(shutil.copytree(layer, Path(made, layer.name), ignore=source_only))
            for layer in function.layers
        ]
        for layer in layers if bytecode else ():
            compile_dir(layer, quiet=2)
        yield replace(function, layers=tuple(layers))


def start(function: BuiltFunction, stage: Stage) -> Start:
    """How the function starts; the first time is not counted, as files are read from the disk then."""
    used = []
    for _ in range(STARTS + 1):
        with running(function, stage.environment()) as runtime:
            used.append(runtime.usage())
    return Start(median(each.cpu for each in used[1:]), median(each.memory for each in used[1:]))


def event(
    runtime: Runtime, stage: Stage, happen: Callable[[], object], before: Callable[[], object], rounds: int
) -> Event:
    """What happens takes, on average; what goes before it is none of the function's work."""
    cpu, calls = runtime.usage().cpu, stage.requests
    for _ in range(rounds):
        before()
        happen()
    return Event((runtime.usage().cpu - cpu) / rounds, (stage.requests - calls) / rounds)
