"""What the world knows of ports and of rules that programs write."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sgwarden.policy.types import Owner
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.service import SLOT, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.traffic import Service

# Source: IANA, Service Name and Transport Protocol Port Number Registry; Kubernetes documentation, "Ports and
# Protocols"; CIS AWS Foundations Benchmark for what administers a host.
_TCP = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    53: "DNS",
    80: "HTTP",
    389: "LDAP",
    443: "HTTPS",
    445: "SMB",
    636: "LDAPS",
    1433: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    2380: "etcd",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Redis",
    9042: "Cassandra",
    9092: "Kafka",
    9200: "Elasticsearch",
    10250: "kubelet",
    10255: "kubelet (read-only)",
    11211: "memcached",
    27017: "MongoDB",
}
_UDP = {53: "DNS", 123: "NTP", 161: "SNMP", 3389: "RDP", 11211: "memcached"}
_HARMLESS = {"SMTP", "DNS", "HTTP", "HTTPS", "LDAPS", "NTP", "Kafka"}
"""By these nobody takes over a host or its data at once; by all the others somebody has."""


class Writer(NamedTuple):
    """A program that writes rules and says so in their descriptions; anybody else can say so too.

    `doubt` is what to ask of a rule that says so and cannot be its own, as `sgwarden.marks` has it.
    """

    prefix: str
    id: str
    owner: Owner
    question: str
    doubt: str


WRITERS = (
    Writer(
        "elbv2.k8s.aws/targetGroupBinding=shared",
        "load-balancers",
        Owner.AWS_LOAD_BALANCER_CONTROLLER,
        "said to be the AWS Load Balancer Controller's, which changes it by itself; in place of {keys},"
        " managed_by: aws-load-balancer-controller follows it, where the tags of the group prove it",
        "said to be the AWS Load Balancer Controller's, which says just this of groups alone, by tcp or udp:"
        " who wrote it?",
    ),
    Writer(
        "kubernetes.io/rule/nlb/",
        "nlb",
        Owner.IN_TREE_CLOUD_PROVIDER,
        "said to be of the load balancer controller within Kubernetes, which changes it by itself; beside"
        " {keys}, managed_by: in-tree-cloud-provider allows it to rules of its kind alone",
        "said to be of the load balancer controller within Kubernetes, which makes no such rules:"
        " who wrote it?",
    ),
    Writer(
        "Allow unmanaged nodes to communicate with control plane (all ports)",
        "eksctl",
        Owner.EKSCTL,
        "said to be eksctl's, for nodes of its own; in place of {keys}, managed_by: eksctl follows it, where"
        " the tags of the group prove it",
        "said to be eksctl's, which says just this of all traffic in from a group of nodes: who wrote it?",
    ),
)


def claimed_by(description: str) -> Writer | None:
    return next((each for each in WRITERS if description.startswith(each.prefix)), None)


def name_of(service: Service) -> str:
    """What listens at the one port of a service, where that is well known."""
    if service.protocol not in (TCP, UDP) or service.first != service.last:
        return ""
    return _BY_PLACE.get(service.places.spans[0][0], "")


def dangers_in(services: Iterable[Service]) -> list[str]:
    """The names of what is within reach and must never be public, each once, by port."""
    places = IntervalSet(tuple(span for service in services for span in service.places.spans))
    return list(
        dict.fromkeys(name for place, name in _BY_PLACE.items() if name not in _HARMLESS and place in places)
    )


_BY_PLACE = {
    protocol * SLOT + port: name
    for protocol, names in ((TCP, _TCP), (UDP, _UDP))
    for port, name in names.items()
}
