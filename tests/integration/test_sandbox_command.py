"""`sgwarden sandbox`, as a person or a script runs it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
import typer
from sgwarden.cli.sandbox.command import CONTEXT, sandbox_command
from typer.testing import CliRunner

from tests.integration.sandbox import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ACCOUNT, REGION = "111122223333", "eu-west-1"
APP = typer.Typer()
APP.command(context_settings=CONTEXT)(sandbox_command)
IDENTITY = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"


def said_in_a_shell(lines: Iterable[str]) -> tuple[str, str]:
    """What a shell gets that was set up for other accounts, once the lines are pasted into it."""
    elsewhere = {
        "AWS_PROFILE": "none",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    script = "\n".join([*lines, f'"{sys.executable}" -c "{IDENTITY}"'])
    ran = subprocess.run(
        ["/bin/sh", "-eu"], input=script, env=elsewhere, capture_output=True, text=True, check=False
    )
    return ran.stdout, ran.stderr


def test_it_serves_until_ctrl_c() -> None:
    with sandbox(environment={"AWS_PROFILE": "none", "http_proxy": "http://127.0.0.1:1"}) as opened:
        assert said_in_a_shell(opened.lines) == (f"{ACCOUNT}\n", "")
        with socket.create_connection(("127.0.0.1", opened.port)):  # and a connection that stays open
            assert opened.ended_by(signal.SIGINT) == (0, "", "")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", opened.port))


def test_a_port_that_is_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = CliRunner().invoke(APP, ["--port", str(port)])
    assert (ran.exit_code, ran.stdout) == (1, "")
    told = f"port {port} cannot be had: Address already in use. --port 0 takes one that is free"
    assert ran.stderr.endswith(f"sgwarden: {told}\n")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 9"], 9),
        (["sh", "-c", "kill -KILL $$"], 128 + 9),
        (["/"], 126),
        (["no-such-command"], 127),
    ],
)
def test_the_status_is_that_of_the_command(words: list[str], status: int) -> None:
    assert CliRunner().invoke(APP, ["--", *words]).exit_code == status


def test_a_command_is_told_to_end(tmp_path: Path) -> None:
    told = tmp_path / "told"
    wait = "for turn in 1 2 3 4 5 6 7 8 9; do sleep 0.2; done"
    command = f"trap 'echo told > {told}; exit 5' TERM; kill -TERM $PPID; {wait}"
    assert CliRunner().invoke(APP, ["sh", "-c", command]).exit_code == 5
    assert told.exists()


def test_ctrl_c_is_the_command_s_to_answer() -> None:
    assert CliRunner().invoke(APP, ["sh", "-c", "kill -INT $PPID; sleep 0.1; exit 6"]).exit_code == 6


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "cannot be read: No such file"), ("account: 1", "the account description does not hold")],
)
def test_an_account_that_cannot_be_read_is_an_error(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "account.yaml"
    if text:
        file.write_text(text)
    ran = CliRunner().invoke(APP, ["--account", str(file)])
    assert (ran.exit_code, ran.stdout, told in ran.stderr) == (1, "", True)


def test_a_command_runs_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "session.py").write_text(
        textwrap.dedent("""
        import boto3, json, os, sys
        eks = boto3.client("eks")
        print(json.dumps({"arguments": sys.argv[1:], "kept": os.environ["KEPT"],
                          "clusters": eks.list_clusters()["clusters"], "region": eks.meta.region_name}))
        """)
    )
    monkeypatch.setenv("KEPT", "yes")
    monkeypatch.setenv("AWS_PROFILE", "none")
    monkeypatch.setenv("AWS_ENDPOINT_URL_EKS", "http://127.0.0.1:1")
    ran = CliRunner().invoke(APP, ["--", sys.executable, str(tmp_path / "session.py"), "--port", "x"])
    found = json.loads(capfd.readouterr().out)
    assert (ran.exit_code, "prod-1" in found.pop("clusters")) == (0, True)
    assert found == {"arguments": ["--port", "x"], "kept": "yes", "region": REGION}


STOPPED_AT_EVERY_STEP = """
import signal, sys
from sgwarden.cli.sandbox.command import _serve

def steps(stop_at):
    taken, waited = 0, 0
    def step(frame, event, argument):
        nonlocal taken
        taken += frame.f_code.co_name != "wake"
        if taken == stop_at:
            signal.raise_signal(signal.SIGINT)
        return step
    def wake(*_):
        nonlocal waited
        sys.settrace(None)
        waited = taken
        signal.raise_signal(signal.SIGTERM)
    def lines():
        sys.settrace(step)
        yield "export AWS_REGION=eu-west-1"
    signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, 0 if stop_at else 0.5)
    _serve(lines())
    sys.settrace(None)
    return waited

steps(0)  # what is imported on the way is imported once
for step in range(1, steps(0) + 1):
    steps(step)
"""


def test_a_signal_ends_it_at_whichever_moment_it_comes() -> None:
    """Also while it begins to wait: what waits with a lock would lock the signal's handler out."""
    command = [sys.executable, "-c", STOPPED_AT_EVERY_STEP]
    subprocess.run(command, check=True, timeout=30, capture_output=True)  # noqa: S603  it is our own
