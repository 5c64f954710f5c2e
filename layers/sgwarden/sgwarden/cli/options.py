"""Options that several commands share."""

from enum import StrEnum


class Output(StrEnum):
    """How results are written to standard output."""

    TEXT = "text"
    JSON = "json"


DRIFT = 3
"""The exit status for drift that is left; 1 is an error, and 2 a wrong call."""
