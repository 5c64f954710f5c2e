"""Standard output that cannot take all, for its encoding, its disk or its reader, and colour in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.samples import POLICY, ROOT
from tests.integration.terminal import terminal

EXAMPLE = ROOT / "docs" / "example"
MAIN = [sys.executable, "-c", "from sgwarden.cli import main; main()"]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def run(
    arguments: str, stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    given = {**os.environ, **environment}
    env = {name: value for name, value in given.items() if value}
    return subprocess.run(  # noqa: S603  our own command
        [*MAIN, *arguments.split()], cwd=ROOT, env=env, stdout=stdout, stderr=subprocess.PIPE, check=False
    )


def plan(folder: Path) -> str:
    return f"plan --from {folder} --policy {POLICY}"


@pytest.fixture
def accented(tmp_path: Path) -> Path:
    """The example, with a name that ASCII has no characters for, nor Windows' code page."""
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder)
    groups = folder / "security-groups.json"
    found = json.loads(groups.read_text())
    for group in found["SecurityGroups"]:
        group["Tags"] = [{**tag, "Value": f"{tag['Value']} shar\u00e9d \u9f8d"} for tag in group["Tags"]]
    groups.write_text(json.dumps(found))
    return folder


@pytest.mark.parametrize(
    ("encoding", "shown"), [("ascii", b"shar\\xe9d \\u9f8d"), ("cp1252", b"shar\xe9d \\u9f8d")]
)
def test_what_the_encoding_lacks_is_escaped(accented: Path, encoding: str, shown: bytes) -> None:
    ran = run(plan(accented), PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (3, b"")
    assert shown in ran.stdout
    assert ran.stdout.splitlines()[-1] == b"Clusters: 2 drifted"


@needs_full
@pytest.mark.parametrize(
    ("arguments", "unbuffered"),
    [
        (plan(EXAMPLE), ""),
        (plan(EXAMPLE), "1"),
        (f"{plan(EXAMPLE)} --output json", ""),
        (f"{plan(EXAMPLE)} --output json", "1"),
        ("policy sets", ""),
        ("plan --help", ""),
    ],
)
def test_a_full_disk_is_told_of_in_one_line(arguments: str, unbuffered: str) -> None:
    # Python writes at once with PYTHONUNBUFFERED, and otherwise when it flushes.
    with FULL.open("wb") as full:
        ran = run(arguments, full.fileno(), PYTHONUNBUFFERED=unbuffered)
    assert ran.stderr == b"sgwarden: standard output cannot be written: No space left on device\n"
    assert ran.returncode == 1


def test_a_pipe_that_does_not_wait_is_told_of() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    # More than a pipe holds, which nobody takes out of it.
    os.write(theirs, b"x" * 2**20)
    ran = run("policy sets", theirs)
    os.close(theirs)
    os.close(ours)
    assert ran.stderr == b"sgwarden: standard output cannot be written: Resource temporarily unavailable\n"
    assert ran.returncode == 1


@pytest.mark.parametrize(("output", "unbuffered"), [("text", ""), ("text", "1"), ("json", "")])
def test_a_reader_that_had_enough_ends_it_in_silence(output: str, unbuffered: str) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    ran = run(f"{plan(EXAMPLE)} --output {output}", theirs, PYTHONUNBUFFERED=unbuffered)
    os.close(theirs)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.parametrize("arguments", [("plan", "--nonsense"), ("plan", "--help")], ids=" ".join)
@pytest.mark.parametrize("no_color", ["", "1"])
def test_usage_and_help_are_without_colour_where_none_is_wanted(
    arguments: tuple[str, ...], no_color: str
) -> None:
    text, _ = terminal(*arguments, NO_COLOR=no_color, FORCE_COLOR="", GITHUB_ACTIONS="")
    assert "plan" in text
    assert ("\x1b" in text) == (not no_color)
