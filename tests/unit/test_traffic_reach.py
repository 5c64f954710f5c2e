"""What is open to the internet and what is not: the sets of rules that fool a look at one rule at a time."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from sgwarden.traffic import (
    ANYWHERE,
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    INTERNET,
    PRIVATE,
    Direction,
    PeerSet,
    PrefixList,
    Rule,
    Service,
    Traffic,
    parse_line,
    union,
)
from sgwarden.traffic.ec2 import rule_of_row

IPV4, IPV6 = ip_network("0.0.0.0/0"), ip_network("::/0")
SSH = Service.parse("tcp/22")
SSH_FROM_INTERNET = Traffic.of([SSH], INTERNET)
OPEN_LIST = {"pl-0a": PrefixList("pl-0a", PeerSet.of_cidr("192.0.2.0/24", "0.0.0.0/0"), size=20)}


def read(*lines: str) -> Traffic:
    return union(parse_line(line, prefix_lists=OPEN_LIST).traffic for line in lines)


def by_number() -> Traffic:
    row = {"IsEgress": False, "IpProtocol": "6", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0"}
    rule = rule_of_row(row, {})
    assert isinstance(rule, Rule)
    return rule.traffic


ALL_OF_IPV4 = {
    "one rule": read("tcp/22 from 0.0.0.0/0"),
    "two halves": read("tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1"),
    "two halves by unlike ranges": read("tcp/20-25 from 0.0.0.0/1", "tcp/22-80 from 128.0.0.0/1"),
    "a range of ports": read("tcp/20-25 from 0.0.0.0/0"),
    "every protocol": read("all from 0.0.0.0/0"),
    "all of tcp": read("tcp from 0.0.0.0/0"),
    "every port": read("tcp/0-65535 from 0.0.0.0/0"),
    "the protocol by number": by_number(),
    "256 blocks": read(*(f"tcp/22 from {first}.0.0.0/8" for first in range(256))),
    "a prefix list": read("tcp/22 from pl-0a"),
}
ALL_OF_IPV6 = {
    "all of IPv6": read("tcp/22 from ::/0"),
    "all of IPv6, every protocol": read("all from ::/0"),
}
SOME = {
    "all unicast of IPv6": read("tcp/22 from 2000::/3"),
    "one host": read("tcp/22 from 203.0.113.7/32"),
    "one block of eight": read("tcp/22 from 8.0.0.0/8"),
    "more than what is private": read("tcp/22 from 10.0.0.0/7"),
    "NAT64": read("tcp/22 from 64:ff9b::/96"),
}
NOT_OPEN = {
    "private": read("tcp/22 from 10.0.0.0/8"),
    "shared address space": read("tcp/22 from 100.64.0.0/10"),
    "all private blocks": read(
        "tcp/22 from 10.0.0.0/8",
        "tcp/22 from 172.16.0.0/12",
        "tcp/22 from 192.168.0.0/16",
        "all from fc00::/7",
    ),
    "link local": read("tcp/22 from 169.254.0.0/16", "tcp/22 from fe80::/10"),
    "a group": read("tcp/22 from sg-0a", "all from sg-0a"),
    "other ports": read("tcp/0-21 from 0.0.0.0/0", "tcp/23-65535 from ::/0"),
    "another protocol": read("udp from 0.0.0.0/0", "icmp from 0.0.0.0/0", "proto/50 from ::/0"),
}


@pytest.mark.parametrize("opened", [*ALL_OF_IPV4.values(), *ALL_OF_IPV6.values(), *SOME.values()])
def test_what_reaches_port_22_from_the_internet_is_found(opened: Traffic) -> None:
    assert opened & SSH_FROM_INTERNET


@pytest.mark.parametrize("opened", NOT_OPEN.values(), ids=NOT_OPEN)
def test_what_does_not_is_not(opened: Traffic) -> None:
    assert not opened & SSH_FROM_INTERNET


@pytest.mark.parametrize("opened", ALL_OF_IPV4.values(), ids=ALL_OF_IPV4)
def test_whatever_opens_all_of_ipv4_lets_through_the_same(opened: Traffic) -> None:
    assert opened.at(SSH.places) == ANYWHERE_IPV4
    assert SSH_FROM_INTERNET & Traffic.of([SSH], ANYWHERE_IPV4) <= opened
    assert SSH_FROM_INTERNET - opened


def test_both_families_together_are_all_of_the_internet() -> None:
    opened = read("tcp/22 from 0.0.0.0/0", "tcp/22 from ::/0")
    assert not SSH_FROM_INTERNET - opened


def test_a_policy_in_one_direction_says_nothing_of_the_other() -> None:
    """Traffic has no direction of its own: whoever holds it keeps the two apart."""
    out, into = parse_line("tcp/22 to 0.0.0.0/0"), parse_line("tcp/22 from 0.0.0.0/0")
    assert (out.direction, into.direction) == (Direction.EGRESS, Direction.INGRESS)
    assert out.traffic == into.traffic


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.7",
        "2606:4700::1",
        "2001:db8::1",
        "64:ff9b::1",
        "fec0::1",
    ],
)
def test_the_internet_has(address: str) -> None:
    """The documentation ranges too: a deny that speaks of the internet errs on the safe side."""
    assert ip_address(address) in INTERNET


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "127.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "64:ff9b:1::1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
    ],
)
def test_the_internet_has_not(address: str) -> None:
    assert ip_address(address) not in INTERNET


@pytest.mark.parametrize(
    "block",
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/127",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ],
)
def test_the_internet_ends_where_a_block_that_is_not_routed_begins(block: str) -> None:
    network = ip_network(block)
    first, last = network[0], network[-1]
    assert not PeerSet.of_cidr(block) & INTERNET
    assert first == IPV4[0] or first == IPV6[0] or first - 1 in INTERNET
    assert last == IPV4[-1] or last == IPV6[-1] or last + 1 in INTERNET


@pytest.mark.parametrize("address", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"])
def test_private_is_what_organisations_number_themselves_with(address: str) -> None:
    assert ip_address(address) in PRIVATE


@pytest.mark.parametrize("address", ["8.8.8.8", "127.0.0.1", "169.254.0.1", "fe80::1", "2001:db8::1"])
def test_private_is_nothing_else(address: str) -> None:
    assert ip_address(address) not in PRIVATE


def test_no_place_in_the_address_space_is_a_group() -> None:
    assert "sg-0a" not in ANYWHERE
    assert ANYWHERE == ANYWHERE_IPV4 | ANYWHERE_IPV6
    assert not INTERNET & PRIVATE
    assert INTERNET | PRIVATE <= ANYWHERE
