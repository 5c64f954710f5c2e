"""What a scenario expects can fail, and a scenario that is not as it should be never passes in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from sgwarden.cli.replay.scenario.operations import OURS
from typer.testing import CliRunner

from tests.integration.samples import EVENTS
from tests.integration.test_scenario_runner import ACCOUNT, POLICY, SUBJECT, opened, put, run
from tests.template.application import EVERYTHING, deployed, statements

if TYPE_CHECKING:
    from pathlib import Path

VPC = "vpc-0b8d2f4a6c1e3957d"
OTHERS = "sg-0d2e4f6a8b0c1e3f5"
SWEPT = '  - {at: "0:00", sweep: {remind: false}}\n'
DENIED = '  - {at: "0:00", aws: {fails: DescribeSecurityGroups, with: UnauthorizedOperation}}\n' + opened()


def now(expect: str, at: str) -> str:
    return f'  - {{at: "{at}", expect: {{{expect}}}}}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


# --- Dead letters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expect", "status"),
    [
        (now("dead_letters: 0", "0:00") + DENIED, "writes: 0", 1),
        (DENIED + now("dead_letters: {at_most: 3}", "1:00:00"), "writes: 0", 1),
        (DENIED + now("dead_letters: 1", "1:00:00"), "writes: 0", 0),
        (
            DENIED
            + now("dead_letters: 1", "1:00:00")
            + opened().replace("0:00", "1:01:00").replace("/22", "/23"),
            "writes: 0",
            1,
        ),
        (DENIED, "dead_letters: 1", 0),
        (DENIED, "dead_letters: {at_most: 3}", 0),
        (now("dead_letters: 0", "0:00") + SWEPT, "writes: 0", 0),
    ],
)
def test_only_the_end_or_dead_letters_that_were_expected_are_spoken_of(
    folder: Path, steps: str, expect: str, status: int
) -> None:
    ran = run(put(folder, steps, f"expect: {{{expect}}}\n"))
    assert ran.exit_code == status, ran.output
    assert ("unmet dead letters: " in ran.stdout) is bool(status)


# --- What cannot fail -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expect", "place", "said"),
    [
        ("clusters: {dev-9: {exists: false}}", "4:21", 'has a cluster dev-9; did you mean "dev-1"?'),
        ("clusters: {dev-9: {tags: {a: b}}}", "4:21", "neither the account nor any step has a cluster dev-9"),
        ("groups: {sg-1: {exists: false}}", "4:19", "neither the account nor any step has a group sg-1"),
        ("clusters: {dev-1: {}}", "4:28", "nothing is expected here; say exists, ingress, egress or tags"),
        ("clusters: {dev-1: {tags: {}}}", "4:35", "nothing is expected here; say a tag"),
        ("clusters: {}", "4:20", "nothing is expected here; say the name of a cluster"),
        ("sweep: {}", "4:17", "nothing is expected here; say reads or sends"),
    ],
)
def test_what_is_always_so_is_no_expectation(folder: Path, expect: str, place: str, said: str) -> None:
    file = put(folder, SWEPT, f"expect: {{{expect}}}\n")
    ran = run(file)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"{file}:{place}: " in ran.stderr
    assert said in ran.stderr


def test_an_expectation_of_a_step_is_held_to_the_same(folder: Path) -> None:
    ran = run(put(folder, SWEPT + now("clusters: {dev-9: {exists: false}}", "0:01")))
    assert ran.exit_code == 1
    assert "scenario.yaml:4:38: neither the account nor any step has a cluster dev-9" in ran.stderr


def test_what_comes_later_and_what_is_gone_by_then_can_be_expected(folder: Path) -> None:
    (folder / "account.yaml").write_text(f"{ACCOUNT}vpcs: [{{id: {VPC}, cidrs: [10.0.0.0/16]}}]\n")
    role, subnets = "arn:aws:iam::111122223333:role/dev", f"{{subnetIds: subnets of {VPC}}}"
    steps = (
        now("clusters: {dev-2: {exists: false}}", "0:00") + '  - {at: "1:00", call: CreateCluster, on: dev-2,'
        f' with: {{roleArn: "{role}", resourcesVpcConfig: {subnets}}}}}\n'
        '  - {at: "2:00", call: DeleteCluster, on: dev-1}\n'
        '  - {at: "9:00", eks: {finishes: dev-1}}\n'
    )
    ran = run(put(folder, steps, "expect: {clusters: {dev-1: {exists: false}}}\n"))
    assert (ran.exit_code, ran.stderr) == (0, "")
    ran = run(put(folder, steps, "expect: {clusters: {dev-1: {exists: true}}}\n"))
    assert ran.exit_code == 1
    assert "expected that it exists, which is not so" in ran.stdout


def test_a_scenario_in_which_nothing_happens_is_none(folder: Path) -> None:
    file = folder / "scenario.yaml"
    file.write_text("about: a test\nsteps: []\nexpect: {writes: 0}\n")
    ran = run(file)
    assert ran.exit_code == 1
    assert f'{file}:2:8: nothing happens here; say under "steps" what does' in ran.stderr


@pytest.mark.parametrize("word", ["fails: TerminateInstances, with: X", "recovers: TerminateInstances"])
def test_what_the_functions_never_call_cannot_fail(folder: Path, word: str) -> None:
    ran = run(put(folder, f'  - {{at: "0:00", aws: {{{word}}}}}\n'))
    assert ran.exit_code == 1
    assert 'the functions never call "TerminateInstances", only AuthorizeSecurityGroup' in ran.stderr


def test_the_functions_call_what_their_roles_allow_and_nothing_else() -> None:
    """Each permission of the roles is needed, as tests/template has it."""
    granted = {
        action
        for role in ("ReconcileRole", "SweepRole")
        for statement in statements(deployed(EVERYTHING), role)
        if statement["Effect"] == "Allow"
        for action in [statement["Action"], *statement["Action"]]
        if isinstance(action, str) and action.split(":")[0] in ("ec2", "eks", "sns", "sqs")
    }
    by_the_poller = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
    # One permission is for both: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    called = {each.replace("SendMessageBatch", "SendMessage") for each in OURS}
    assert called == {action.split(":")[1] for action in granted - by_the_poller}


# --- Rules of the other direction -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "rule", "said"),
    [
        ("AuthorizeSecurityGroupIngress", "tcp/22 to 0.0.0.0/0", 'ingress says "from"; write "from"'),
        ("RevokeSecurityGroupIngress", "tcp/22 to 0.0.0.0/0", 'ingress says "from"; write "from"'),
        ("AuthorizeSecurityGroupEgress", "tcp/22 from 0.0.0.0/0", 'egress says "to"; write "to"'),
        ("UpdateSecurityGroupRuleDescriptionsEgress", "all from self", 'egress says "to"; write "to"'),
        ("AuthorizeClientVpnIngress", "tcp/22 from 0.0.0.0/0", "AuthorizeClientVpnIngress takes no rules"),
    ],
)
def test_a_rule_is_of_the_direction_of_the_call(folder: Path, operation: str, rule: str, said: str) -> None:
    file = put(folder, f'  - {{at: "0:00", call: {operation}, on: dev-1, rules: [{rule}]}}\n')
    ran = run(file)
    assert ran.exit_code == 1
    assert f"{file}:3:" in ran.stderr
    assert said in ran.stderr


# --- What is asked for beside it ------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["csv", "sarif", "html"])
def test_what_is_unmet_is_told_on_stderr_where_the_format_has_no_place_for_it(
    folder: Path, output: str
) -> None:
    file = put(folder, opened(), f"expect: {{alerts: ['{SUBJECT}'], writes: 2}}\n")
    ran = run(file, "--output", output)
    assert ran.exit_code == 1
    assert ran.stderr.splitlines() == [
        f"sgwarden: {file} at 0:12: unmet writes: 2",
        "  expected 2, found 1",
    ]


def test_for_programs_it_is_in_the_document_alone(folder: Path) -> None:
    ran = run(put(folder, opened(), "expect: {writes: 2}\n"), "--output", "json")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert json.loads(ran.stdout)["scenarios"][0]["met"] is False


def test_hostile_words_of_what_is_unmet_do_not_come_through(folder: Path) -> None:
    file = put(folder, opened(), 'expect: {alerts: ["\\e[2J\\u202e"]}\n')
    ran = run(file, "--output", "csv")
    assert ran.exit_code == 1
    assert not set(ran.stderr) & {"\x1b", "\u202e"}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--mode", "observe"), "--mode"),
        (("--policy", "policy.yaml"), "--policy"),
        (("--account", "account.yaml"), "--account"),
        (("--cluster", "x"), "--cluster"),
        (("--policy", "policy.yaml", "--mode", "observe"), "--policy and --mode"),
    ],
)
def test_a_scenario_keeps_what_it_says_itself_and_that_is_told(
    folder: Path, options: tuple[str, ...], named: str
) -> None:
    given = [str(folder / each) if each.endswith(".yaml") else each for each in options]
    ran = run(put(folder, opened(), "expect: {writes: 1}\n"), *given)
    assert ran.exit_code == 0
    said = f"note: only recorded events go by {named}; a scenario keeps what it says itself"
    assert ran.stderr == f"sgwarden: {said}\n"


@pytest.mark.parametrize(
    ("option", "noted"), [(("--policy", "policy.yaml"), False), (("--mode", "observe"), True)]
)
def test_beside_recorded_events_only_the_mode_is_worth_a_note(
    folder: Path, option: tuple[str, str], noted: bool
) -> None:
    given = [str(folder / each) if each.endswith(".yaml") else each for each in option]
    file = put(folder, opened(), "expect: {writes: 1}\n")
    ran = run(EVENTS / "call-that-failed.json", str(file), *given)
    assert bool(ran.stderr) == noted


def test_of_recorded_events_alone_there_is_nothing_to_note() -> None:
    ran = run(EVENTS / "ssh-opened-to-the-world.json", "--mode", "observe")
    assert ran.stderr == ""


def test_a_scenario_on_standard_input_is_named_as_a_file_to_be(folder: Path) -> None:
    ran = CliRunner().invoke(app, ["replay", "-"], input=put(folder, opened()).read_text())
    assert ran.exit_code == 1
    assert ran.stderr == (
        "sgwarden: standard input cannot be read: it is a scenario: these are files that end in .yaml or"
        " .yml, name one\n"
    )


# --- Additional groups ----------------------------------------------------------------------------------

SCOPED = POLICY.replace(
    "  - name: all\n",
    "  - {name: others, clusters: {name: '*'}, scope: additional-groups, mode: remediate,"
    " use: no-public-ingress}\n  - name: all\n",
)


@pytest.mark.parametrize(
    ("before", "writes"),
    [("", 0), ("additional_groups: no\n", 0), ("additional_groups: yes\n", 1)],
)
def test_additional_groups_are_written_to_where_the_stack_lets_it(
    folder: Path, before: str, writes: int
) -> None:
    (folder / "account.yaml").write_text(
        ACCOUNT + f'groups: [{{id: {OTHERS}, name: nodes, tags: {{"sgwarden:cluster": dev-1}}}}]\n'
    )
    (folder / "policy.yaml").write_text(SCOPED)
    file = put(folder, opened().replace("dev-1", OTHERS), f"expect: {{writes: {writes}}}\n", before=before)
    ran = run(file)
    assert ran.exit_code == 0, ran.output
    assert ("would revoke tcp/22" in ran.stdout) is (writes == 0)


def test_additional_groups_are_yes_or_no(folder: Path) -> None:
    ran = run(put(folder, opened(), before="additional_groups: true\n"))
    assert ran.exit_code == 1
    assert 'scenario.yaml:2:20: "additional_groups" must be yes or no, not true' in ran.stderr


# --- Findings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("transition: remediated", 0),
        ("transition: opened", 1),
        ("times: 1", 0),
        ("times: 2", 1),
        ("actors: alice (IAM user) in the console", 0),
        ("actors: null", 1),
    ],
)
def test_what_became_of_a_finding_and_who_had_a_part_in_it_can_be_expected(
    folder: Path, word: str, status: int
) -> None:
    expect = f"expect: {{findings: [{{kind: ForbiddenTraffic, {word}}}]}}\n"
    ran = run(put(folder, opened(), expect))
    assert ran.exit_code == status, ran.output
