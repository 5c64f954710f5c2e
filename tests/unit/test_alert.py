"""What people read: a line for a phone, a text for five seconds, and attributes to filter by."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.change import Revoke, SetTag
from sgwarden.cluster import Cluster
from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity
from sgwarden.rendering.text import attributes, change_line, subject, text

from tests.unit.outcomes import CHANGES, GROUP, cause, finding, outcome, rule

WHOLE = """\
CRITICAL Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.
MEDIUM   Tag missing: team, which must be platform.

Where    cluster prod-1, sg-0c1f4a7be2d95083a, eu-west-1, account 111122223333
Policy   production (remediate)
Who      alice (IAM user) from 203.0.113.24: AuthorizeSecurityGroupIngress, 2026-11-03 14:21:37 UTC
Seen     bob (IAM user) from 203.0.113.24: RevokeSecurityGroupEgress, 2026-11-03 14:21:37 UTC

Done     The group is as the policy wants it again:
         + ingress tcp/443 from 10.0.0.0/8
         ~ ingress tcp/20-25 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0 (sgr-0a)
         - egress all to self (sgr-0b)
         ~ tag Name=web servers -> eks-cluster-sg-prod-1
         + tag team=platform
"""
MISSING_TAG = finding(
    "Tag missing: team", kind=Kind.MISSING_TAG, severity=Severity.MEDIUM, reason="which must be platform"
)


def test_the_whole_text() -> None:
    """The worst first, and everybody who was there, whether or not to blame."""
    blamed, other = cause(), cause("bob (IAM user)", "RevokeSecurityGroupEgress")
    assert text(outcome(MISSING_TAG, finding(cause=blamed)), [other, blamed, other]) == WHOLE


@pytest.mark.parametrize(
    ("status", "said", "in_subject"),
    [
        (Status.REMEDIATED, "The group is as the policy wants it again:", "put right"),
        (Status.DRIFTED, "Nothing: sgwarden only observes here. It would:", "not touched (observing)"),
        (Status.FAILED, "It FAILED, look at it now. Changes made:", "NOT put right"),
        (Status.REFUSED, "Nothing.", "not touched (refused)"),
        (Status.IN_SYNC, "Nothing.", "in order, but"),
    ],
)
def test_what_was_done(status: Status, said: str, in_subject: str) -> None:
    assert f"Done     {said}\n" in text(outcome(status=status), [])
    assert subject(outcome(status=status)).startswith(f"[critical] prod-1 {in_subject}: ")


@pytest.mark.parametrize(
    ("status", "said"), [(Status.REMEDIATED, "wants it again."), (Status.FAILED, "Changes made: none.")]
)
def test_where_nothing_was_changed(status: Status, said: str) -> None:
    assert text(outcome(status=status, changes=()), []).endswith(f"{said}\n")


def test_the_subject_is_that_of_the_worst_finding() -> None:
    assert subject(outcome(MISSING_TAG, finding())) == (
        "[critical] prod-1 put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
    )


def test_the_subject_of_a_failure_says_what_is_still_wrong() -> None:
    refused = finding("Not put right: Authorize failed", kind=Kind.REMEDIATION_FAILED)
    assert subject(outcome(refused, finding(), status=Status.FAILED)) == (
        "[critical] prod-1 NOT put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
    )


@given(st.text(), st.sampled_from(Status))
def test_any_subject_is_one_that_sns_takes(headline: str, status: Status) -> None:
    """Fewer than 100 ASCII characters in one line, no control characters, no space at the start."""
    line = subject(outcome(finding(headline), status=status))
    assert 0 < len(line) < 100
    assert set(line) <= set(string.ascii_letters + string.digits + string.punctuation + " ")
    assert line[0] == "["


def test_the_longest_cluster_name_leaves_room_for_what_happened() -> None:
    long = outcome(cluster=Cluster("c" * 100, "111122223333", "eu-west-1", GROUP))
    assert len(subject(long)) == 99
    assert subject(long).endswith("...")


HOSTILE = "a\x1b[2J\x1b]0;title\x07b\nDone     Nothing.\r\x00\u202ec"


@pytest.mark.parametrize(
    "change",
    [SetTag(HOSTILE, "x"), SetTag("x", HOSTILE), SetTag("x", "y", HOSTILE)],
)
def test_what_strangers_write_in_tags_cannot_look_like_anything_else(change: SetTag) -> None:
    line = change_line(change, GROUP)
    assert "ab Done Nothing. c" in line
    assert line.isprintable()


def test_what_strangers_write_stays_on_its_line() -> None:
    told = text(outcome(changes=(SetTag("Name", "x", HOSTILE),)), [])
    assert told.count("\nDone     ") == 1
    assert "\x1b" not in told


def test_long_texts_end_with_how_much_more_there_is() -> None:
    findings = [finding(f"Inbound open: tcp/{n} from 0.0.0.0/0") for n in range(25)]
    causes = [cause(f"person-{n}") for n in range(45)]
    told = text(outcome(*findings, changes=CHANGES * 3), causes).splitlines()
    assert [line.strip() for line in told if "more" in line] == ["and 5 more", "and 5 more", "and 3 more"]


def test_what_is_not_known_of_a_call_is_left_out() -> None:
    unknown = replace(cause(source_ip=""), time=None)
    assert "Seen     alice (IAM user): AuthorizeSecurityGroupIngress\n" in text(outcome(), [unknown])


def test_attributes_are_what_filters_ask_for() -> None:
    assert attributes(outcome(MISSING_TAG, finding())) == {
        "severity": "critical",
        "status": "remediated",
        "cluster": "prod-1",
        "account": "111122223333",
        "region": "eu-west-1",
    }


def test_a_rule_without_an_id_is_shown_without_one() -> None:
    assert change_line(Revoke(rule("tcp/22 from self"), "x"), GROUP) == "- ingress tcp/22 from self"
