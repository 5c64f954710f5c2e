"""Findings say what is wrong in one sentence, and say the same for as long as the same is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.change import Revoke
from sgwarden.drift_findings import findings_of
from sgwarden.failure import CallError, PassingError
from sgwarden.finding import Finding, Kind, identified
from sgwarden.notice import cost_of, failed, plan_refused, policy_refused
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Otherwise, Remedy, Severity
from sgwarden.traffic import ANYWHERE, INTERNET, Direction, PeerSet
from sgwarden.traffic.ec2 import Opaque

from tests.unit.planning import CLUSTER, REGULAR, SELF, drift_of, group, proved, require, speak

NO_SSH = Goal(denied=(speak("no-ssh", "tcp/22", INTERNET),))
OFFICE = PeerSet.of_cidr("198.51.100.0/24")


def found(
    *rules: str, ingress: Goal = REGULAR, egress: Goal = REGULAR, **more: dict[str, str]
) -> list[Finding]:
    has = group(*rules, tags=more.get("has"))
    drift = drift_of(has, ingress, egress, tags=more.get("needs", {}))
    return list(findings_of(drift, CLUSTER, has))


def test_nothing_wrong_nothing_found() -> None:
    assert found("tcp/443 from 0.0.0.0/0", ingress=NO_SSH) == []


def test_what_a_statement_forbids_is_shown_as_it_is_open() -> None:
    """Not as the hundreds of blocks that are the internet."""
    (finding,) = found("tcp/20-25 from 0.0.0.0/0", "tcp/443 from 0.0.0.0/0", ingress=NO_SSH)
    assert finding.kind is Kind.FORBIDDEN_TRAFFIC
    assert (finding.direction, finding.statement, finding.severity) == (
        Direction.INGRESS,
        "no-ssh",
        Severity.HIGH,
    )
    assert finding.traffic == ("tcp/22 from 0.0.0.0/0",)
    assert finding.rules == ("sgr-0",)
    assert finding.summary == "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-ssh forbids."


def test_halves_that_make_a_whole_are_one() -> None:
    (finding,) = found("tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1", ingress=NO_SSH)
    assert finding.traffic == ("tcp/22 from 0.0.0.0/0",)
    assert finding.rules == ("sgr-0", "sgr-1")


def test_what_is_open_is_of_eks_where_all_that_opens_it_is() -> None:
    no_ssh = Goal(denied=(speak("no-ssh", "tcp/22", INTERNET | PeerSet.of_group(SELF)),))
    (own,) = found("all from self", ingress=no_ssh)
    assert own.of_eks
    (both,) = found("all from self", "tcp/22 from 0.0.0.0/0", ingress=no_ssh)
    assert not both.of_eks
    (beside,) = found("all from self", "tcp/443 from 0.0.0.0/0", ingress=no_ssh)
    assert beside.of_eks


def test_a_prefix_list_is_shown_as_one() -> None:
    (finding,) = found("tcp/22 from pl-0world", ingress=NO_SSH)
    assert finding.traffic == ("tcp/22 from pl-0world",)


def test_a_rule_that_is_forbidden_in_many_places_is_shown_as_it_is() -> None:
    ports = " ".join(f"tcp/{port}" for port in range(1, 20, 2))
    (finding,) = found("tcp/1-100 from 0.0.0.0/0", ingress=Goal(denied=(speak("odd", ports, INTERNET),)))
    assert finding.traffic == ("tcp/1-100 from 0.0.0.0/0",)


def test_each_statement_that_is_met_is_a_finding() -> None:
    both = Goal(denied=(*NO_SSH.denied, speak("no-v6", "all", PeerSet.of_cidr("::/0"))))
    found_here = found("tcp/22 from 0.0.0.0/0", "tcp/22 from ::/0", ingress=both)
    assert [(each.statement, each.rules) for each in found_here] == [
        ("no-ssh", ("sgr-0", "sgr-1")),
        ("no-v6", ("sgr-1",)),
    ]


def test_what_nothing_allows_is_told_once() -> None:
    """What is forbidden by a statement too is not told again because nothing allows the rest of its rule."""
    closed = replace(NO_SSH, otherwise=Otherwise.DENY, allowed=(speak("office", "tcp/443", OFFICE),))
    (finding,) = found("tcp/22 from 0.0.0.0/0", ingress=closed)
    assert finding.statement == "no-ssh"
    ssh, rest = found("tcp/22 from 0.0.0.0/0", "tcp/443 from 10.0.0.0/8", ingress=closed)
    assert (ssh.statement, rest.statement) == ("no-ssh", "otherwise")
    assert (
        rest.summary == "Inbound open: tcp/443 (HTTPS) from 10.0.0.0/8, which is more than the policy allows."
    )
    assert rest.rules == ("sgr-1",)


def test_what_is_missing_is_shown_as_the_policy_writes_it() -> None:
    """Not as a line for each of the 255 other protocols, where one is open already."""
    egress = Goal(required=(require("open", "all to 0.0.0.0/0"),))
    (finding,) = found("tcp/443 to 0.0.0.0/0", egress=egress)
    assert finding.kind is Kind.MISSING_TRAFFIC
    assert finding.traffic == ("all to 0.0.0.0/0",)
    assert finding.summary == "Outbound missing: all to 0.0.0.0/0, which open requires."


def test_a_part_that_is_missing_is_shown_alone() -> None:
    egress = Goal(required=(require("dns", "tcp/53 to self", "udp/53 to self"),))
    (finding,) = found("tcp/53 to self", egress=egress)
    assert finding.traffic == ("udp/53 to self",)


def test_the_reason_is_in_the_sentence() -> None:
    why = replace(NO_SSH.denied[0], why="a shell on a node", severity=Severity.CRITICAL)
    (finding,) = found("tcp/22 from 0.0.0.0/0", ingress=Goal(denied=(why,)))
    assert finding.summary.endswith(", which no-ssh forbids (a shell on a node).")
    assert finding.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ("kubernetes.io/cluster/prod-1", Severity.HIGH),
        ("karpenter.sh/discovery", Severity.HIGH),
        ("team", Severity.MEDIUM),
    ],
)
def test_a_missing_tag(key: str, severity: Severity) -> None:
    (finding,) = found(needs={key: "x"})
    assert (finding.kind, finding.severity, finding.direction) == (Kind.MISSING_TAG, severity, None)
    assert finding.summary == f"Tag missing: {key}, which must be x."


def test_a_changed_tag_shows_what_strangers_wrote_in_one_clean_line() -> None:
    (finding,) = found(needs={"Name": "x"}, has={"Name": "\x1b[31mred\nherring\u202e"})
    assert finding.kind is Kind.WRONG_TAG
    assert finding.summary == "Tag changed: Name is red herring, which must be x."


def test_a_rule_that_cannot_be_read() -> None:
    opaque = Opaque(Direction.EGRESS, "unknown protocol \x1b[31m'x'", "text\nof it", "sgr-9")
    has = replace(group(), opaque=(opaque, replace(opaque, id="", text="other")))
    first, second = findings_of(drift_of(has), CLUSTER, has)
    assert first.summary == "Outbound rule left alone: sgr-9, it cannot be judged: unknown protocol 'x'."
    assert first.rules == ("sgr-9",)
    assert second.headline == "Outbound rule left alone: other"
    assert second.rules == ()
    assert first.id != second.id


# --- Identity ---------------------------------------------------------------------------------------------


def test_the_same_thing_has_the_same_id_whatever_the_rule() -> None:
    (first,) = found("tcp/22 from 0.0.0.0/0", ingress=NO_SSH)
    (later,) = found("tcp/443 from 0.0.0.0/0", "tcp/22 from 0.0.0.0/0", ingress=NO_SSH)
    assert first.rules != later.rules
    assert first.id == later.id
    assert len(first.id) == 16


def test_different_things_have_different_ids() -> None:
    open_out = Goal(denied=(speak("no-ssh", "tcp/22", ANYWHERE),))
    needs = Goal(required=(require("a", "tcp/1 from self"), require("b", "tcp/2 from self")))
    all_of_them = [
        *found("tcp/22 from 0.0.0.0/0", ingress=NO_SSH),
        *found("tcp/22 from 0.0.0.0/0", ingress=Goal(denied=(speak("no-ssh-either", "tcp/22", ANYWHERE),))),
        *found("tcp/22 to 0.0.0.0/0", egress=open_out),
        *found(ingress=needs),
        *found(needs={"Name": "x", "team": "y"}),
        *found(needs={"Name": "x"}, has={"Name": "z"}),
    ]
    assert len(all_of_them) == 8
    assert len({each.id for each in all_of_them}) == 8


def test_what_grows_stays_one_finding_of_its_statement_and_direction() -> None:
    (first,) = found("tcp/22 from 198.51.100.0/24", ingress=NO_SSH)
    (grown,) = found("tcp/22 from 198.51.100.0/24", "tcp/22 from 0.0.0.0/0", ingress=NO_SSH)
    assert first.traffic != grown.traffic
    assert first.id == grown.id


def test_of_forged_claims_each_is_a_finding_of_its_own() -> None:
    (one,) = found("tcp/22 from 0.0.0.0/0", ingress=NO_SSH)
    claims = (replace(one, kind=Kind.FORGED_CLAIM, traffic=(f"tcp/{port} from self",)) for port in (1, 2))
    assert len({identified(CLUSTER, each).id for each in claims}) == 2


def test_a_tag_that_is_wrong_stays_one_finding_whatever_it_says() -> None:
    (first,), (second,) = (found(needs={"Name": "x"}, has={"Name": value}) for value in "ab")
    assert first.id == second.id


def test_the_same_thing_elsewhere_is_another() -> None:
    has = group("tcp/22 from 0.0.0.0/0")
    drift = drift_of(has, NO_SSH)
    here = findings_of(drift, CLUSTER, has)[0]
    for other in ({"account": "444455556666"}, {"region": "us-east-1"}, {"security_group_id": "sg-other"}):
        assert findings_of(drift, replace(CLUSTER, **other), has)[0].id != here.id  # type: ignore[arg-type]


# --- Of sgwarden's own work -------------------------------------------------------------------------------


def test_what_goes_with_a_rule_that_is_revoked_whole() -> None:
    plan = proved(group("tcp/20-30 from 0.0.0.0/0"), NO_SSH, remedy=Remedy.REVOKE)
    (lost,) = cost_of(plan)
    assert (lost.kind, lost.severity, lost.rules) == (Kind.LOST_TRAFFIC, Severity.HIGH, ("sgr-0",))
    assert lost.headline.startswith(
        "Inbound lost with tcp/20-30 from 0.0.0.0/0: tcp/20-21 from 0.0.0.0/0, "
        "tcp/23-30 from 0.0.0.0/0, tcp/22 (SSH) from 10.0.0.0/8, 100.64.0.0/10 and "
    )


def test_what_is_lost_with_many_rules_is_a_sentence_all_the_same() -> None:
    rules = [f"tcp/20-{port} from 0.0.0.0/0" for port in range(30, 60)]
    (lost,) = cost_of(proved(group(*rules), NO_SSH, remedy=Remedy.REVOKE))
    assert len(lost.rules) == 30
    assert len(lost.headline) < 400


def test_only_what_has_gone_is_lost() -> None:
    rules = ("tcp/20-22 from 0.0.0.0/0", "tcp/22-40 from 0.0.0.0/0")
    plan = proved(group(*rules), NO_SSH, remedy=Remedy.REVOKE)
    first = [change for change in plan.plan.changes if isinstance(change, Revoke)][:1]
    (lost,) = cost_of(plan, first)
    (all_of_it,) = cost_of(plan)
    assert lost.headline.startswith("Inbound lost with tcp/20-22 from 0.0.0.0/0: tcp/20-21 from 0.0.0.0/0")
    assert "tcp/23-40" not in lost.headline
    assert "tcp/23-40" in all_of_it.headline
    assert cost_of(plan, ()) == ()


def test_a_trim_costs_nothing() -> None:
    assert cost_of(proved(group("tcp/20-30 from 10.0.0.0/8", "tcp/22 from 8.8.8.0/24"), NO_SSH)) == ()


def test_a_failure_names_what_was_refused_and_is_critical() -> None:
    errors = (
        CallError("RevokeSecurityGroupIngress", "UnauthorizedOperation", "You are not\x1b[31m\nallowed."),
        PassingError("CreateTags", "RequestLimitExceeded", "Slow down."),
    )
    finding = failed(CLUSTER, errors)
    assert (finding.kind, finding.severity) == (Kind.REMEDIATION_FAILED, Severity.CRITICAL)
    assert finding.summary == (
        "Not put right: RevokeSecurityGroupIngress failed with UnauthorizedOperation: You are not allowed.; "
        "CreateTags failed with RequestLimitExceeded: Slow down."
    )


def test_a_failure_without_an_error_is_somebody_elses_doing() -> None:
    assert "somebody else changes it" in failed(CLUSTER, ()).summary


@pytest.mark.parametrize("refused", [policy_refused, plan_refused])
def test_a_refusal_is_short_whatever_the_reason(refused: object) -> None:
    assert callable(refused)
    finding = refused(CLUSTER, ValueError("so\n" * 1000))
    assert finding.severity is Severity.HIGH
    assert len(finding.summary) < 500
    assert "\n" not in finding.summary
