"""The question before changes: only a person who has seen what it is about can say yes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import GROUP, WRITES
from tests.integration.live import SSH, person

if TYPE_CHECKING:
    from pathlib import Path

# A command that asks as `apply` does, and prints what it was told.
ASKING = """
import typer
from sgwarden.cli.planning.asking import agreed
command = typer.Typer()
@command.command()
def ask() -> None:
    typer.echo("agreed" if agreed("Make these changes?") else "not agreed")
command()
"""
QUESTION = b"Make these changes? Only yes is a yes: "
COMMAND = [sys.executable, "-c", ASKING]


class TestOnATerminal:
    def asked(self, *, ahead: bytes, then: bytes) -> bytes:
        """What the terminal shows of the answer, of which a part is typed before the question is there."""
        ours, theirs = pty.openpty()
        os.write(ours, ahead)
        with subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE) as process:  # noqa: S603
            os.close(theirs)
            assert process.stderr
            assert process.stderr.read(len(QUESTION)) == QUESTION
            os.write(ours, then)
            process.wait(20)
            shown = os.read(ours, 4096)
        os.close(ours)
        return shown.splitlines()[-1]

    def test_yes_is_a_yes(self) -> None:
        assert self.asked(ahead=b"", then=b"yes\n") == b"agreed"

    def test_what_was_typed_before_is_no_answer(self) -> None:
        assert self.asked(ahead=b"yes\n", then=b"no\n") == b"not agreed"

    def test_nor_is_half_of_one(self) -> None:
        assert self.asked(ahead=b"no", then=b"yes\n") == b"agreed"

    def test_nobody_is_asked_about_what_went_to_a_file(self) -> None:
        ours, theirs = pty.openpty()
        os.write(ours, b"yes\n")
        ran = subprocess.run(COMMAND, stdin=theirs, capture_output=True, timeout=20, check=False)  # noqa: S603
        os.close(theirs)
        os.close(ours)
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert b"give --yes: what is asked about went to a file" in ran.stderr
        assert QUESTION not in ran.stderr


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("<&-", b"not agreed\n"),
        ("< /dev/null", b"not agreed\n"),
        ("0> /dev/null", b"not agreed\n"),
    ],
)
def test_nobody_there_says_no(stdin: str, said: bytes) -> None:
    shell = ["sh", "-c", f'"$@" {stdin}', "sh", *COMMAND]
    ran = subprocess.run(shell, capture_output=True, timeout=20, check=False)  # noqa: S603  our own command
    assert (ran.returncode, ran.stdout) == (0, said)
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("answer", "status"), [(b"yes\n", 0), (b"y\xe9s\n", 3), (b"\xff\xfe\n", 3), (b"yes\xff\n", 3)]
)
def test_a_pipe_may_answer_and_what_is_no_text_is_no_yes(answer: bytes, status: int, tmp_path: Path) -> None:
    with person(tmp_path) as me:
        me.open_to(SSH)
        me.account.forget_calls()
        ran = CliRunner().invoke(app, ["apply", "--policy", str(me.policy)], input=answer)
        assert ran.exit_code == status, ran.output
        assert ran.exception is None or isinstance(ran.exception, SystemExit)
        assert (SSH in me.account.lines(GROUP)) == (status != 0)
        assert bool(me.account.calls(*WRITES)) == (status == 0)
