"""`sgwarden plan` and `apply` of additional groups: from files, and in a live account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator
from sgwarden.aws.inventory import Inventory
from sgwarden.cli.main import app
from sgwarden.cli.planning.clusters import as_document, every_group, plan_clusters
from sgwarden.cli.planning.saved_plan import SavedPlan, read_plan
from sgwarden.cli.planning.steps import make_step
from sgwarden.cli.saved.account import SavedAccount
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from typer.testing import CliRunner

from tests.integration.deployed import ACCOUNT, CLUSTER, GROUP, REGION, VPC, cluster, group, vpc
from tests.integration.samples import ROOT
from tests.unit.reviewing import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODES, LOST, STRANGE = "sg-0d2e4f6a8b0c1e3f5", "sg-0e3f5a7b9c1d2f4a6", "sg-0f4a6b8c0d2e3a5b7"
POLICY = """
version: 1
policies:
  - {name: own, clusters: {name: "*"}, mode: remediate, use: eks-baseline}
  - name: nodes
    clusters: {name: "*"}
    scope: {name: "*-nodes"}
    mode: remediate
    ingress: {deny: [{id: no-ssh, traffic: tcp/22, from: anywhere}]}
"""
ONLY_OWN = POLICY.partition("  - name: nodes")[0]


def described() -> AccountDescription:
    return AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(vpc(),),
        clusters=(cluster(),),
        groups=(
            group(NODES, "tcp/22 from 0.0.0.0/0", name="dev-1-nodes", tags={"sgwarden:cluster": CLUSTER}),
            group(LOST, "tcp/22 from 0.0.0.0/0", name="x-nodes", tags={"sgwarden:cluster": "dev-2"}),
            group(STRANGE, "tcp/22 from 0.0.0.0/0", name="y-nodes"),
        ),
    )


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount(described()) as opened:
        yield opened


def inventory(account: EmbeddedAccount) -> Inventory:
    return Inventory(account.client("ec2"), account.client("eks"))


def plan(account: EmbeddedAccount, policy: str = POLICY) -> dict[str, Any]:
    found = as_document(plan_clusters(REGION, inventory(account), read_file(policy).document))
    Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text())).validate(found)
    return found


def test_a_live_account_is_planned_with_the_groups_that_are_tagged(account: EmbeddedAccount) -> None:
    found = plan(account)
    own, nodes = found["results"]
    assert (own["security_group"], own["status"]) == (GROUP, "in_sync")
    assert (nodes["security_group"], nodes["additional"], nodes["policy"]) == (NODES, True, "nodes")
    assert [change["rule"] for change in nodes["changes"]] == ["tcp/22 from 0.0.0.0/0"]
    assert found["ignored"] == [
        {
            "cluster": "dev-2",
            "account": "",
            "region": REGION,
            "reason": "it is tagged sgwarden:cluster=dev-2, and there is no such cluster",
        }
    ]


def test_nobody_asks_for_them_where_no_policy_is_for_them(account: EmbeddedAccount) -> None:
    account.forget_calls()
    found = plan(account, ONLY_OWN)
    assert [each["security_group"] for each in found["results"]] == [GROUP]
    assert "ignored" in found
    assert found["ignored"] == []
    assert [call.operation for call in account.calls("DescribeSecurityGroups")] == ["DescribeSecurityGroups"]


def test_what_eks_made_is_no_additional_group_whatever_people_tag(account: EmbeddedAccount) -> None:
    account.client("ec2").create_tags(Resources=[GROUP], Tags=[{"Key": "sgwarden:cluster", "Value": CLUSTER}])
    found = plan(account)
    assert [(each["security_group"], each["policy"]) for each in found["results"]] == [
        (GROUP, "own"),
        (NODES, "nodes"),
    ]
    reason = f"{GROUP} is a group that EKS made, and no additional one: its tag says nothing"
    assert reason in [each["reason"] for each in found["ignored"]]


def test_a_check_of_the_live_account_judges_them_too(account: EmbeddedAccount) -> None:
    found = every_group(inventory(account), read_file(POLICY).document)
    assert [(each.security_group_id, each.cluster_security_group_id) for each in found] == [
        (GROUP, GROUP),
        (NODES, GROUP),
    ]


def test_a_saved_plan_knows_them_and_applies(account: EmbeddedAccount, tmp_path: Path) -> None:
    document = read_file(POLICY).document
    found = list(plan_clusters(REGION, inventory(account), document))
    file = tmp_path / "plan.json"
    file.write_text(SavedPlan.of(document, found).text())
    saved = read_plan(file)
    (step,) = saved.steps
    assert (step.place.group_id, step.place.additional) == (NODES, True)
    made = make_step(step, saved.document, lambda _region: inventory(account))
    assert made.outcome is not None
    assert made.outcome.status == "remediated"
    assert account.lines(NODES) == ()
    assert account.lines(LOST) == account.lines(STRANGE) == ("tcp/22 from 0.0.0.0/0",)


def test_saved_files_are_planned_the_same_way(account: EmbeddedAccount, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    groups = account.client("ec2").describe_security_groups()["SecurityGroups"]
    eks = account.client("eks").describe_cluster(name=CLUSTER)["cluster"]
    (folder / "security-groups.json").write_text(json.dumps({"SecurityGroups": groups}, default=str))
    (folder / "clusters.json").write_text(json.dumps([{"cluster": eks}], default=str))
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    ran = CliRunner().invoke(app, ["plan", "--from", str(folder), "--policy", str(policy)])
    assert ran.exit_code == 3
    assert f"additional group {NODES}, {REGION}, account {ACCOUNT}" in ran.stdout
    assert "Clusters: 1 in sync\nAdditional groups: 1 drifted, 1 ignored\n" in ran.stdout
    assert sorted(SavedAccount.in_folder(folder).tagged_by_people()) == [CLUSTER, "dev-2"]
    assert VPC in json.dumps(groups)
