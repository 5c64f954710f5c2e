"""The policy file that a command was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.project import fail
from sgwarden.policy.build import checked_policy_file
from sgwarden.policy.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.policy.types import Document


def checked_policy(file: Path) -> Document:
    """The policy, read and checked; ends the command where it does not hold."""
    try:
        return checked_policy_file(file.read_bytes(), str(file))
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}") from error
    except PolicyError as error:
        raise fail(f"the policy does not hold\n{error.render()}") from error
