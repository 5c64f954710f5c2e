"""The function as Lambda sees it, and what it writes for people, programs and operators."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sgwarden.alert import read_alert
from sgwarden.embedded import EmbeddedAccount, read_account
from sgwarden.embedded.recorded import make_change
from sgwarden.finding import SEVERITIES
from sgwarden.record import records

from tests.integration.deployed import (
    EVENTS,
    GROUP,
    REGION,
    ROOT,
    Json,
    changed,
    close,
    cluster,
    deployed,
    open_to,
    prefix_list,
    running,
)

GOLDEN = ROOT / "tests" / "golden"
SSH, LIST = "tcp/22 from 0.0.0.0/0", "pl-0b8d2f4a6c1e3957d"


def _by_severity(finding: Json) -> int:
    return SEVERITIES.index(finding["severity"])


@pytest.mark.parametrize(
    "name", ["ssh-opened-by-two-halves-of-the-internet", "all-tags-deleted", "port-range-that-hides-ssh"]
)
def test_the_document_that_is_published_is_what_replay_shows(name: str) -> None:
    body: Json = json.loads((EVENTS / f"{name}.json").read_text())
    (golden,) = json.loads((GOLDEN / f"{name}.json").read_text())["results"]
    (record,) = records(body)
    with EmbeddedAccount(read_account(EVENTS / "account.yaml")) as account, deployed(account) as function:
        make_change(account, record)
        function.deliver(body)
        (message,) = account.published()
        document = json.loads(json.loads(message.body)["default"])
    (published,) = document["results"]
    alert = read_alert(document.pop("alert"))
    assert document == {"schema": "sgwarden/v1", "results": [{key: golden[key] for key in published}]}
    assert (alert.group, [note.id for note in alert.notes]) == (
        golden["security_group"],
        [finding["id"] for finding in sorted(golden["findings"], key=_by_severity)],
    )
    assert set(golden) - set(published) == {"event", "before", "alert"}  # which replay adds


def test_the_message_is_one_for_every_protocol() -> None:
    with running() as function:
        open_to(function, SSH)
        function.deliver(changed())
        (call,) = function.account.calls("Publish")
        assert call.parameters["MessageStructure"] == "json"
        assert call.parameters["TopicArn"] == function.account.topic_arn
        parts = json.loads(call.parameters["Message"])
        assert set(parts) == {"default", "email", "sms"}
        headline = "dev-1 put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
        assert call.parameters["Subject"] == f"[critical] {headline}"
        assert parts["sms"] == f"CRITICAL {headline}"
        assert "\nCRITICAL Inbound open: tcp/22 (SSH) from 0.0.0.0/0" in parts["email"]
        document = json.loads(parts["default"])
        assert set(document) == {"schema", "alert", "results"}
        attributes = {
            name: each["StringValue"] for name, each in call.parameters["MessageAttributes"].items()
        }
        assert attributes == {
            "severity": "critical",
            "status": "remediated",
            "transition": "remediated",
            "alert": document["alert"]["id"],
            "cluster": "dev-1",
            "account": "111122223333",
            "region": "eu-west-1",
        }


GIANT_POLICY = """
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    ingress:
      deny: [{id: nothing, traffic: all, from: anywhere}]
"""


@pytest.mark.parametrize("readable", [True, False])
def test_the_alert_of_a_giant_group_is_no_larger_than_sns_takes(readable: bool) -> None:
    """A quota may be raised to 1,000 rules."""
    peers = [f"10.{high}.{low}.0/24" if readable else LIST for high in range(4) for low in range(250)]
    lines = [f"tcp/{1000 + n} from {peer}" for n, peer in enumerate(peers)]
    described: Json = {"clusters": (cluster(*lines),), "prefix_lists": (prefix_list(LIST, max_entries=1),)}
    with running(policy=GIANT_POLICY, quota=1000, **described) as function:
        if not readable:
            function.account.builder.ec2(REGION).managed_prefix_lists.clear()
        assert function.deliver(changed()) == []
        (message,) = function.account.published()
        assert len(message.body.encode()) <= 256 * 1024 - 1000
        parts = json.loads(message.body)
        alert = read_alert(json.loads(parts["default"])["alert"])
        assert alert.status == ("remediated" if readable else "in_sync")
        assert alert.notes
        assert "more" in parts["email"]


# --- Logs and metrics -------------------------------------------------------------------------------------


def test_a_remediation_is_one_line_with_the_ids_of_the_events() -> None:
    with running() as function:
        open_to(function, SSH)
        function.deliver(changed(eventID="aaa"), changed(eventID="bbb"))
        (line,) = function.logged()
        assert line["message"] == "reconciled"
        assert line["service"] == "sgwarden"
        assert line["correlation_id"] == "aaa"
        assert line["events"] == ["aaa", "bbb"]
        assert line["security_group"] == GROUP
        assert line["result"]["status"] == "remediated"
        assert line["function_request_id"]


def test_ids_of_one_group_are_not_left_on_the_lines_of_others() -> None:
    with running() as function:
        function.deliver(changed(), "no JSON")
        function.deliver("no JSON")
        assert all("correlation_id" not in line for line in function.logged("dropped"))


def test_metrics_of_a_remediation() -> None:
    with running() as function:
        open_to(function, SSH)
        close(function, "all from self")
        made = datetime.now(UTC) - timedelta(seconds=30)
        function.deliver(changed(eventTime=made.strftime("%Y-%m-%dT%H:%M:%SZ")))
        metrics = function.metrics()
        assert metrics["Messages"] == [1.0]
        assert metrics["DriftFound"] == [2.0]
        assert metrics["ChangesMade"] == [2.0]
        assert sum(metrics["Failures"]) == 0
        assert 29 <= metrics["SecondsToRemedy"][0] < 60


def test_a_clock_that_is_behind_does_not_give_a_negative_time() -> None:
    with running() as function:
        open_to(function, SSH)
        function.deliver(changed(eventTime="2999-01-01T00:00:00Z"))
        assert function.metrics()["SecondsToRemedy"] == [0.0]


def test_no_time_to_remedy_where_nothing_was_remedied() -> None:
    with running() as function:
        function.deliver(changed())
        assert "SecondsToRemedy" not in function.metrics()
        open_to(function, SSH)
        function.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        function.deliver(changed())
        assert "SecondsToRemedy" not in function.metrics()
        assert sum(function.metrics()["Failures"]) == 1
        function.forget()
        function.deliver(changed(eventTime="then")["detail"])
        assert function.metrics()["ChangesMade"] == [1.0]
        assert "SecondsToRemedy" not in function.metrics()


def test_metrics_where_it_observes() -> None:
    with running(mode="observe") as function:
        open_to(function, SSH)
        function.deliver(changed())
        metrics = function.metrics()
        assert metrics["DriftFound"] == [1.0]
        assert not {"ChangesMade", "SecondsToRemedy", "Failures"} & set(metrics)


def test_metrics_of_a_read_that_fails() -> None:
    with running() as function:
        function.account.fail("DescribeSecurityGroups", "UnauthorizedOperation")
        function.deliver(changed())
        assert function.metrics()["Failures"] == [1.0]
