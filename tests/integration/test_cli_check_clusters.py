"""`sgwarden policy check --clusters`: is each policy right at the clusters that it is for?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.main import app
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

POLICY = """version: 1
policies:
  - name: p
    clusters: {name: "*"}
    ingress: {otherwise: deny, allow: [{id: nodes, traffic: [tcp, udp], from: PEER}]}
"""
CLUSTER = {
    "name": "prod-1",
    "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod-1",
    "status": "ACTIVE",
    "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-0abc", "vpcId": "vpc-0abc"},
    "kubernetesNetworkConfig": {"ipFamily": "ipv4"},
}


def check(folder: Path, *with_files: str, peer: str = "10.20.0.0/16") -> Result:
    files = {
        "--clusters": {"cluster": CLUSTER},
        "--vpcs": {"Vpcs": [{"VpcId": "vpc-0abc", "CidrBlock": "10.20.0.0/16"}]},
        "--prefix-lists": {
            "PrefixLists": [{"PrefixListId": "pl-0abc", "PrefixListName": "own", "Cidrs": ["10.20.0.0/17"]}]
        },
    }
    (folder / "policy.yaml").write_text(POLICY.replace("PEER", peer))
    options = []
    for option in with_files:
        (folder / f"{option}.json").write_text(json.dumps(files[option]))
        options += [option, str(folder / f"{option}.json")]
    return CliRunner().invoke(app, ["policy", "check", str(folder / "policy.yaml"), *options])


def test_without_its_vpc_it_says_that_it_cannot_judge(tmp_path: Path) -> None:
    ran = check(tmp_path, "--clusters")
    assert ran.exit_code == 0
    assert "cannot be judged at cluster prod-1: the addresses of vpc-0abc decide" in ran.stderr


@pytest.mark.parametrize(("peer", "status"), [("10.20.0.0/16", 0), ("10.0.0.0/16", 1)])
def test_with_its_vpc_it_says_what_is_so(tmp_path: Path, peer: str, status: int) -> None:
    ran = check(tmp_path, "--clusters", "--vpcs", peer=peer)
    assert ran.exit_code == status
    assert ("below the EKS minimum at cluster prod-1" in ran.stderr) == bool(status)
    assert "cannot be judged" not in ran.stderr


def test_a_prefix_list_is_read_too(tmp_path: Path) -> None:
    ran = check(tmp_path, "--clusters", "--vpcs", "--prefix-lists", peer="pl-0abc")
    assert "below the EKS minimum at cluster prod-1" in ran.stderr
    ran = check(tmp_path, "--clusters", "--vpcs", peer="pl-0abc")
    assert "cannot be judged at cluster prod-1: prefix list pl-0abc decide" in ran.stderr


def test_vpcs_are_of_clusters(tmp_path: Path) -> None:
    assert check(tmp_path, "--vpcs").exit_code == 2
