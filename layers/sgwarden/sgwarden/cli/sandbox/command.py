"""`sgwarden sandbox`: an AWS account on this machine, to try everything in."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from queue import SimpleQueue
from subprocess import Popen
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli.account_file import described_account
from sgwarden.cli.project import ACCOUNT, fail
from sgwarden.cli.sandbox.environment import inside, shell_lines
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sgwarden.embedded import AccountDescription, EmbeddedAccount

PORT = 4577
# Options end where the command begins, as with env and sudo.
CONTEXT = {"allow_interspersed_args": False}
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_ENDED_BY_SIGNAL = 128


def sandbox_command(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- COMMAND...]", help="Runs in the sandbox, which ends with it and has its exit status."
        ),
    ] = None,
    account: Annotated[
        Path, typer.Option(help="What is in the account.", show_default="events/account.yaml of the project")
    ] = ACCOUNT,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="0 is any that is free.", show_default=f"{PORT}, or any for a command"
        ),
    ] = None,
) -> None:
    """Serve an AWS account that is nowhere but on this machine, for the AWS CLI, SDKs and sgwarden itself.

    It has clusters, their security groups and what belongs to them, answers on 127.0.0.1 alone, takes any
    credentials and keeps nothing. Prints what to paste into other shells, or runs a command in the sandbox.
    No function is deployed in it: nothing reacts to a change until somebody looks.
    """
    described, around = described_account(account), dict(os.environ)
    from sgwarden.embedded import EmbeddedAccount  # noqa: PLC0415  moto takes a second to import

    with EmbeddedAccount(described) as opened, _served(opened, _port(port, command)) as url:
        _introduce(described, url)
        if command:
            raise typer.Exit(_run(command, inside(url, described.region, around)))
        _serve(shell_lines(url, described.region, around))


def _port(asked: int | None, command: list[str] | None) -> int:
    """A command is told the port, so that any will do, and several can run at a time."""
    return asked if asked is not None else 0 if command else PORT


@contextmanager
def _served(account: EmbeddedAccount, port: int) -> Iterator[str]:
    from sgwarden.embedded.serving import served  # noqa: PLC0415  as above

    with ExitStack() as stack:
        try:
            url = stack.enter_context(served(account, port))
        except OSError as error:
            raise fail(
                f"port {port} cannot be had: {error.strerror}. --port 0 takes one that is free"
            ) from error
        yield url


def _introduce(described: AccountDescription, url: str) -> None:
    """Tell on stderr what there is."""
    typer.echo(f"Account {described.account} is at {url}, for programs on this machine. Clusters:", err=True)
    for cluster in described.clusters:
        where = ", ".join(map(printable, (cluster.name, cluster.group, cluster.region)))
        typer.echo(f"  {where}", err=True)


def _serve(lines: Iterator[str]) -> None:
    """Until somebody says stop."""
    # An Event set by a signal that comes while it begins to wait would lock itself out: this is reentrant.
    told: SimpleQueue[int] = SimpleQueue()
    with _on_signals(told.put):
        typer.echo("\n".join(lines))
        typer.echo("Ctrl-C ends it; nothing is kept. Paste these lines into another shell.", err=True)
        told.get()


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit status of the command, as a shell would give it."""
    early: list[int] = []
    with _on_signals(early.append):
        process = _begun(command, environment)
        with _on_signals(lambda number: _pass_on(process, number)):
            for number in early:
                _pass_on(process, number)
            status = process.wait()
    return status if status >= 0 else _ENDED_BY_SIGNAL - status


def _pass_on(process: Popen[bytes], number: int) -> None:
    # Ctrl-C goes to every process of the terminal: the command has it already, to do with as it likes.
    if number != signal.SIGINT:
        process.send_signal(number)


def _begun(command: Sequence[str], environment: Mapping[str, str]) -> Popen[bytes]:
    try:
        return Popen(command, env=environment)  # noqa: S603  it is what the person asked for
    except FileNotFoundError as error:
        raise fail(f"{command[0]}: no such command", _NOT_FOUND) from error
    except OSError as error:
        raise fail(f"{command[0]} cannot be run: {error.strerror}", _NOT_EXECUTABLE) from error


@contextmanager
def _on_signals(act: Callable[[int], object]) -> Iterator[None]:
    """Being asked to end does no more than `act`, until the context ends."""
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [(number, signal.signal(number, lambda received, _: act(received))) for number in asked]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
