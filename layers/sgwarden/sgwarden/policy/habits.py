"""What people write who come from other tools, and what it is called here: for hints only."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from types import MappingProxyType

from sgwarden.traffic.rule import block_around

_KEYS = MappingProxyType(
    {
        **dict.fromkeys(("cidr", "cidrs", "cidr_blocks", "ipBlock", "peer", "peers"), ("from", "to")),
        **dict.fromkeys(("source", "sources", "src"), ("from",)),
        **dict.fromkeys(("destination", "destinations", "dest", "dst"), ("to",)),
        **dict.fromkeys(
            ("port", "ports", "protocol", "service", "services", "from_port", "to_port"), ("traffic",)
        ),
        **dict.fromkeys(("description", "comment", "reason", "message"), ("why",)),
        **dict.fromkeys(("match", "selector", "resource", "filters"), ("clusters",)),
        **dict.fromkeys(("rules", "rule", "statements"), ("ingress", "egress")),
        **dict.fromkeys(("validationFailureAction", "action", "enforcement"), ("mode",)),
        **dict.fromkeys(("not", "exclude", "unless"), ("except",)),
        **dict.fromkeys(("name", "sid", "Sid"), ("id",)),
    }
)  # fmt: skip
_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("enforce", "enforced", "fix", "repair"), "remediate"),
        **dict.fromkeys(("audit", "warn", "dryrun", "dry-run", "monitor"), "observe"),
        **dict.fromkeys(("block", "drop", "reject", "none"), "deny"),
        **dict.fromkeys(("permit", "accept", "any"), "allow"),
    }
)
_SERVICES = MappingProxyType(
    {
        **dict.fromkeys(("-1", "any", "*"), "all"),
        **dict.fromkeys(("icmp6", "icmp-v6", "ipv6-icmp"), "icmpv6"),
        "ssh": "tcp/22", "http": "tcp/80", "https": "tcp/443", "rdp": "tcp/3389", "nfs": "tcp/2049",
        "dns": "[tcp/53, udp/53]", "ntp": "udp/123", "kubelet": "tcp/10250",
    }
)  # fmt: skip
_ANYWHERE = frozenset({"any", "all", "*", "everyone", "everywhere", "world"})
_PORTS = r"[0-9]{1,5}(?:-[0-9]{1,5})?"
_BARE_PORTS = re.compile(_PORTS)
_PORTS_FIRST = re.compile(rf"(?P<ports>{_PORTS})[/:](?P<protocol>tcp|udp)")
_OTHER_JOINT = re.compile(rf"(?P<protocol>tcp|udp)[:\s_-](?P<ports>{_PORTS})")
_IPV4_LIKE = re.compile(r"(?P<octets>[0-9]{1,3}(?:\.[0-9]{1,3}){0,3})/(?P<mask>[0-9.]+)")
_TOO_LONG = re.compile(r"(?P<address>[0-9a-fA-F.:]+)/[0-9]+")


def keys_meant(key: str) -> tuple[str, ...]:
    """The keys that people mean by one of another tool."""
    return _KEYS.get(key, ())


def word_meant(word: str) -> str:
    """The word that people mean by one of another tool, if any."""
    return _WORDS.get(word.lower(), "")


def service_meant(text: str) -> str:
    """The service or services as they are written here, if it can be told."""
    text = text.strip().lower()
    if _BARE_PORTS.fullmatch(text):
        return f"tcp/{text} or udp/{text}"
    match = _PORTS_FIRST.fullmatch(text) or _OTHER_JOINT.fullmatch(text)
    return f"{match['protocol']}/{match['ports']}" if match else _SERVICES.get(text, "")


def peer_meant(text: str) -> str:
    """A peer that is built in, or an id in small letters, if that is what is meant."""
    lower = text.lower()
    if lower in _ANYWHERE:
        return "anywhere"
    return lower if lower != text and lower.startswith(("sg-", "pl-")) else ""


def block_hint(text: str) -> str:
    """What may help who wrote a block of addresses as other tools take it, or longer than there are."""
    if block_around(text):
        return ""
    match = _IPV4_LIKE.fullmatch(text)
    octets = [str(int(each)) for each in match["octets"].split(".")] if match else []
    block = _block(f"{'.'.join((*octets, '0', '0', '0')[:4])}/{match['mask']}") if match else None
    if block:
        return f"write {block}"
    long = _TOO_LONG.fullmatch(text)
    whole = _block(long["address"]) if long else None
    return f"prefix lengths go to {whole.max_prefixlen}" if whole else ""


def _block(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
