"""Every policy can be reviewed, whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.cluster import IpFamily
from sgwarden.policy.places import Places
from sgwarden.review.check import errors, problems_at, warnings
from sgwarden.review.explain import explain
from sgwarden.review.stand_in import places_of
from sgwarden.review.types import (
    Aftermath,
    Example,
    Expectation,
    Limit,
    PolicyFile,
    TrafficLine,
    Verdict,
)
from sgwarden.traffic import Direction, Traffic, parse_line, union

from tests.property.policy_documents import SERVICES, documents, policies, terms
from tests.property.test_review_shadow import clusters

if TYPE_CHECKING:
    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Policy

lines = st.builds(TrafficLine, st.sampled_from(SERVICES), st.just(Direction.INGRESS), terms)
some_lines = st.lists(lines, max_size=2).map(tuple)
names = st.sampled_from(("a", "b"))
files = st.builds(
    PolicyFile,
    documents,
    examples=st.just({"a": Example("a", ip_family=IpFamily.IPV6)}),
    limits=st.just((Limit("l", SERVICES[0], Direction.INGRESS, IpFamily.IPV4, 16),)),
    expect=st.lists(
        st.builds(Expectation, names, st.sampled_from(Verdict), lines)
        | st.builds(Aftermath, names, st.just(Direction.INGRESS), some_lines, some_lines),
        max_size=2,
    ).map(tuple),
)


@given(files, clusters)
def test_it_breaks_nothing(file: PolicyFile, cluster: Cluster) -> None:
    for problem in (*errors(file), *warnings(file), *problems_at(file, [Places(cluster, {})])):
        assert problem.render("policy.yaml")


@given(policies, lines)
def test_an_explanation_tells_all_of_the_traffic_and_nothing_else(policy: Policy, line: TrafficLine) -> None:
    explained = explain(line, policy, Example("any"))
    told = [union(parse_line(text, "sg-self").traffic for text in part.lines) for part in explained.parts]
    assert all(part.reasons and part.lines for part in explained.parts)
    assert len({part.answer for part in explained.parts}) == len(explained.parts)
    for number, traffic in enumerate(told):
        assert not any(traffic & other for other in told[:number])
    peers = places_of(Example("any"), policy, [line.peer]).peers([line.peer])
    assert union(told) == Traffic.of([line.service], peers)
