"""The JSON that programs read is a contract: it has these keys, in these forms, whatever happened."""

from __future__ import annotations

import json
from dataclasses import replace

from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.report import SCHEMA, document, result

from tests.unit.outcomes import GROUP, cause, finding, outcome

RESULT_KEYS = ["cluster", "security_group", "policy", "mode", "status", "findings", "changes", "after"]
FINDING_KEYS = [
    *["id", "kind", "severity", "direction", "statement", "traffic", "rules", "summary", "cause"],
]


def test_the_envelope() -> None:
    assert document([]) == {"schema": "sgwarden/v1", "results": []}
    assert SCHEMA == "sgwarden/v1"


def test_a_result_has_these_keys_in_this_order() -> None:
    told = result(outcome())
    assert list(told) == RESULT_KEYS
    assert told["cluster"] == {"name": "prod-1", "account": "111122223333", "region": "eu-west-1"}
    assert told["security_group"] == GROUP
    assert (told["policy"], told["mode"], told["status"]) == ("production", "remediate", "remediated")


def test_status_and_mode_are_words_of_the_contract() -> None:
    statuses = {result(outcome(status=status))["status"] for status in Status}
    assert statuses == {"in_sync", "drifted", "remediated", "failed", "refused"}
    assert {result(outcome(mode=mode))["mode"] for mode in Mode} == {"observe", "remediate"}


def test_a_finding() -> None:
    (told,) = result(outcome(finding(cause=cause())))["findings"]
    assert list(told) == FINDING_KEYS
    assert told == {
        "id": "0123456789abcdef",
        "kind": "ForbiddenTraffic",
        "severity": "critical",
        "direction": "ingress",
        "statement": "no-internet",
        "traffic": ["tcp/22 from 0.0.0.0/0"],
        "rules": ["sgr-0a"],
        "summary": "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.",
        "cause": {
            "event": "AuthorizeSecurityGroupIngress",
            "event_id": "365f86ea",
            "actor": "alice (IAM user)",
            "source_ip": "203.0.113.24",
            "time": "2026-11-03T14:21:37Z",
        },
    }


def test_what_a_finding_has_not_is_null() -> None:
    (told,) = result(outcome(finding(direction=None, cause=None)))["findings"]
    assert (told["direction"], told["cause"]) == (None, None)
    (told,) = result(outcome(finding(cause=replace(cause(), time=None))))["findings"]
    assert told["cause"]["time"] is None


def test_changes() -> None:
    assert result(outcome())["changes"] == [
        {
            "action": "authorize",
            "direction": "ingress",
            "rule_id": "",
            "rule": "tcp/443 from 10.0.0.0/8",
            "why": "office",
        },
        {
            "action": "modify",
            "direction": "ingress",
            "rule_id": "sgr-0a",
            "rule": "tcp/20-21 from 0.0.0.0/0",
            "was": "tcp/20-25 from 0.0.0.0/0",
            "why": "no-ssh",
        },
        {
            "action": "revoke",
            "direction": "egress",
            "rule_id": "sgr-0b",
            "rule": "all to self",
            "why": "otherwise",
        },
        {
            "action": "tag",
            "direction": None,
            "rule_id": "",
            "rule": "Name=eks-cluster-sg-prod-1",
            "was": "Name=web servers",
            "why": "tags",
        },
        {"action": "tag", "direction": None, "rule_id": "", "rule": "team=platform", "why": "tags"},
    ]


def test_the_state_after() -> None:
    assert result(outcome())["after"] == {
        "ingress": ["all from self", "tcp/443 from 10.0.0.0/8"],
        "egress": ["all to 0.0.0.0/0"],
        "tags": {"Name": "eks-cluster-sg-prod-1", "team": "platform"},
    }


def test_it_is_json() -> None:
    told = document([result(outcome(finding(cause=cause())))])
    assert json.loads(json.dumps(told)) == told
