"""`sgwarden pause` and `sgwarden resume`: whether the deployed function may change groups."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.ceiling import BY_STATE, paused_text
from sgwarden.cli.advice import explained
from sgwarden.cli.deployed import GUIDE, Region, StackName, missing, must_be_a_name, region_of
from sgwarden.cli.options import Profile  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.project import fail
from sgwarden.failure import CallError
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.aws.credentials import Credentials
    from sgwarden.aws.stack import Stack

_NOT_YET = "Somebody else has done the opposite at the same time, or SSM has not caught up: say it again."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stack is, and by whose credentials it is reached."""

    stack: Stack
    region: str
    profile: str
    credentials: Credentials

    def __str__(self) -> str:
        return f"{self.stack.name} ({self.region}, account {self.stack.account or 'unknown'})"

    def resume(self) -> str:
        """The command line for the same stack with the same profile, to be pasted into any shell."""
        profile = ["--profile", self.profile] if self.profile else []
        return shlex.join(
            ["sgwarden", "resume", "--stack", self.stack.name, "--region", self.region, *profile]
        )


def pause_command(
    reason: Annotated[str, typer.Option(help="Why; each alert says it until sgwarden is resumed.")],
    stack: StackName = "sgwarden",
    region: Region = None,
    profile: Profile = "",
) -> None:
    """Let the deployed sgwarden change no group until `sgwarden resume`. It goes on telling of drift."""
    if not printable(reason):
        raise typer.BadParameter("--reason is empty")
    with _told():
        place = _place(stack, region, profile)
        if place.stack.observes:
            typer.echo(f"{place} only observes: it changes no group. There is nothing to pause.")
            return
        if paused := BY_STATE if place.stack.held else place.stack.paused():
            typer.echo(f"{place} is paused already ({paused}). Nothing was changed.")
            return
        place.stack.pause(paused_text(_who(place), datetime.now(UTC), reason))
        if not _settled(place, paused=True):
            raise fail(f"{place} is not paused, although {place.stack.switch} was written. {_NOT_YET}")
    typer.echo(f"{place} is paused: within a minute no group is changed. Drift is still told of.")
    typer.echo(f"Resume: {place.resume()}")


def resume_command(stack: StackName = "sgwarden", region: Region = None, profile: Profile = "") -> None:
    """Let the deployed sgwarden change groups again, and look at once at all of them."""
    with _told():
        place = _place(stack, region, profile)
        before = _ended(place)
    ended = f" A pause was ended ({before})." if before else ""
    if place.stack.observes:
        typer.echo(f"{place} only observes: it changes no group.{ended}")
    elif place.stack.held:
        raise fail(f"{place} stays paused until it is deployed with State=running.{ended}")
    elif not before:
        typer.echo(f"{place} is not paused. Nothing was changed.")
    else:
        typer.echo(f"{place} runs again. Until now it was paused ({before}).")
        _sweep(place)


def _ended(place: _Place) -> str:
    """What the switch said that is now gone; empty where there was none."""
    before = place.stack.paused()
    if before:
        place.stack.resume()
        if paused := _settled(place, paused=False):
            raise fail(f"{place} is still paused ({paused}). {_NOT_YET}")
    return before


def _sweep(place: _Place) -> None:
    try:
        place.stack.sweep()
    except CallError as error:
        typer.echo(
            f"sgwarden: no sweep was started ({explained(error, GUIDE)}): "
            "what drifted meanwhile is looked at by the next one, within the hour",
            err=True,
        )
    else:
        typer.echo("A sweep has begun: what drifted meanwhile is looked at now.")


@contextmanager
def _told() -> Iterator[None]:
    """What AWS refuses ends the command with one line."""
    try:
        yield
    except CallError as error:
        raise fail(explained(error, GUIDE)) from error


def _place(name: str, asked: str | None, profile: str) -> _Place:
    must_be_a_name(name)
    from sgwarden.aws.credentials import Credentials  # noqa: PLC0415  boto3 takes a moment to import

    credentials = Credentials(profile)
    region = region_of(credentials, asked)
    stack = credentials.stack(name, region)
    if not _found(stack):
        raise missing(name, region, credentials)
    return _Place(stack, region, profile, credentials)


def _found(stack: Stack) -> bool:
    """Whether there is such a stack: where there is none, nothing would heed what pauses it.

    Where Lambda does not say, it is believed: that must not keep anybody from pausing.
    """
    try:
        return stack.find()
    except CallError as error:
        why = explained(error, GUIDE)
        typer.echo(
            f"sgwarden: it could not be checked that there is such a stack, nor how it is deployed: {why}",
            err=True,
        )
        return True


def _who(place: _Place) -> str:
    """Who pauses; to be known it is not worth a pause that fails."""
    try:
        return place.credentials.identity(place.region)[1]
    except CallError as error:
        typer.echo(f"sgwarden: nobody is named as who paused it: {explained(error, GUIDE)}", err=True)
        return "somebody unknown"


def _settled(place: _Place, *, paused: bool) -> str:
    """What the switch says after it was turned, which may be other than it was turned to."""
    try:
        return place.stack.settled(paused=paused)
    except CallError as error:
        turned = f"{place.stack.switch} was {'written' if paused else 'deleted'}, but cannot be read again"
        raise fail(f"{turned}, so nobody knows whether it holds: {explained(error, GUIDE)}") from error
