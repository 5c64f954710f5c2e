"""A suspicion is read as it was written, and holds what was taken of owners, in few words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.recent import Removal
from sgwarden.suspicion import Suspicion, read_suspicion, suspected
from sgwarden.traffic import Rule, parse_line
from sgwarden.trigger import Cause

GROUP, BACKEND = "sg-0c1f4a7be2d95083a", "sg-04c8f1e6b9d2a7053"
SHARED, MTU = "elbv2.k8s.aws/targetGroupBinding=shared", "kubernetes.io/rule/nlb/mtu"
FOUND = "0123456789abcdef"
AT = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
LINES = (
    f"tcp/8080 from {BACKEND}",
    f"udp/53 to {BACKEND}",
    "icmp/3.4 from 203.0.113.0/24",
    f"tcp from {BACKEND}",
)

rules = st.builds(
    lambda line, said: replace(parse_line(line), description=said),
    st.sampled_from(LINES),
    st.sampled_from((SHARED, MTU)),
)
actors = st.text(max_size=12).map(lambda each: "".join(filter(str.isalnum, each)))
times = st.integers(0, 9).map(lambda minutes: AT + timedelta(minutes=minutes))
causes = st.builds(
    lambda actor, time: Cause("RevokeSecurityGroupIngress", "e1", actor, "192.0.2.1", time), actors, times
)
some = st.lists(rules, min_size=1, max_size=3).map(tuple)
calls = st.lists(st.tuples(causes, some), min_size=1, max_size=3)


def removal(port: int, actor: str = "alice", *, said: str = SHARED) -> Removal:
    rule = replace(parse_line(f"tcp/{port} from {BACKEND}"), id=f"sgr-{port:08x}", description=said)
    cause = Cause("RevokeSecurityGroupIngress", f"e{port}", actor, "", AT + timedelta(seconds=port))
    return Removal(GROUP, rule, cause, AT + timedelta(seconds=port))


def of(*removals: Removal) -> list[tuple[str, list[str]]]:
    found = suspected(GROUP, [FOUND], removals)
    return [(cause.event_id, [rule.text() for rule in taken]) for cause, taken in found.calls]


@given(calls)
def test_it_is_read_as_it_was_written(taken: list[tuple[Cause, tuple[Rule, ...]]]) -> None:
    suspicion = Suspicion(GROUP, (FOUND,), tuple(taken))
    assert read_suspicion(json.loads(suspicion.body())) == suspicion


def test_calls_of_one_caller_are_told_as_the_last_of_them() -> None:
    found = of(removal(1), removal(2, "bob"), removal(3))
    assert found == [
        ("e3", [f"tcp/1 from {BACKEND}", f"tcp/3 from {BACKEND}"]),
        ("e2", [f"tcp/2 from {BACKEND}"]),
    ]


def test_what_says_of_no_owner_is_left_out() -> None:
    assert of(removal(1), removal(2, said="by hand")) == [("e1", [f"tcp/1 from {BACKEND}"])]


def test_the_calls_lead_to_the_group_and_changed_nothing_of_it() -> None:
    """Else what is found there would be told as their doing."""
    suspicion = suspected(GROUP, [FOUND], [removal(1)])
    (trigger,) = suspicion.triggers
    assert (trigger.target.name, trigger.touches, suspicion.delay) == (GROUP, frozenset(), 180)
    assert [rule.description for rule in trigger.removed] == [SHARED]


def test_a_thousand_rules_of_many_fit_into_a_message() -> None:
    """SQS takes 262,144 bytes."""
    many = [removal(port, "\u00e9" * 190 + str(port % 60)) for port in range(1, 2001)]
    suspicion = suspected(GROUP, [FOUND], many)
    assert len(suspicion.calls) == 50
    assert sum(len(taken) for _, taken in suspicion.calls) > 800
    assert len(suspicion.body().encode()) < 262_144


def test_other_messages_are_none() -> None:
    assert read_suspicion({"sgwarden-rest": {}}) is None
    assert read_suspicion([]) is None
