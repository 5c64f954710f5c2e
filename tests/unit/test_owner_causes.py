"""Who is named for a forged claim, and for a mass revocation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.finding import Kind
from sgwarden.traffic import Direction, parse_line

from tests.unit.outcomes import finding
from tests.unit.test_causes import CAN_CAUSE, cause_of, trigger

FORGED = finding(kind=Kind.FORGED_CLAIM, rules=("sgr-0a",))
MASS = finding(kind=Kind.MASS_REVOCATION, direction=None, rules=(), traffic=())
WRITES_RULES = {
    "AuthorizeSecurityGroupIngress",
    "ModifySecurityGroupRules",
    "UpdateSecurityGroupRuleDescriptionsIngress",
}


@pytest.mark.parametrize("event", CAN_CAUSE)
def test_only_calls_that_write_rules_forge_them(event: str) -> None:
    assert bool(cause_of(FORGED, [trigger(event)])) is (event in WRITES_RULES)
    assert bool(cause_of(FORGED, [trigger(event, "sgr-0a")])) is (event in WRITES_RULES)
    assert cause_of(FORGED, [trigger(event, "sgr-0b")]) is None


def test_the_other_direction_is_not_to_blame() -> None:
    outbound = replace(FORGED, direction=Direction.EGRESS)
    assert cause_of(outbound, [trigger("AuthorizeSecurityGroupIngress")]) is None
    assert cause_of(outbound, [trigger("AuthorizeSecurityGroupEgress")]) is not None


def test_a_mass_revocation_is_the_last_revokes_that_tells_what_it_took() -> None:
    took = (parse_line("tcp/1 from 10.0.0.0/8"),)
    first, last = (
        replace(trigger("RevokeSecurityGroupIngress", minutes=minutes), removed=took) for minutes in (1, 2)
    )
    silent = trigger("RevokeSecurityGroupIngress", minutes=3)
    assert cause_of(MASS, [silent, last, first]) == last.cause
    assert cause_of(MASS, [silent]) is None
