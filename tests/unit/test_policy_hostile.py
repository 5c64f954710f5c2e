"""Policy files as strangers may write them: what is said of them is text, and said in good time."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest
from sgwarden.cli.policy import app
from sgwarden.policy import PolicyError, errors, load_compiled
from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Named, simple
from sgwarden.policy.reader import read_document
from sgwarden.policy.reading import Reader
from sgwarden.policy.yaml_source import parse
from sgwarden.review import globs
from sgwarden.review.build import compile_policy, read_policy_file
from sgwarden.review.pointless import pointless
from sgwarden.review.reach import never_reached
from sgwarden.review.table import spelled_out
from sgwarden.traffic import Cidr, parse_cidr, traffic
from typer.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sgwarden.policy.peers import PeerTerm
    from typer.testing import Result

HOSTILE = "p\x1b[31mRED\x1b]0;title\x07\u202e\x85::error::all is lost"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def doubled(levels: int) -> str:
    """A policy whose one peer is two names, each of them two names, and so on."""
    names = "".join(f"  n{level}: [n{level + 1}, n{level + 1}]\n" for level in range(levels))
    return (
        "version: 1\npolicies: [{name: p, clusters: {name: a}, "
        "ingress: {deny: [{id: a, traffic: all, from: n0, except: n1}, {id: b, traffic: udp, from: n0}]}}]\n"
        f"peers:\n{names}  n{levels}: 10.1.0.0/16\n"
    )


def top_of(levels: int, bottom: PeerTerm) -> Named:
    named = Named("n0", (bottom,))
    for level in range(1, levels):
        named = Named(f"n{level}", (named, named))
    return named


class Hashed(str):
    """Counts how often it is hashed."""

    times = 0
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        Hashed.times += 1
        return 1


class TestNames:
    BLOCK = Cidr(parse_cidr("10.1.0.0/16"))

    def test_each_thing_that_names_stand_for_comes_once_and_in_order(self) -> None:
        other = Cidr(parse_cidr("10.2.0.0/16"))
        office = Named("office", (self.BLOCK, other))
        assert [*simple([other, office, Named("all", (office, office))])] == [other, self.BLOCK]
        assert [*simple([top_of(12, self.BLOCK)])] == [self.BLOCK]

    def test_a_name_is_told_from_others_without_a_look_at_all_it_stands_for(self) -> None:
        top = top_of(12, cast("Any", Hashed("bottom")))
        Hashed.times = 0
        assert hash(top) == hash(Named("n11", ()))
        assert Hashed.times == 0

    def test_what_a_name_stands_for_is_spelled_out_where_it_comes_first(self) -> None:
        assert spelled_out(top_of(3, self.BLOCK)) == "n2 (n1 (n0 (10.1.0.0/16), n0), n1)"

    def test_names_of_names_take_no_time(self, tmp_path: Path) -> None:
        """All that is done with a policy: in a process of its own, since without a bound it never ends."""
        file = tmp_path / "policy.yaml"
        file.write_text(doubled(30))
        script = """if True:
            import pathlib, sys
            from sgwarden.cli.policy import app
            from sgwarden.cluster import Cluster
            from sgwarden.policy import desired
            from sgwarden.policy.packed import load_packed, pack
            from sgwarden.review.build import compile_policy
            file = sys.argv[1]
            document = load_packed(pack(compile_policy(pathlib.Path(file).read_bytes(), "policy")))
            desired(document.policies[0], Cluster("a", "111122223333", "eu-west-1", "sg-0a"))
            for command in ("check", "explain"):
                app([command, file], standalone_mode=False)
        """
        command = [sys.executable, "-c", script, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("10.1.0.0/16") > 0

    def test_names_too_deep_are_refused_in_a_compiled_policy_too(self) -> None:
        document = parse(doubled(33).encode(), "policy.yaml")
        reader = Reader(compiled=True)
        read_document(reader, document, {})
        assert [each.message for each in reader.problems] == [
            'peer "n31" is nested too deeply: names of names, more than 32 in a row',
        ]


class TestMessages:
    def test_they_are_lines_of_visible_characters(self) -> None:
        said = Problem(2, 3, f"message {HOSTILE}", f"hint\r\n{HOSTILE}").render(
            "\x1b]0;a\x07file", "a\nb\x1bcd"
        )
        head, line, caret = said.split("\n")
        assert head == ("file:2:3: message pRED ::error::all is lost; hint pRED ::error::all is lost")
        assert (line, caret) == ("  b cd", "    ^")

    def test_so_are_those_of_compiled_policies_with_their_paths(self) -> None:
        text = json.dumps(
            {"format": 1, "document": {"version": 1, "policies": [], "peers": {HOSTILE: "vpc"}}}
        )
        with pytest.raises(PolicyError) as caught:
            load_compiled(text, "the parameter")
        assert all(
            line.isprintable() and line.startswith("the parameter: ")
            for line in str(caught.value).split("\n")
        )

    def test_a_value_cannot_pass_for_another_message(self) -> None:
        text = 'version: 1\npolicies: [{name: p, clusters: {name: a}, mode: "x\\n::error::all is lost"}]\n'
        with pytest.raises(PolicyError) as caught:
            compile_policy(text.encode(), "policy.yaml")
        assert [line[:12] for line in str(caught.value).split("\n")] == [
            "policy.yaml:",
            "  policies: ",
            " " * 12,
        ]

    @pytest.mark.parametrize("column", [1, 5, 500, 49_980])
    def test_of_a_long_line_the_part_around_the_caret_is_shown(self, column: int) -> None:
        line = "".join(chr(ord("a") + place % 26) for place in range(50_000))
        _, shown, caret = Problem(1, column, "wrong").render("policy.yaml", line).split("\n")
        assert len(shown) <= 170
        assert shown[caret.index("^")] == line[column - 1]
        assert shown.startswith("  …") is (column > 100)
        assert shown.endswith("…") is (column < 49_000)

    def test_a_file_is_taken_apart_once_however_much_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Counting:
            times = 0

            def split(self, text: str) -> list[str]:
                self.times += 1
                return text.split("\n")

        counting = Counting()
        monkeypatch.setattr(errors, "LINE_BREAK", counting)
        text = "wrong\n" * 50 + "in its own way"
        assert (
            str(PolicyError([Problem(line, 1, "wrong") for line in range(1, 50)], "p", text)).count("^") == 49
        )
        assert counting.times == 1

    @pytest.mark.parametrize("arguments", [(), ("--traffic", "tcp/22 from vpc")])
    def test_explain_shows_a_policy_by_what_can_be_seen_of_it(
        self, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        file = tmp_path / "policy.yaml"
        statement = {"id": "a", "traffic": "all", "from": "vpc", "why": HOSTILE}
        policy = {"name": HOSTILE, "clusters": {"tags": {HOSTILE: HOSTILE}}, "below_eks_minimum": True}
        document = {"version": 1, "policies": [{**policy, "ingress": {"deny": [statement]}}]}
        file.write_text(json.dumps(document))
        for command in ("explain", "check"):
            done = run(command, file, *(arguments if command == "explain" else ()))
            assert done.exit_code == 0
            assert all(line.isprintable() for line in done.output.split("\n")), done.output
            assert "\u202e" not in done.output


class TestTime:
    @pytest.mark.parametrize("name", ["cluster-{}", "cluster-{}-*", "{}-?"])
    def test_policies_for_clusters_of_their_own_are_compared_at_a_glance(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        def walked(*_: object) -> bool:
            raise AssertionError

        monkeypatch.setattr(globs, "_walk", walked)
        policies = "".join(
            f"  - {{name: p{n}, clusters: {{name: '{name.format(n)}'}}}}\n" for n in range(100, 200)
        )
        file = read_policy_file(f"version: 1\npolicies:\n{policies}".encode(), "policy.yaml")
        assert [*never_reached(file.document)] == []

    def test_four_times_the_statements_take_not_sixteen_times_as_long(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut = traffic._aligned
        steps = 0

        def counted(left: traffic.Bands, right: traffic.Bands) -> Iterator[object]:
            nonlocal steps
            for each in cut(left, right):
                steps += 1
                yield each

        monkeypatch.setattr(traffic, "_aligned", counted)
        taken = []
        for number in (100, 400):
            before, policy = steps, self._policy(number)
            assert [*pointless(policy)] == []
            taken.append(steps - before)
        assert taken[1] < 10 * taken[0]  # with each beside all others it would be 16

    @staticmethod
    def _policy(number: int) -> Any:  # noqa: ANN401
        """As many statements, their ports in no order."""
        allowed = "".join(
            f"        - {{id: a{n}, traffic: tcp/{2 * port + 1}, from: 10.{port % 250}.0.0/24}}\n"
            for n in range(number)
            for port in [n * 77 % number]
        )
        head = "version: 1\npolicies:\n  - name: p\n    clusters: {name: a}\n    ingress:\n"
        text = f"{head}      otherwise: deny\n      allow:\n{allowed}"
        return read_policy_file(text.encode(), "policy.yaml").document.policies[0]


class TestCommands:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        file = tmp_path / "policy.yaml"
        file.write_text("version: 1\npolicies: [{name: p, clusters: {name: a}}]\n")
        return file

    def test_a_file_that_cannot_be_written_is_told_of(self, source: Path, tmp_path: Path) -> None:
        nowhere = tmp_path / "none" / "policy.json"
        for arguments in (("compile", source), ("schema",)):
            for out, reason in ((nowhere, "No such file or directory"), (tmp_path, "Is a directory")):
                done = run(*arguments, "--out", out)
                assert (done.exit_code, done.stdout) == (1, "")
                assert done.stderr == f"sgwarden: {out} cannot be written: {reason}\n"

    def test_no_cluster_has_no_name(self, source: Path) -> None:
        done = run("explain", source, "--cluster", "")
        assert done.exit_code == 2
        assert "--cluster is empty" in done.stderr
