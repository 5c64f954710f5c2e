"""Results as CSV: a row a finding, complete by itself, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

import pytest
from sgwarden.cli.results import as_csv
from sgwarden.outcome import Status

from tests.unit.documents import (
    Json,
    a_finding,
    document,
    everything_hostile,
    in_order,
    replayed,
    result,
    unjudged,
)

CHANGES = (
    "add ingress tcp/443 from 10.0.0.0/8; "
    "change ingress tcp/20-25 from 0.0.0.0/0 to tcp/20-21 from 0.0.0.0/0 (sgr-0a); "
    "remove egress all to self (sgr-0b); "
    "set tag Name=web servers to Name=eks-cluster-sg-prod-1; "
    "set tag team=platform"
)


def rows(of: Json) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(as_csv.render(of), newline=""), strict=True)]


def cell(text: str) -> str:
    """How a text stands in its cell."""
    (row,) = rows(document(result(findings=[a_finding(summary=text)])))
    return row["summary"]


def test_a_finding_is_a_row_with_all_that_is_known_of_it() -> None:
    assert rows(document(result())) == [
        {
            "account": "111122223333",
            "region": "eu-west-1",
            "cluster": "prod-1",
            "security_group": "sg-0c1f4a7be2d95083a",
            "policy": "production",
            "mode": "remediate",
            "status": "drifted",
            "severity": "critical",
            "kind": "ForbiddenTraffic",
            "direction": "ingress",
            "statement": "no-internet",
            "traffic": "tcp/22 from 0.0.0.0/0",
            "rules": "sgr-0a",
            "summary": "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids.",
            "impact": "",
            "changes": CHANGES,
            "actor": "alice (IAM user)",
            "call": "AuthorizeSecurityGroupIngress",
            "source_ip": "203.0.113.24",
            "time_utc": "2026-11-03 14:21:37",
            "finding_id": "0123456789abcdef",
            "event": "",
        }
    ]


def test_what_breaks_has_a_column() -> None:
    (row,) = rows(document(result(findings=[{**a_finding(), "impact": "kubelet 10250 unreachable"}])))
    assert row["impact"] == "kubelet 10250 unreachable"


def test_lists_are_one_cell_and_what_is_not_there_is_empty() -> None:
    found = a_finding(traffic=["all to self", "tcp/1 to self"], rules=[], direction=None, cause=None)
    (row,) = rows(document(result(findings=[found], changes=[])))
    assert row["traffic"] == "all to self; tcp/1 to self"
    assert not any(row[key] for key in ("rules", "direction", "changes", "actor", "call", "time_utc"))


def test_a_cause_may_have_no_time() -> None:
    found = a_finding(cause={**a_finding()["cause"], "time": None})
    (row,) = rows(document(result(findings=[found])))
    assert (row["actor"], row["time_utc"]) == ("alice (IAM user)", "")


def test_a_group_without_findings_is_a_row_too() -> None:
    (row,) = rows(document(in_order()))
    assert (row["cluster"], row["status"], row["summary"]) == ("calm-1", "in_sync", "")


def test_two_findings_are_two_rows_with_the_same_group() -> None:
    first, second = rows(document(result(findings=[a_finding(), a_finding(summary="Other.")])))
    assert second["summary"] == "Other."
    assert first["changes"] == second["changes"] == CHANGES


def test_what_led_to_no_result_is_told() -> None:
    absent = unjudged("sandbox", "no policy", "eu-west-1", "111122223333")
    ignored = [absent, {"event": "e.json", "reason": "it failed"}]
    errors = [unjudged("", "AccessDenied")]
    keys = ("status", "account", "region", "cluster", "event", "summary")
    assert [tuple(row[key] for key in keys) for row in rows(document(ignored=ignored, errors=errors))] == [
        ("error", "", "us-east-1", "", "", "AccessDenied"),
        ("ignored", "111122223333", "eu-west-1", "sandbox", "", "no policy"),
        ("ignored", "", "", "", "e.json", "it failed"),
    ]


def test_nothing_at_all_is_a_heading() -> None:
    assert as_csv.render(document()) == ",".join(f'"{column}"' for column in as_csv.COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\n\n =1", "'=1"),
        ("\x00\u200b\u202e=1", "'=1"),
        ("\x1b[31m=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20a", "'\uff20a"),
        ("\u22121", "'\u22121"),
        ("\ufe661", "'\ufe661"),
        ("a;=1", "a;'=1"),
        ("a, -1", "a, '-1"),
        ("a|@b", "a|'@b"),
        ('a "=1"', 'a "\'=1"'),
        ('"=1', "\"'=1"),
        ("a\t=1", "a =1"),
        ("tcp/20-25 from 0.0.0.0/0, a=b", "tcp/20-25 from 0.0.0.0/0, a=b"),
        ("a - b", "a - b"),
        ("x" * 40_000, "x" * 29_999 + "…"),
    ],
)
def test_no_cell_is_a_formula(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_a_stranger_s_words_break_nothing() -> None:
    text = as_csv.render(everything_hostile())
    assert text.count("\r\n") == text.count("\n") == 7
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\u2066"} & set(text)
    for row in rows(everything_hostile()):
        assert row["summary"] == "" or row["summary"].startswith("'=cmd")
        assert None not in row


def test_every_cell_is_in_quotes() -> None:
    heading, row = as_csv.render(document(in_order())).splitlines()
    for line in (heading, row):
        assert line.count('"') == 2 * len(as_csv.COLUMNS)


def test_replayed_samples_have_their_event() -> None:
    for each in replayed():
        told = rows(each)
        summaries = [finding["summary"] for of in each["results"] for finding in of["findings"]]
        assert [row["summary"] for row in told if row["finding_id"]] == summaries
        assert all(row["event"].startswith("events/") for row in told)


def test_statuses_are_the_words_of_the_contract() -> None:
    assert [row["status"] for row in rows(document(*map(result, Status)))] == [*map(str, Status)]
