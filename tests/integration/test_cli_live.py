"""`sgwarden plan` on a live account: every cluster looked at, nothing touched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import GROUP, REGION, WRITES, cluster, prefix_list
from tests.integration.live import (
    DEFAULTS,
    NO_SSH,
    OTHER_REGION,
    SSH,
    in_other_region,
    person,
    several,
)
from tests.integration.samples import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OTHER_GROUP = "sg-0f3a7c1e9d5b82046"


def test_drift_is_found_and_nothing_is_touched(tmp_path: Path) -> None:
    with person(tmp_path) as me:
        me.open_to(SSH)
        ran = me.run("plan")
        rule_id = me.account.rule_ids(GROUP)[SSH]
        assert (ran.exit_code, ran.stderr) == (3, "")
        assert f"- ingress {SSH} ({rule_id})  no-ssh" in ran.stdout
        assert ran.stdout.splitlines()[-1] == "Clusters: 1 drifted"
        assert me.account.lines(GROUP) == (*DEFAULTS[:1], SSH, *DEFAULTS[1:])


def test_clusters_in_order_cost_a_call_each_and_their_groups_one_together(tmp_path: Path) -> None:
    with person(tmp_path, *several(12)) as me:
        me.account.forget_calls()
        ran = me.run("plan")
        assert ran.stdout.splitlines()[-1] == "Clusters: 12 in sync"
        asked = [call.operation for call in me.account.calls()]
        assert asked.count("DescribeCluster") == 12
        assert asked.count("DescribeSecurityGroups") == 1
        assert set(asked) == {"ListClusters", "DescribeCluster", "DescribeSecurityGroups"}


def test_many_clusters_are_listed_over_many_pages(tmp_path: Path) -> None:
    with person(tmp_path, *several(230)) as me:
        found = me.document("plan")
        assert [each["cluster"]["name"] for each in found["results"]] == sorted(
            f"dev-{number}" for number in range(230)
        )


def test_prefix_lists_of_groups_that_are_read_together_are_resolved(tmp_path: Path) -> None:
    lists = (prefix_list("pl-0b8d2f4a6c1e3957d", "0.0.0.0/1", "128.0.0.0/1"),)
    line = "tcp/22 from pl-0b8d2f4a6c1e3957d"
    with person(tmp_path, cluster(*DEFAULTS, line), prefix_lists=lists) as me:
        (result,) = me.document("plan", status=3)["results"]
        assert [change["rule"] for change in result["changes"]] == [line]


class TestRegions:
    def test_the_one_of_the_environment_is_looked_at(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(), in_other_region("dev-2")) as me:
            names = [each["cluster"]["name"] for each in me.document("plan")["results"]]
            assert names == ["dev-1"]

    def test_named_ones_are_looked_at_in_order_and_once(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(), in_other_region()) as me:
            regions = ("--region", OTHER_REGION, "--region", REGION, "--region", OTHER_REGION)
            found = me.document("plan", *regions)["results"]
            assert [each["cluster"]["region"] for each in found] == [OTHER_REGION, REGION]

    def test_all_of_them_are_those_that_the_account_has(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(), in_other_region()) as me:
            me.open_to(SSH, OTHER_GROUP, OTHER_REGION)
            found = me.document("plan", "--all-regions", status=3)["results"]
            assert [(each["cluster"]["region"], each["status"]) for each in found] == [
                (REGION, "in_sync"),
                (OTHER_REGION, "drifted"),
            ]

    def test_one_that_refuses_keeps_the_others_from_nothing(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(), in_other_region()) as me:
            me.open_to(SSH, OTHER_GROUP, OTHER_REGION)
            me.account.fail("ListClusters", "AccessDeniedException", message="not in this region")
            found = me.document("plan", "--region", REGION, "--region", OTHER_REGION, status=1)
            assert [each["status"] for each in found["results"]] == ["drifted"]
            reason = "ListClusters failed with AccessDeniedException: not in this region"
            assert found["errors"] == [{"cluster": "", "region": REGION, "reason": reason}]

    def test_none_at_all_is_a_wrong_call(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with person(tmp_path) as me:
            monkeypatch.delenv("AWS_REGION")
            monkeypatch.delenv("AWS_DEFAULT_REGION")
            ran = me.run("plan")
            assert ran.exit_code == 2
            assert "no region is set: give --region or --all-regions" in ran.stderr

    def test_both_ways_to_say_them_are_a_wrong_call(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            assert me.run("plan", "--all-regions", "--region", REGION).exit_code == 2

    def test_what_is_none_is_told(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("plan", "--region", "no region")
            assert ran.exit_code == 1
            assert ran.stderr.startswith("sgwarden: Region failed with InvalidRegionError")


class TestNames:
    def test_only_those_clusters_are_read(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(5)) as me:
            me.account.forget_calls()
            found = me.document("plan", "--cluster", "dev-3", "--cluster", "dev-1")["results"]
            assert [each["cluster"]["name"] for each in found] == ["dev-1", "dev-3"]
            assert len(me.account.calls("DescribeCluster")) == 2

    def test_one_that_no_cluster_has_is_an_error(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("plan", "--cluster", "dev-1", "--cluster", "dev-9")
            assert (ran.exit_code, ran.stdout) == (1, "")
            assert ran.stderr == (
                f"sgwarden: no cluster is named dev-9 in {REGION}; without --cluster all are listed\n"
            )

    def test_they_pick_from_saved_files_too(self) -> None:
        example = ROOT / "docs" / "example"
        ran = CliRunner().invoke(app, ["plan", "--from", str(example), "--cluster", "minimum-7"])
        assert ran.stdout.splitlines()[-1] == "Clusters: 1 drifted"


class TestClusters:
    def test_one_whose_group_is_gone_is_wrong(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            me.account.client("ec2").delete_security_group(GroupId="sg-00000000000000000")
            found = me.document("plan", status=1)
            assert [each["cluster"]["name"] for each in found["results"]] == ["dev-1"]
            (error,) = found["errors"]
            assert error["cluster"] == "dev-0"
            assert error["reason"] == "its security group sg-00000000000000000 does not exist any more"

    def test_one_that_cannot_be_read_leaves_the_others(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(2)) as me:
            for number in range(2):
                me.open_to(SSH, f"sg-0000000000000000{number}")
            me.account.fail("DescribeSecurityGroupRules", "UnauthorizedOperation", message="no")
            ran = me.run("plan")
            assert ran.exit_code == 1
            assert ran.stdout.splitlines()[-1] == "Clusters: 1 not looked at, 1 drifted"
            assert "DescribeSecurityGroupRules failed with UnauthorizedOperation: no" in ran.stdout

    def test_one_that_is_of_no_policy_is_left_alone(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(name="prod-1")) as me:
            found = me.document("plan")
            assert found["results"] == []
            assert found["ignored"] == [{"cluster": "prod-1", "reason": "no policy matches cluster prod-1"}]

    def test_none_at_all_is_in_order(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            assert me.run("plan", "--region", OTHER_REGION).stdout.splitlines()[-1] == "Clusters: none"


class TestCredentials:
    def test_a_profile_that_is_not_there(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("plan", "--profile", "nobody")
            assert ran.exit_code == 1
            assert "profile (nobody) could not be found. `aws configure list-profiles`" in ran.stderr

    def test_none_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with person(tmp_path) as me:
            monkeypatch.delenv("AWS_ACCESS_KEY_ID")
            monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
            ran = me.run("plan")
            assert ran.exit_code == 1
            assert "Unable to locate credentials. Sign in (aws sso login" in ran.stdout


class TestOptions:
    def test_exit_zero_is_for_drift_and_not_for_errors(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            me.open_to(SSH)
            assert me.run("plan", "--exit-zero").exit_code == 0
            me.account.fail("DescribeSecurityGroupRules", "UnauthorizedOperation")
            assert me.run("plan", "--exit-zero").exit_code == 1

    @pytest.mark.parametrize(
        "live", [("--region", REGION), ("--profile", "x"), ("--all-regions",)], ids=lambda each: each[0]
    )
    def test_saved_files_have_no_live_account(self, live: tuple[str, ...]) -> None:
        ran = CliRunner().invoke(app, ["plan", "--from", str(ROOT / "docs" / "example"), *live])
        assert ran.exit_code == 2

    @pytest.mark.parametrize(
        "files",
        [("--clusters", "c"), ("--security-groups", "g"), ("--rules", "r"), ("--from", "f", "--vpcs", "v")],
        ids=" ".join,
    )
    def test_files_that_do_not_go_together(self, files: tuple[str, ...]) -> None:
        assert CliRunner().invoke(app, ["plan", *files]).exit_code == 2


def test_a_folder_is_as_good_as_its_files(tmp_path: Path) -> None:
    example = ROOT / "docs" / "example"
    named = ("security-groups", "clusters", "vpcs")
    files = [each for name in named for each in (f"--{name}", example / f"{name}.json")]
    runs = [
        CliRunner().invoke(app, ["plan", *map(str, given), "--output", "json"])
        for given in (files, ("--from", example))
    ]
    assert runs[0].stdout == runs[1].stdout
    assert json.loads(runs[0].stdout)["results"]


def test_reading_needs_no_right_to_write(tmp_path: Path) -> None:
    with person(tmp_path, policy=NO_SSH.replace("use:", "mode: remediate\n    use:")) as me:
        me.open_to(SSH)
        me.account.forget_calls()
        me.run("plan")
        assert me.account.calls(*WRITES) == ()
