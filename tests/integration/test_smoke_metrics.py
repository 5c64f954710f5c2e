"""A built function that writes no metrics is told of by the smoke test, and one that does is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.smoke.built import BuiltFunction
from tests.smoke.checks import Checked, _try_each
from tests.smoke.runtime import running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.smoke.runtime import Runtime

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")
ACCOUNT, REGION = "111122223333", "eu-west-1"
COUNTS = """
def handler(event, context):
    print('{"said": 1}')
    if event:
        print('{"_aws": {}, "Messages": [1]}')
"""


def tried(directory: Path, *events: int) -> dict[str, str]:
    """What failed, where each event is a check of its own that finds nothing amiss itself."""
    (directory / "app.py").write_text(COUNTS)
    (directory / "layer").mkdir()
    function = BuiltFunction(
        "Tried", directory, "app.handler", (directory / "layer",), 128, 5, "Text", {}, {}
    )
    checked = Checked("Tried")

    def check(event: int) -> Callable[[Runtime], None]:
        return lambda runtime: runtime.invoke(event, ACCOUNT, REGION)

    with running(function, {"AWS_REGION": REGION}) as runtime:
        _try_each({str(place): check(event) for place, event in enumerate(events)}, runtime, checked)
    return checked.failures


def test_an_invocation_that_writes_no_metrics_fails_its_check_and_no_other(tmp_path: Path) -> None:
    failures = tried(tmp_path, 1, 0, 1)
    assert failures == {"1": "1 of its invocations wrote no metrics (a line with '_aws') to the log"}


def test_invocations_that_write_metrics_are_in_order(tmp_path: Path) -> None:
    assert tried(tmp_path, 1, 1) == {}
