"""`sgwarden apply`: what was shown is what is done, and nothing is done where the world has moved."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cli.main import app
from sgwarden.cli.planning import apply as command
from sgwarden.cli.planning import steps
from sgwarden.remediate import remediate
from typer.testing import CliRunner

from tests.integration.deployed import GROUP, ROOT, WRITES, cluster, prefix_list
from tests.integration.live import DEFAULTS, NO_SSH, SSH, Person, person, several
from tests.integration.samples import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from sgwarden.change import Change
    from sgwarden.observe import Judged
    from sgwarden.remediate import Account

LIST = "pl-0b8d2f4a6c1e3957d"
WEB = "tcp/443 from 10.20.0.0/16"
FIRST, SECOND = "sg-00000000000000000", "sg-00000000000000001"
IN_ORDER = set(DEFAULTS)


def rules(me: Person, group_id: str = GROUP) -> set[str]:
    return set(me.account.lines(group_id))


def two_drifted(tmp_path: Path) -> Any:  # noqa: ANN401  a context manager
    return person(tmp_path, *several(2))


class TestAsking:
    def test_yes_makes_the_changes(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            me.close("all to self")
            ran = me.run("apply", answer="yes\n")
            assert ran.exit_code == 0, ran.output
            assert rules(me) == IN_ORDER
            assert ran.stderr.startswith("Make these changes? Only yes is a yes:")
            assert ran.stdout.splitlines()[-2:] == [
                "Rules: 1 added, 0 changed, 1 removed. Tags: 0 set.",
                "Clusters: 1 remediated",
            ]

    @pytest.mark.parametrize("answer", ["no\n", "y\n", "YES\n", "", "yes please\n", "\n"], ids=repr)
    def test_anything_else_changes_nothing(self, answer: str, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            me.account.forget_calls()
            ran = me.run("apply", answer=answer)
            assert ran.exit_code == 3
            assert ran.stderr.endswith("Nothing was changed.\n")
            assert SSH in rules(me)
            assert me.account.calls(*WRITES) == ()

    def test_nobody_is_asked_where_there_is_nothing_to_do(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("apply")
            assert (ran.exit_code, ran.stderr) == (0, "")

    def test_programs_must_say_yes_first(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("apply", "--output", "json")
            assert ran.exit_code == 2
            assert "give --yes" in ran.stderr


class TestDoing:
    def test_the_contract_tells_what_was_done(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, SECOND)
            found = me.document("apply", "--yes")
            assert [each["status"] for each in found["results"]] == ["in_sync", "remediated"]
            done = found["results"][1]
            assert [change["rule"] for change in done["changes"]] == [SSH]
            assert done["after"]["ingress"] == ["all from self"]
            assert rules(me, SECOND) == IN_ORDER

    def test_a_policy_that_only_observes_is_applied_by_hand(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            (result,) = me.document("apply", "--yes")["results"]
            assert (result["mode"], result["status"]) == ("remediate", "remediated")

    def test_only_the_clusters_that_are_named_are_changed(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, FIRST)
            me.open_to(SSH, SECOND)
            assert me.run("apply", "--yes", "--cluster", "dev-1").exit_code == 0
            assert SSH in rules(me, FIRST)
            assert SSH not in rules(me, SECOND)

    def test_one_that_fails_leaves_the_others(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, FIRST)
            me.open_to(SSH, SECOND)
            me.account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation", message="no")
            ran = me.run("apply", "--yes")
            assert ran.exit_code == 1
            assert (
                "Not put right: RevokeSecurityGroupIngress failed with UnauthorizedOperation: no"
                in ran.stdout
            )
            assert ran.stdout.splitlines()[-1] == "Clusters: 1 failed, 1 remediated"
            assert SSH in rules(me, FIRST)
            assert SSH not in rules(me, SECOND)

    def test_a_cluster_that_cannot_be_planned_is_an_error_beside_the_others(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, SECOND)
            me.account.client("ec2").delete_security_group(GroupId=FIRST)
            found = me.document("apply", "--yes", status=1)
            assert [each["cluster"] for each in found["errors"]] == ["dev-0"]
            assert SSH not in rules(me, SECOND)

    def test_what_has_moved_while_a_person_thinks_is_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, FIRST)
            me.open_to(SSH, SECOND)

            def agreed_after_a_while(_question: str) -> bool:
                me.open_to(WEB, FIRST)
                return True

            monkeypatch.setattr(command, "agreed", agreed_after_a_while)
            ran = me.run("apply")
            assert ran.exit_code == 1
            assert "the group has moved since the plan was made (rule sgr-" in ran.stdout
            assert rules(me, FIRST) == IN_ORDER | {SSH, WEB}
            assert rules(me, SECOND) == IN_ORDER


class TestBreakingOff:
    @pytest.fixture
    def broken_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(seen: Judged, account: Account, confirmed: object) -> object:
            if seen.group.id == FIRST:
                os.kill(os.getpid(), signal.SIGINT)
            return remediate(seen, account)

        monkeypatch.setattr(steps, "remediate", interrupted)

    def test_what_was_done_by_then_is_told(self, tmp_path: Path, broken_off: None) -> None:
        with person(tmp_path, *several(3)) as me:
            for number in range(3):
                me.open_to(SSH, f"sg-0000000000000000{number}")
            ran = me.run("apply", "--yes")
            assert ran.exit_code == 1
            assert ran.stderr.splitlines() == [
                "Finishing cluster dev-0 first; once more breaks off at once.",
                "Broken off. Not changed: dev-1, dev-2.",
            ]
            assert ran.stdout.splitlines()[-1] == "Clusters: 1 remediated"
            assert SSH not in rules(me, FIRST)
            assert SSH in rules(me, SECOND)

    def test_to_programs_too(self, tmp_path: Path, broken_off: None) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, FIRST)
            me.open_to(SSH, SECOND)
            ran = me.run("apply", "--yes", "--output", "json")
            found = json.loads(ran.stdout)["results"]
            assert [each["status"] for each in found] == ["remediated", "drifted"]
            assert ran.exit_code == 1
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def saved(me: Person, tmp_path: Path) -> Path:
    """A plan in a file."""
    file = tmp_path / "plan.json"
    ran = me.run("plan", "--out", file)
    assert ran.exit_code == 3
    assert ran.stderr == f"Saved in {file}; `sgwarden apply {file}` makes these changes.\n"
    return file


def tagged(me: Person, key: str, value: str) -> None:
    me.account.client("ec2").create_tags(Resources=[GROUP], Tags=[{"Key": key, "Value": value}])


def described(me: Person) -> None:
    me.account.client("ec2").update_security_group_rule_descriptions_ingress(
        GroupId=GROUP,
        SecurityGroupRuleDescriptions=[
            {"SecurityGroupRuleId": me.account.rule_ids(GROUP)[SSH], "Description": "agreed"}
        ],
    )


def list_grown(me: Person) -> None:
    me.account.client("ec2").modify_managed_prefix_list(
        PrefixListId=LIST, CurrentVersion=1, AddEntries=[{"Cidr": "10.9.0.0/16"}]
    )


def mended(me: Person) -> None:
    me.close(SSH)


def made_again(me: Person) -> None:
    me.close(SSH)
    me.open_to(SSH)


def renamed_for_another_policy(me: Person) -> None:
    me.account.client("eks").tag_resource(
        resourceArn=f"arn:aws:eks:eu-west-1:{me.account.account_id}:cluster/dev-1", tags={"spared": "yes"}
    )


MOVES: dict[str, tuple[Callable[[Person], object], str]] = {
    "a rule is new": (lambda me: me.open_to(WEB), "is new: ingress tcp/443 from 10.20.0.0/16"),
    "a rule is gone": (mended, f"is gone: ingress {SSH}"),
    "a rule was made again": (made_again, f"is new: ingress {SSH}"),
    "a description": (described, "agreed"),
    "a tag is new": (lambda me: tagged(me, "team", "platform"), "tag team is new: platform"),
    "a tag has changed": (
        lambda me: tagged(me, "Name", "x"),
        "tag Name was eks-cluster-sg-dev-1-407518226 and is x",
    ),
    "a prefix list": (list_grown, f"prefix list {LIST} was"),
    "the policy that is for it": (renamed_for_another_policy, "no policy matches cluster dev-1"),
}
SPARING = NO_SSH.replace('{name: ["dev-*"]}', '{name: ["dev-*"], tags: {spared: "no"}}')


class TestSavedPlans:
    def test_is_made_as_it_was_shown(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            ran = me.run("apply", file, answer="yes\n")
            assert ran.exit_code == 0, ran.output
            assert f"- ingress {SSH} (sgr-" in ran.stdout
            assert rules(me) == IN_ORDER

    def test_is_made_once(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            assert me.run("apply", file, "--yes").exit_code == 0
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert "is gone" in ran.stdout

    def test_has_its_own_policy(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            me.policy.write_text("version: 1\npolicies: []\n")
            assert me.run("apply", file, "--yes").exit_code == 0
            assert rules(me) == IN_ORDER

    @pytest.mark.parametrize(("move", "said"), MOVES.values(), ids=MOVES)
    def test_of_a_group_that_has_moved_changes_nothing(
        self, move: Callable[[Person], object], said: str, tmp_path: Path
    ) -> None:
        described_cluster = cluster(*DEFAULTS, SSH, f"tcp/8443 from {LIST}", tags={"spared": "no"})
        lists = (prefix_list(LIST, "10.8.0.0/16", max_entries=5),)
        with person(tmp_path, described_cluster, policy=SPARING, prefix_lists=lists) as me:
            file = saved(me, tmp_path)
            move(me)
            before = me.account.lines(GROUP)
            me.account.forget_calls()
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert said in ran.stdout
            assert ran.stderr.endswith("does not fit any more, and nothing was changed: make the plan anew\n")
            assert me.account.calls(*WRITES) == ()
            assert me.account.lines(GROUP) == before

    def test_of_a_cluster_that_is_gone_is_an_error(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            me.account.client("eks").delete_cluster(name="dev-1")
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert "dev-1" in ran.stdout
            assert "not looked at" in ran.stdout

    def test_of_a_group_that_has_moved_is_told_to_programs_as_data(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            me.open_to(WEB)
            (result,) = me.document("apply", file, "--yes", status=1)["results"]
            assert (result["status"], result["changes"]) == ("refused", [])

    def test_with_one_group_that_has_moved_leaves_all_as_they_are(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.open_to(SSH, FIRST)
            me.open_to(SSH, SECOND)
            file = saved(me, tmp_path)
            me.open_to(WEB, SECOND)
            assert me.run("apply", file, "--yes").exit_code == 1
            assert SSH in rules(me, FIRST)

    def test_whose_changes_were_rewritten_makes_none(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            plan = json.loads(file.read_text())
            plan["steps"][0]["changes"][0]["rule"] = "all from self"
            file.write_text(json.dumps(plan))
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert "other changes would be made" in ran.stdout
            assert SSH in rules(me)

    def test_for_another_account_makes_none(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            file.write_text(file.read_text().replace(me.account.account_id, "444455556666"))
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert ran.stderr == (
                "sgwarden: the plan is for account 444455556666, and these credentials are for 111122223333\n"
            )

    def test_of_clusters_in_order_has_nothing_to_do(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            file = tmp_path / "plan.json"
            assert me.run("plan", "--out", file).exit_code == 0
            assert me.run("apply", file).stdout.splitlines()[-1] == "Clusters: none"

    def test_with_a_policy_beside_it_must_have_been_made_with_that(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            file = saved(me, tmp_path)
            other = tmp_path / "other.yaml"
            other.write_text(NO_SSH.replace("tcp/22", "tcp/20-25"))
            ran = me.run("apply", file, "--yes", "--policy", other)
            assert ran.exit_code == 1
            assert ran.stderr == f"sgwarden: {file} was made with another policy than {other}\n"
            assert SSH in rules(me)
            assert me.run("apply", file, "--yes", "--policy", me.policy).exit_code == 0
            assert SSH not in rules(me)

    def test_that_adds_a_rule_of_a_prefix_list_is_stale_once_the_list_has_grown(self, tmp_path: Path) -> None:
        policy = NO_SSH + f"      require: [{{id: api, traffic: tcp/443, from: {LIST}}}]\n"
        lists = (prefix_list(LIST, "10.20.0.0/16", max_entries=5),)
        with person(tmp_path, policy=policy, prefix_lists=lists) as me:
            file = saved(me, tmp_path)
            me.account.client("ec2").modify_managed_prefix_list(
                PrefixListId=LIST, CurrentVersion=1, AddEntries=[{"Cidr": "0.0.0.0/0"}]
            )
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert f"prefix list {LIST} was ['10.20.0.0/16'] and is ['0.0.0.0/0']" in ran.stdout
            assert rules(me) == IN_ORDER

    def test_looks_afresh_at_each_group_before_it_is_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lists = (prefix_list(LIST, "10.8.0.0/16", max_entries=5),)
        lines = (*DEFAULTS, SSH, f"tcp/8443 from {LIST}")
        drifted = (cluster(*lines, name=f"dev-{n}", group=group) for n, group in enumerate((FIRST, SECOND)))
        with person(tmp_path, *drifted, prefix_lists=lists) as me:
            file = saved(me, tmp_path)

            def then_grows(seen: Judged, account: Account, confirmed: Collection[Change]) -> object:
                outcome = remediate(seen, account, confirmed)
                list_grown(me)
                return outcome

            monkeypatch.setattr(steps, "remediate", then_grows)
            ran = me.run("apply", file, "--yes")
            assert ran.exit_code == 1
            assert f"prefix list {LIST} was" in ran.stdout
            assert SSH not in rules(me, FIRST)
            assert SSH in rules(me, SECOND)

    @pytest.mark.parametrize("more", [("--region", "eu-west-1"), ("--cluster", "a")])
    def test_says_itself_what_is_changed_where(self, more: tuple[str, ...], tmp_path: Path) -> None:
        with person(tmp_path) as me:
            assert me.run("apply", tmp_path / "plan.json", *more).exit_code == 2

    def test_needs_the_ids_of_rules(self, tmp_path: Path) -> None:
        given = ("--from", ROOT / "docs" / "example", "--policy", POLICY, "--out", tmp_path / "plan.json")
        ran = CliRunner().invoke(app, ["plan", *map(str, given)])
        assert ran.exit_code == 2
        assert "--out needs the ids of the rules, which --rules gives" in ran.stderr
        assert not (tmp_path / "plan.json").exists()

    def test_that_cannot_be_written_is_an_error(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("plan", "--out", tmp_path / "none" / "plan.json")
            assert ran.exit_code == 1
            assert "cannot be written: No such file or directory" in ran.stderr


def cut(plan: dict[str, Any]) -> None:
    del plan["steps"][0]["state"]["rules"]


def nameless(plan: dict[str, Any]) -> None:
    plan["steps"][0]["cluster"]["name"] = 7


def of_the_future(plan: dict[str, Any]) -> None:
    plan["schema"] = "sgwarden/plan/v2"


def bent_policy(plan: dict[str, Any]) -> None:
    plan["policy"]["document"]["policies"][0]["mode"] = "guess"


BENT: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a state without rules": (cut, "has been changed by hand, or is cut off: make the plan anew"),
    "a cluster without a name": (nameless, "has been changed by hand, or is cut off: make the plan anew"),
    "another version": (
        of_the_future,
        "is no plan for this sgwarden: expected what `sgwarden plan --out` writes",
    ),
    "a policy that does not hold": (bent_policy, "does not hold"),
    "a rule that is none": (lambda plan: plan["steps"][0]["state"]["rules"].update(x=None), "by hand"),
    "a step twice": (lambda plan: plan["steps"].append(plan["steps"][0]), "has been changed by hand"),
    "no steps": (lambda plan: plan.pop("steps"), "has been changed by hand"),
}


@pytest.mark.parametrize(("bend", "said"), BENT.values(), ids=BENT)
def test_a_plan_that_is_bent_is_refused(
    bend: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    with person(tmp_path) as me:
        me.open_to(SSH)
        file = saved(me, tmp_path)
        plan = json.loads(file.read_text())
        bend(plan)
        file.write_text(json.dumps(plan))
        ran = me.run("apply", file, "--yes")
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert said in ran.stderr
        assert SSH in rules(me)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no plan: it is not JSON"),
        ("[]", "is no plan for this sgwarden"),
        ("[" * 100_000, "is no plan: it is not JSON"),
        (None, "cannot be read: No such file or directory"),
    ],
    ids=["broken", "of another kind", "deep", "none"],
)
def test_a_file_that_is_no_plan_is_refused(text: str | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    if text is not None:
        file.write_text(text)
    ran = CliRunner().invoke(app, ["apply", str(file)])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert said in ran.stderr
