"""`sgwarden policy check --live`: is there a policy for each cluster that there is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import REGION, cluster
from tests.integration.live import NO_SSH, OTHER_REGION, in_other_region, person

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def check(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["policy", "check", str(folder / "policy.yaml"), *options])


def test_clusters_that_no_policy_matches_are_named(tmp_path: Path) -> None:
    with person(tmp_path, cluster(), in_other_region("prod-1")):
        assert "prod-1" not in check(tmp_path, "--live").stderr
        ran = check(tmp_path, "--live", "--region", REGION, "--region", OTHER_REGION)
        assert "no policy matches cluster prod-1" in ran.stderr
        assert "dev-1" not in ran.stderr
        assert check(tmp_path, "--live", "--all-regions", "--strict").exit_code == 1


def test_an_account_that_refuses_is_an_error(tmp_path: Path) -> None:
    with person(tmp_path) as me:
        me.account.fail("ListClusters", "AccessDeniedException", message="no")
        ran = check(tmp_path, "--live")
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert ran.stderr.startswith("sgwarden: ListClusters failed with AccessDeniedException: no.")


def test_one_cluster_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with person(tmp_path, cluster(), cluster(name="dev-2", group="sg-00000000000000002")) as me:
        me.account.fail("DescribeCluster", "AccessDeniedException", message="no")
        ran = check(tmp_path, "--live")
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert ran.stderr.startswith("sgwarden: DescribeCluster failed with AccessDeniedException: no.")


def test_regions_are_of_a_live_account(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(NO_SSH)
    assert check(tmp_path, "--region", REGION).exit_code == 2


def test_what_the_vpc_decides_is_looked_up(tmp_path: Path) -> None:
    text = (
        "version: 1\npolicies:\n  - name: p\n    clusters: {name: '*'}\n    ingress:\n"
        "      require: [{id: r, traffic: tcp/443, from: vpc}]\n"
        "      deny: [{id: d, traffic: tcp/443, from: private}]\n"
    )
    with person(tmp_path, cluster()):
        (tmp_path / "policy.yaml").write_text(text)
        ran = check(tmp_path, "--live")
        assert ran.exit_code == 1
        assert "requires what it denies at cluster" in ran.stderr


def test_a_prefix_list_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    text = (
        "version: 1\npolicies:\n  - name: p\n    clusters: {name: '*'}\n    ingress:\n"
        "      deny: [{id: d, traffic: tcp/443, from: pl-0123456789abcdef0}]\n"
    )
    with person(tmp_path, cluster()):
        (tmp_path / "policy.yaml").write_text(text)
        ran = check(tmp_path, "--live")
        assert ran.exit_code == 1
        assert "prefix list pl-0123456789abcdef0 cannot be read" in ran.stderr
