"""`sgwarden policy init --from` tells of groups that people have tagged, for which it writes no policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.deployed import ACCOUNT, REGION, VPC, cluster, group
from tests.integration.live import OTHER_VPC, person

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.embedded import GroupDescription

NODES, DATABASE, FOREIGN = "sg-0d2e4f6a8b0c1e3f5", "sg-0e3f5a7b9c1d2f4a6", "sg-0f4a6b8c0d2e3f5a7"
ONE = "# Not in this file: 1 group tagged sgwarden:cluster, which takes a policy with a `scope`."
TWO = "# Not in this file: 2 groups tagged sgwarden:cluster, which takes a policy with a `scope`."


def tagged(group_id: str, name: str = "dev-1") -> GroupDescription:
    return group(group_id, tags={"sgwarden:cluster": name})


def told(text: str) -> list[str]:
    return [line for line in text.splitlines() if "sgwarden:cluster" in line]


@pytest.mark.parametrize(
    ("groups", "lines"),
    [
        ((), []),
        ((tagged(NODES),), [ONE]),
        ((tagged(NODES), tagged(DATABASE)), [TWO]),
        ((tagged(NODES), tagged(DATABASE, "no-such")), [ONE]),
        ((group(NODES),), []),
    ],
)
def test_of_a_live_account(tmp_path: Path, groups: tuple[GroupDescription, ...], lines: list[str]) -> None:
    with person(
        tmp_path, cluster(), cluster(name="dev-2", group="sg-00000000000000002"), groups=groups
    ) as me:
        ran = CliRunner().invoke(
            app, ["policy", "init", "--from", "live", "--out", str(me.policy), "--force"]
        )
        assert ran.exit_code == 0, ran.output
        assert told(me.policy.read_text()) == lines
        assert me.document("plan")["results"]


@pytest.mark.parametrize(("vpc", "lines"), [(VPC, [ONE]), (OTHER_VPC, [])])
def test_of_a_saved_account(tmp_path: Path, vpc: str, lines: list[str]) -> None:
    own, beside = "sg-0c1f4a7be2d95083a", [{"Key": "sgwarden:cluster", "Value": "dev-1"}]
    groups = [
        {"GroupId": own, "GroupName": "eks-cluster-sg-dev-1-1", "VpcId": VPC, "Tags": []},
        {"GroupId": NODES, "GroupName": "nodes", "VpcId": vpc, "Tags": beside},
    ]
    network = {"clusterSecurityGroupId": own, "vpcId": VPC}
    described = {
        "name": "dev-1",
        "arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/dev-1",
        "status": "ACTIVE",
        "kubernetesNetworkConfig": {"ipFamily": "ipv4"},
        "resourcesVpcConfig": network,
    }
    (tmp_path / "security-groups.json").write_text(json.dumps({"SecurityGroups": groups}))
    (tmp_path / "clusters.json").write_text(json.dumps([described]))
    ran = CliRunner().invoke(app, ["policy", "init", "--from", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert told(ran.stdout) == lines
