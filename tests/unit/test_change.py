"""What changes bring, and which tags are not for us."""

from __future__ import annotations

import pytest
from sgwarden.change import Authorize, Modify, Revoke, SetTag, is_reserved
from sgwarden.traffic import Traffic

from tests.unit.planning import line

WIDE, NARROW = line("tcp/20-30 from 0.0.0.0/0"), line("tcp/20-21 from 0.0.0.0/0")


def test_what_a_change_leaves_open() -> None:
    assert Authorize(WIDE, "").brings == WIDE.traffic
    assert Modify(WIDE, NARROW, "").brings == NARROW.traffic
    assert Revoke(WIDE, "").brings == Traffic.NONE


def test_a_tag_that_was_missing_has_no_value_before() -> None:
    assert SetTag("team", "a") == SetTag("team", "a", None, "tags")


@pytest.mark.parametrize(
    ("key", "reserved"),
    [("aws:eks:cluster-name", True), ("AWS:x", True), ("aws", False), ("eks:x", False), ("x-aws:", False)],
)
def test_tags_that_aws_alone_writes(key: str, reserved: bool) -> None:
    assert is_reserved(key) is reserved
