"""Breaks the template in every way that matters, one at a time, and sees that a test goes red each time.

Run by hand: `python -m tests.template.breaks [PART OF A NAME]`. It takes minutes, and writes nothing: each
break is made in the memory of a process of its own. Exit status 1 where a break goes unseen, 2 where the
tests are red without one.
"""

import contextlib
import io
import multiprocessing
import sys
from collections.abc import Iterable, Sequence

import pytest

from tests.template import application, at_work
from tests.template.breakable import breaks
from tests.template.breakable_settings import settings
from tests.template.broken import Break
from tests.template.embedded_stack import embedded_stack

_TESTS = (
    "properties",
    "parameters",
    "wiring",
    "functions",
    "alarms",
    "alerts",
    "permissions",
    "rules",
    "graph",
    "policies_linted",
    "used_and_granted",
)
# Without the plug-in that collects garbage five times at the end: with all that is imported here, that takes
# four times as long as a file of tests.
_WITHOUT = ("cacheprovider", "xdist", "unraisableexception")
_OPTIONS = ("-x", "--tb=no", *(f"-pno:{name}" for name in _WITHOUT))
_OF_POLICIES = ("permissions", "used_and_granted")


def _is_seen(broken: Break) -> tuple[Break, str]:
    """The test that is red; in a process of its own, as what is read of the template is kept for good."""
    template = broken.made_in(application.source())
    application.source = lambda: template  # type: ignore[assignment]
    application.translated.cache_clear()
    application._deployed.cache_clear()
    if broken.likely in _OF_POLICIES:
        # What functions ask for does not depend on what they may do; to find it out takes seconds.
        asked = {"*": _asked[0], "[ek]*": _asked[1]}
        at_work.reconciling = lambda _, samples="*": iter(asked[samples])  # type: ignore[assignment]
    others = [name for name in _TESTS if name != broken.likely]
    return broken, _red([broken.likely]) or _red(others)


def _red(names: Sequence[str]) -> str:
    said = io.StringIO()
    files = [f"{application.ROOT}/tests/template/test_{name}.py" for name in names]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*_OPTIONS, *files])
    if status == pytest.ExitCode.OK:
        return ""
    return next((line for line in said.getvalue().splitlines() if line.startswith(("FAILED", "ERROR"))), "?")


def main(parts: Iterable[str]) -> int:
    """Make every break whose name has one of the parts in it, or all; say which were seen and by what."""
    whole = Break(("Description",), application.source()["Description"], likely="wiring")
    every = (*breaks(application.source()), *settings(application.source()))
    wanted = [one for one in every if not parts or any(part in str(one) for part in parts)]
    unseen = []
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        if by := pool.apply(_is_seen, (whole,))[1]:
            print(f"the tests are red without any break: {by}", file=sys.stderr)
            return 2
        for broken, by in pool.imap(_is_seen, wanted):
            print(f"{'red  ' if by else 'GREEN'} {broken}  {by}", flush=True)
            unseen += [] if by else [broken]
    print(f"{len(wanted) - len(unseen)} of {len(wanted)} breaks turn a test red")
    return 1 if unseen else 0


_asked = [
    list(at_work.reconciling(application.deployed(given), samples))
    for given, samples in ((application.EVERYTHING, "*"), (application.DEFAULTS, "[ek]*"))
]
with embedded_stack():  # what is imported for it is imported but once
    pass

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
