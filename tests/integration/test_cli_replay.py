"""`sgwarden replay`, as a person or a pipeline runs it."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli import project
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.samples import EVENTS, POLICY, ROOT, Json
from tests.integration.terminal import piped, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SSH = EVENTS / "ssh-opened-to-the-world.json"
SELF = EVENTS / "inbound-self-rule-revoked.json"
NO_CLUSTER = EVENTS / "change-on-a-group-of-no-cluster.json"
FAILED = EVENTS / "call-that-failed.json"
UPDATE = EVENTS / "eks-update-puts-default-rule-back.json"
PREFIX_LIST = EVENTS / "prefix-list-grows-to-the-whole-internet.json"
OBSERVING = """\
version: 1
policies:
  - {name: watched, clusters: {name: ["*"]}, mode: observe, use: [no-public-ingress]}
"""
RULE = "- ingress tcp/22 from 0.0.0.0/0 (sgr-0a116aced981855bc)"


def run(*arguments: object, data: bytes | None = None) -> Result:
    """What becomes of it by the policy of the samples, if no other is given."""
    return CliRunner().invoke(app, ["replay", "--policy", str(POLICY), *map(str, arguments)], input=data)


def document(*arguments: object, status: int = 0, data: bytes | None = None) -> Json:
    ran = run(*arguments, "--output", "json", data=data)
    assert ran.exit_code == status, ran.output
    found: Json = json.loads(ran.stdout)
    return found


def record(of: Path) -> Json:
    found: Json = json.loads(of.read_text())["detail"]
    return found


def block(text: str, label: str) -> list[str]:
    """The rows beside a label, of text as a pipe gets it."""
    found = re.search(rf"^  {label:10}(.*\n(?: {{12}}.*\n|\n(?= {{12}}))*)", text, re.MULTILINE)
    assert found, (label, text)
    return [row.strip() for row in found[1].splitlines()]


def test_an_event_is_shown_from_the_call_to_the_mail() -> None:
    ran = run(SSH)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0] == str(SSH)
    labels = re.findall(r"^  (\w+) ", ran.stdout, re.MULTILINE)
    assert labels == ["event", "change", "cluster", "before", "finding", "plan", "after", "status", "alert"]
    assert block(ran.stdout, "event") == [
        "AuthorizeSecurityGroupIngress by alice (IAM user) in the console from 203.0.113.24, "
        "2026-11-03 14:21:37 UTC"
    ]
    assert block(ran.stdout, "before") == [
        "ingress  all from self, tcp/22 from 0.0.0.0/0, tcp/443 from 10.20.0.0/16",
        "egress   all to self, all to 0.0.0.0/0",
    ]
    assert block(ran.stdout, "plan")[0].startswith(RULE)
    assert block(ran.stdout, "after") == ["ingress  all from self, tcp/443 from 10.20.0.0/16"]
    assert block(ran.stdout, "status") == ["remediated"]
    alert = block(ran.stdout, "alert")
    assert alert[0].startswith("[critical] prod-1 put right: Inbound open: tcp/22")
    assert any(line.startswith("Who      alice (IAM user) in the console") for line in alert)
    done = alert.index("Done     The group is as the policy wants it again:")
    assert alert[done + 1] == RULE
    assert "Now      Nothing: the group is as the policy wants it." in alert[done + 2 :]


def test_of_several_events_the_subject_is_shown_and_a_table_closes() -> None:
    ran = run(SSH, NO_CLUSTER, FAILED, UPDATE)
    assert ran.exit_code == 0
    assert "Where " not in ran.stdout
    assert ran.stdout.splitlines()[-6:] == [
        "remediated  critical  prod-1        ssh-opened-to-the-world",
        "ignored     -         -             change-on-a-group-of-no-cluster",
        "ignored     -         -             call-that-failed",
        "remediated  high      restricted-1  eks-update-puts-default-rule-back",
        "",
        "2 remediated, 2 ignored",
    ]


def test_a_folder_is_replayed_in_the_order_of_names(tmp_path: Path) -> None:
    for name, sample in (("b.json", SELF), ("a/z.json", SSH)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(sample.read_bytes())
    found = document(tmp_path)
    assert [each["event"] for each in found["results"]] == [f"{tmp_path}/a/z.json", f"{tmp_path}/b.json"]


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_standard_input_can_be_an_event_or_a_log_file(compressed: bool) -> None:
    data = json.dumps({"Records": [record(SSH), record(SELF)]}).encode()
    found = document("-", data=gzip.compress(data) if compressed else data)
    assert [each["event"] for each in found["results"]] == ["standard input#1", "standard input#2"]
    assert [each["status"] for each in found["results"]] == ["remediated", "remediated"]
    assert document("-", data=SSH.read_bytes())["results"][0]["event"] == "standard input"


def test_a_bare_record_is_worth_as_much_as_its_event(tmp_path: Path) -> None:
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(record(SSH)))
    (of_record,), (of_event,) = document(bare)["results"], document(SSH)["results"]
    assert {**of_record, "event": ""} == {**of_event, "event": ""}


def test_calls_that_the_rules_do_not_let_through_are_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    other = {**record(SSH), "eventName": "DescribeInstances"}
    log.write_text(json.dumps({"Records": [other, record(SSH)]}))
    found = document(log)
    assert [each["event"] for each in found["results"]] == [f"{log}#2"]
    assert found["ignored"] == [
        {"event": f"{log}#1", "reason": "DescribeInstances is not a call that matters here"}
    ]


def test_what_cannot_be_read_goes_to_stderr_and_the_rest_is_shown(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "none.json").write_text("{}")
    ran = run(tmp_path / "gone.json", tmp_path, SSH, "--output", "json")
    assert ran.exit_code == 1
    assert [each["event"] for each in json.loads(ran.stdout)["results"]] == [str(SSH)]
    assert ran.stderr.splitlines() == [
        f"sgwarden: {tmp_path}/gone.json cannot be read: No such file or directory",
        f"sgwarden: {tmp_path}/broken.json cannot be read: not JSON at line 1, column 2: "
        "Expecting property name enclosed in double quotes",
        f"sgwarden: {tmp_path}/none.json has no CloudTrail record: expected an event, a record or a log file",
    ]


def test_a_folder_without_events_is_an_error(tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert (ran.exit_code, ran.stdout) == (1, "\n" if ran.stdout else "")
    assert "holds no file that ends in .json or .json.gz" in ran.stderr


@pytest.mark.parametrize(
    "arguments", [(), (SSH, "--mode", "destroy"), (SSH, "--output", "yaml"), (SSH, "--polcy", "p.yaml")]
)
def test_a_wrong_call_is_exit_status_2(arguments: tuple[object, ...]) -> None:
    ran = run(*arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: sgwarden replay")


def test_observing_leaves_everything_and_says_what_it_would_do() -> None:
    found = document(SSH, "--mode", "observe", status=3)
    (result,) = found["results"]
    assert (result["mode"], result["status"]) == ("observe", "drifted")
    assert result["after"] == result["before"]
    assert [change["rule"] for change in result["changes"]] == ["tcp/22 from 0.0.0.0/0"]
    assert block(run(SSH, "--mode", "observe").stdout, "after") == ["as before"]


def test_a_policy_that_observes_is_kept_unless_it_is_overruled(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(OBSERVING)
    watched = document(SSH, "--policy", policy, status=3)["results"][0]
    assert (watched["policy"], watched["mode"], watched["status"]) == ("watched", "observe", "drifted")
    forced = document(SSH, "--policy", policy, "--mode", "remediate")["results"][0]
    assert (forced["policy"], forced["mode"], forced["status"]) == ("watched", "remediate", "remediated")


def test_a_policy_that_does_not_hold_is_shown_with_its_place(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\npolicees: []\n")
    ran = run(SSH, "--policy", policy)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"{policy}:2:1: " in ran.stderr
    assert 'did you mean "policies"' in ran.stderr


@pytest.mark.parametrize("option", ["--policy", "--account"])
def test_a_file_that_is_not_there_is_named(option: str, tmp_path: Path) -> None:
    ran = run(SSH, option, tmp_path / "none.yaml")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"sgwarden: {tmp_path}/none.yaml cannot be read: No such file or directory\n"


ACCOUNT = """\
account: "111122223333"
region: eu-west-1
clusters:
  - {name: other, group: sg-0c1f4a7be2d95083a}
"""


def test_the_account_beside_an_event_is_taken_else_that_of_the_samples(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(SSH.read_bytes())
    assert document(tmp_path / "a.json")["results"][0]["cluster"]["name"] == "prod-1"
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    assert document(tmp_path / "a.json")["results"][0]["cluster"]["name"] == "other"
    assert document(SSH, "--account", tmp_path / "account.yaml")["results"][0]["cluster"]["name"] == "other"


def test_an_account_that_does_not_hold_is_shown_with_its_place(tmp_path: Path) -> None:
    account = tmp_path / "account.yaml"
    account.write_text('account: "1"\nregion: eu-west-1\n')
    ran = run(SSH, "--account", account)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"{account}:1:1: " in ran.stderr


def test_a_group_that_the_account_lacks_gets_a_cluster_of_the_name_given(tmp_path: Path) -> None:
    event = json.loads(SSH.read_text())
    event["detail"]["requestParameters"]["groupId"] = "sg-00000000000000001"
    stranger = tmp_path / "stranger.json"
    stranger.write_text(json.dumps(event))
    assert document(stranger)["results"][0]["cluster"]["name"] == "replayed"
    ran = run(stranger, "--cluster", "prod-9")
    assert block(ran.stdout, "presumed") == [
        "sg-00000000000000001 is the cluster security group of a cluster prod-9"
    ]
    assert block(ran.stdout, "cluster")[0].startswith("prod-9, sg-00000000000000001, eu-west-1, ")


def test_an_event_of_another_account_and_region_is_replayed_there(tmp_path: Path) -> None:
    text = SSH.read_text().replace("111122223333", "444455556666").replace("eu-west-1", "us-gov-west-1")
    (tmp_path / "a.json").write_text(text)
    (result,) = document(tmp_path / "a.json")["results"]
    assert result["cluster"] == {"name": "replayed", "account": "444455556666", "region": "us-gov-west-1"}
    failed = json.loads(text)
    failed["detail"]["errorCode"] = "Client.DryRunOperation"
    (tmp_path / "b.json").write_text(json.dumps(failed))
    assert len(document(tmp_path / "b.json")["ignored"]) == 1


def test_an_update_is_looked_at_again_when_it_is_over() -> None:
    first, second = document(UPDATE)["results"]
    assert (first["status"], first["alert"]) == ("in_sync", None)
    assert second["before"]["ingress"] == ["all from self", *first["before"]["ingress"]]
    assert second["after"]["ingress"] == first["before"]["ingress"]
    text = run(UPDATE).stdout
    assert block(text, "cluster") == block(text, "later")


def test_a_prefix_list_that_grows_is_found_through_the_rule_that_names_it() -> None:
    (result,) = document(PREFIX_LIST)["results"]
    assert result["before"]["ingress"] == ["all from self", "tcp/443 from pl-0c7e1b9d5f3a82640"]
    assert result["after"]["ingress"] == ["all from self", "tcp/443 from 10.20.0.0/16"]


def test_what_leads_nowhere_says_why() -> None:
    ran = run(NO_CLUSTER)
    assert block(ran.stdout, "change") == ["added tcp/22 from 203.0.113.0/24 to sg-0a9e3d7c5b1f86240"]
    assert block(ran.stdout, "ignored") == [
        "sg-0a9e3d7c5b1f86240 is no cluster security group: it has no tag aws:eks:cluster-name"
    ]
    ran = run(FAILED)
    assert block(ran.stdout, "event")[0].startswith(
        "AuthorizeSecurityGroupIngress by role Developer, session grace"
    )
    assert ran.stdout.count("failed with Client.UnauthorizedOperation") == 1
    assert block(run(EVENTS / "cluster-deleted.json").stdout, "ignored") != [""]


def test_nothing_hostile_in_an_event_comes_through(tmp_path: Path) -> None:
    event = json.loads((EVENTS / "name-tag-changed.json").read_text())
    event["detail"]["requestParameters"]["tagSet"]["items"] = [
        {"key": "Name", "value": "[red]x[/red] \u202e :smile: \u200b end"}
    ]
    event["detail"]["userIdentity"]["userName"] = "[blink]bob[/blink]\x1b[2J"
    event["detail"]["sourceIPAddress"] = "\x1b]0;title\x07[bold]here\nthere"
    hostile = tmp_path / "a\x1b[31mb.json"
    hostile.write_text(json.dumps(event))
    ran = run(hostile)
    assert ran.exit_code == 0, ran.output
    assert not set(ran.stdout) & {"\x1b", "\u202e", "\u200b", "\x07"}
    assert ran.stdout.splitlines()[0].endswith("/ab.json")
    assert "by [blink]bob[/blink] (IAM user) in the console from [bold]here there," in ran.stdout
    assert block(ran.stdout, "change")[0].endswith("with Name=[red]x[/red] :smile: end")


def test_it_works_from_a_clone_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sgwarden.cli.replay.command.RECONCILE", tmp_path / "app.py")
    ran = run(SSH)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "works from a clone" in ran.stderr
    assert project.ROOT == ROOT


def test_it_runs_from_any_folder_and_its_output_is_data_only(tmp_path: Path) -> None:
    ran = piped("replay", SSH, "--policy", POLICY, "--output", "json", cwd=tmp_path)
    assert ran.returncode == 0
    assert json.loads(ran.stdout) == document(SSH)
    assert ran.stderr == b""


def test_a_terminal_gets_colour_and_lines_that_fit() -> None:
    text, status = terminal("replay", SSH, "--policy", POLICY, NO_COLOR="")
    assert status == 0
    assert "\x1b[32mremediated\x1b[0m" in text
    assert "\x1b[1;31mcritical" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= 100
    assert " ".join(block(plain, "finding")) == " ".join(block(run(SSH).stdout, "finding"))
