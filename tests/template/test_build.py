"""`sam validate --lint` passes, and `sam build` makes layers that Lambda can run; no network, no Docker."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.application import ROOT

_SAM = Path(sys.executable).with_name("sam")


@pytest.fixture(scope="module")
def run_sam(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    return Run(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def built(run_sam: "Run", tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("build")
    run_sam("build", "--build-dir", str(directory))
    return directory


class Run:
    """Runs sam as a person with a bare account does: no settings, no credentials, no region."""

    def __init__(self, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE"))}
        self._environment = kept | {"HOME": str(home), "SAM_CLI_TELEMETRY": "0"}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603  our own command
            [_SAM, *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_the_template_is_valid(run_sam: "Run") -> None:
    assert "is a valid SAM Template" in run_sam("validate", "--lint")


def test_the_layer_carries_only_what_runs(built: Path) -> None:
    layer = built / "SgwardenLayer" / "python"
    packages = {path.name for path in layer.iterdir() if not path.name.endswith(".dist-info")}
    assert packages - {"__pycache__"} == {
        "aws_lambda_powertools",
        "jmespath",
        "sgwarden",
        "typing_extensions.py",
    }
    assert not (layer / "sgwarden" / "cli").exists()
    assert not (layer / "sgwarden" / "embedded").exists()
    assert not (layer / "sgwarden" / "review").exists()


def test_the_layer_of_channels_brings_their_sdk_alone(built: Path) -> None:
    layer = built / "NotifyLayer" / "python"
    packages = {path.name for path in layer.iterdir() if not path.name.endswith(".dist-info")}
    assert packages - {"__pycache__"} == {"slack_sdk"}
    assert not (layer / "slack_sdk" / "socket_mode").exists()


@pytest.mark.parametrize("name", ["SgwardenLayer", "NotifyLayer"])
def test_the_layer_has_the_versions_that_are_pinned(built: Path, name: str) -> None:
    pins = (ROOT / "constraints.txt").read_text().lower().replace("-", "_").splitlines()
    infos = (built / name / "python").glob("*.dist-info")
    versions = {path.stem.replace("-", "==").lower() for path in infos}
    assert versions
    assert versions <= set(pins)


@pytest.mark.parametrize("name", ["SgwardenLayer", "NotifyLayer"])
def test_the_layer_has_no_bytecode_that_lambda_cannot_read(built: Path, name: str) -> None:
    bytecode = list((built / name).rglob("*.pyc"))
    assert all(path.name.endswith(".cpython-313.pyc") for path in bytecode)


def test_the_policy_is_compiled_to_where_the_function_looks(built: Path) -> None:
    assert isinstance(json.loads((built / "PolicyLayer" / "policy.json").read_text()), dict)
