"""Rules of others, by the deployed function: trusted, forged, put back as they were, lost all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.embedded import RuleDescription

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    Deployed,
    Json,
    changed,
    close,
    cluster,
    event,
    group,
    running,
)
from tests.integration.dying import AN_ALERT_ON_ITS_WAY, life

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

BACKEND, STRANGE = "sg-04c8f1e6b9d2a7053", "sg-0a9e3d7c5b1f86240"
BALANCER = "ELB app/k8s-shop/0a1b2c3d4e5f6071"
SHARED = "elbv2.k8s.aws/targetGroupBinding=shared"
NODES = "Allow unmanaged nodes to communicate with control plane (all ports)"
CLIENT = "kubernetes.io/rule/nlb/client=a3ed9b39c0fdf42e9a0175cfc7cd1c40"
LBC, PROVIDER, EKSCTL, EKS = "aws-load-balancer-controller", "in-tree-cloud-provider", "eksctl", "eks"
START = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)


def policy(allow: str, otherwise: str = "deny", require: str = "{id: self, traffic: all, from: self}") -> str:
    return f"""
version: 1
policies:
  - name: all
    clusters: {{name: ["*"]}}
    mode: remediate
    ingress:
      otherwise: {otherwise}
      require: [{require}]
      allow: [{allow}]
"""


def by(owner: str, *more: str) -> str:
    return "{" + ", ".join((f"id: by-{owner}", f"managed_by: {owner}", *more)) + "}"


OPEN = policy(
    by(LBC) + ", {id: rest, traffic: all, from: anywhere}, {id: lb, traffic: tcp, from: [" + STRANGE + "]}"
)


def of(line: str, description: str = "") -> RuleDescription:
    return RuleDescription(line=line, description=description)


def with_rules(
    *rules: RuleDescription,
    text: str,
    tags: Json | None = None,
    receipts: bool = False,
    **more: Any,  # noqa: ANN401
) -> AbstractContextManager[Deployed]:
    described = cluster(rules=(of("all from self"), *rules), default_rules=False, **more)
    own = {"elbv2.k8s.aws/cluster": CLUSTER} if tags is None else tags
    backend = group(BACKEND, tags=own, interfaces=(BALANCER,))
    groups = (backend, group(STRANGE))
    return running(policy=text, clusters=(described,), groups=groups, receipts=receipts)


def authorized(function: Deployed, line: str) -> Json:
    """The event of the call that made the rule, which its answer names."""
    rows = [{"securityGroupRuleId": function.account.rule_ids(GROUP)[line], "groupId": GROUP}]
    return changed(responseElements={"_return": True, "securityGroupRuleSet": {"items": rows}})


def revoked(
    number: int, line: str, description: str, who: str = "alice", seconds: int = 0, **row: object
) -> Json:
    service, _, peer = line.split()
    protocol, _, port = service.partition("/")
    told: Json = {"groupId": GROUP, "securityGroupRuleId": f"sgr-{number:08x}", "isEgress": False}
    ports = {"fromPort": int(port or -1), "toPort": int(port or -1)}
    key = "referencedGroupId" if peer.startswith("sg-") else "cidrIpv4"
    protocol = "-1" if protocol == "all" else protocol
    told |= {"ipProtocol": protocol, **ports, key: GROUP if peer == "self" else peer, **row}
    if peer == "self":
        told = {**told, "referencedGroupId": GROUP}
        told.pop("cidrIpv4", None)
    if description:
        told["description"] = description
    return event(
        "RevokeSecurityGroupIngress",
        {"groupId": GROUP},
        {"_return": True, "revokedSecurityGroupRuleSet": {"items": [told]}},
        eventID=f"365f86ea-b899-4aa2-9c72-{number:012x}",
        eventTime=(START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        userIdentity={"type": "IAMUser", "userName": who},
    )


def kinds(alert: Json) -> list[str]:
    return [finding["kind"] for finding in alert["findings"]]


# --- Whose a rule is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "more", "rule", "tags"),
    [
        (LBC, (), of(f"tcp/8080 from {BACKEND}", SHARED), {"elbv2.k8s.aws/cluster": CLUSTER}),
        (EKSCTL, (), of(f"all from {BACKEND}", NODES), {"alpha.eksctl.io/cluster-name": CLUSTER}),
        (
            PROVIDER,
            ("traffic: tcp/30000-32767", "from: internet"),
            of("tcp/30101 from 203.0.113.0/24", CLIENT),
            {},
        ),
        (EKS, (), of("tcp/443 from 10.80.0.0/16", "anything"), {}),
    ],
)
def test_what_an_owner_makes_stays_and_nobody_is_told(
    owner: str, more: tuple[str, ...], rule: RuleDescription, tags: Json
) -> None:
    remote: Json = {"remote_nodes": ("10.80.0.0/16",)} if owner == EKS else {}
    with with_rules(rule, text=policy(by(owner, *more)), tags=tags, **remote) as function:
        assert function.deliver(changed()) == []
        assert rule.line in function.account.lines(GROUP)
        assert function.writes() == []
        assert function.alerts() == []


def test_node_ports_beyond_what_the_policy_says_are_taken_away() -> None:
    allow = by(PROVIDER, "traffic: tcp/30000-30999", "from: 203.0.113.0/24")
    inside, beyond = of("tcp/30101 from 203.0.113.0/24", CLIENT), of("tcp/31101 from 203.0.113.0/24", CLIENT)
    with with_rules(inside, beyond, text=policy(allow)) as function:
        assert function.deliver(changed()) == []
        assert set(function.account.lines(GROUP)) == {"all from self", inside.line}
        (alert,) = function.alerts()
        assert kinds(alert) == ["ForbiddenTraffic"]


# --- Forged claims -----------------------------------------------------------------------------------------


def test_a_forged_claim_is_told_of_beside_what_it_opens_which_is_taken_away() -> None:
    line = f"tcp/8080 from {STRANGE}"
    with with_rules(of(line, SHARED), text=policy(by(LBC))) as function:
        assert function.deliver(authorized(function, line)) == []
        assert function.account.lines(GROUP) == ("all from self",)
        (alert,) = function.alerts()
        assert kinds(alert) == ["ForbiddenTraffic", "ForgedClaim"]
        (_, forged) = alert["findings"]
        assert (forged["severity"], forged["cause"]["actor"][:5]) == ("high", "alice")
        assert forged["summary"] == (
            f"Inbound rule forged: tcp/8080 from {STRANGE}, it says that it is of {LBC},"
            f" but no tag of {STRANGE} says that it is of cluster {CLUSTER}."
        )


def test_a_forged_claim_alone_is_told_of_and_left_alone() -> None:
    line = f"tcp/8080 from {STRANGE}"
    with with_rules(of(line, SHARED), text=OPEN) as function:
        assert function.deliver(authorized(function, line)) == []
        assert line in function.account.lines(GROUP)
        assert function.writes() == []
        (alert,) = function.alerts()
        assert (alert["status"], kinds(alert)) == ("in_sync", ["ForgedClaim"])


def test_a_forged_claim_is_told_once_and_not_laid_to_a_call_that_has_not_made_it() -> None:
    line = f"tcp/8080 from {STRANGE}"
    another = {"items": [{"securityGroupRuleId": "sgr-0123456789abcdef0", "groupId": GROUP}]}
    with with_rules(of(line, SHARED), text=OPEN) as function:
        assert function.deliver(changed(responseElements={"securityGroupRuleSet": another})) == []
        assert function.deliver(changed(name="RevokeSecurityGroupIngress")) == []
        assert (
            function.deliver(event("CreateTags", {"resourcesSet": {"items": [{"resourceId": GROUP}]}})) == []
        )
        (alert,) = function.alerts()
        assert [(each["kind"], each["cause"]) for each in alert["findings"]] == [("ForgedClaim", None)]


def test_a_group_that_cannot_be_read_is_no_proof_and_no_forgery() -> None:
    line = f"tcp/8080 from {BACKEND}"
    described = cluster(rules=(of("all from self"), of(line, SHARED)), default_rules=False)
    with running(policy=policy(by(LBC)), clusters=(described,), groups=()) as function:
        assert function.deliver(authorized(function, line)) == []
        assert function.account.lines(GROUP) == ("all from self",)
        (_, forged) = function.alerts()[0]["findings"]
        assert forged["severity"] == "medium"
        said = f"Inbound rule not verified: {line}, it says that it is of {LBC}, but"
        assert forged["summary"].startswith(said)
        assert "cannot be read here" in forged["summary"]


# --- Put back as it was ------------------------------------------------------------------------------------


REQUIRED = policy(
    "", require="{id: self, traffic: all, from: self}, {id: vpn, traffic: tcp/443, from: 10.20.0.0/16}"
)


def descriptions(function: Deployed) -> dict[str, str]:
    rows = function.account.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [GROUP]}]
    )["SecurityGroupRules"]
    return {row.get("CidrIpv4", "self"): row.get("Description", "") for row in rows}


@pytest.mark.parametrize("was", ["VPN of the office (ticket 7)", ""])
def test_a_required_rule_comes_back_with_the_description_that_it_had(was: str) -> None:
    line = "tcp/443 from 10.20.0.0/16"
    with with_rules(of(line, was), text=REQUIRED.replace("allow: []", "")) as function:
        close(function, line)
        assert function.deliver(revoked(1, line, was)) == []
        assert descriptions(function)["10.20.0.0/16"] == was


@pytest.mark.parametrize(
    ("line", "was"),
    [
        ("tcp/443 from 10.20.0.0/17", "half"),
        ("tcp/443 from 10.20.0.0/16", "<b>"),
        ("tcp/443 from self", "other"),
    ],
)
def test_what_was_another_rule_or_nothing_that_ec2_takes_gives_no_description(line: str, was: str) -> None:
    with with_rules(text=REQUIRED.replace("allow: []", "")) as function:
        assert function.deliver(revoked(1, line, was)) == []
        assert descriptions(function)["10.20.0.0/16"] == "sgwarden: vpn"


def test_it_has_it_as_well_where_it_takes_a_second_try() -> None:
    line = "tcp/443 from 10.20.0.0/16"
    with with_rules(of(line, "VPN"), text=REQUIRED.replace("allow: []", "")) as function:
        close(function, line)
        function.account.fail("AuthorizeSecurityGroupIngress", "InvalidPermission.Duplicate")
        assert function.deliver(revoked(1, line, "VPN")) == []
        assert function.writes().count("AuthorizeSecurityGroupIngress") == 2
        assert descriptions(function)["10.20.0.0/16"] == "VPN"


def test_what_an_event_before_told_of_is_still_known() -> None:
    line = "tcp/443 from 10.20.0.0/16"
    with with_rules(of(line, "VPN"), text=REQUIRED.replace("allow: []", "")) as function:
        assert function.deliver(revoked(1, line, "VPN")) == []
        close(function, line)
        assert function.deliver(changed(name="RevokeSecurityGroupIngress")) == []
        assert descriptions(function)["10.20.0.0/16"] == "VPN"


# --- All rules of an owner at once -------------------------------------------------------------------------

TARGETS = [f"tcp/{8000 + number} from {BACKEND}" for number in range(60)]
REVOKES = [
    revoked(number, line, SHARED, who=("alice", "bob")[number % 2], seconds=number)
    for number, line in enumerate(TARGETS)
]


@pytest.mark.parametrize("step_by_step", [True, False])
def test_sixty_revokes_in_six_batches_are_one_critical_alert(step_by_step: bool) -> None:
    rules = [of(line, SHARED) for line in TARGETS]
    with with_rules(*rules, text=policy(by(LBC))) as function:
        if not step_by_step:
            _take(function, TARGETS)
        for start in range(0, 60, 10):
            if step_by_step:
                _take(function, TARGETS[start : start + 10])
            assert function.deliver(*REVOKES[start : start + 10]) == []
        assert function.alerts() == []
        (later,) = function.account.take_messages()
        assert later.delay == 180
        assert function.deliver(later.body) == []
        (alert,) = function.alerts()
        assert (alert["status"], kinds(alert)) == ("in_sync", ["MassRevocation"])
        (finding,) = alert["findings"]
        assert finding["severity"] == "critical"
        assert finding["summary"] == (
            f"All rules of {LBC} are gone, 60 were taken away within minutes by"
            " alice (IAM user) with the AWS CLI and bob (IAM user) with the AWS CLI."
        )
        assert "targets go unhealthy" in finding["impact"]
        assert finding["cause"]["actor"].startswith("bob")
        assert function.account.lines(GROUP) == ("all from self",)


def test_it_is_told_once_where_telling_failed_at_first() -> None:
    with with_rules(text=policy(by(LBC))) as function, life(function.account) as time:
        assert function.deliver(*REVOKES[:10]) == []
        (later,) = function.account.take_messages()
        function.account.fail("Publish", "InternalError", times=100)
        function.deliver(later.body)
        assert function.alerts() == []
        function.account.recover("Publish")
        assert function.deliver_all(later.body, *REVOKES[10:20]) == []
        assert function.alerts() == []  # it may be on its way
        time.pass_by(AN_ALERT_ON_ITS_WAY)
        assert function.deliver_all(later.body, *REVOKES[10:20]) == []
        assert [kinds(alert) for alert in function.alerts()] == [["MassRevocation"]]


def test_a_controller_that_has_cleaned_up_is_no_alert() -> None:
    with with_rules(text=policy(by(LBC)), tags={"elbv2.k8s.aws/cluster": "another"}) as function:
        assert function.deliver(*REVOKES[:10]) == []
        assert function.alerts() == []


def test_no_alert_as_long_as_one_is_left() -> None:
    with with_rules(of(TARGETS[-1], SHARED), text=policy(by(LBC))) as function:
        for start in range(0, 50, 10):
            assert function.deliver(*REVOKES[start : start + 10]) == []
        assert function.alerts() == []


def test_it_reads_no_tags_as_long_as_nothing_of_an_owner_went() -> None:
    with with_rules(text=policy(by(LBC))) as function:
        function.deliver(revoked(1, "tcp/1 from 10.0.0.0/8", "by hand"))
        assert function.operations().count("DescribeSecurityGroups") == 1


def _take(function: Deployed, lines: list[str]) -> None:
    ids = function.account.rule_ids(GROUP)
    ec2 = function.account.client("ec2")
    ec2.revoke_security_group_ingress(GroupId=GROUP, SecurityGroupRuleIds=[ids[line] for line in lines])
    function.forget()
