"""What is wrong with the built artefacts."""

from __future__ import annotations


class SmokeError(Exception):
    """Something does not work as deployed; the message says what, for people."""


class RuntimeGoneError(SmokeError):
    """A function gave no answer, and will give none to whatever comes next."""
