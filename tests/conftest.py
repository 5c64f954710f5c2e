"""Tests do without a clock: hypothesis on shared machines, always the same cases in CI, and progress."""

import os

import pytest
from hypothesis import settings
from sgwarden.cli import progress

settings.register_profile("sgwarden", deadline=None, max_examples=60)
settings.register_profile("ci", settings.get_profile("sgwarden"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "sgwarden")


@pytest.fixture(autouse=True)
def _slow_work_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy with other things, anything may take longer than a second."""
    monkeypatch.setattr(progress, "_PATIENCE_S", 3600.0)
