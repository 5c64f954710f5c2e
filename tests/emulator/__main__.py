"""`make emulate`: the stack as `sam deploy` makes it, from an event on the bus to the alert, in MiniStack.

MiniStack is an emulator of AWS, and nothing leaves the machine. It holds the functions to their roles, but
nobody to the policies of queues, topics and keys. Exit status 1 where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from sgwarden.review.build import compile_policy

from tests.emulator import deploying
from tests.emulator.account import Account, furnished
from tests.emulator.process import ROOT, running
from tests.emulator.trouble import EmulatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.process import MiniStack

BUILT = ROOT / ".aws-sam" / "build"
_POLICY = ROOT / "events" / "policy.yaml"
_SECONDS = 30
"""For what takes about two."""
_PAUSE = 4
"""Long enough for what must not happen."""


def main() -> int:
    """Go through all of it, with a line for each step that is done."""
    parser = argparse.ArgumentParser(prog="emulate", description=__doc__)
    parser.add_argument("built", type=Path, nargs="?", default=BUILT, help="the directory of `sam build`")
    built = parser.parse_args().built.resolve()
    with TemporaryDirectory(prefix="sgwarden-emulator-") as folder:
        try:
            with running(Path(folder)) as ministack:
                _through(ministack, built, _policy(Path(folder)))
        except (EmulatorError, BotoCoreError, ClientError, subprocess.TimeoutExpired) as error:
            print(f"emulate: {error}", file=sys.stderr)
            return 1
    return 0


def _policy(folder: Path) -> Path:
    """The policy of the samples, compiled: whichever is deployed need not forbid what happens here."""
    compiled = folder / "policy.json"
    compiled.write_text(compile_policy(_POLICY.read_bytes(), str(_POLICY)), encoding="utf-8")
    return compiled


def _through(ministack: MiniStack, built: Path, policy: Path) -> None:
    began = time.monotonic()

    def done(what: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)

    deploying.deploy(ministack, built, "observe")
    done("sam deploy made the stack, in observe mode")
    account = furnished(ministack, policy)
    try:
        done(_tells_no_channels(account))
        done(_observes(account))
        done(_confirms(account))
        deploying.deploy(ministack, built, "remediate")
        done("sam deploy updated the stack, to remediate mode")
        for step in (_puts_right, _passes_over_failed_calls, _pauses, _resumes, _leaves_nothing):
            done(step(account, ministack))
    except EmulatorError as error:
        raise EmulatorError(f"{error}\n\nThe functions' log:\n{account.log()}") from error
    deploying.delete(ministack)
    done(_is_gone(account))


def _tells_no_channels(account: Account) -> str:
    made = [*account.functions(), *account.queues()]
    if of_channels := [name for name in made if "notify" in name.lower() or "notices" in name.lower()]:
        raise EmulatorError(f"no channel is switched on, and there is {', '.join(of_channels)}")
    return "no channel is switched on: nothing that serves them was made"


def _confirms(account: Account) -> str:
    _until("the ledger has an alert, and that it went out", account.has_only_confirmed_alerts)
    return "the alert came back as its own receipt: the ledger has it as sent"


def _observes(account: Account) -> str:
    account.start_anew()
    account.open_ssh()
    account.tell()
    _until_told(account, "SSH")
    if not account.ssh_is_open():
        raise EmulatorError("the group was changed in observe mode")
    return "an event on the bus: the topic was told, the group is as it was"


def _puts_right(account: Account, _: MiniStack) -> str:
    _rests(account)
    account.start_anew()
    account.tell()
    _until("an event of a rule that opens SSH leads to its removal", lambda: not account.ssh_is_open())
    _until_told(account, "put right")
    return "an event on the bus: SSH is closed again, and the topic was told"


def _passes_over_failed_calls(account: Account, _: MiniStack) -> str:
    _rests(account)
    before = account.calls()
    account.tell(errorCode="Client.UnauthorizedOperation")
    time.sleep(_PAUSE)
    if account.calls() > before:
        raise EmulatorError("an event of a call that failed came to the function")
    return "an event of a call that failed: the function was not called"


def _rests(account: Account) -> None:
    """Wait until the receipts of the alerts before have come to the function as well.

    What a process that is ended was at, the queue hands out again minutes later.
    """
    _until("the function has nothing to do", lambda: _is_idle(account))


def _is_idle(account: Account) -> bool:
    before = account.calls()
    time.sleep(_PAUSE)
    return account.calls() == before and not account.waiting("ChangesQueue")


def _pauses(account: Account, ministack: MiniStack) -> str:
    deploying.run(ministack, "sgwarden", "pause", "--reason", "a test")
    _rests(account)
    account.start_anew()
    account.open_ssh()
    account.tell()
    _until_told(account, "reopened")  # it was closed a step before
    if not account.ssh_is_open():
        raise EmulatorError("the group was changed in spite of the pause")
    return "sgwarden pause, then an event: the topic was told, the group is as it was"


def _resumes(account: Account, ministack: MiniStack) -> str:
    _rests(account)
    account.start_anew()
    deploying.run(ministack, "sgwarden", "resume")
    _until("the sweep after a pause puts right what was left", lambda: not account.ssh_is_open())
    _until_told(account, "put right")
    return "sgwarden resume: its sweep found the group, SSH is closed, and the topic was told"


def _leaves_nothing(account: Account, _: MiniStack) -> str:
    _until("nothing waits in the queue", lambda: not account.waiting("ChangesQueue"))
    if letters := account.waiting("DeadLettersQueue"):
        raise EmulatorError(f"{letters} dead letters")
    if not account.has_only_confirmed_alerts():
        raise EmulatorError("nothing waits, and yet the ledger has an alert as not sent")
    return "nothing waits, there are no dead letters, and the ledger has all alerts as sent"


def _is_gone(account: Account) -> str:
    left = [
        *account.functions(),
        *(each["Name"] for each in account.client("events").list_rules()["Rules"]),
        *(each["TopicArn"] for each in account.client("sns").list_topics()["Topics"]),
        *(each["Name"] for each in account.client("ssm").describe_parameters()["Parameters"]),
        *(url for url in account.queues() if url != account.alerts),
    ]
    if left:
        raise EmulatorError(f"sam delete left {', '.join(left)}")
    return "sam delete took all of it away"


def _until_told(account: Account, words: str) -> None:
    subjects: list[str] = []

    def told() -> bool:
        subjects.extend(account.take_alerts())
        return any(words in subject for subject in subjects)

    _until(f"an alert with {words!r} in its subject", told, subjects)


def _until(what: str, true: Callable[[], bool], seen: object = None) -> None:
    deadline = time.monotonic() + _SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise EmulatorError(
                f"not within {_SECONDS} seconds: {what}" + (f"; seen: {seen}" if seen else "")
            )
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
