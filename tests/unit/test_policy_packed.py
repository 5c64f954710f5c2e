"""A compiled policy as the value of an SSM parameter, which `sgwarden policy compile --compress` writes."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.policy import app
from sgwarden.policy import PolicyError, load_compiled
from sgwarden.policy.packed import LARGEST, pack, unpack
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

COMPILED = '{"format":1}\n'
GOOD = "version: 1\npolicies: [{name: p, clusters: {name: 'prod-*'}}]\n"


def zipped(data: bytes) -> bytes:
    """Without the time, which would be in the names of tests."""
    return gzip.compress(data, mtime=0)


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as refused:
        unpack(text, "the parameter")
    return str(refused.value)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compile", *(str(each) for each in arguments)])


class TestPacked:
    def test_it_is_gzip_in_base64(self) -> None:
        assert gzip.decompress(base64.b64decode(pack(COMPILED), validate=False)) == COMPILED.encode()
        assert pack(COMPILED).count("\n") == 1

    def test_equal_policies_are_packed_alike(self) -> None:
        """The header of gzip has room for the time and the file's name."""
        assert pack(COMPILED) == pack(COMPILED)
        header = base64.b64decode(pack(COMPILED))[:10]
        assert header[3:8] == bytes(5)

    @pytest.mark.parametrize("text", [COMPILED, f" \n{COMPILED} ", pack(COMPILED), f"\n{pack(COMPILED)}\r\n"])
    def test_json_and_what_is_packed_are_told_apart(self, text: str) -> None:
        assert unpack(text).strip() == COMPILED.strip()

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "cut off"),
            ("version: 1", "neither compiled JSON nor gzip in base64"),
            ("AQICAHhZ", "neither compiled JSON nor gzip in base64"),  # what KMS encrypts looks like this
            ("[]", "neither compiled JSON nor gzip in base64"),
            ("é", "neither compiled JSON nor gzip in base64"),
            (pack(COMPILED)[1:], "neither compiled JSON nor gzip in base64"),
            (base64_of(zipped(COMPILED.encode())[:-1]), "cut off"),
            (base64_of(zipped(COMPILED.encode()) * 2), "cut off, or something comes after it"),
            (base64_of(zipped(COMPILED.encode()) + b"x"), "cut off, or something comes after it"),
            (base64_of(zipped(b'{"\xff"}')), "not UTF-8"),
            (base64_of(zipped(b" " * (LARGEST + 1))), "more than 262144 bytes"),
            (base64_of(zipped(b" " * 10**8)), "more than 262144 bytes"),
        ],
    )
    def test_anything_else_is_refused_with_the_reason_and_what_to_do(self, text: str, reason: str) -> None:
        said = refusal(text)
        assert said.startswith("the parameter: ")
        assert reason in said
        assert said.endswith("; write it with `sgwarden policy compile --compress`")

    def test_a_bomb_is_not_unpacked_to_its_end(self) -> None:
        bomb = base64_of(zipped(b" " * 10**8))
        tracemalloc.start()
        refusal(bomb)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 4 * LARGEST

    def test_the_largest_that_is_packed_is_the_largest_that_is_unpacked(self) -> None:
        largest = "{" + " " * (LARGEST - 1)
        assert unpack(pack(largest)) == largest
        with pytest.raises(PolicyError, match=r"p\.yaml: it has more than 262144 bytes of JSON"):
            pack(largest + " ", "p.yaml")


class TestCompress:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        file = tmp_path / "policy.yaml"
        file.write_text(GOOD)
        return file

    def test_it_is_what_is_compiled_made_small(self, source: Path) -> None:
        done = run(source, "--compress")
        assert done.exit_code == 0
        assert unpack(done.stdout) == run(source).stdout
        assert load_compiled(unpack(done.stdout)).policies[0].name == "p"

    def test_people_are_told_which_parameter_holds_it(self, source: Path, tmp_path: Path) -> None:
        done = run(source, "--compress", "--out", tmp_path / "p.txt")
        size = (tmp_path / "p.txt").stat().st_size
        assert done.stdout == ""
        assert done.stderr == f"{size} bytes: an SSM parameter of the standard tier (4,096) holds them\n"

    @pytest.mark.parametrize(
        ("size", "status", "said"),
        [
            (4096, 0, "4,096 bytes: an SSM parameter of the standard tier (4,096) holds them"),
            (4097, 0, "4,097 bytes: an SSM parameter of the advanced tier (8,192) holds them"),
            (8192, 0, "8,192 bytes: an SSM parameter of the advanced tier (8,192) holds them"),
            (8193, 1, "8,193 bytes when compressed, of which an SSM parameter holds 8,192"),
        ],
    )
    def test_one_that_no_parameter_holds_is_not_written(
        self, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, status: int, said: str
    ) -> None:
        monkeypatch.setattr("sgwarden.cli.policy.compile.pack", lambda _compiled, _source: "x" * size)
        done = run(source, "--compress", "--out", tmp_path / "p.txt")
        assert (done.exit_code, (tmp_path / "p.txt").exists()) == (status, status == 0)
        assert said in done.stderr

    def test_a_bad_policy_is_told_of_as_without_it(self, source: Path) -> None:
        source.write_text(GOOD.replace("name: p,", "nam: p,"))
        done, plain = run(source, "--compress"), run(source)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", plain.stderr)
