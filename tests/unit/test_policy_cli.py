"""`sgwarden policy ...`, as a person calls it."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from sgwarden.cli.policy import app
from sgwarden.cli.policy.table import show_policy
from sgwarden.policy import load_compiled
from sgwarden.policy.ready_made import ready_made_sets
from typer.testing import CliRunner

from tests.unit.reviewing import policy, read_file
from tests.unit.test_review_explain import TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SSH = "no-public-ssh (critical, set no-public-admin-ports)"
GOOD = "version: 1\npolicies: [{name: p, clusters: {name: 'prod-*'}}]\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


class TestCompile:
    def test_a_good_policy_is_written(self, source: Path, tmp_path: Path) -> None:
        out = tmp_path / "policy.json"
        done = run("compile", source, "--out", out)
        assert (done.exit_code, done.output) == (0, "")
        assert load_compiled(out.read_text()).policies[0].name == "p"

    def test_without_a_place_it_goes_to_standard_output(self, source: Path) -> None:
        assert load_compiled(run("compile", source).stdout).policies[0].name == "p"

    def test_a_bad_policy_is_told_of_and_nothing_is_written(self, source: Path, tmp_path: Path) -> None:
        out = tmp_path / "policy.json"
        source.write_text(GOOD.replace("name: p,", "nam: p,"))
        done = run("compile", source, "--out", out)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == (
            f'{source}:2:13: unknown key "nam" in policy 1; did you mean "name"?\n'
            "  policies: [{nam: p, clusters: {name: 'prod-*'}}]\n"
            "              ^\n"
        )
        assert not out.exists()

    def test_a_warning_is_no_reason_to_refuse(self, source: Path) -> None:
        source.write_text(GOOD + "peers: {unused: 10.0.0.0/8}\n")
        assert run("compile", source).exit_code == 0

    def test_a_file_that_is_not_there_is_a_wrong_use(self, tmp_path: Path) -> None:
        assert run("compile", tmp_path / "none.yaml").exit_code == 2


class TestCheck:
    def test_a_policy_in_order(self, source: Path) -> None:
        done = run("check", source)
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout == "1 policy, 0 expectations: in order, 0 errors, 0 warnings\n"

    def test_errors_and_warnings_come_at_once_in_the_order_of_lines(self, source: Path) -> None:
        source.write_text(GOOD + "peers: {a: vpc}\nexpect: [{cluster: prod-1, denied: all from vpc}]\n")
        done = run("check", source)
        assert done.exit_code == 1
        assert done.stderr.splitlines() == [
            f'{source}:3:9: warning: the peer "a" is never used; '
            "remove it, or the statement for it is missing",
            "  peers: {a: vpc}",
            "          ^",
            f'{source}:4:36: "all from vpc" should be denied for prod-1, '
            'but policy "p" does not forbid all from 10.0.0.0/16; assumed: vpc is 10.0.0.0/16',
            "  expect: [{cluster: prod-1, denied: all from vpc}]",
            "                                     ^",
        ]
        assert done.stdout == "1 policy, 1 expectation: not in order, 1 error, 1 warning\n"

    def test_warnings_fail_it_only_where_that_is_asked_for(self, source: Path) -> None:
        source.write_text(GOOD + "peers: {a: vpc}\n")
        assert run("check", source).exit_code == 0
        assert run("check", source, "--strict").exit_code == 1

    def test_what_cannot_be_read_is_an_error(self, source: Path) -> None:
        source.write_text(GOOD.replace("version: 1", "version: 2"))
        done = run("check", source)
        assert done.exit_code == 1
        assert f"{source}:1:10: version must be 1, the only one there is\n  version: 2\n" in done.stderr

    def test_a_limit_may_be_given(self, source: Path) -> None:
        source.write_text(
            policy(
                "    ingress:\n      otherwise: deny\n"
                "      require: [{id: own, traffic: all, from: self}]\n"
                "      allow: [{id: wide, traffic: tcp, from: 10.0.0.0/8}]\n"
            )
        )
        done = run("check", source, "--limit", "all from ipv6/48", "--limit", "tcp/22 from ipv4/16")
        assert done.exit_code == 1
        assert 'allows 10.0.0.0/8, wider than limit "--limit" (tcp/22 from ipv4/16)' in done.stderr
        assert run("check", source, "--limit", "tcp/22 from ipv4/8").exit_code == 0

    def test_a_limit_that_is_none_is_a_wrong_use(self, source: Path) -> None:
        assert run("check", source, "--limit", "/16").exit_code == 2

    def test_clusters_without_a_policy_are_told(self, source: Path, tmp_path: Path) -> None:
        clusters = tmp_path / "clusters.json"
        described = [
            {
                "name": name,
                "arn": f"arn:aws:eks:eu-west-1:111122223333:cluster/{name}",
                "resourcesVpcConfig": {"clusterSecurityGroupId": f"sg-{number}"},
            }
            for number, name in enumerate(("prod-1", "dev-1"))
        ]
        clusters.write_text(json.dumps(described))
        done = run("check", source, "--clusters", clusters)
        assert done.exit_code == 0
        assert done.stderr == (
            f"{source}: warning: no policy matches cluster dev-1 (eu-west-1, account 111122223333): "
            "it is left alone\n"
        )

    def test_clusters_that_cannot_be_read_are_an_error(self, source: Path, tmp_path: Path) -> None:
        clusters = tmp_path / "clusters.json"
        clusters.write_text("{}")
        done = run("check", source, "--clusters", clusters)
        assert done.exit_code == 1
        assert str(clusters) in done.stderr


class TestExplain:
    @pytest.fixture(autouse=True)
    def explained(self, source: Path) -> None:
        source.write_text(TEXT)

    def test_traffic(self, source: Path) -> None:
        done = run("explain", source, "--traffic", "tcp/443-444 from office")
        assert done.exit_code == 0
        assert done.stdout == (
            "tcp/443-444 from office\n\n"
            "p: partly  clusters named *\n"
            "  allowed tcp/443 from 198.51.100.0/24\n"
            "  by web: clients\n"
            "  forbidden tcp/444 from 198.51.100.0/24\n"
            "  by otherwise: deny: no statement speaks of it\n"
            "  assumed: an IPv4 cluster; vpc is 10.0.0.0/16\n"
        )

    def test_traffic_for_programs(self, source: Path) -> None:
        done = run("explain", source, "--traffic", "tcp/22 to 1.1.1.1", "--cluster", "x", "--output", "json")
        assert json.loads(done.stdout) == {
            "traffic": "tcp/22 to 1.1.1.1/32",
            "cluster": "x",
            "policies": [
                {
                    "policy": "p",
                    "answer": "forbidden",
                    "parts": [
                        {
                            "answer": "forbidden",
                            "traffic": ["tcp/22 to 1.1.1.1/32"],
                            "by": [{"statement": "ssh", "set": "", "why": ""}],
                        }
                    ],
                    "assumed": [],
                }
            ],
        }

    def test_traffic_that_is_none_is_a_wrong_use(self, source: Path) -> None:
        assert run("explain", source, "--traffic", "tcp/22 from nowhere").exit_code == 2

    def test_a_cluster_without_a_policy_is_an_error(self, source: Path) -> None:
        source.write_text(GOOD)
        done = run("explain", source, "--cluster", "dev-1")
        assert (done.exit_code, done.stderr) == (1, "sgwarden: no policy is for a cluster named dev-1\n")

    def test_the_whole_policy(self, source: Path) -> None:
        lines = run("explain", source).stdout.splitlines()
        assert lines[0] == "Policy p"
        assert lines[1:3] == [
            "clusters named *",
            "mode observe, rules that are partly forbidden are trimmed to 8 rules at most",
        ]
        assert lines[4] == "Ingress: who reaches the cluster"
        assert [re.split("  +", line.strip()) for line in lines[5:8]] == [
            ["from", "traffic", "statement", "why"],
            ["must", "self", "all", "own (high)", "nodes"],
            ["may not", "internet, except vpc", "tcp/22", SSH, "a shell on a node"],
        ]
        assert (
            len({line.index("all ") for line in lines[6:7]} | {line.index("tcp/22") for line in lines[7:8]})
            == 1
        )
        assert re.split("  +", lines[-2].strip()) == [
            "may",
            "anyone else",
            "anything else",
            "otherwise: allow",
        ]

    def test_the_whole_policy_for_programs(self, source: Path) -> None:
        (policy,) = json.loads(run("explain", source, "--output", "json").stdout)["policies"]
        assert (policy["name"], policy["mode"], policy["use"]) == ("p", "observe", ["no-public-admin-ports"])
        assert policy["egress"] == {
            "otherwise": "allow",
            "statements": [
                {
                    "word": "may not",
                    "who": ["internet"],
                    "what": ["tcp/22"],
                    "statement": "ssh",
                    "severity": "high",
                    "set": "",
                    "why": "",
                }
            ],
        }

    @pytest.mark.parametrize("width", [60, 80, 120, 200])
    def test_on_a_terminal_it_is_a_table_as_wide_as_that(self, width: int) -> None:
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=True, color_system=None, width=width)
        (policy,) = read_file(TEXT).document.policies
        show_policy(console, policy)
        lines = screen.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        shown = (
            "".join(line for line in lines if line.startswith(("│", "|"))).replace(" ", "").replace("│", "")
        )
        assert "no-public-ssh" in shown


class TestSets:
    def test_they_are_listed_with_what_they_are_for(self) -> None:
        lines = run("sets").stdout.splitlines()
        assert [line.split("  ")[0] for line in lines] == [*ready_made_sets()]
        assert (
            "eks-minimum-egress     the outbound minimum of a cluster whose open outbound rule is gone"
            in lines
        )

    def test_one_is_shown_with_reasons_and_sources(self) -> None:
        done = run("sets", "no-public-admin-ports")
        assert done.stdout.startswith("# The ports by which a node is administered")
        assert "# Source: CIS AWS Foundations Benchmark" in done.stdout
        assert "why: a shell on a node" in done.stdout

    def test_one_that_is_not_there_is_a_wrong_use(self) -> None:
        done = run("sets", "eks-basline")
        assert done.exit_code == 2
        assert 'did you mean "eks-baseline"?' in " ".join(done.stderr.replace("│", " ").split())


def test_the_schema_is_written(tmp_path: Path) -> None:
    out = tmp_path / "policy.schema.json"
    assert run("schema", "--out", out).exit_code == 0
    assert out.read_text() == run("schema").stdout
    assert json.loads(out.read_text())["$schema"] == "http://json-schema.org/draft-07/schema#"
