"""What an event costs, beside what its API calls cost alone: medians of one run, on this machine.

The embedded account answers in process, so that the ratios tell more than the milliseconds.
"""

from __future__ import annotations

import json
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from sgwarden.trigger import read

from tests.integration.deployed import (
    EVENTS,
    GROUP,
    Deployed,
    changed,
    close,
    cluster,
    group,
    open_to,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 30
BATCH = 10  # as template.yaml has it
STRANGERS = tuple(f"sg-{number:017x}" for number in range(1, BATCH + 1))
FULL = tuple(f"tcp/{port} from 10.0.0.0/16" for port in range(1000, 1058))


def milliseconds(act: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The median time that the act takes, what goes before it not counted."""
    times = []
    for _ in range(ROUNDS):
        before()
        start = perf_counter()
        act()
        times.append((perf_counter() - start) * 1000)
    return median(times)


def two_reads(function: Deployed) -> None:
    function.account.client("ec2").describe_security_groups(GroupIds=[GROUP])
    function.account.client("eks").describe_cluster(name="dev-1")


def crowd(*named: str) -> str:
    """What a batch of messages costs that name one of these groups each."""
    strangers = tuple(group(each, *FULL[:20]) for each in STRANGERS)
    with running(groups=strangers) as function:
        batch = [changed(each) for each in named]
        function.deliver(*batch)
        calls = len(function.operations())
        return f"{milliseconds(lambda: function.deliver(*batch)):8.2f} ms  {calls} API calls: {len(named)}"


def main() -> None:
    """Print the figures."""
    sample = json.loads((EVENTS / "ssh-opened-to-the-world.json").read_text())
    rules = ("all from self", "all to self", "all to 0.0.0.0/0", *FULL)
    ssh = "tcp/22 from 0.0.0.0/0"
    with running(clusters=(cluster(*rules),)) as function:
        function.deliver(changed())
        floor = milliseconds(lambda: two_reads(function))
        clean = milliseconds(lambda: function.deliver(changed()))
        drifted = milliseconds(lambda: function.deliver(changed()), lambda: open_to(function, ssh))
        close_it = milliseconds(lambda: close(function, ssh), lambda: open_to(function, ssh))
    print(f"medians of {ROUNDS}, a group of {len(rules)} rules")
    print(f"{milliseconds(lambda: read(sample)):8.2f} ms  an event read")
    print(f"{floor:8.2f} ms  the two reads alone (the floor)")
    print(f"{clean:8.2f} ms  an event on a group in order: {clean / floor:.1f} times the floor")
    print(f"{close_it:8.2f} ms  a revoke by properties alone")
    print(
        f"{drifted:8.2f} ms  an event on a group with drift, put right: {drifted / floor:.1f} times the floor"
    )
    print(f"{crowd(*STRANGERS)} groups of 20 rules in one batch, none of them a cluster's")
    print(f"{crowd(*STRANGERS[1:], GROUP)} groups in one batch, one of them a cluster's in order")


if __name__ == "__main__":
    main()
