"""`make smoke`: what was built, in the real runtime client, with the queue events of all samples.

The account is embedded in this process, and nothing leaves the machine. Exit status 1 where anything is not
as it should be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.smoke.checks import check_all
from tests.smoke.deployment import BUILT, deployed
from tests.smoke.trouble import SmokeError

_WHOLE = 3
"""Failures shown in full for each function; the others by their names."""


def main() -> int:
    """Run all checks, show a line for each function, then what failed."""
    parser = argparse.ArgumentParser(prog="smoke", description=__doc__)
    parser.add_argument("built", type=Path, nargs="?", default=BUILT, help="the directory of `sam build`")
    try:
        with deployed(parser.parse_args().built) as deployment:
            checked = list(check_all(deployment))
    except SmokeError as error:
        print(f"smoke: {error}", file=sys.stderr)
        return 1
    print(f"{'function':<24}{'checks':>8}{'init':>12}{'memory':>12}   outcome")
    for each in checked:
        outcome = f"{len(each.failures)} FAILED" if each.failures else "ok"
        init, memory = f"{each.init * 1000:.0f} ms", f"{each.memory:.0f} MB"
        print(f"{each.name:<24}{each.done:>8}{init:>12}{memory:>12}   {outcome}")
    for each in checked:
        for place, (name, reason) in enumerate(each.failures.items()):
            print(f"\n{each.name}, {name}" + (f": {reason}" if place < _WHOLE else ": failed too"))
    return 1 if any(each.failures for each in checked) else 0


if __name__ == "__main__":
    sys.exit(main())
