"""`sgwarden policy init`, as a person calls it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.policy import app
from sgwarden.cli.policy import init as policy_init
from sgwarden.cli.policy.init import starting_policy
from sgwarden.review.adopt import Adopted
from typer.testing import CliRunner

from tests.unit.reviewing import errors_of, read_file, warnings_of

if TYPE_CHECKING:
    from typer.testing import Result

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
GOLDEN = """\
# yaml-language-server: $schema=./policy.schema.json
# What is open today at 2 clusters (1 account, 1 region), written by `sgwarden policy init`: with this policy
# `sgwarden plan` finds nothing to do, and whatever else is opened is drift. That something is open today does
# not make it right.
# There are 8 questions for a reviewer in this file, each a comment that begins with `question:`. Narrow or
# remove the line below it, or answer it there; `sgwarden plan` then shows what that would change.
# Nothing is changed by this policy while its mode is observe: sgwarden writes only where both the policy and
# the stack's parameter Mode say `remediate`.
# The ready-made sets under `use:` (`sgwarden policy sets` shows them) are true of today to the word.
# Next: `sgwarden policy check` and `sgwarden plan` with this file, and `sgwarden policy explain` for what it
# says of some traffic.
version: 1
policies:

  # eu-west-1, account 111122223333: sg-07e2b8f4c6a1d9035
  - name: minimum-7
    clusters: {name: minimum-7}
    mode: observe
    # question: below the EKS minimum, without tcp/10250 to self: is that meant?
    below_eks_minimum: true
    use: [no-public-ingress]
    ingress:
      otherwise: deny
      require:
        - id: eks-self-ingress
          traffic: all
          from: self
          severity: critical
          why: "nodes and control plane reach each other through this rule alone"
    egress:
      otherwise: deny
      require:
        - id: eks-minimum-https
          traffic: tcp/443
          to: self
          severity: critical
          why: "nodes reach the Kubernetes API, and the API its webhooks"
        - id: eks-minimum-dns
          traffic: [tcp/53, udp/53]
          to: self
          severity: critical
          why: "pods reach CoreDNS on other nodes"
      allow:
        # question: tcp/80 may leave to the whole internet (0.0.0.0/0): is there a narrower place to name?
        # question: no description: what is it for?
        - {id: http-to-anywhere, traffic: tcp/80, to: 0.0.0.0/0}
    tags:
      require:
        "kubernetes.io/cluster/{cluster}": owned
        Name: "{group_name}"

  # eu-west-1, account 111122223333: sg-0d41c9a7e5b3f2816
  - name: payments
    clusters: {name: payments}
    mode: observe
    # question: all traffic may leave to anywhere: would eks-minimum-egress and node-registries be enough?
    use: [eks-baseline, eks-open-egress]
    ingress:
      otherwise: deny
      allow:
        # question: critical: FTP, SSH, Telnet can be reached from the whole internet (0.0.0.0/0): who needs
        #   that?
        # question: no description: what is it for?
        - {id: tcp-20-25-from-anywhere, traffic: tcp/20-25, from: 0.0.0.0/0}
        # question: 10.0.0.0/8: wider than any VPC; which networks are meant?
        # question: no description: what is it for?
        - {id: https-from-10.0.0.0-8, traffic: tcp/443, from: 10.0.0.0/8}
    egress: {otherwise: deny}
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["init", *(str(each) for each in arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example, to be changed."""
    for file in EXAMPLE.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_policy_of_the_example() -> None:
    done = run("--from", EXAMPLE)
    assert (done.exit_code, done.stdout) == (0, GOLDEN)
    assert done.stderr == (
        "2 clusters, 2 policies, 8 questions for a reviewer. "
        "Next: sgwarden policy check FILE, sgwarden plan --policy FILE\n"
    )
    assert (errors_of(GOLDEN), warnings_of(GOLDEN)) == ([], [])


class TestTheStartingPolicy:
    def test_it_is_written_where_there_is_nothing_to_begin_from(self) -> None:
        done = run()
        assert (done.exit_code, done.stdout) == (0, starting_policy())
        assert "Next: sgwarden policy check FILE" in done.stderr

    def test_it_is_in_order_and_changes_nothing(self) -> None:
        text = starting_policy()
        assert (errors_of(text), warnings_of(text)) == ([], [])
        assert {each.mode for each in read_file(text).document.policies} == {"observe"}

    def test_what_is_commented_out_holds_as_well(self) -> None:
        """Whoever takes the comments away must not find that it never worked."""
        text = _with_examples(starting_policy())
        assert (errors_of(text), warnings_of(text)) == ([], [])
        names = [each.name for each in read_file(text).document.policies]
        assert names == ["production", "baseline"]
        assert "nodes" in {each.id for each in read_file(text).document.policies[1].ingress}


def _with_examples(text: str) -> str:
    """The text with what is commented out put in: from the first key of each comment on."""
    lines, is_example = [], False
    for line in text.splitlines():
        indent, sign, words = line.partition("# ")
        if indent.strip() or not sign:
            is_example = False
        elif re.match(r"(- )?[a-z_]+:( |$)", words):
            is_example = True
        lines.append(indent + words if is_example else line)
    return "\n".join(lines) + "\n"


class TestWhereItGoes:
    def test_into_a_file(self, tmp_path: Path) -> None:
        out = tmp_path / "policy.yaml"
        done = run("--from", EXAMPLE, "--out", out)
        assert (done.exit_code, done.stdout, out.read_text()) == (0, "", GOLDEN)
        assert f"Next: sgwarden policy check {out}, sgwarden plan --policy {out}" in done.stderr

    def test_never_over_one_that_is_there(self, tmp_path: Path) -> None:
        out = tmp_path / "policy.yaml"
        out.write_text("mine")
        done = run("--out", out)
        assert (done.exit_code, out.read_text()) == (1, "mine")
        assert "is there already" in done.stderr

    def test_but_by_force(self, tmp_path: Path) -> None:
        out = tmp_path / "policy.yaml"
        out.write_text("mine")
        assert run("--out", out, "--force").exit_code == 0
        assert out.read_text() == starting_policy()

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        done = run("--out", tmp_path / "none" / "policy.yaml")
        assert done.exit_code == 1
        assert "cannot be written" in done.stderr


class TestWhatItIsMadeOf:
    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        done = run("--from", tmp_path / "none")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == f"sgwarden: {tmp_path / 'none'} is no folder\n"

    def test_a_group_that_is_missing(self, folder: Path) -> None:
        change(folder / "clusters.json", "sg-07e2b8f4c6a1d9035", "sg-0000")
        done = run("--from", folder)
        assert done.exit_code == 1
        assert "security-groups.json lacks sg-0000" in done.stderr

    def test_a_cluster_that_is_being_deleted_gets_no_policy(self, folder: Path) -> None:
        described = json.loads((folder / "clusters.json").read_text())
        described[0]["cluster"]["status"] = "DELETING"
        (folder / "clusters.json").write_text(json.dumps(described))
        done = run("--from", folder)
        assert "payments" not in done.stdout
        assert done.stderr.startswith("1 cluster, 1 policy, 3 questions")

    def test_no_cluster_at_all(self, folder: Path) -> None:
        (folder / "clusters.json").write_text("[]")
        done = run("--from", folder)
        assert done.exit_code == 1
        assert "there is no cluster to write a policy for" in done.stderr

    def test_a_cluster_of_two_minds(self, folder: Path) -> None:
        change(folder / "clusters.json", "minimum-7", "payments")
        done = run("--from", folder)
        assert done.exit_code == 1
        assert "cluster payments in eu-west-1 of account 111122223333 is there twice" in done.stderr

    def test_a_cluster_that_no_policy_can_name(self, folder: Path) -> None:
        change(folder / "clusters.json", "minimum-7", "minimum-*")
        done = run("--from", folder)
        assert done.exit_code == 1
        assert "no policy picks minimum-* alone" in done.stderr

    def test_a_rule_that_no_policy_can_name(self, folder: Path) -> None:
        lists = [{"PrefixListId": "prefix list", "Cidrs": ["192.0.2.0/24"]}]
        (folder / "prefix-lists.json").write_text(json.dumps({"PrefixLists": lists}))
        change(
            folder / "security-groups.json",
            '"PrefixListIds": []',
            '"PrefixListIds": [{"PrefixListId": "prefix list"}]',
        )
        done = run("--from", folder)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "today's rules cannot be written as a policy" in done.stderr


@pytest.mark.parametrize(
    ("old", "new"), [("from: 10.0.0.0/8", "from: 10.0.0.0/9"), ("name: payments", "name: p")]
)
def test_a_policy_that_is_not_true_of_today_is_never_shown(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_init, "adopted", lambda _, beside: Adopted(GOLDEN.replace(old, new), 2, 2, 8))
    done = run("--from", EXAMPLE)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no policy was found that cluster payments is true to today" in done.stderr
