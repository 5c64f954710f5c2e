"""What is written is read back as the same, and nothing that is read can break the reader."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st
from sgwarden.traffic import Cidr, Direction, Peer, Rule, Service, parse_line, parse_peer

from tests.property.rules import PREFIX_LISTS, SELF, bare_rules, peers, services

WORDS = st.sampled_from(
    [
        "tcp",
        "udp",
        "icmp",
        "icmpv6",
        "proto",
        "all",
        "/",
        "-",
        ".",
        "0",
        "3",
        "22",
        "300",
        "65536",
        "99999999999",
    ]
)
near_services = st.lists(WORDS, max_size=6).map("".join)
near_peers = st.lists(
    st.sampled_from(
        ["sg-", "pl-", "self", "10.0.0.", "0", "1", "/", "8", "::", "fe80", "%eth0", "%", "-", "255."]
    ),
    max_size=5,
).map("".join)


@given(service=services)
def test_a_service_is_read_as_it_is_written(service: Service) -> None:
    assert Service.parse(str(service)) == service


@given(one=services, other=services)
def test_services_are_written_alike_only_where_they_mean_the_same(one: Service, other: Service) -> None:
    assert (str(one) == str(other)) == (one == other) == (one.places == other.places)


@given(service=services, blank=st.sampled_from(["", " ", "\t"]))
def test_case_and_outer_space_do_not_matter_in_a_service(service: Service, blank: str) -> None:
    assert Service.parse(f"{blank}{str(service).upper()}{blank}") == service


@given(peer=peers)
def test_a_peer_is_read_as_it_is_written(peer: Peer) -> None:
    assert parse_peer(str(peer), prefix_lists=PREFIX_LISTS) == peer


@given(rule=bare_rules)
def test_a_rule_is_read_as_it_is_written(rule: Rule) -> None:
    read = parse_line(rule.text(SELF), SELF, PREFIX_LISTS)
    assert read == rule
    assert read.traffic == rule.traffic
    assert read.text() == rule.text()


@given(rule=bare_rules)
def test_only_the_group_itself_is_written_self(rule: Rule) -> None:
    assert rule.text(SELF).endswith(" self") == (str(rule.peer) == SELF)
    assert not rule.text().endswith(" self")


@given(text=near_services | st.text(max_size=20))
@example("tcp/٢٢")
def test_any_text_is_a_service_or_refused(text: str) -> None:
    with suppress(ValueError):
        service = Service.parse(text)
        assert Service.parse(str(service)) == service
        assert text.isascii()


@given(text=near_peers | st.text(max_size=20))
@example("fe80::1%eth0")
@example("10.0.0.0/255.0.0.0")
def test_any_text_is_a_peer_or_refused(text: str) -> None:
    with suppress(ValueError):
        peer = parse_peer(text, SELF, PREFIX_LISTS)
        assert parse_peer(str(peer), SELF, PREFIX_LISTS) == peer
        assert not isinstance(peer, Cidr) or not set(text) & set("%g")


@given(words=st.lists(near_services | near_peers | st.sampled_from(["from", "to", "at", "FROM"]), max_size=4))
def test_any_line_is_a_rule_or_refused(words: list[str]) -> None:
    with suppress(ValueError):
        rule = parse_line(" ".join(words), SELF, PREFIX_LISTS)
        assert rule.direction is (Direction.INGRESS if "from" in words else Direction.EGRESS)
