"""The notation: what is understood, how it is written, and what is said of the rest."""

from __future__ import annotations

import re

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    Direction,
    Group,
    PrefixList,
    Rule,
    Service,
    parse_cidr,
    parse_line,
    parse_peer,
)

SELF = "sg-0123"
LISTS = {"pl-0abc": PrefixList("pl-0abc", ANYWHERE_IPV4)}
FORMS = (
    'expected "all", "tcp", "udp/53", "tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"'
)


@pytest.mark.parametrize(
    ("text", "service", "written"),
    [
        ("all", Service.ALL, "all"),
        ("tcp", Service(6), "tcp"),
        ("tcp/22", Service(6, 22, 22), "tcp/22"),
        ("tcp/0", Service(6, 0, 0), "tcp/0"),
        ("tcp/22-22", Service(6, 22, 22), "tcp/22"),
        ("tcp/1024-65535", Service(6, 1024, 65535), "tcp/1024-65535"),
        ("tcp/0-65535", Service(6), "tcp"),
        ("udp/53", Service(17, 53, 53), "udp/53"),
        ("icmp", Service(1), "icmp"),
        ("icmp/3", Service(1, 768, 1023), "icmp/3"),
        ("icmp/0.0", Service(1, 0, 0), "icmp/0.0"),
        ("icmp/3.4", Service(1, 772, 772), "icmp/3.4"),
        ("icmp/255.255", Service(1, 65535, 65535), "icmp/255.255"),
        ("icmpv6", Service(58), "icmpv6"),
        ("icmpv6/128.0", Service(58, 32768, 32768), "icmpv6/128.0"),
        ("proto/50", Service(50), "proto/50"),
        ("proto/0", Service(0), "proto/0"),
        ("proto/255", Service(255), "proto/255"),
        ("proto/6", Service(6), "tcp"),
        ("proto/58", Service(58), "icmpv6"),
        ("TCP/22", Service(6, 22, 22), "tcp/22"),
        ("  Proto/50\t", Service(50), "proto/50"),
        ("tcp/0022", Service(6, 22, 22), "tcp/22"),
    ],
)
def test_a_service_is_understood_and_written_in_one_way(text: str, service: Service, written: str) -> None:
    assert Service.parse(text) == service
    assert str(service) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp/",
        "tcp/x",
        "tcp /22",
        "tcp/22,23",
        "tcp/-1",
        "tcp/22-",
        "tcp/22-23-24",
        "/22",
        "any",
        "-1",
        "6",
        "all/22",
        "proto",
        "proto/50/1",
        "proto/50-51",
        "proto/50.1",
        "sctp",
        "sctp/22",
        "icmp/3.",
        "icmp/3.4.5",
        "tcp/٢٢",
        "tcp/22\nudp/53",
    ],
)
def test_an_unknown_service_is_refused_with_the_forms_there_are(text: str) -> None:
    reason = f'unknown service "{text}": {FORMS}'
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        Service.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("proto/256", "protocol 256 is out of range: expected 0 to 255"),
        ("proto/300", "protocol 300 is out of range: expected 0 to 255"),
        ("tcp/65536", '"tcp/65536" is out of range: ports go from 0 to 65535'),
        ("tcp/100000", '"tcp/100000" is out of range: ports go from 0 to 65535'),
        ("udp/1-70000", '"udp/1-70000" is out of range: ports go from 0 to 65535'),
        ("tcp/25-20", '"tcp/25-20" runs backwards: write the lower port first'),
        ("tcp/22.5", '"tcp/22.5" is no range of ports: write tcp/20-25'),
        ("icmp/3-4", '"icmp/3-4" is no ICMP service: write icmp/3 for a type, icmp/3.4 for type and code'),
        (
            "icmpv6/1-4",
            '"icmpv6/1-4" is no ICMP service: write icmp/3 for a type, icmp/3.4 for type and code',
        ),
        ("icmp/256", '"icmp/256" is out of range: ICMP types and codes go from 0 to 255'),
        ("icmp/3.256", '"icmp/3.256" is out of range: ICMP types and codes go from 0 to 255'),
        ("icmp/300.0", '"icmp/300.0" is out of range: ICMP types and codes go from 0 to 255'),
    ],
)
def test_a_bad_service_is_refused_with_its_own_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        Service.parse(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tcp/22 from 0.0.0.0/0", "tcp/22 from 0.0.0.0/0"),
        ("tcp/1024-65535 to self", "tcp/1024-65535 to self"),
        ("udp/53 to 10.0.0.0/16", "udp/53 to 10.0.0.0/16"),
        ("icmp/3.4 from 0.0.0.0/0", "icmp/3.4 from 0.0.0.0/0"),
        ("all from sg-0abc", "all from sg-0abc"),
        ("all from sg-0123", "all from self"),
        ("tcp/443 to pl-0abc", "tcp/443 to pl-0abc"),
        ("tcp/22 from 203.0.113.7", "tcp/22 from 203.0.113.7/32"),
        ("tcp/22 from 2001:db8::7", "tcp/22 from 2001:db8::7/128"),
        ("tcp/22 from 2001:0DB8:0::/48", "tcp/22 from 2001:db8::/48"),
        ("  TCP/22   from\t0.0.0.0/0 ", "tcp/22 from 0.0.0.0/0"),
    ],
)
def test_a_line_is_understood_and_written_in_one_way(text: str, written: str) -> None:
    assert parse_line(text, SELF, LISTS).text(SELF) == written


def test_a_line_tells_the_direction() -> None:
    assert parse_line("tcp/22 from self", SELF) == Rule(Direction.INGRESS, Service(6, 22, 22), Group(SELF))
    assert parse_line("tcp/22 to self", SELF) == Rule(Direction.EGRESS, Service(6, 22, 22), Group(SELF))


NO_PEER = "is no peer: expected a CIDR such as 10.0.0.0/16, sg-..., pl-... or self"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tcp/22 at x", '"tcp/22 at x" is no traffic: expected SERVICE from PEER, or SERVICE to PEER'),
        ("tcp/22", '"tcp/22" is no traffic: expected SERVICE from PEER, or SERVICE to PEER'),
        ("", '"" is no traffic: expected SERVICE from PEER, or SERVICE to PEER'),
        (
            "tcp/22 FROM self",
            '"tcp/22 FROM self" is no traffic: expected SERVICE from PEER, or SERVICE to PEER',
        ),
        (
            "tcp/22 from self to self",
            '"tcp/22 from self to self" is no traffic: expected SERVICE from PEER, or SERVICE to PEER',
        ),
        ("ssh from self", f'unknown service "ssh": {FORMS}'),
        ("tcp/22 from 10.0.0.1/8", '"10.0.0.1/8" has host bits set: did you mean 10.0.0.0/8?'),
        ("tcp/22 from 2001:db8::1/32", '"2001:db8::1/32" has host bits set: did you mean 2001:db8::/32?'),
        ("tcp/22 from 10.0.0.0/33", f'"10.0.0.0/33" {NO_PEER}'),
        ("tcp/22 from 10.0.0/8", f'"10.0.0/8" {NO_PEER}'),
        ("tcp/22 from 10.0.0.0/255.0.0.0", f'"10.0.0.0/255.0.0.0" {NO_PEER}'),
        ("tcp/22 from fe80::1%eth0", f'"fe80::1%eth0" {NO_PEER}'),
        ("tcp/22 from 10.0.0.0/", f'"10.0.0.0/" {NO_PEER}'),
        ("tcp/22 from office", f'"office" {NO_PEER}'),
        ("tcp/22 from Self", f'"Self" {NO_PEER}'),
        ("tcp/22 from sg-", '"sg-" is no security group id: expected sg- and letters or digits'),
        ("tcp/22 from sg-0_a", '"sg-0_a" is no security group id: expected sg- and letters or digits'),
        ("tcp/22 from pl-", '"pl-" is no prefix list id: expected pl- and letters or digits'),
        ("tcp/22 from pl-0a!", '"pl-0a!" is no prefix list id: expected pl- and letters or digits'),
        ("tcp/22 from pl-0b", "the entries of prefix list pl-0b are not known here"),
    ],
)
def test_a_bad_line_is_refused_with_its_own_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        parse_line(text, SELF, LISTS)


def test_self_and_prefix_lists_need_someone_to_tell_what_they_are() -> None:
    with pytest.raises(ValueError, match=r'^"self" stands for no group here$'):
        parse_peer("self")
    with pytest.raises(ValueError, match=r"^the entries of prefix list pl-0abc are not known here$"):
        parse_peer("pl-0abc")


def test_a_cidr_alone_is_read_as_strictly() -> None:
    assert str(parse_cidr("10.0.0.0/8")) == "10.0.0.0/8"
    with pytest.raises(ValueError, match=r"^\"sg-0a\" is no peer"):
        parse_cidr("sg-0a")
