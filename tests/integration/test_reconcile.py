"""What the world is like after an event has come through the deployed function."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sgwarden.embedded import EmbeddedAccount, RuleDescription, read_account
from sgwarden.embedded.recorded import account_for, make_change
from sgwarden.record import records

from tests.integration.deployed import (
    ACCOUNT,
    CLUSTER,
    EVENTS,
    GROUP,
    REGION,
    Json,
    changed,
    close,
    cluster,
    deployed,
    event,
    group,
    open_to,
    prefix_list,
    running,
    vpc,
)

DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")
PROD = ("all from self", "all to self", "all to 0.0.0.0/0", "tcp/443 from 10.20.0.0/16")
MINIMUM = ("all from self", "tcp/443 to self", "tcp/10250 to self", "tcp/53 to self", "udp/53 to self")
RESTRICTED = (
    *(f"{service} from self" for service in ("tcp/443", "tcp/10250", "tcp/53", "udp/53")),
    "all to self",
    "all to 0.0.0.0/0",
)
BACKEND_RULE = "tcp/8080 from sg-04c8f1e6b9d2a7053"
OTHER, LIST = "sg-0e7b9d3c5a1f28460", "pl-0b8d2f4a6c1e3957d"
DENY_SSH = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    ingress:
      deny: [{id: no-ssh, traffic: tcp/22, from: internet, severity: critical}]
"""

# What each sample leads to: the cluster, its rules after, the line people see first (None: nobody is told).
SAMPLES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "ssh-opened-to-the-world": (
        "prod-1",
        PROD,
        "[critical] prod-1 put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0",
    ),
    "ssh-opened-by-two-halves-of-the-internet": (
        "prod-1",
        PROD,
        "[critical] prod-1 put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0",
    ),
    "everything-opened-to-ipv6": (
        "prod-1",
        PROD,
        "[critical] prod-1 put right: Inbound open: all from ::/0",
    ),
    "port-range-that-hides-ssh": (
        "baseline-1",
        DEFAULTS,
        "[critical] baseline-1 put right: Inbound open: tcp/20-25 from 0.0.0.0/0",
    ),
    "default-outbound-rule-revoked": (
        "baseline-1",
        DEFAULTS,
        "[high] baseline-1 put right: Outbound missing: all to 0.0.0.0/0",
    ),
    "kubelet-outbound-lost": (
        "minimum-1",
        MINIMUM,
        "[critical] minimum-1 put right: Outbound missing: tcp/10250 (kubelet) to self",
    ),
    "inbound-self-rule-revoked": (
        "baseline-1",
        DEFAULTS,
        "[critical] baseline-1 put right: Inbound missing: all from self",
    ),
    "rule-modified-in-place-to-become-public": (
        "prod-1",
        PROD,
        "[critical] prod-1 put right: Inbound open: tcp/443 (HTTPS) from 0.0.0.0/0",
    ),
    "cluster-tag-deleted": (
        "baseline-1",
        DEFAULTS,
        "[high] baseline-1 put right: Tag missing: kubernetes.io/cluster/baseline-1",
    ),
    "all-tags-deleted": (
        "prod-1",
        PROD,
        "[high] prod-1 put right: Tag missing: kubernetes.io/cluster/prod-1",
    ),
    "name-tag-changed": (
        "baseline-1",
        DEFAULTS,
        "[medium] baseline-1 put right: Tag changed: Name is web servers",
    ),
    "rule-added-by-load-balancer-controller": ("prod-1", (*PROD, BACKEND_RULE), None),
    "eks-update-puts-default-rule-back": (
        "restricted-1",
        RESTRICTED,
        "[high] restricted-1 put right: Inbound open: all from self",
    ),
    "call-that-failed": ("prod-1", PROD, None),
    "change-on-a-group-of-no-cluster": ("prod-1", PROD, None),
    "group-named-by-cloudformation-without-id": (
        "baseline-2",
        DEFAULTS,
        "[critical] baseline-2 put right: Inbound open: tcp/443 (HTTPS) from 0.0.0.0/0",
    ),
}


def sample(name: str) -> Json:
    body: Json = json.loads((EVENTS / f"{name}.json").read_text())
    return body


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_ends_as_the_policy_wants_it(name: str) -> None:
    body, (cluster_name, lines, subject) = sample(name), SAMPLES[name]
    (record,) = records(body)
    described = account_for(record, read_account(EVENTS / "account.yaml"))
    with EmbeddedAccount(described, region=record.region) as account, deployed(account) as function:
        group_of = {each.name: each.group for each in described.clusters}
        tags_before = account.tags(group_of[cluster_name])
        make_change(account, record)
        function.forget()

        assert function.deliver_all(body) == []
        assert sorted(account.lines(group_of[cluster_name])) == sorted(lines)
        assert account.tags(group_of[cluster_name]) == tags_before
        assert [alert["subject"] for alert in function.alerts()] == ([subject] if subject else [])
        if subject:
            assert all(finding["cause"] or _is_own(finding) for finding in function.alerts()[0]["findings"])


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_a_second_run_does_nothing(name: str) -> None:
    body = sample(name)
    (record,) = records(body)
    described = account_for(record, read_account(EVENTS / "account.yaml"))
    with EmbeddedAccount(described, region=record.region) as account, deployed(account) as function:
        make_change(account, record)
        assert function.deliver_all(body) == []
        function.forget()
        assert function.deliver_all(body) == []
        assert function.writes() == []
        assert function.alerts() == []


def _is_own(finding: Json) -> bool:
    return finding["kind"] in ("LostTraffic", "InterruptedTraffic")


def test_a_rule_that_becomes_public_is_narrowed_in_place() -> None:
    production = cluster(*PROD, name="prod-1", tags={"environment": "production"})
    with running(clusters=(production,)) as function:
        ids = function.account.rule_ids(GROUP)
        client = function.account.client("ec2")
        public: Json = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0"}
        rule_id = ids["tcp/443 from 10.20.0.0/16"]
        client.modify_security_group_rules(
            GroupId=GROUP, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": public}]
        )
        function.forget()
        assert function.deliver(changed()) == []
        assert function.account.rule_ids(GROUP) == ids


def test_the_example_of_the_design() -> None:
    """SSH goes from a range of ports that is open to the internet, and the rest of the range stays."""
    policy = DENY_SSH.replace("mode: remediate", "mode: remediate\n    trim_limit: 20")
    with running(policy=policy) as function:
        open_to(function, "tcp/20-30 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        after = set(function.account.lines(GROUP)) - set(DEFAULTS)
        assert {"tcp/20-21 from 0.0.0.0/0", "tcp/23-30 from 0.0.0.0/0", "tcp/22 from 10.0.0.0/8"} <= after
        assert all(line.startswith("tcp/22 from ") for line in after if not line.endswith("0.0.0.0/0"))
        function.forget()
        assert function.deliver(changed()) == []
        assert function.writes() == []


def test_past_the_trim_limit_the_rule_goes_whole_and_people_are_told_of_what_went_with_it() -> None:
    with running(policy=DENY_SSH) as function:
        open_to(function, "tcp/20-30 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == set(DEFAULTS)
        (alert,) = function.alerts()
        assert [finding["kind"] for finding in alert["findings"]] == ["ForbiddenTraffic", "LostTraffic"]


# --- What is left alone ------------------------------------------------------------------------------------


def test_a_group_of_no_cluster_costs_one_read() -> None:
    with running(groups=(group(OTHER, "tcp/22 from 0.0.0.0/0"),)) as function:
        assert function.deliver(changed(OTHER)) == []
        assert function.operations() == ["DescribeSecurityGroups"]
        assert function.account.lines(OTHER) == ("tcp/22 from 0.0.0.0/0",)


def test_a_cluster_in_order_costs_two_reads_and_one_of_the_ledger() -> None:
    with running() as function:
        assert function.deliver(changed()) == []
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster", "GetItem"]


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        (
            {"aws:eks:cluster-name": CLUSTER},
            f"is not the security group of cluster {CLUSTER}: that is {GROUP}",
        ),
        ({"aws:eks:cluster-name": "gone"}, "cluster gone of"),
        ({f"kubernetes.io/cluster/{CLUSTER}": "owned"}, "has no tag aws:eks:cluster-name"),
    ],
)
def test_a_group_that_only_looks_like_a_clusters_is_left_alone(tags: dict[str, str], reason: str) -> None:
    """EKS leaves tagged groups behind, and anybody can write a tag that is not AWS's."""
    with running(groups=(group(OTHER, "tcp/22 from 0.0.0.0/0", tags=tags),)) as function:
        assert function.deliver(changed(OTHER)) == []
        assert function.writes() == []
        assert function.alerts() == []
        assert reason in function.reasons()[0]


def test_the_group_of_a_cluster_that_is_being_deleted_is_left_alone() -> None:
    with running() as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        function.account.builder.eks(REGION).clusters[CLUSTER].status = "DELETING"
        assert function.deliver(changed()) == []
        assert function.writes() == []
        assert "being deleted" in function.reasons()[0]


@pytest.mark.parametrize("name", ["DeleteSecurityGroup", "RevokeSecurityGroupIngress"])
def test_a_group_that_is_gone_is_no_drift(name: str) -> None:
    with running() as function:
        assert function.deliver(changed("sg-0aaaaaaaaaaaaaaaa", name)) == []
        assert "does not exist any more" in function.reasons()[0]
        assert function.alerts() == []


def test_a_deleted_cluster_is_no_drift() -> None:
    with running() as function:
        del function.account.builder.eks(REGION).clusters[CLUSTER]
        assert function.deliver(event("DeleteCluster", {"name": CLUSTER})) == []
        assert function.account.take_messages() == ()
        assert function.alerts() == []


def test_a_cluster_that_no_policy_matches_is_left_alone() -> None:
    with running(policy=DENY_SSH.replace('"*"', '"prod-*"')) as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster"]
        assert function.reasons() == [f"no policy matches cluster {CLUSTER}"]


def test_the_event_of_its_own_call_causes_nothing() -> None:
    with running() as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        function.deliver(changed())
        function.forget()
        own = {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/sgwarden-reconcile/sgwarden-reconcile",
        }
        assert function.deliver(changed(GROUP, "RevokeSecurityGroupIngress", userIdentity=own)) == []
        assert function.operations() == ["DescribeSecurityGroups", "DescribeCluster", "GetItem"]


# --- Observing ---------------------------------------------------------------------------------------------

OBSERVING = DENY_SSH.replace("mode: remediate", "mode: observe")


@pytest.mark.parametrize(("policy", "mode"), [(DENY_SSH, "observe"), (OBSERVING, "remediate")])
def test_observing_writes_nothing_and_tells_what_it_would_do(policy: str, mode: str) -> None:
    with running(policy=policy, mode=mode) as function:
        rule_id = open_to(function, "tcp/22 from 0.0.0.0/0")
        before = function.account.lines(GROUP)
        assert function.deliver(changed()) == []
        assert function.writes() == []
        assert function.account.lines(GROUP) == before
        (alert,) = function.alerts()
        assert (alert["status"], alert["mode"]) == ("drifted", "observe")
        assert [(change["action"], change["rule_id"]) for change in alert["changes"]] == [("revoke", rule_id)]
        assert "tcp/22 from 0.0.0.0/0" in alert["after"]["ingress"]
        assert "It would:\n         - ingress tcp/22 from 0.0.0.0/0" in alert["text"]
        assert "ChangesMade" not in function.metrics()


def test_a_refused_policy_too_is_only_observed_under_the_ceiling() -> None:
    with running(policy=_needing_a_list("deny"), mode="observe") as function:
        function.deliver(changed())
        assert function.alerts()[0]["mode"] == "observe"


# --- Policies and rules that cannot be used ----------------------------------------------------------------

REQUIRES_ITS_VPC = """
version: 1
policies:
  - name: torn
    clusters: {name: ["*"]}
    mode: remediate
    ingress:
      require: [{id: nodes, traffic: tcp/443, from: PEER}]
      deny: [{id: no-private, traffic: all, from: 10.0.0.0/8}]
"""


@pytest.mark.parametrize("peer", ["vpc", "remote-nodes", "remote-pods"])
def test_a_policy_that_contradicts_itself_at_this_cluster_is_refused(peer: str) -> None:
    networks: dict[str, Any] = {"remote_nodes": ("10.80.0.0/16",), "remote_pods": ("10.81.0.0/16",)}
    with running(policy=REQUIRES_ITS_VPC.replace("PEER", peer), clusters=(cluster(**networks),)) as function:
        before = open_to(function, "tcp/22 from 0.0.0.0/0"), function.account.lines(GROUP)
        assert function.deliver(changed()) == []
        assert function.writes() == []
        assert function.account.lines(GROUP) == before[1]
        (alert,) = function.alerts()
        assert alert["status"] == "refused"
        (finding,) = alert["findings"]
        assert finding["kind"] == "PolicyRefused"
        assert '"nodes" requires what "no-private" denies' in finding["summary"]


def _needing_a_list(effect: str) -> str:
    return f"""
version: 1
policies:
  - name: all
    clusters: {{name: ["*"]}}
    mode: remediate
    ingress:
      otherwise: allow
      {effect}: [{{id: partners, traffic: tcp/22, from: "{LIST}"}}]
"""


@pytest.mark.parametrize("effect", ["require", "allow", "deny"])
def test_a_policy_that_names_an_unknown_prefix_list_is_refused(effect: str) -> None:
    with running(policy=_needing_a_list(effect)) as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert function.writes() == []
        (finding,) = function.alerts()[0]["findings"]
        assert finding["kind"] == "PolicyRefused"
        assert LIST in finding["summary"]


def test_a_rule_of_an_unknown_prefix_list_is_told_of_and_left_alone() -> None:
    parts: Json = {
        "prefix_lists": (prefix_list(LIST),),
        "clusters": (cluster(*DEFAULTS, f"tcp/22 from {LIST}"),),
    }
    with running(**parts) as function:
        function.account.builder.ec2(REGION).managed_prefix_lists.clear()
        rule_id = function.account.rule_ids(GROUP)[f"tcp/22 from {LIST}"]
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, f"tcp/22 from {LIST}"}
        (alert,) = function.alerts()
        opaque = [finding for finding in alert["findings"] if finding["kind"] == "OpaqueRule"]
        assert [finding["rules"] for finding in opaque] == [[rule_id]]

        function.forget()
        tagged = event("CreateTags", {"resourcesSet": {"items": [{"resourceId": GROUP}]}})
        assert function.deliver_all(changed(), tagged) == []
        assert function.logged("reconciled")[0]["result"]["status"] == "in_sync"
        assert function.alerts() == []  # people know of it


SSH = "tcp/22 from 0.0.0.0/0"
OWNERS = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    use: [no-public-ingress]
    ingress:
      otherwise: deny
      require: [{id: self, traffic: all, from: self}]
      allow: [{id: lb, traffic: tcp/1024-65535, managed_by: aws-load-balancer-controller}]
"""


def test_a_trim_that_cannot_be_proved_does_not_keep_the_world_in() -> None:
    """What is left of the controller's rule would be the other rule, which only the controller's allows."""
    backend = "sg-04c8f1e6b9d2a7053"
    tagged = group(backend, tags={"elbv2.k8s.aws/cluster": CLUSTER})
    rules = (
        RuleDescription(
            line=f"tcp/80-2000 from {backend}", description="elbv2.k8s.aws/targetGroupBinding=shared"
        ),
        RuleDescription(line=f"tcp/1024-2000 from {backend}", description="by hand"),
        RuleDescription(line="all from self"),
        RuleDescription(line=SSH),
    )
    described = cluster(rules=rules, default_rules=False)
    with running(policy=OWNERS, clusters=(described,), groups=(tagged,)) as function:
        assert function.deliver(changed()) == []
        assert SSH not in function.account.lines(GROUP)
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"


# --- By what an event names --------------------------------------------------------------------------------


def test_a_changed_prefix_list_leads_to_the_clusters_whose_rules_name_it() -> None:
    other, third = "sg-02be06bd9cbf15b62", "sg-06a4e8c2d07b1f935"
    clusters = (
        cluster(*DEFAULTS, f"tcp/22 from {LIST}"),
        cluster(*DEFAULTS, name="dev-2", group=other),
        cluster(
            "all from self",
            "all to self",
            "all to 0.0.0.0/0",
            f"tcp/443 to {LIST}",
            name="dev-3",
            group=third,
        ),
    )
    parts: Json = {
        "prefix_lists": (prefix_list(LIST, "198.51.100.0/24"),),
        "groups": (group(OTHER, f"tcp/22 from {LIST}"),),
        "clusters": clusters,
    }
    with running(**parts) as function:
        client = function.account.client("ec2")
        client.modify_managed_prefix_list(
            PrefixListId=LIST, CurrentVersion=1, AddEntries=[{"Cidr": "0.0.0.0/0", "Description": ""}]
        )
        function.forget()
        assert function.deliver(event("ModifyManagedPrefixList", {"prefixListId": LIST})) == []
        assert function.account.lines(GROUP) == DEFAULTS
        assert function.account.lines(OTHER) == (f"tcp/22 from {LIST}",)
        (alert,) = function.alerts()
        assert alert["security_group"] == GROUP
        assert alert["findings"][0]["cause"]["event"] == "ModifyManagedPrefixList"
        looked = {line["security_group"] for line in function.logged("reconciled")}
        assert looked == {GROUP, third}


def test_a_call_that_names_a_rule_only_leads_to_its_group() -> None:
    with running() as function:
        rule_id = open_to(function, "tcp/22 from 0.0.0.0/0")
        request = {"resourcesSet": {"items": [{"resourceId": rule_id}]}, "tagSet": {"items": []}}
        assert function.deliver(event("CreateTags", request)) == []
        assert function.account.lines(GROUP) == DEFAULTS
        assert function.alerts()[0]["findings"][0]["cause"] is None


def test_a_rule_that_is_gone_leads_nowhere() -> None:
    with running() as function:
        request = {"resourcesSet": {"items": [{"resourceId": "sgr-0aaaaaaaaaaaaaaaa"}]}}
        assert function.deliver(event("DeleteTags", request)) == []
        assert function.operations() == ["DescribeSecurityGroupRules"]


def test_a_group_by_name_is_the_one_of_that_very_name() -> None:
    """A filter takes `*` for any text, and a group may be called so."""
    groups = (group(OTHER, "tcp/22 from 0.0.0.0/0", name="*"),)
    with running(groups=groups) as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(event("AuthorizeSecurityGroupIngress", {"groupName": "*"})) == []
        assert function.writes() == []
        assert function.reasons() == [
            f"{OTHER} is no cluster security group: it has no tag aws:eks:cluster-name"
        ]


# --- Tags --------------------------------------------------------------------------------------------------


def test_what_is_left_of_trimmed_rules_keeps_their_tags_and_descriptions() -> None:
    peers = {"203.0.113.0/25": "net", "203.0.113.128/25": "web"}
    rules = tuple(
        RuleDescription(line=f"tcp/20-30 from {peer}", description=f"of {team}", tags={"team": team})
        for peer, team in peers.items()
    )
    policy = DENY_SSH.replace("from: internet", "from: 203.0.113.0/24")
    with running(policy=policy, clusters=(cluster(rules=rules, default_rules=False),)) as function:
        assert function.deliver(changed()) == []
        left = {f"{service} from {peer}" for peer in peers for service in ("tcp/20-21", "tcp/23-30")}
        assert set(function.account.lines(GROUP)) == left
        for row in function.account.client("ec2").describe_security_group_rules()["SecurityGroupRules"]:
            team = peers[row["CidrIpv4"]]
            assert row["Description"] == f"of {team}"
            assert row["Tags"] == [{"Key": "team", "Value": team}]


def test_required_tags_are_put_back_in_the_same_look_as_rules() -> None:
    with running() as function:
        function.account.client("ec2").delete_tags(Resources=[GROUP], Tags=[{"Key": "Name"}])
        close(function, "all from self")
        assert function.deliver(changed()) == []
        assert function.account.tags(GROUP)["Name"] == f"eks-cluster-sg-{CLUSTER}-407518226"
        assert "all from self" in function.account.lines(GROUP)
        assert {finding["kind"] for finding in function.alerts()[0]["findings"]} == {
            "MissingTraffic",
            "MissingTag",
        }


# --- Until an update is over -------------------------------------------------------------------------------

RESTRICTED_CLUSTER = cluster(*RESTRICTED, name="restricted-1")
UPDATED = event(
    "UpdateClusterVersion",
    {"name": "restricted-1"},
    {
        "update": {
            "id": "6b42d1d9-d282-4e10-9a41-526c35ce2f2c",
            "status": "InProgress",
            "type": "VersionUpdate",
        }
    },
)


def test_what_eks_puts_back_late_is_found_by_the_looks_that_follow() -> None:
    with running(clusters=(RESTRICTED_CLUSTER,), update_looks=2) as function:
        (record,) = records(UPDATED)
        make_change(function.account, record, late=True)
        function.forget()

        assert function.deliver(UPDATED) == []
        assert function.writes() == []
        looks = 0
        while waiting := function.account.take_messages():
            assert [message.delay for message in waiting] == [60]
            assert function.deliver(*(message.body for message in waiting)) == []
            looks += 1
        assert looks == 3
        assert sorted(function.account.lines(GROUP)) == sorted(RESTRICTED)
        (alert,) = function.alerts()
        assert alert["status"] == "remediated"
        assert alert["findings"][0]["cause"]["event"] == "UpdateClusterVersion"


def test_a_cluster_that_is_being_made_is_followed_until_it_has_its_group() -> None:
    with running() as function:
        made = function.account.builder.eks(REGION).clusters[CLUSTER]
        made.status, config = "CREATING", made.resources_vpc_config
        made.resources_vpc_config = {"vpcId": config["vpcId"]}
        assert function.deliver(event("CreateCluster", {"name": CLUSTER})) == []
        for _ in range(2):
            (waiting,) = function.account.take_messages()
            assert function.deliver(waiting.body) == []
        assert function.account.calls("DescribeSecurityGroups") == ()

        (waiting,) = function.account.take_messages()
        made.status, made.resources_vpc_config = "ACTIVE", config
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(waiting.body) == []
        assert function.account.take_messages() == ()
        assert function.account.lines(GROUP) == DEFAULTS


def test_an_update_without_an_id_is_followed_by_the_clusters_status() -> None:
    with running() as function:
        function.account.builder.eks(REGION).clusters[CLUSTER].status = "UPDATING"
        assert function.deliver(event("UpdateClusterConfig", {"name": CLUSTER})) == []
        (waiting,) = function.account.take_messages()
        assert function.deliver(waiting.body) == []
        (waiting,) = function.account.take_messages()
        function.account.builder.eks(REGION).clusters[CLUSTER].status = "ACTIVE"
        assert function.deliver(waiting.body) == []
        assert function.account.take_messages() == ()


def test_an_update_that_never_ends_is_given_up_after_four_hours() -> None:
    with running(clusters=(RESTRICTED_CLUSTER,), update_looks=1000) as function:
        (record,) = records(UPDATED)
        make_change(function.account, record)
        function.deliver(UPDATED)
        (waiting,) = function.account.take_messages()
        last = waiting.body.replace('"looks": 1', '"looks": 240')
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver(last) == []
        assert function.account.take_messages() == ()
        assert function.account.lines(GROUP) == RESTRICTED
        assert "still not final" in function.logged("dropped")[0]["reason"]


def test_the_looks_that_follow_tell_only_what_is_new() -> None:
    """An update takes many minutes, and a look each minute: what is only observed is told once."""
    with running(clusters=(RESTRICTED_CLUSTER,), update_looks=5, mode="observe") as function:
        (record,) = records(UPDATED)
        make_change(function.account, record)
        open_to(function, "tcp/3389 from 0.0.0.0/0")
        assert function.deliver(UPDATED) == []
        assert len(function.alerts()) == 1
        for _ in range(2):
            (waiting,) = function.account.take_messages()
            assert function.deliver(waiting.body) == []
        assert len(function.alerts()) == 1

        (waiting,) = function.account.take_messages()
        function.account.client("ec2").authorize_security_group_ingress(
            GroupId=GROUP, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
        )
        assert function.deliver(waiting.body) == []
        assert len(function.alerts()) == 2
        assert function.deliver(changed()) == []
        assert len(function.alerts()) == 3


def test_what_is_new_is_told_once_though_a_look_that_follows_comes_with_its_event() -> None:
    with running(clusters=(RESTRICTED_CLUSTER,), update_looks=5, mode="observe") as function:
        (record,) = records(UPDATED)
        make_change(function.account, record)
        open_to(function, "tcp/22 from 0.0.0.0/0")
        function.deliver(UPDATED)
        (waiting,) = function.account.take_messages()
        open_to(function, "tcp/3389 from 0.0.0.0/0")
        assert function.deliver(waiting.body, changed()) == []
        (alert,) = function.alerts()
        assert any("tcp/3389 from 0.0.0.0/0" in finding["traffic"] for finding in alert["findings"])
        (waiting,) = function.account.take_messages()
        assert function.deliver(waiting.body, changed()) == []
        assert len(function.alerts()) == 1


OWN_IPV6 = "tcp/443 from 2001:db8:1234:1a01::/64"
IPV6_VPC = (vpc("10.0.0.0/16", "2001:db8:1234:1a00::/56"),)


def test_a_vpcs_own_global_addresses_are_not_the_internet() -> None:
    with running(vpcs=IPV6_VPC) as function:
        open_to(function, OWN_IPV6)
        open_to(function, "tcp/443 from 2001:db8:9999::/64")
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, OWN_IPV6}
        function.forget()
        assert function.deliver(changed()) == []
        reads = ["DescribeSecurityGroups", "DescribeCluster", "DescribeVpcs", "DescribeSecurityGroupRules"]
        assert function.operations() == [*reads, "GetItem"]
        assert function.alerts() == []


def test_a_vpcs_own_global_addresses_stay_where_the_rest_of_a_rule_goes() -> None:
    policy = DENY_SSH.replace("from: internet,", "from: internet, except: vpc, ").replace(
        "mode: remediate", "mode: remediate\n    trim_limit: 60"
    )
    with running(vpcs=IPV6_VPC, policy=policy) as function:
        open_to(function, "tcp/22 from 2001:db8:1234::/48")
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {*DEFAULTS, "tcp/22 from 2001:db8:1234:1a00::/56"}


def test_what_is_required_of_the_own_addresses_contradicts_no_denial_of_the_internet() -> None:
    own = "require: [{id: own, traffic: tcp/22, from: 2001:db8:1234:1a01::/64}]"
    policy = DENY_SSH.replace("from: internet,", "from: internet, except: vpc,")
    policy = policy.replace("    ingress:", f"    ingress:\n      {own}")
    with running(vpcs=IPV6_VPC, policy=policy) as function:
        assert function.deliver(changed()) == []
        assert "tcp/22 from 2001:db8:1234:1a01::/64" in function.account.lines(GROUP)


def test_ipv6_clusters_get_their_outbound_rules_back() -> None:
    with running(
        vpcs=(vpc("10.0.0.0/16", "2001:db8::/56"),), clusters=(cluster(ip_family="ipv6"),)
    ) as function:
        close(function, "all to ::/0")
        assert function.deliver(changed(GROUP, "RevokeSecurityGroupEgress")) == []
        assert {"all to ::/0", "all to 0.0.0.0/0"} <= set(function.account.lines(GROUP))
