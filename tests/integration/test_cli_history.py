"""`sgwarden history`, and `sgwarden report --stack`: what the ledger of a deployed stack says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from sgwarden.aws.clients import client
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.cli.report.documents import read_document
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.kept_alert import KeptAlert
from sgwarden.life import State, Transition
from sgwarden.page import Entry, Page
from sgwarden.policy.types import Severity

from tests.integration.deployed import ACCOUNT, CLUSTER, GROUP, REGION, ROOT, changed, open_to, running
from tests.integration.operating import Operator, lambda_of
from tests.unit.alerts import alert, note
from tests.unit.html_pages import assert_harmless, parsed
from tests.unit.outcomes import cause

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sgwarden.alert import Alert
    from typer.testing import Result

SCHEMA = Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text()))
OTHER_GROUP = "sg-0d4e5f60718293a4b"
ADVICE = "docs/operate.md lists the permissions that are needed."
NOW = datetime.now(UTC).replace(microsecond=0)
KEPT = KeptAlert("Drift", '{"default": "{}"}', {"severity": "critical"})


@pytest.fixture
def me() -> Iterator[Operator]:
    """An account with a stack that has an empty ledger."""
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION)) as account:
        operator = Operator(account)
        operator.deploy(SGWARDEN_TABLE=account.table_name)
        with lambda_of(operator):
            yield operator


def tell(me: Operator, *alerts: Alert) -> None:
    """As the deployed function writes it, a page with the first finding of each and the alert itself."""
    ledger = DynamoLedger(lambda: client("dynamodb", REGION), me.account.table_name, 90)
    for told in alerts:
        (first, *_) = told.notes
        entry = Entry(first, first.transition.state, None if first.transition.state.is_open else told.time)
        page = Page(told.group, version=1, thread="t", cluster=told.cluster, entries=(entry,))
        ledger.write(page, told, KEPT)


def lines(ran: Result) -> list[str]:
    assert (ran.exit_code, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


OLD = alert(
    note("Tag missing: team.", severity=Severity.LOW, headline="Tag missing: team"),
    id="a0", group=GROUP, cluster="dev-1", time=NOW - timedelta(days=9), causes=(),
)  # fmt: skip
NEW = alert(
    note(causes=(cause("alice (IAM user)"), cause("bob (IAM user)"))), note("Another.", id="2"),
    id="a1", group=OTHER_GROUP, time=NOW - timedelta(hours=1),
)  # fmt: skip


def test_alerts_are_told_from_the_newest(me: Operator) -> None:
    tell(me, OLD, NEW)
    heading, first, second, last = lines(me.run("history"))
    assert heading.split() == ["when", "(UTC)", "severity", "became", "cluster", "who", "what"]
    assert re.split(" {2,}", first) == [
        *(f"{NEW.time:%Y-%m-%d %H:%M:%S}", "critical", "opened", "prod-1"),
        "alice (IAM user) and 1 more",
        "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids and 1 more",
    ]
    assert second.split()[2:] == [
        *("low", "opened", "dev-1", "alice", "(IAM", "user)", "Tag", "missing:", "team"),
    ]
    assert last == "Open findings now: in 2 groups."


def test_findings_that_had_no_room_are_counted(me: Operator) -> None:
    tell(me, replace(NEW, left_out=7))
    assert lines(me.run("history"))[1].endswith("which no-internet forbids and 8 more")


def test_the_columns_stand_below_their_headings(me: Operator) -> None:
    tell(me, OLD, NEW)
    heading, first, second, _ = lines(me.run("history"))
    for column, cells in (("severity", ("critical", "low")), ("who", ("alice",)), ("what", ("Inbound",))):
        at = heading.index(column)
        assert first[at:].startswith(cells[0])
        assert second[at:].startswith(cells[-1]) or column == "what"


@pytest.mark.parametrize(
    ("asked", "told", "standing"),
    [
        ((), [NEW, OLD], 2),
        (("--cluster", "dev-1"), [OLD], 1),
        (("--cluster", "dev-1", "--cluster", "prod-1"), [NEW, OLD], 2),
        (("--cluster", "no"), [], 0),
        (("--since", "7d"), [NEW], 2),
        (("--since", "30m"), [], 2),
        (("--since", "2w"), [NEW, OLD], 2),
        (("--since", "2h", "--cluster", "dev-1"), [], 1),
    ],
)
def test_what_is_asked_for_is_exported(
    me: Operator, asked: tuple[str, ...], told: list[Alert], standing: int
) -> None:
    tell(me, OLD, NEW)
    ran = me.run("history", "--output", "json", *asked)
    assert ran.stderr == ""
    document = json.loads(ran.stdout)
    SCHEMA.validate(document)
    read = read_document(document)
    assert list(read.alerts) == told
    assert len(read.standings) == standing
    assert sorted(read.standings, key=lambda each: each.rank) == list(read.standings)


def test_nothing_told_is_said_to_be(me: Operator) -> None:
    assert lines(me.run("history")) == ["No alert is kept of what was asked for.", "Open findings now: none."]
    assert json.loads(me.run("history", "--output", "json").stdout)["alerts"] == []


def test_an_additional_group_and_a_caller_without_a_name(me: Operator) -> None:
    bare = note(transition=Transition.REMEDIATED, causes=(cause("", source_ip="198.51.100.7"),))
    tell(me, replace(OLD, additional=True, notes=(bare,)), replace(NEW, notes=(note(causes=()),), causes=()))
    _, first, second, last = lines(me.run("history"))
    assert "  nobody known  " in first
    assert f"  remediated  dev-1 {GROUP}  198.51.100.7  " in second
    assert last == "Open findings now: in 1 group."


def test_what_strangers_wrote_is_only_text(me: Operator) -> None:
    evil = "\x1b[2J[bold]eve[/bold]\u202e\nnobody"
    tell(me, alert(note(evil, headline=evil, causes=(cause(evil),)), group=GROUP, cluster=evil))
    _, line, _ = lines(me.run("history"))
    assert line.isprintable()
    assert line.count("[bold]eve[/bold]") == 3


def test_the_whole_way_from_a_change_to_its_history(tmp_path: Path) -> None:
    """The function told of it, and the ledger has it: the same in the page by either way."""
    with running(mode="observe", receipts=True) as function:
        operator = Operator(function.account)
        operator.deploy(SGWARDEN_TABLE=function.account.table_name)
        open_to(function, "tcp/22 from 0.0.0.0/0")
        assert function.deliver_all(changed()) == []
        with lambda_of(operator):
            exported = operator.run("history", "--output", "json")
            text = lines(operator.run("history", "--since", "520w"))
            page = operator.run("report", "--stack", "sgwarden", "--title", "Ours")
    document = json.loads(exported.stdout)
    (told,) = document["alerts"]
    (standing,) = document["standings"]
    assert (told["group"], standing["group"], standing["state"]) == (GROUP, GROUP, State.OPEN)
    assert f"  critical  opened  {CLUSTER}    alice (IAM user) with the AWS CLI  Inbound open: " in text[1]
    (file := tmp_path / "ledger.json").write_text(exported.stdout)
    assert (page.exit_code, page.stderr) == (0, "")
    assert_harmless(page.stdout)
    shown = parsed(page.stdout)
    assert "Ours 1 cluster is not in order" in shown.text
    assert shown.elements == parsed(operator.run("report", str(file), "--title", "Ours").stdout).elements


def test_a_page_is_made_of_files_and_the_ledger_together(me: Operator, tmp_path: Path) -> None:
    tell(me, OLD)
    file = tmp_path / "more.json"
    file.write_text(json.dumps({"schema": "sgwarden/v1", "alert": NEW.as_json(), "results": []}))
    page = me.run("report", str(file), "--stack", "sgwarden", "--region", REGION)
    assert page.exit_code == 0
    assert "2 of 2 clusters are not in order" in parsed(page.stdout).text


# --- What goes wrong --------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("command", [("history",), ("report", "--stack", "sgwarden")], ids=" ".join)


@BOTH
def test_there_is_no_such_stack(me: Operator, command: tuple[str, ...]) -> None:
    ran = me.run(*command, "--region", "us-west-2")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"there is no stack sgwarden in us-west-2 of account {ACCOUNT}" in ran.stderr


@BOTH
def test_nobody_may_ask_lambda(me: Operator, command: tuple[str, ...]) -> None:
    me.refused["GetFunctionConfiguration"] = "AccessDeniedException"
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("sgwarden: GetFunctionConfiguration failed with AccessDeniedException")
    assert ran.stderr.rstrip().endswith(ADVICE)


@BOTH
@pytest.mark.parametrize("operation", ["Scan", "Query"])
def test_nobody_may_read_the_table(me: Operator, command: tuple[str, ...], operation: str) -> None:
    me.account.fail(operation, "AccessDeniedException")
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"sgwarden: {operation} failed with AccessDeniedException")
    assert ran.stderr.rstrip().endswith(ADVICE)


@BOTH
def test_the_table_is_gone(me: Operator, command: tuple[str, ...]) -> None:
    me.account.client("dynamodb").delete_table(TableName=me.account.table_name)
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    said = f"sgwarden: the ledger of the stack is gone: there is no table {me.account.table_name}\n"
    assert ran.stderr.startswith(said)


@BOTH
def test_an_older_stack_keeps_none(me: Operator, command: tuple[str, ...]) -> None:
    me.deploy()
    ran = me.run(*command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "is of a version that kept no ledger" in ran.stderr


@pytest.mark.parametrize("span", ["7", "d", "0d", "-7d", "7y", "1.5h", "7 d", "123456d", "\u0667d"])
def test_a_span_is_a_number_and_a_unit(me: Operator, span: str) -> None:
    ran = me.run("history", f"--since={span}")
    assert ran.exit_code == 2
    assert "expected a number with m, h, d or w, as 7d" in " ".join(ran.stderr.replace("│", "").split())


@pytest.mark.parametrize(
    "wrong",
    [
        ("history", "--stack", "no_name"),
        ("report", "--stack", "-"),
        ("report", "--region", REGION),
        ("report", "plan.json", "--region", REGION),
        ("report", "plan.json", "--profile", "me"),
    ],
)
def test_wrong_calls(me: Operator, wrong: tuple[str, ...]) -> None:
    assert me.run(*wrong).exit_code == 2


def test_the_furthest_that_can_be_asked_for_is_no_error(me: Operator) -> None:
    assert lines(me.run("history", "--since", "99999w"))
