"""The description of an account that a command was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.project import fail

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.embedded import AccountDescription


def described_account(file: Path) -> AccountDescription:
    """The account that the file describes; ends the command where it cannot be read."""
    from sgwarden.embedded import DescriptionError, read_account  # noqa: PLC0415  moto takes a second to import

    try:
        return read_account(file)
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}") from error
    except DescriptionError as error:
        raise fail(f"the account description does not hold\n{error}") from error
