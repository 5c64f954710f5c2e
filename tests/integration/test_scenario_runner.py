"""`sgwarden replay SCENARIO.yaml`: time, the queue, the functions, and what is said of expectations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator
from sgwarden.cli.main import app
from sgwarden.cli.replay.scenario.playing import play
from sgwarden.cli.replay.scenario.reading import ScenarioError, read_scenario
from typer.testing import CliRunner

from tests.integration.samples import EVENTS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.cli.replay.scenario.story import Played
    from typer.testing import Result

Json = dict[str, Any]
ACCOUNT = """\
account: "111122223333"
region: eu-west-1
clusters:
  - {name: dev-1, group: sg-0c1f4a7be2d95083a}
"""
POLICY = """\
version: 1
policies:
  - name: all
    clusters: {name: ["*"]}
    mode: remediate
    use: [eks-baseline, no-public-ingress]
    ingress: {otherwise: deny}
"""
OPENED = """\
  - {at: "0:00", call: AuthorizeSecurityGroupIngress, on: dev-1, rules: [tcp/22 from 0.0.0.0/0]ARRIVES}
"""
NOTHING = "expect: {writes: 0}\n"
SUBJECT = "[critical] dev-1 put right: Inbound open: tcp/22 (SSH) from 0.0.0.0/0"
OPEN, SHUT = "[all from self, tcp/22 from 0.0.0.0/0]", "[all from self]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def put(folder: Path, steps: str, expect: str = NOTHING, *, before: str = "") -> Path:
    file = folder / "scenario.yaml"
    file.write_text(f"about: a test\n{before}steps:\n{steps}{expect}")
    return file


def opened(arrives: str = "") -> str:
    return OPENED.replace("ARRIVES", f", arrives: {arrives}" if arrives else "")


def played(folder: Path, steps: str, expect: str = NOTHING, *, before: str = "") -> Played:
    return play(read_scenario(put(folder, steps, expect, before=before)))


def unmet(of: Played) -> dict[str, tuple[str, ...]]:
    return {check.what: check.unmet for check in of.unmet}


def at_work(of: Played) -> list[tuple[int, tuple[str, ...]]]:
    return [(moment.at, moment.what) for moment in of.moments if moment.who == "sgwarden"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def is_open(yes: bool, at: str) -> str:
    return f'  - {{at: "{at}", expect: {{clusters: {{dev-1: {{ingress: {OPEN if yes else SHUT}}}}}}}}}\n'


# --- Time and the queue ---------------------------------------------------------------------------------


def test_an_event_arrives_after_five_seconds_and_is_handled_a_second_later(folder: Path) -> None:
    found = played(folder, opened() + is_open(True, "0:06") + is_open(False, "0:07"))
    assert unmet(found) == {"writes: 0": ("expected 0, found 1",)}
    assert at_work(found) == [(6, ("dev-1: remediated", "  revoke tcp/22 from 0.0.0.0/0"))]


def test_an_event_that_never_comes_leads_to_nothing(folder: Path) -> None:
    assert at_work(played(folder, opened("never") + is_open(True, "59:00"))) == []


def test_an_event_that_comes_twice_is_handled_twice(folder: Path) -> None:
    found = played(folder, opened("[5s, 2m]"), "expect: {writes: 1, alerts: ['" + SUBJECT + "']}\n")
    assert [at for at, _ in at_work(found)] == [6, 121]
    assert unmet(found) == {}


def test_events_come_in_the_order_of_their_arrival(folder: Path) -> None:
    steps = opened("3m") + opened("10s").replace("tcp/22", "tcp/23").replace("0:00", "0:01")
    first, *others = at_work(played(folder, steps))
    # Both are seen by the first look, whichever event leads to it.
    assert first[0] == 12
    assert [at for at, _ in others] == [181]


def test_what_the_functions_do_themselves_comes_back_and_changes_nothing(folder: Path) -> None:
    found = played(folder, opened(), "expect: {writes: 1, reads: {at_most: 20}}\n")
    assert unmet(found) == {}
    assert found.checks[0].at == 12  # 6, five seconds to come back, and one


def test_a_message_that_fails_comes_again_and_dies_in_the_end(folder: Path) -> None:
    steps = '  - {at: "0:00", aws: {fails: DescribeCluster, with: AccessDeniedException}}\n' + opened()
    found = played(folder, steps, "expect: {dead_letters: 1, alerts: [], writes: 0}\n")
    assert unmet(found) == {}
    first, last = [moment for moment in found.moments if moment.who == "sgwarden"]
    assert (first.at, first.times, first.until, last.at) == (6, 4, 579, 770)
    assert "AccessDenied" in first.what[0]
    assert first.what[1:] == ("1 message to come again in 190 s",)
    assert last.what[1:] == ("1 message moved to the dead letters",)


def test_dead_letters_of_which_nothing_is_said_are_not_expected(folder: Path) -> None:
    steps = '  - {at: "0:00", aws: {fails: DescribeCluster, with: AccessDeniedException}}\n' + opened()
    assert unmet(played(folder, steps)) == {"dead letters: 0": ("expected 0, found 1",)}


def test_trouble_that_ends_in_time_does_no_harm(folder: Path) -> None:
    steps = '  - {at: "0:00", aws: {fails: DescribeCluster, with: AccessDeniedException}}\n' + opened()
    steps += '  - {at: "3:00", aws: {recovers: DescribeCluster}}\n' + is_open(True, "3:17")
    found = played(folder, steps, "expect: {writes: 1, dead_letters: 0}\n")
    assert unmet(found) == {}


def test_trouble_is_for_the_functions_alone_and_lasts_as_long_as_it_says(folder: Path) -> None:
    trouble = "{fails: AuthorizeSecurityGroupIngress, with: UnauthorizedOperation, times: 1}"
    found = played(folder, f'  - {{at: "0:00", aws: {trouble}}}\n' + opened(), "expect: {writes: 1}\n")
    assert unmet(found) == {}


def test_an_update_is_followed_until_eks_is_done(folder: Path) -> None:
    steps = '  - {at: "0:00", call: UpdateClusterVersion, on: dev-1, with: {version: "1.35"}}\n'
    steps += '  - {at: "4:30", eks: {finishes: dev-1}}\n'
    found = played(folder, steps)
    last = max(moment.until or moment.at for moment in found.moments if moment.who == "sgwarden")
    assert 270 < last <= 340


def test_an_update_that_never_ends_is_given_up(folder: Path) -> None:
    steps = '  - {at: "0:00", call: UpdateClusterVersion, on: dev-1, with: {version: "1.35"}}\n'
    assert unmet(played(folder, steps)) == {}


def test_a_sweep_finds_what_no_event_told_of(folder: Path) -> None:
    steps = opened("never") + '  - {at: "9:00", sweep: {remind: false}}\n'
    found = played(folder, steps, f"expect: {{alerts: ['{SUBJECT}'], sweep: {{reads: {{at_most: 9}}}}}}\n")
    assert unmet(found) == {}


def test_a_sweep_that_breaks_off_is_called_again_a_minute_later(folder: Path) -> None:
    steps = '  - {at: "0:00", aws: {fails: DescribeSecurityGroups, with: AuthFailure, times: 1}}\n'
    steps += opened("never") + '  - {at: "9:00", sweep: {remind: false}}\n'
    found = played(folder, steps, "expect: {writes: 1}\n")
    assert [moment.at for moment in found.moments if moment.who == "sweep"] == [540, 600]
    assert unmet(found) == {}


# --- Calls and events -----------------------------------------------------------------------------------


def test_a_recorded_event_happens_now(folder: Path) -> None:
    sample = EVENTS / "ssh-opened-to-the-world.json"
    found = played(folder, f'  - {{at: "1:00", event: {sample}}}\n', "expect: {writes: 1}\n")
    assert unmet(found) == {}
    (finding,) = found.results[0]["findings"]
    assert finding["cause"]["time"] == "2026-11-03T12:01:00Z"
    assert finding["cause"]["actor"] == "alice (IAM user) in the console"


def test_a_call_names_who_made_it(folder: Path) -> None:
    expect = "expect: {findings: [{kind: ForbiddenTraffic, actor: bob (IAM user) with the AWS CLI}]}\n"
    found = played(folder, opened("9s, by: bob"), expect)
    assert unmet(found) == {}


def test_a_call_that_fails_changes_nothing(folder: Path) -> None:
    found = played(folder, opened("5s, fails: UnauthorizedOperation") + is_open(False, "0:01"))
    assert unmet(found) == {}
    assert at_work(found)[0][1] == (
        "nothing to look at: AuthorizeSecurityGroupIngress failed with Client.UnauthorizedOperation, so it "
        "changed nothing",
    )


def test_a_call_that_no_rule_lets_through_is_no_message(folder: Path) -> None:
    with_ = "{GroupIds: [group of dev-1]}"
    assert at_work(played(folder, f'  - {{at: "0:00", call: DescribeSecurityGroups, with: {with_}}}\n')) == []


def test_account_and_policy_can_stand_in_the_scenario_itself(tmp_path: Path) -> None:
    parts = (("account", ACCOUNT), ("policy", POLICY))
    before = "".join(
        f"{name}:\n" + "".join(f"  {line}\n" for line in text.splitlines()) for name, text in parts
    )
    assert unmet(played(tmp_path, opened(), f"expect: {{alerts: ['{SUBJECT}']}}\n", before=before)) == {}


def test_the_nearest_account_and_policy_are_taken(folder: Path) -> None:
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    assert unmet(played(below, opened(), "expect: {writes: 1}\n")) == {}
    (folder / "a" / "policy.yaml").write_text(POLICY.replace("remediate", "observe"))
    assert unmet(played(below, opened(), "expect: {writes: 0}\n")) == {}


def test_the_mode_is_that_of_the_stack(folder: Path) -> None:
    found = played(folder, opened(), "expect: {writes: 0}\n", before="mode: observe\n")
    assert unmet(found) == {}
    assert found.results[0]["status"] == "drifted"


def test_words_stand_for_ids(folder: Path) -> None:
    with_ = "{Resources: [group of dev-1], Tags: [{Key: team, Value: a}]}"
    steps = f'  - {{at: "0:00", call: CreateTags, with: {with_}}}\n'
    expect = "expect: {groups: {sg-0c1f4a7be2d95083a: {tags: {team: a, none: null}}}}\n"
    assert unmet(played(folder, steps, expect)) == {}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("call: RevokeSecurityGroupIngress, on: dev-1, rules: [tcp/1 from 10.0.0.0/8]", "say fails: Invalid"),
        ("call: DeleteTags, on: dev-2", "there is no cluster dev-2"),
        ("call: DescribeVpcs, on: dev-1", 'is about no group: say all under "with"'),
        ("call: DeleteTags, with: {Resource: [x]}", "cannot be called so: "),
        ("eks: {finishes: dev-1}", "nothing is in progress at cluster dev-1"),
        ("eks: {makes_group: dev-1}", "cluster dev-1 has its security group"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_place(folder: Path, step: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        played(folder, f'  - {{at: "0:00", {step}}}\n')
    first, *shown = str(error.value).splitlines()
    assert first.startswith(f"{folder}/scenario.yaml:3:5: ")
    assert said in first
    assert shown


# --- Expectations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        (f"clusters: {{dev-1: {{ingress: {OPEN}}}}}", "- ingress tcp/22 from 0.0.0.0/0"),
        ("clusters: {dev-1: {ingress: []}}", "+ ingress all from self"),
        ("clusters: {dev-1: {exists: false}}", "expected that it is gone, which is not so"),
        ("clusters: {dev-1: {tags: {Name: x}}}", "tag Name: expected"),
        ("clusters: {dev-1: {tags: {'kubernetes.io/cluster/dev-1': null}}}", "expected absent, found"),
        ("clusters: {dev-1: {ingress: [{rule: all from self, description: x}]}}", 'is described as "Allows'),
        ("alerts: []", f"+ {SUBJECT}"),
        (f"alerts: ['{SUBJECT}', other]", "- other"),
        ("findings: []", "+ kind: ForbiddenTraffic, cluster: dev-1"),
        ("findings: [{kind: ForbiddenTraffic, cluster: other}]", "- kind: ForbiddenTraffic, cluster: other"),
        ("writes: 2", "expected 2, found 1"),
        ("reads: {at_most: 1}", "expected at most 1, found"),
        ("sweep: {reads: 1}", "expected 1, found 0"),
        ("sweep: {sends: 1}", "expected 1, found 0"),
        ("dead_letters: 1", "expected 1, found 0"),
    ],
)
def test_what_is_not_as_expected_is_shown_and_fails(folder: Path, expect: str, found: str) -> None:
    ran = run(put(folder, opened(), f"expect: {{{expect}}}\n"))
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert "unmet " in ran.stdout
    assert found in ran.stdout


def test_what_is_as_expected_is_shown_and_is_in_order(folder: Path) -> None:
    expect = f"expect: {{clusters: {{dev-1: {{ingress: {SHUT}}}}}, alerts: ['{SUBJECT}']}}\n"
    ran = run(put(folder, opened(), expect))
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{folder}/scenario.yaml",
        "  about     a test",
        "",
        "  0:00      alice     AuthorizeSecurityGroupIngress dev-1: tcp/22 from 0.0.0.0/0",
        "  0:06      sgwarden  dev-1: remediated",
        "                        revoke tcp/22 from 0.0.0.0/0",
        f"                      alert  {SUBJECT}",
        "",
        "  0:12      met dev-1",
        "  0:12      met alerts",
        "",
    ]


def test_alerts_in_another_order_are_not_as_expected(folder: Path) -> None:
    second = opened().replace("tcp/22", "tcp/3389").replace("0:00", "1:00")
    rdp = SUBJECT.replace("tcp/22 (SSH)", "tcp/3389 (RDP)")
    found = played(folder, opened() + second, f"expect: {{alerts: ['{rdp}', '{SUBJECT}']}}\n")
    assert unmet(found) == {"alerts": (f"these came in another order: {SUBJECT}; {rdp}",)}


# --- Output ---------------------------------------------------------------------------------------------


def test_for_programs_it_is_part_of_the_contract(folder: Path) -> None:
    ran = run(put(folder, opened(), f"expect: {{alerts: ['{SUBJECT}'], writes: 2}}\n"), "--output", "json")
    assert ran.exit_code == 1
    document = json.loads(ran.stdout)
    schema = json.loads((ROOT / "docs" / "results.schema.json").read_text())
    assert list(Draft7Validator(schema).iter_errors(document)) == []
    (scenario,), (result,) = document["scenarios"], document["results"]
    assert result["event"] == f"{folder}/scenario.yaml at 0:06"
    assert result["alert"]["subject"] == SUBJECT
    assert scenario["met"] is False
    assert [each["met"] for each in scenario["expectations"]] == [True, False]
    assert scenario["timeline"][-1] == {
        "at": "0:06",
        "who": "sgwarden",
        "what": ["dev-1: remediated", "  revoke tcp/22 from 0.0.0.0/0"],
        "alerts": [SUBJECT],
    }


def test_a_folder_gives_a_line_for_each_and_shows_what_went_wrong(folder: Path) -> None:
    (folder / "a.json").write_bytes((EVENTS / "ssh-opened-to-the-world.json").read_bytes())
    put(folder, opened("never")).rename(folder / "fine.yml")
    ran = run(folder, "--policy", folder / "policy.yaml")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-5:] == [
        "remediated  critical  dev-1  a",
        "",
        "as expected  fine  a test",
        "",
        "1 remediated, 1 as expected",
    ]
    put(folder, opened())
    ran = run(folder, "--policy", folder / "policy.yaml")
    assert ran.exit_code == 1
    assert "            expected 0, found 1" in ran.stdout
    assert ran.stdout.splitlines()[-4:] == [
        "as expected  fine      a test",
        "1 unmet      scenario  a test",
        "",
        "1 remediated, 1 as expected, 1 unmet",
    ]


def test_nothing_hostile_comes_through(folder: Path) -> None:
    file = put(folder, opened("never"))
    file.write_text(file.read_text().replace("a test", '"[red]x[/red]\\e[2J\\u202e"'))
    ran = run(file)
    assert ran.exit_code == 0
    assert "[red]x[/red]" in ran.stdout
    assert not set(ran.stdout) & {"\x1b", "\u202e"}


# --- Files that do not hold -----------------------------------------------------------------------------

STEP = '  - {at: "0:00", sweep: {remind: false}}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("about: a\nsteps:\n" + STEP, "1:1: the scenario expects nothing"),
        ("about: a\nsteps: []\nexpect: {}\n", "3:9: nothing is expected here"),
        ("steps: []\nexpect: {writes: 0}\n", '1:1: a scenario has no "about"'),
        ("about: a\nstep: []\nexpect: {writes: 0}\n", 'did you mean "steps"'),
        (
            "about: a\nmode: watch\nsteps: []\nexpect: {writes: 0}\n",
            '2:7: "mode" must be observe or remediate',
        ),
        ('about: a\nsteps:\n  - {at: "1:75", sweep: {remind: false}}\n', '3:10: "1:75" is no time'),
        ("about: a\nsteps:\n  - {at: 5, sweep: {remind: false}}\n", '3:10: "5" is no time'),
        (
            f'about: a\nsteps:\n  - {{at: "0:09", sweep: {{remind: true}}}}\n{STEP}',
            "before the one above it at 0:09",
        ),
        (
            'about: a\nsteps:\n  - {at: "0:00"}\n',
            "3:5: a step has one of event, call, eks, sweep, aws or expect",
        ),
        (
            'about: a\nsteps:\n  - {at: "0:00", sweep: {remind: true}, eks: {finishes: a}}\n',
            "in one; put each in",
        ),
        (
            'about: a\nsteps:\n  - {at: "0:00", sweep: {remind: true}, by: bob}\n',
            '"by" has no meaning in a step',
        ),
        ('about: a\nsteps:\n  - {at: "0:00", call: DeletTags}\n', 'did you mean "DeleteTags"'),
        ('about: a\nsteps:\n  - {at: "0:00", call: DeleteTags, by: alise}\n', 'did you mean "alice"'),
        ('about: a\nsteps:\n  - {at: "0:00", call: DeleteTags, arrives: soon}\n', '"soon" is no duration'),
        ('about: a\nsteps:\n  - {at: "0:00", call: DeleteTags, arrives: []}\n', '"arrives" is an empty list'),
        ('about: a\nsteps:\n  - {at: "0:00", call: DeleteTags, with: [a]}\n', '"with" must be a mapping'),
        (
            'about: a\nsteps:\n  - {at: "0:00", call: DeleteTags, rules: [all from self]}\n',
            "DeleteTags takes no rules",
        ),
        ('about: a\nsteps:\n  - {at: "0:00", event: none.json}\n', "none.json cannot be read"),
        ('about: a\nsteps:\n  - {at: "0:00", eks: {finish: a}}\n', 'did you mean "finishes"'),
        ('about: a\nsteps:\n  - {at: "0:00", eks: {}}\n', "EKS does one thing in a step"),
        ('about: a\nsteps:\n  - {at: "0:00", aws: {fails: Publish}}\n', 'AWS either "recovers", or "fails"'),
        ('about: a\nsteps:\n  - {at: "0:00", aws: {fails: Publsh, with: A}}\n', 'did you mean "Publish"'),
        ("about: a\nsteps: []\nexpect: {alert: []}\n", 'did you mean "alerts"'),
        ("about: a\nsteps: []\nexpect: {writes: -1}\n", '"writes" must be a number'),
        ("about: a\nsteps: []\nexpect: {findings: [{cluster: a}]}\n", 'a finding has no "kind"'),
        (
            "about: a\nsteps: []\nexpect: {clusters: {dev-1: {ingress: [all to self]}}}\n",
            'a rule of ingress says "from"',
        ),
        ("about: a\nsteps: []\nexpect: {clusters: {dev-1: {ingress: [tcp 22]}}}\n", "SERVICE to PEER"),
        (
            "about: a\nsteps: []\nexpect: {clusters: {dev-1: {exists: false, tags: {a: b}}}}\n",
            "neither rules nor tags",
        ),
        ("about: a\naccount: none.yaml\nsteps: []\nexpect: {writes: 0}\n", "2:10: "),
        ("about: a\npolicy: none.yaml\nsteps: []\nexpect: {writes: 0}\n", "2:9: "),
        (
            "about: a\naccount: {account: '1', region: eu-west-1}\nsteps: []\nexpect: {writes: 0}\n",
            "no account: expected 12",
        ),
        ("about: a\npolicy: {version: 2, policies: []}\nsteps: []\nexpect: {writes: 0}\n", "2:19: "),
    ],
)
def test_a_file_that_does_not_hold_is_shown_with_the_place(folder: Path, text: str, said: str) -> None:
    file = folder / "broken.yaml"
    file.write_text(text)
    ran = run(file)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"sgwarden: the scenario does not hold\n{file}:")
    assert said in ran.stderr


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    ran = run(folder / "none.yaml")
    assert ran.exit_code == 1
    assert "none.yaml cannot be read: No such file or directory" in ran.stderr


def test_all_that_is_wrong_is_said_at_once(folder: Path) -> None:
    file = folder / "broken.yaml"
    file.write_text("about: a\nsteps:\n  - {at: 1, call: A}\n  - {at: 2, call: B}\nexpect: {c: d}\n")
    with pytest.raises(ScenarioError) as error:
        read_scenario(file)
    places = [line for line in str(error.value).splitlines() if line.startswith(str(file))]
    assert [place.removeprefix(str(file)).split(": ")[0] for place in places] == [
        ":3:10",
        ":3:19",
        ":4:10",
        ":4:19",
        ":5:10",
    ]
