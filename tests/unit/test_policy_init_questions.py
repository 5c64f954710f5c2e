"""What a reviewer of today's rules is asked, and what not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sgwarden.cluster import IpFamily
from sgwarden.traffic import Direction, PeerSet, PrefixList, Rule, Service
from sgwarden.traffic.ec2 import Opaque

from tests.unit.adopting import EVERY_DAY, of, questions_of, text_of

OPEN_EGRESS = "all traffic may leave to anywhere: would eks-minimum-egress and node-registries be enough?"
NO_DESCRIPTION = "no description: what is it for?"


def asked(*rules: str, **more: Any) -> list[str]:  # noqa: ANN401
    """The questions of the rules of a cluster that is in order but for them."""
    return [each for each in questions_of(of(*EVERY_DAY, *rules, **more)) if each != OPEN_EGRESS]


@pytest.mark.parametrize(
    "rule",
    [
        "tcp/443 from 10.0.0.0/16; kubectl from the VPC",
        "tcp/9100 from 192.168.3.0/24; metrics",
        "icmp/3.4 from 10.1.0.0/16; path MTU",
        "tcp/1024-2047 from 10.1.0.0/24; batch",
    ],
)
def test_what_says_why_and_is_narrow_is_not_questioned(rule: str) -> None:
    assert asked(rule) == []


@pytest.mark.parametrize(
    ("rule", "question"),
    [
        (
            "tcp/22 from 0.0.0.0/0; d",
            "critical: SSH can be reached from the whole internet (0.0.0.0/0): who needs that?",
        ),
        (
            "tcp/20-25 from ::/0; d",
            "critical: FTP, SSH, Telnet can be reached from the whole internet (::/0): who needs that?",
        ),
        (
            "udp/3389 from 198.51.100.0/24; d",
            "critical: RDP can be reached from public addresses (198.51.100.0/24): who needs that?",
        ),
        (
            "tcp/10250-10255 from 0.0.0.0/1; d",
            "critical: kubelet, kubelet (read-only) can be reached from a large part of the internet"
            " (0.0.0.0/1): who needs that?",
        ),
        (
            "tcp from 0.0.0.0/0; d",
            "critical: FTP, SSH, Telnet, LDAP and 18 more can be reached from the whole internet (0.0.0.0/0):"
            " who needs that?",
        ),
        ("tcp/443 from 0.0.0.0/0; d", "open to the whole internet (0.0.0.0/0): is it meant for everybody?"),
        (
            "tcp/443 from 198.51.100.0/24; d",
            "open to public addresses (198.51.100.0/24): whose addresses are they, and are they still?",
        ),
        (
            "tcp/443 from 128.0.0.0/2; d",
            "open to a large part of the internet (128.0.0.0/2): is it meant for everybody?",
        ),
        ("tcp/443 from 10.0.0.0/8; d", "10.0.0.0/8: wider than any VPC; which networks are meant?"),
        ("tcp/443 from fd00::/8; d", "fd00::/8: wider than any VPC; which networks are meant?"),
        ("tcp/443 from 224.0.0.0/4; d", "224.0.0.0/4: no network can have such addresses; what is it for?"),
        ("all from 10.0.0.0/16; d", "all traffic: which ports are used?"),
        ("tcp from 10.0.0.0/16; d", "tcp: which ports are used?"),
        ("tcp/1024-65535 from 10.0.0.0/16; d", "tcp/1024-65535: which ports are used?"),
        ("tcp/443 from sg-0abc; d", "sg-0abc is another group: whatever is put into it gets in"),
        ("tcp/443 to sg-0abc; d", "sg-0abc is another group: whatever is put into it can be reached"),
        (
            "proto/50 from 10.0.0.0/16; d",
            "proto/50: a protocol without ports, all of it open; what speaks it?",
        ),
        (
            "tcp/443 from pl-0a; d",
            "pl-0a, 2 blocks of addresses today: whoever may change the list changes this line",
        ),
        (
            "kubernetes.io/rule/nlb/mtu",
            "said to be of the load balancer controller within Kubernetes, which makes no such rules:"
            " who wrote it?",
        ),
        ("tcp/443 from 10.0.0.0/16", NO_DESCRIPTION),
        ("tcp/443 from 10.0.0.0/16; \u200b\x07", NO_DESCRIPTION),
    ],
)  # fmt: skip
def test_one_rule_is_questioned_for_one_thing(rule: str, question: str) -> None:
    if " from " not in rule and " to " not in rule:
        rule = f"tcp/8080 from 10.0.0.0/16; {rule}"
    found = [each for each in asked(rule) if "whose pods have none" not in each]
    assert found == [question]


MANAGED = (
    "said to be the AWS Load Balancer Controller's, which changes it by itself; in place of traffic and from,"
    " managed_by: aws-load-balancer-controller follows it, where the tags of the group prove it"
)
DOUBTED = (
    "said to be the AWS Load Balancer Controller's, which says just this of groups alone, by tcp or udp:"
    " who wrote it?"
)


NODES = "Allow unmanaged nodes to communicate with control plane (all ports)"
NODES_DOUBTED = (
    "said to be eksctl's, which says just this of all traffic in from a group of nodes: who wrote it?"
)
LB = "kubernetes.io/rule/nlb/client=a3ed9b39c0fdf42e9a0175cfc7cd1c40"
LB_MANAGED = (
    "said to be of the load balancer controller within Kubernetes, which changes it by itself; beside traffic"
    " and from, managed_by: in-tree-cloud-provider allows it to rules of its kind alone"
)
LB_DOUBTED = (
    "said to be of the load balancer controller within Kubernetes, which makes no such rules: who wrote it?"
)


@pytest.mark.parametrize(
    ("rule", "question"),
    [
        (
            f"all from sg-0abc; {NODES}",
            "said to be eksctl's, for nodes of its own; in place of traffic and from, managed_by: eksctl"
            " follows it, where the tags of the group prove it",
        ),
        (f"tcp/443 from sg-0abc; {NODES}", NODES_DOUBTED),
        (f"all from 10.0.0.0/16; {NODES}", NODES_DOUBTED),
        (f"all from sg-0abc; {NODES} too", NODES_DOUBTED),
        (f"tcp/30101 from 10.1.0.0/16; {LB}", LB_MANAGED),
        ("icmp/3.4 from 10.1.0.0/16; kubernetes.io/rule/nlb/mtu", LB_MANAGED),
        (f"tcp/22 from 10.1.0.0/16; {LB}", LB_DOUBTED),
        ("tcp/30101 from 10.1.0.0/16; kubernetes.io/rule/nlb/anything", LB_DOUBTED),
    ],
)
def test_what_another_owner_can_have_written_is_told_from_what_it_cannot(rule: str, question: str) -> None:
    assert [each for each in asked(rule) if each.startswith("said to be")] == [question]


@pytest.mark.parametrize(
    ("rule", "question"),
    [
        ("tcp/8080 from sg-0abc; elbv2.k8s.aws/targetGroupBinding=shared", MANAGED),
        ("udp/53 from sg-0abc; elbv2.k8s.aws/targetGroupBinding=shared", MANAGED),
        ("tcp/8080 from 10.0.0.0/16; elbv2.k8s.aws/targetGroupBinding=shared", DOUBTED),
        ("tcp/8080 from pl-0a; elbv2.k8s.aws/targetGroupBinding=shared", DOUBTED),
        ("icmp/8 from sg-0abc; elbv2.k8s.aws/targetGroupBinding=shared", DOUBTED),
        ("tcp/8080 from sg-0abc; elbv2.k8s.aws/targetGroupBinding=shared2", DOUBTED),
    ],
)
def test_only_what_the_controller_can_have_written_is_advised_to_be_left_to_it(
    rule: str, question: str
) -> None:
    """Of anything else `managed_by` is never true: to follow the advice would take the rule away."""
    assert [each for each in asked(rule) if "Controller" in each] == [question]


def test_its_words_join_no_addresses_to_its_groups() -> None:
    words = "elbv2.k8s.aws/targetGroupBinding=shared"
    found = asked(f"tcp/8080 from sg-0abc; {words}", f"tcp/8080 from 10.0.0.0/16; {words}")
    assert [each for each in found if "Controller" in each] == [MANAGED, DOUBTED]


def test_ipv6_is_questioned_at_a_cluster_that_has_none() -> None:
    rule = "tcp/443 from fd12:3456:789a::/48; d"
    question = "IPv6 addresses, at a cluster whose pods have none: is that needed?"
    assert asked(rule) == [question]
    assert question not in questions_of(of(*EVERY_DAY, rule, ip_family=IpFamily.IPV6))


def test_a_group_is_called_what_it_is_known_to_be() -> None:
    rules = ("tcp/443 from sg-0c0c; d",)
    created = asked(*rules, control_plane_groups=("sg-0c0c",))
    assert created == [
        "sg-0c0c is a group that the cluster was created with, on its control plane:"
        " whatever is put into it gets in"
    ]
    other = of(*EVERY_DAY, name="other")
    line = f"tcp/443 from {other[1].id}; d"
    assert f"{other[1].id} is the group of cluster other: whatever is put into it gets in" in questions_of(
        other, of(*EVERY_DAY, line)
    )


def test_nothing_is_asked_about_the_group_itself() -> None:
    found = of("tcp from self; nodes", "all to self", "all to 0.0.0.0/0")
    assert "id: nodes, traffic: tcp, from: self" in text_of(found)
    assert [each for each in questions_of(found) if each != OPEN_EGRESS and "minimum" not in each] == []


def test_a_list_of_aws_is_told_by_its_name() -> None:
    rule = "tcp/443 to pl-0b; d"
    assert (
        "pl-0b (com.amazonaws.eu-west-1.s3), 1 block of addresses today, is AWS's to change"
        in questions_of(of("all from self", rule))
    )


def test_open_egress_is_questioned_wherever_it_stands() -> None:
    assert OPEN_EGRESS in questions_of(of(*EVERY_DAY))
    assert (
        "tcp/443 may leave to the whole internet (0.0.0.0/0): is there a narrower place to name?"
        in questions_of(of("all from self", "tcp/443 to 0.0.0.0/0; d"))
    )


def test_rules_that_add_nothing_have_no_line_and_are_asked_about() -> None:
    rules = ("tcp/443 from 10.0.0.0/16; vpc", "tcp/443 from 10.0.3.0/24; old", "tcp/443 from self")
    assert asked(*rules) == [
        "no line is needed for tcp/443 from self: other rules let all of it through; can the rule go?",
        'no line is needed for tcp/443 from 10.0.3.0/24 ("old"):'
        " other rules let all of it through; can the rule go?",
    ]


def test_a_prefix_list_stands_for_no_other_rule_and_none_for_it() -> None:
    """Its entries come and go: what they cover today may not be covered tomorrow."""
    found = asked("tcp/443 from 10.0.0.0/24; a", "tcp/443 from pl-0a; b", "tcp/443 from 10.0.0.0/8; c")
    assert [each for each in found if "no line is needed" in each] == [
        'no line is needed for tcp/443 from 10.0.0.0/24 ("a"):'
        " other rules let all of it through; can the rule go?"
    ]


def test_but_what_is_open_to_anybody_is_open_to_a_prefix_list() -> None:
    """Some ports by one pair of rules and the others by another; of both families, or entries may go out."""
    anyone = [f"tcp/{ports} from {peer}; a" for ports in ("1-19", "20-39") for peer in ("0.0.0.0/0", "::/0")]
    no_line = "no line is needed for tcp/10-29 from pl-0a"
    assert any(each.startswith(no_line) for each in asked(*anyone, "tcp/10-29 from pl-0a; b"))
    assert not any(each.startswith(no_line) for each in asked(*anyone[:-1], "tcp/10-29 from pl-0a; b"))
    some = (*anyone[2:], "tcp/1-19 from pl-0a; c")
    assert any(each.startswith(no_line) for each in asked(*some, "tcp/10-29 from pl-0a; b"))


def test_a_rule_with_a_line_is_not_said_to_need_none() -> None:
    """By itself `rr` could go for the others, but not once `qq` goes for what is required and `rr`."""
    rules = ("tcp/430-443 from self; qq", "tcp/390-430 from self; ss", "tcp/400-442 from self; rr")
    found = of(*rules, "all to self", "all to 0.0.0.0/0")
    assert "id: rr" in text_of(found)
    assert not [each for each in questions_of(found) if "no line is needed" in each]


def test_strangers_words_stay_within_their_comment() -> None:
    hostile = PrefixList(
        "pl-0c", PeerSet.of_cidr("10.9.0.0/16"), name="com.amazonaws.\n  - name: evil\x1b[2J"
    )
    cluster, group = of(*EVERY_DAY, region="eu\nevil: 1")
    rule = Rule(Direction.INGRESS, Service.parse("tcp/1"), hostile, description="dd")
    text = text_of((cluster, replace(group, rules=(*group.rules, rule))))
    assert "pl-0c (com.amazonaws. - name: evil), 1 block of addresses today" in text
    assert "  # eu evil: 1, account 111122223333" in text
    assert "\x1b" not in text


def test_what_cannot_be_read_is_told_of() -> None:
    opaque = Opaque(
        Direction.EGRESS, "the entries of prefix list pl-0c could not be read", "tcp/1 to pl-0c\x1b[1m"
    )
    assert asked(opaque=(opaque,)) == [
        "what is this for? It cannot be read, is not in this policy, and is left alone in any mode:"
        " tcp/1 to pl-0c (the entries of prefix list pl-0c could not be read)"
    ]


def test_tags_that_are_not_as_eks_wrote_them_are_not_required() -> None:
    text = text_of(of(*EVERY_DAY, tags={"kubernetes.io/cluster/prod-1": "owned", "Name": "mine"}))
    assert 'the tag Name is missing or changed: should tags.require have Name: "{group_name}"' in text
    assert text.endswith('    tags:\n      require:\n        "kubernetes.io/cluster/{cluster}": owned\n')


def test_a_cluster_below_the_minimum_is_asked_about_and_nothing_else_says_so() -> None:
    below = of("tcp/443 from self", "all to self", "all to 0.0.0.0/0")
    assert (
        "below the EKS minimum, without tcp/53 from self, tcp/10250 from self, udp/53 from self:"
        " is that meant?"
    ) in questions_of(below)
    assert "below_eks_minimum: true" in text_of(below)
    assert "below_eks_minimum" not in text_of(of(*EVERY_DAY))


def test_a_cluster_may_be_below_the_minimum_for_its_ip_family_alone() -> None:
    rules = ("all from 10.0.0.0/16; nodes", "all to 0.0.0.0/0")
    assert "below_eks_minimum" not in text_of(of(*rules))
    found = of(*rules, ip_family=IpFamily.IPV6)
    assert "below_eks_minimum: true" in text_of(found)
    assert any(each.startswith("below the EKS minimum, without") for each in questions_of(found))
