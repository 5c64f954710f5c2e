"""Time as Powertools goes by it when it judges whether an answer of SSM is too old."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.parameters import base

if TYPE_CHECKING:
    import pytest


class Clock:
    """Stands still until time passes by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = datetime(2026, 11, 3, 14, 21, 37)
        monkeypatch.setattr(base, "datetime", SimpleNamespace(now=lambda: self.time))

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
