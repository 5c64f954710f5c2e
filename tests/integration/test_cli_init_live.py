"""`sgwarden policy init --from live`: today's rules of a live account as a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import REGION, cluster, vpc
from tests.integration.live import DEFAULTS, OTHER_REGION, SSH, Person, in_other_region, person, several

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def init(me: Person, *options: str) -> Result:
    return CliRunner().invoke(app, ["policy", "init", "--out", str(me.policy), "--force", *options])


def test_what_is_open_today_is_in_order_and_what_comes_is_not(tmp_path: Path) -> None:
    odd = cluster(*DEFAULTS, SSH, "icmp/8 from 10.0.0.0/8", name="dev-9", group="sg-0aaaaaaaaaaaaaaa9")
    with person(tmp_path, *several(3), odd, in_other_region()) as me:
        ran = init(me, "--from", "live", "--region", REGION, "--region", OTHER_REGION)
        assert ran.exit_code == 0, ran.output
        assert ran.stderr.startswith("5 clusters, ")
        found = me.document("plan", "--region", REGION, "--region", OTHER_REGION)
        assert [each["status"] for each in found["results"]] == ["in_sync"] * 5
        me.open_to("tcp/23 from 10.1.0.0/16", "sg-0aaaaaaaaaaaaaaa9")
        me.close("all to self", "sg-00000000000000001")
        found = me.document("plan", status=3)
        drifted = {each["cluster"]["name"]: each["changes"] for each in found["results"] if each["changes"]}
        assert {name: [change["rule"] for change in changes] for name, changes in drifted.items()} == {
            "dev-1": ["all to self"],
            "dev-9": ["tcp/23 from 10.1.0.0/16"],
        }


OWN = "2600:1f18:1::/56"


def test_addresses_of_the_vpc_are_known_as_its_own(tmp_path: Path) -> None:
    odd = cluster(*DEFAULTS, f"tcp/443 from {OWN}", name="dev-9", group="sg-0aaaaaaaaaaaaaaa9")
    by_address = cluster(
        "all from 10.0.0.0/16", "all to 0.0.0.0/0", name="dev-8", group="sg-0aaaaaaaaaaaaaaa8"
    )
    with person(tmp_path, odd, by_address, vpcs=(vpc("10.0.0.0/16", OWN),)) as me:
        assert init(me, "--from", "live").exit_code == 0
        text = me.policy.read_text()
        assert f"# {OWN}: public addresses, but the VPC's own" in text
        assert text.count("no-public-ingress") == 2
        assert "open to public addresses" not in text
        assert "below_eks_minimum" not in text
        found = me.document("plan")
        assert [each["status"] for each in found["results"]] == ["in_sync"] * 2


def test_a_vpc_that_makes_no_difference_is_not_read(tmp_path: Path) -> None:
    with person(tmp_path, *several(3)) as me:
        me.account.fail("DescribeVpcs", "UnauthorizedOperation", message="no")
        assert init(me, "--from", "live").exit_code == 0


def test_only_the_clusters_that_are_named_are_written_of(tmp_path: Path) -> None:
    with person(tmp_path, *several(3)) as me:
        assert init(me, "--from", "live", "--cluster", "dev-2").stderr.startswith("1 cluster, 1 policy")
        assert "dev-2" in me.policy.read_text()
        assert "dev-1" not in me.policy.read_text()


def test_where_reading_fails_nothing_is_written(tmp_path: Path) -> None:
    with person(tmp_path) as me:
        before = me.policy.read_text()
        me.account.fail("DescribeSecurityGroups", "UnauthorizedOperation", message="no")
        ran = init(me, "--from", "live")
        assert ran.exit_code == 1
        failed = "sgwarden: DescribeSecurityGroups failed with UnauthorizedOperation: no"
        assert ran.stderr.startswith(failed)
        assert me.policy.read_text() == before


@pytest.mark.parametrize("options", [("--region", REGION), ("--cluster", "dev-1"), ("--profile", "x")])
@pytest.mark.parametrize("source", [(), ("--from", "docs/example")], ids=["template", "files"])
def test_regions_and_names_are_of_a_live_account(
    source: tuple[str, ...], options: tuple[str, ...], tmp_path: Path
) -> None:
    with person(tmp_path) as me:
        assert init(me, *source, *options).exit_code == 2
