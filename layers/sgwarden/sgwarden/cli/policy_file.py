"""The policy file that a command was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.project import fail
from sgwarden.policy.errors import PolicyError
from sgwarden.review.build import checked_policy_file, read_policy_file

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.policy.types import Document
    from sgwarden.review.types import PolicyFile


def checked_policy(file: Path) -> Document:
    """The policy, read and checked; ends the command where it does not hold."""
    try:
        return checked_policy_file(_bytes(file), str(file))
    except PolicyError as error:
        raise fail(f"the policy does not hold\n{error.render()}") from error


def read_policy(file: Path) -> tuple[PolicyFile, str]:
    """All that the file says, and its text; ends the command where it cannot be read."""
    data = _bytes(file)
    try:
        return read_policy_file(data, str(file)), data.decode("utf-8-sig")
    except PolicyError as error:
        raise fail(f"the policy cannot be read\n{error.render()}") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}") from error
