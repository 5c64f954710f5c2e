"""The commands that work on a live account, in an embedded one."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from jsonschema import Draft7Validator
from sgwarden.cli.main import app
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.traffic import parse_line
from sgwarden.traffic.ec2_request import permission_of
from typer.testing import CliRunner

from tests.integration.deployed import ACCOUNT, CLUSTER, GROUP, REGION, ROOT, VPC, Json, cluster, vpc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sgwarden.embedded import ClusterDescription
    from typer.testing import Result

SCHEMA = Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text()))
OTHER_REGION, OTHER_VPC = "us-west-2", "vpc-05e9c7a1b3d8f2064"
DEFAULTS = ("all from self", "all to self", "all to 0.0.0.0/0")
SSH = "tcp/22 from 0.0.0.0/0"
NO_SSH = """\
version: 1
policies:
  - name: only
    clusters: {name: ["dev-*"]}
    use: [eks-baseline]
    ingress:
      deny: [{id: no-ssh, traffic: tcp/22, from: internet, remedy: revoke}]
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a policy file and credentials for the account."""

    account: EmbeddedAccount
    policy: Path

    def run(self, command: str, *arguments: object, answer: str = "") -> Result:
        """What the command prints, and its exit status."""
        words = [command, *map(str, arguments)]
        if not any(str(each).endswith("plan.json") for each in arguments) or command == "plan":
            words += ["--policy", str(self.policy)]
        with patch("time.sleep"):
            return CliRunner().invoke(app, words, input=answer)

    def document(self, command: str, *arguments: object, status: int = 0) -> Json:
        """The contract that the command prints."""
        ran = self.run(command, *arguments, "--output", "json")
        assert ran.exit_code == status, ran.output
        found: Json = json.loads(ran.stdout)
        assert list(SCHEMA.iter_errors(found)) == []
        return found

    def open_to(self, line: str, group_id: str = GROUP, region: str = REGION) -> None:
        self._change("authorize", line, group_id, region)

    def close(self, line: str, group_id: str = GROUP, region: str = REGION) -> None:
        self._change("revoke", line, group_id, region)

    def _change(self, verb: str, line: str, group_id: str, region: str) -> None:
        rule = parse_line(line, self_id=group_id)
        call = getattr(self.account.client("ec2", region), f"{verb}_security_group_{rule.direction}")
        call(GroupId=group_id, IpPermissions=[permission_of(rule)])


@contextmanager
def person(
    folder: Path,
    *clusters: ClusterDescription,
    policy: str = NO_SSH,
    **parts: Any,  # noqa: ANN401  fields of AccountDescription
) -> Iterator[Person]:
    """A person at an account of one cluster `dev-1`, or of the clusters that are given."""
    file = folder / "policy.yaml"
    file.write_text(policy)
    parts = {"clusters": clusters or (cluster(),), "vpcs": (vpc(), elsewhere()), **parts}
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION, **parts)) as account:
        yield Person(account, file)


def elsewhere() -> Any:  # noqa: ANN401
    return replace(vpc(), id=OTHER_VPC, region=OTHER_REGION)


def in_other_region(name: str = CLUSTER, group: str = "sg-0f3a7c1e9d5b82046") -> ClusterDescription:
    return replace(cluster(name=name, group=group), region=OTHER_REGION, vpc=OTHER_VPC)


def several(count: int) -> list[ClusterDescription]:
    """Clusters dev-0, dev-1 and so on, with groups to match."""
    return [
        cluster(name=f"dev-{number}", group=f"sg-0000000000000{number:04}", vpc=VPC)
        for number in range(count)
    ]
