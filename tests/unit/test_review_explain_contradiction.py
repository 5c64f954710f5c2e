"""What an explanation says of traffic that is required and denied."""

from __future__ import annotations

from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader
from sgwarden.review.explain import Answer, explain
from sgwarden.review.read_lines import read_line
from sgwarden.review.types import Example

from tests.unit.reviewing import policy, read_file


def test_it_is_a_contradiction_by_both() -> None:
    text = policy(
        "    ingress:\n      require: [{id: r, traffic: tcp/443, from: 10.0.0.0/8, why: nodes}]\n"
        "      deny: [{id: d, traffic: tcp, from: private}]\n"
    )
    line = read_line(Reader(), Scalar("tcp from private", "tcp from private"), "traffic", {})
    assert line is not None
    found = explain(line, read_file(text).document.policies[0], Example("any"))
    contradiction, forbidden = found.parts
    assert contradiction.answer is Answer.CONTRADICTION
    assert contradiction.lines == ("tcp/443 from 10.0.0.0/8",)
    assert [(each.id, each.why) for each in contradiction.reasons] == [
        ("r", "requires it; nodes"),
        ("d", "denies it"),
    ]
    assert (forbidden.answer, [each.id for each in forbidden.reasons]) == (Answer.FORBIDDEN, ["d"])
