"""What a sweep does where it cannot read or ask all that it would: it is neither lost nor in vain."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    REGION,
    VPC,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
    vpc,
)
from tests.integration.dying import AN_ALERT_ON_ITS_WAY, life
from tests.integration.test_sweep_compares import (
    EKS_TAG,
    LIST,
    PEOPLES_TAG,
    PLAIN,
    SECOND,
    SSH,
    attach,
    delete_group,
    groups_of,
    policy,
    swept,
)

OPEN = """\
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    use: [eks-baseline, eks-open-egress]
"""
BY_TAGS = """\
version: 1
policies:
  - name: production
    clusters: {tags: {environment: production}}
    mode: remediate
    use: [eks-baseline, eks-minimum-egress]
    egress: {otherwise: deny}
  - name: others
    clusters: {name: ["*"]}
    mode: remediate
    use: [eks-baseline, eks-open-egress]
"""
BESIDE = """\
version: 1
policies:
  - name: own
    clusters: {name: ["*"]}
  - name: nodes
    clusters: {name: ["*"]}
    scope: {name: "*-nodes"}
    mode: remediate
    ingress:
      otherwise: deny
      allow: [{id: kubelet, traffic: tcp/10250, from: cluster-security-group}]
"""
DUAL_STACK = vpc("10.0.0.0/16", "2001:db8:1::/56")
IDS = tuple(f"sg-{number:017x}" for number in range(1, 301))
THREE_HUNDRED = tuple(cluster(name=f"dev-{number}", group=each) for number, each in enumerate(IDS))
NODES = f"{CLUSTER}-nodes"
SIX = cluster("all from self", "all to self", "all to 0.0.0.0/0", name="six", ip_family="ipv6")
UPDATE = "6b42d1d9-0f37-4a5b-9c1e-2d8f7a6b5c4d"


# --- One read that fails ----------------------------------------------------------------------------------

READS = (
    "DescribeVpcs",
    "DescribeManagedPrefixLists",
    "GetManagedPrefixListEntries",
    "DescribeNetworkInterfaces",
)


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_a_read_that_fails_takes_nothing_else_down(operation: str, code: str) -> None:
    defaults = "all from self", "all to self", "all to 0.0.0.0/0"
    clusters = (
        cluster(*defaults, f"tcp/443 from {LIST}"),
        cluster(name="dev-2", group=SECOND),
        cluster(name="dev-3", group=PLAIN),
    )
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, "198.51.100.0/24"),)) as function:
        open_to(function, SSH, SECOND)
        function.account.fail(operation, code, times=1_000)
        sent = groups_of(swept(function))
        assert SECOND in sent
        assert PLAIN not in sent
        assert len(swept(function, remind=True)) == 3


def test_what_a_list_that_is_not_told_now_decides_is_sent() -> None:
    clusters = (cluster(f"tcp/443 from {LIST}"),)
    with running(clusters=clusters, prefix_lists=(prefix_list(LIST, "198.51.100.0/24"),)) as function:
        function.account.fail("DescribeManagedPrefixLists", "RequestLimitExceeded", times=1_000)
        assert groups_of(swept(function)) == {GROUP}


def test_without_interfaces_nothing_is_said_of_groups_that_are_gone_or_left_over() -> None:
    with running(clusters=(cluster(), cluster(name="dev-2", group=SECOND))) as function:
        delete_group(function)
        function.account.fail("DescribeNetworkInterfaces", "UnauthorizedOperation")
        assert swept(function) == []
        unread, line = function.logged()
        assert (unread["message"], unread["level"]) == ("unread", "ERROR")
        assert (line["message"], line["gone"], line.get("left_over")) == ("swept", 0, None)


# --- More that is in doubt than EKS is asked about --------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "around"), [(OPEN, DUAL_STACK), (BY_TAGS, vpc())], ids=["family", "tags"]
)
def test_what_may_be_in_order_waits_until_eks_is_asked_about_it(document: str, around: object) -> None:
    with running(policy=document, clusters=THREE_HUNDRED, vpcs=(around,)) as function:
        for _ in range(2):
            assert swept(function) == []
        lines = function.logged("swept")
        assert [line["clusters_described"] for line in lines] == [200] * 2
        asked = {call.parameters["name"] for call in function.account.calls("DescribeCluster")}
        assert len(asked) > 200  # it is not always the same ones' turn


def test_what_drifted_in_a_doubtful_way_is_found_once_it_is_asked_about() -> None:
    """An IPv6 cluster that lacks what only IPv6 clusters must have."""
    clusters = (SIX, *THREE_HUNDRED[:10])
    with (
        running(policy=OPEN, clusters=clusters, vpcs=(DUAL_STACK,)) as function,
        patch("sgwarden.aws.survey._CLUSTERS", 8),
    ):
        found = [groups_of(swept(function)) for _ in range(15)]  # in none of them once in 10 ** 8
        assert {GROUP} in found
        assert set.union(*found) == {GROUP}


@pytest.mark.parametrize("line", [SSH, "tcp/22 from 192.0.2.0/24"])
def test_what_is_in_order_at_no_cluster_is_sent_unasked(line: str) -> None:
    denied = policy("require: [{id: own, traffic: all, from: self}]")
    with running(policy=denied) as function, patch("sgwarden.aws.survey._CLUSTERS", 0):
        assert swept(function) == []
        open_to(function, line)
        assert groups_of(swept(function)) == {GROUP}


def test_what_remote_networks_may_be_allowed_waits_and_the_internet_does_not() -> None:
    allowed = policy("allow: [{id: hybrid, traffic: all, from: [self, remote-nodes]}]")
    with running(policy=allowed) as function, patch("sgwarden.aws.survey._CLUSTERS", 0):
        open_to(function, "tcp/443 from 192.168.0.0/24")
        assert swept(function) == []
        open_to(function, SSH)
        assert groups_of(swept(function)) == {GROUP}


def test_where_vpcs_cannot_be_read_a_cluster_may_have_ipv6() -> None:
    with running(policy=OPEN, clusters=(SIX,), vpcs=(DUAL_STACK,)) as function:
        function.account.fail("DescribeVpcs", "UnauthorizedOperation")
        assert groups_of(swept(function)) == {GROUP}


OWN = "all from self"
OTHERS = f"tcp/443 from {PLAIN}"


@pytest.mark.parametrize(
    ("allowed", "line", "waits"),
    [
        ("vpc", OWN, True),  # which EKS may have made for an update that is not over
        ("vpc", OTHERS, False),
        ("control-plane-groups", OTHERS, True),
    ],
)
def test_what_eks_may_have_a_reason_for_waits(allowed: str, line: str, waits: bool) -> None:
    document = policy(f"allow: [{{id: known, traffic: all, from: {allowed}}}]")
    clusters = (cluster(line, "all to self", "all to 0.0.0.0/0"),)
    with (
        running(policy=document, clusters=clusters, groups=(group(PLAIN),)) as function,
        patch("sgwarden.aws.survey._CLUSTERS", 0),
    ):
        assert groups_of(swept(function)) == (set() if waits else {GROUP})


# --- Additional groups ------------------------------------------------------------------------------------


def test_an_additional_group_is_judged_like_others() -> None:
    beside = group(PLAIN, f"tcp/10250 from {GROUP}", name=NODES, tags={PEOPLES_TAG: CLUSTER})
    with running(policy=BESIDE, groups=(beside,)) as function:
        assert swept(function) == []
        assert "DescribeCluster" not in function.operations()
        open_to(function, SSH, PLAIN)
        assert groups_of(swept(function)) == {PLAIN}
        assert len(function.account.calls("DescribeCluster")) == 1


@pytest.mark.parametrize("whose", [CLUSTER, "no-such", "../x"])
def test_one_that_no_policy_is_for_or_of_no_cluster_is_not_sent(whose: str) -> None:
    beside = group(PLAIN, SSH, name=NODES, tags={PEOPLES_TAG: whose})
    with running(policy=OPEN if whose == CLUSTER else BESIDE, groups=(beside,)) as function:
        assert swept(function) == []
        assert len(function.account.calls("DescribeCluster")) == int(whose == "no-such")


def test_one_without_a_policy_or_a_cluster_that_is_known_is_no_question_and_no_message() -> None:
    beside = group(PLAIN, SSH, name=NODES, tags={PEOPLES_TAG: "no-such"})
    with running(policy=OPEN, groups=(beside,)) as function:
        assert swept(function) == []
        assert "DescribeCluster" not in function.operations()
    with running(policy=BESIDE, groups=(beside,)) as function, patch("sgwarden.aws.survey._CLUSTERS", 0):
        assert swept(function) == []


@pytest.mark.parametrize("named", [GROUP, SECOND])
def test_of_several_groups_that_eks_made_for_a_cluster_any_may_be_its_own(named: str) -> None:
    beside = group(PLAIN, f"tcp/10250 from {named}", name=NODES, tags={PEOPLES_TAG: CLUSTER})
    left_behind = group(SECOND, tags={EKS_TAG: CLUSTER})
    with running(policy=BESIDE, groups=(beside, left_behind)) as function:
        assert groups_of(swept(function)) == ({PLAIN} if named == SECOND else set())
        assert len(function.account.calls("DescribeCluster")) == 1


# --- Groups that are gone, or have lost what they are known by --------------------------------------------


def test_a_group_that_eks_left_behind_hides_none_that_is_gone() -> None:
    with running(groups=(group(PLAIN, tags={EKS_TAG: CLUSTER}),)) as function:
        delete_group(function)
        assert swept(function) == [{"group": GROUP, "remind": False, "cluster": CLUSTER}]


def test_a_living_clusters_group_without_its_tag_is_counted() -> None:
    with running(clusters=(cluster(), cluster(name="dev-2", group=SECOND))) as function:
        function.account.builder.ec2(REGION).tags[GROUP].pop(EKS_TAG)
        function.forget()
        assert swept(function) == []
        warning, line = function.logged()
        assert (warning["level"], warning["message"], warning["clusters"]) == (
            "WARNING",
            "untagged",
            [CLUSTER],
        )
        assert (line["untagged"], line["gone"]) == (1, 0)
        assert function.account.calls("DescribeCluster")[0].parameters == {"name": CLUSTER}


def test_names_that_anybody_wrote_leave_questions_about_what_drifted() -> None:
    strict = policy(clusters="{tags: {environment: production}}")
    with (
        running(policy=strict, clusters=(cluster(tags={"environment": "production"}),)) as function,
        patch("sgwarden.aws.survey._CLUSTERS", 4),
        patch("sgwarden.comparing._NAMES", 2),
    ):
        ec2 = function.account.client("ec2")
        subnet = ec2.create_subnet(VpcId=VPC, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
        for number in range(8):
            made = ec2.create_network_interface(SubnetId=subnet, Description=f"Amazon EKS forged-{number}")
            attach(function, made["NetworkInterface"]["NetworkInterfaceId"])
        function.forget()
        assert groups_of(swept(function)) == {GROUP}
        assert len(function.account.calls("DescribeCluster")) == 3


def test_hourly_sweeps_that_find_the_same_group_gone_tell_of_it_once_a_day() -> None:
    with running(groups=(group(PLAIN),), receipts=True) as function, life(function.account) as time:
        delete_group(function)
        start, told = time.now, []
        for hour in range(50):
            time.now = start + timedelta(hours=hour, minutes=hour)  # the sweep does not come to the second
            (message,) = swept(function)
            before = len(function.alerts())
            assert function.deliver_all({"sgwarden-sweep": message}) == []
            told += [hour] * (len(function.alerts()) - before)
        assert told == [0, 24, 48]
        assert [alert["attributes"]["transition"] for alert in function.alerts()] == [
            "opened",
            "reminded",
            "reminded",
        ]


def test_within_a_day_neither_a_reminder_nor_a_call_on_the_cluster_tells_of_it_again() -> None:
    with running(groups=(group(PLAIN),), receipts=True) as function, life(function.account) as time:
        delete_group(function)
        for _ in range(2):
            (message,) = swept(function)
            assert function.deliver_all({"sgwarden-sweep": message}) == []
        (reminder,) = swept(function, remind=True)
        update = event("UpdateClusterVersion", {"name": CLUSTER}, {"update": {"id": UPDATE}})
        assert function.deliver_all({"sgwarden-sweep": reminder}) == []
        assert function.deliver_all(update) == []
        assert len(function.alerts()) == 1
        time.pass_by(24 * 3600)
        assert function.deliver_all({"sgwarden-sweep": message}) == []
        assert len(function.alerts()) == 2


def test_what_could_not_be_told_is_told_by_the_next() -> None:
    with running(groups=(group(PLAIN),)) as function, life(function.account) as time:
        delete_group(function)
        (message,) = swept(function)
        function.account.fail("Publish", "AuthorizationError")
        assert function.deliver({"sgwarden-sweep": message}) == ["m1"]
        time.pass_by(AN_ALERT_ON_ITS_WAY)
        for _ in range(2):
            assert function.deliver({"sgwarden-sweep": message}) == []
        assert len(function.alerts()) == 1
