"""What a policy says of some traffic, and why."""

from __future__ import annotations

import pytest
from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader
from sgwarden.review.explain import Answer, Explanation, explain
from sgwarden.review.read_lines import read_line
from sgwarden.review.types import Example

from tests.unit.reviewing import read_file

TEXT = """version: 1
peers: {office: [198.51.100.0/24]}
policies:
  - name: p
    clusters: {name: "*"}
    use: [no-public-admin-ports]
    ingress:
      otherwise: deny
      require:
        - {id: own, traffic: all, from: self, why: "nodes"}
      allow:
        - {id: web, traffic: tcp/443, from: [office, vpc], why: "clients"}
        - {id: six, traffic: tcp/80, from: anywhere-ipv6, ip_family: ipv6}
        - {id: port, traffic: tcp/30000, from: office}
        - {id: lb, traffic: tcp/30000-32767, managed_by: aws-load-balancer-controller}
    egress:
      deny:
        - {id: ssh, traffic: tcp/22, to: internet}
"""


def explained(traffic: str, example: Example | None = None) -> Explanation:
    file = read_file(TEXT)
    line = read_line(Reader(), Scalar(traffic, traffic), "traffic", {each.name: each for each in file.peers})
    assert line is not None
    return explain(line, file.document.policies[0], example or Example("any"))


def parts(traffic: str) -> list[tuple[str, str, str]]:
    """Each part as its answer, its lines and what it is by."""
    return [
        (part.answer, ", ".join(part.lines), ", ".join(reason.id for reason in part.reasons))
        for part in explained(traffic).parts
    ]


@pytest.mark.parametrize(
    ("traffic", "answer", "by"),
    [
        ("tcp/22 from self", "required", "own"),
        ("tcp/443 from 198.51.100.7", "allowed", "web"),
        ("tcp/443 from office", "allowed", "web"),
        ("tcp/443 from vpc", "allowed", "web"),
        ("tcp/22 from 203.0.113.7", "forbidden", "no-public-ssh"),
        ("tcp/80 from 203.0.113.7", "forbidden", "otherwise: deny"),
        ("tcp/30000 from sg-1", "allowed on proof", "lb"),
        ("tcp/30000 from 203.0.113.7", "forbidden", "otherwise: deny"),
        ("tcp/30000 from office", "allowed", "port"),
        ("tcp/22 to 203.0.113.7", "forbidden", "ssh"),
        ("tcp/22 to 10.0.0.0/8", "allowed", "otherwise: allow"),
    ],
)
def test_traffic_with_one_answer(traffic: str, answer: str, by: str) -> None:
    assert [(part[0], part[2]) for part in parts(traffic)] == [(answer, by)]
    assert explained(traffic).answer == answer


def test_traffic_with_several_is_cut() -> None:
    assert explained("tcp/440-450 from office").answer is Answer.PARTLY
    assert parts("tcp/440-450 from office") == [
        ("allowed", "tcp/443 from 198.51.100.0/24", "web"),
        (
            "forbidden",
            "tcp/440-442 from 198.51.100.0/24, tcp/444-450 from 198.51.100.0/24",
            "otherwise: deny",
        ),
    ]


def test_a_reason_has_its_why_and_its_set() -> None:
    (part,) = explained("tcp/22-23 from 203.0.113.7").parts
    assert [(each.why, each.ready_made) for each in part.reasons] == [
        ("a shell on a node", "no-public-admin-ports"),
        ("no statement speaks of it", ""),
    ]


def test_what_a_controller_must_prove_is_said() -> None:
    (part,) = explained("tcp/30000 from sg-1").parts
    assert part.reasons[0].why == "as far as rules of the aws-load-balancer-controller open it"


def test_what_was_made_up_is_said() -> None:
    assert explained("tcp/443 from 10.0.0.7").assumed == ("an IPv4 cluster", "vpc is 10.0.0.0/16")
    assert explained("tcp/22 to 10.0.0.7").assumed == ()
    assert explained("tcp/22 to pl-1").assumed == ("pl-1 is 192.0.2.0/32",)


def test_an_example_that_is_described_needs_no_assumption() -> None:
    (example,) = read_file(
        f"{TEXT}examples: {{six: {{ip_family: ipv6, vpc: 10.9.0.0/16}}}}\n"
    ).examples.values()
    assert explained("tcp/443 from 10.0.0.7", example).assumed == ("an IPv6 cluster",)
    assert explained("tcp/443 from 10.0.0.7", example).answer is Answer.FORBIDDEN
    assert explained("tcp/443 from 10.9.0.7", example).answer is Answer.ALLOWED
    assert explained("tcp/80 from 2001:db8::1", example).answer is Answer.ALLOWED
