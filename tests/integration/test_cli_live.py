"""`sgwarden plan` on a live account: every cluster looked at, nothing touched."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from sgwarden.aws.clusters import ClusterReader
from sgwarden.aws.credentials import Credentials
from sgwarden.aws.inventory import Inventory
from sgwarden.cli.main import app
from sgwarden.failure import CallError
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
from tests.integration.samples import POLICY, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ADVICE = "docs/session.md lists the permissions that are needed."
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


def unknown(_credentials: Credentials, region: str) -> None:
    raise CallError("Region", "UnknownRegion", f"boto3 knows of no region {region}")


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

    def test_all_of_them_may_be_newer_than_the_sdk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with person(tmp_path, cluster(), in_other_region("dev-2")) as me:
            monkeypatch.setattr(Credentials, "must_know", unknown)
            assert me.run("plan", "--region", OTHER_REGION).exit_code == 1
            found = me.document("plan", "--all-regions")["results"]
            assert [each["cluster"]["name"] for each in found] == ["dev-1", "dev-2"]

    def test_one_that_refuses_keeps_the_others_from_nothing(self, tmp_path: Path) -> None:
        with person(tmp_path, cluster(), in_other_region()) as me:
            me.open_to(SSH, OTHER_GROUP, OTHER_REGION)
            me.account.fail("ListClusters", "AccessDeniedException", message="not in this region")
            found = me.document("plan", "--region", REGION, "--region", OTHER_REGION, status=1)
            assert [each["status"] for each in found["results"]] == ["drifted"]
            reason = "ListClusters failed with AccessDeniedException: not in this region. " + ADVICE
            assert found["errors"] == [{"cluster": "", "account": "", "region": REGION, "reason": reason}]

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
            for named, said in (
                ("eu-wst-1", "boto3 knows of no region eu-wst-1; did you mean eu-west-1?"),
                ("no region", "boto3 knows of no region no region"),
            ):
                ran = me.run("plan", "--region", named)
                assert ran.exit_code == 1
                assert said in ran.stderr

    def test_an_empty_one_is_a_wrong_call(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            assert me.run("plan", "--region", REGION, "--region", "").exit_code == 2

    def test_that_of_aws_region_comes_before_all_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with person(tmp_path, cluster(), in_other_region()) as me:
            monkeypatch.setenv("AWS_REGION", OTHER_REGION)
            monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
            (result,) = me.document("plan")["results"]
            assert result["cluster"]["region"] == OTHER_REGION


class TestNames:
    def test_only_those_clusters_are_read(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(5)) as me:
            me.account.forget_calls()
            found = me.document("plan", "--cluster", "dev-3", "--cluster", "dev-1")["results"]
            assert [each["cluster"]["name"] for each in found] == ["dev-1", "dev-3"]
            assert len(me.account.calls("DescribeCluster")) == 2
            assert me.account.calls("ListClusters") == ()

    def test_one_that_no_cluster_has_is_an_error(self, tmp_path: Path) -> None:
        with person(tmp_path) as me:
            ran = me.run("plan", "--cluster", "dev-1", "--cluster", "dev-9")
            assert (ran.exit_code, ran.stdout) == (1, "")
            assert ran.stderr == (
                f"sgwarden: no cluster is named dev-9 in {REGION}; without --cluster all are listed\n"
            )

    def test_they_pick_from_saved_files_too(self) -> None:
        example = ROOT / "docs" / "example"
        given = ("--from", str(example), "--policy", str(POLICY), "--cluster", "minimum-7")
        ran = CliRunner().invoke(app, ["plan", *given])
        assert ran.stdout.splitlines()[-1] == "Clusters: 1 drifted"


@contextmanager
def described_as(name: str, changed: dict[str, Any]) -> Iterator[None]:
    """EKS tells other things of one cluster than there are."""
    real = ClusterReader._described

    def described(self: ClusterReader, asked: str) -> Mapping[str, Any] | None:
        found = dict(real(self, asked) or {})
        if asked != name:
            return found
        if "network" in changed:
            return {**found, "kubernetesNetworkConfig": changed["network"]}
        renamed = {
            "connectorConfig": changed.get("connector_config"),
            "status": changed.get("status", "ACTIVE"),
        }
        return {**found, **renamed, "resourcesVpcConfig": None}

    with patch.object(Inventory, "_described", described):
        yield


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
            (ignored,) = found["ignored"]
            assert (ignored["cluster"], ignored["region"]) == ("prod-1", REGION)
            assert ignored["reason"] == "no policy matches cluster prod-1"

    def test_one_that_cannot_be_described_leaves_the_others(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(150)) as me:
            me.open_to(SSH, "sg-00000000000000140")
            me.account.fail("DescribeCluster", "AccessDeniedException", nth=3, message="no")
            found = me.document("plan", status=1)
            assert len(found["results"]) == 149
            assert [each["status"] for each in found["results"]].count("drifted") == 1
            (error,) = found["errors"]
            assert error["cluster"].startswith("dev-")
            assert error["reason"] == f"DescribeCluster failed with AccessDeniedException: no. {ADVICE}"

    def test_groups_that_cannot_be_read_are_errors_of_their_clusters(self, tmp_path: Path) -> None:
        with person(tmp_path, *several(110)) as me:
            me.account.fail("DescribeSecurityGroups", "UnauthorizedOperation", message="no")
            found = me.document("plan", status=1)
            assert (len(found["results"]), len(found["errors"])) == (10, 100)

    @pytest.mark.parametrize(
        ("changed", "reason", "status"),
        [
            ({"connector_config": {"provider": "OTHER"}}, "it runs elsewhere and is only registered", 0),
            ({"status": "CREATING"}, "it has no cluster security group yet (status CREATING)", 0),
            ({"network": {"ipFamily": "dual"}}, "DescribeCluster failed with UnknownAnswer", 1),
        ],
        ids=["registered", "new", "of another kind"],
    )
    def test_one_that_is_not_like_others_is_told_of(
        self, changed: dict[str, Any], reason: str, status: int, tmp_path: Path
    ) -> None:
        with person(tmp_path, *several(2)) as me, described_as("dev-1", changed):
            found = me.document("plan", "--cluster", "dev-0", "--cluster", "dev-1", status=status)
            assert [each["cluster"]["name"] for each in found["results"]] == ["dev-0"]
            (told,) = found["errors"] if status else found["ignored"]
            assert told["cluster"] == "dev-1"
            assert told["reason"].startswith(reason)

    def test_one_vpc_and_one_prefix_list_are_read_once_for_all(self, tmp_path: Path) -> None:
        lists = (prefix_list("pl-0b8d2f4a6c1e3957d", "10.0.0.0/8"),)
        policy = NO_SSH.replace("from: internet", "from: internet, except: [vpc, pl-0b8d2f4a6c1e3957d]")
        with person(tmp_path, *several(5), policy=policy, prefix_lists=lists) as me:
            for number in range(5):
                me.open_to(SSH, f"sg-0000000000000000{number}")
            me.account.forget_calls()
            assert me.run("plan").exit_code == 3
            for operation in ("DescribeVpcs", "GetManagedPrefixListEntries"):
                assert len(me.account.calls(operation)) == 1

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
        CliRunner().invoke(app, ["plan", *map(str, given), "--policy", str(POLICY), "--output", "json"])
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
