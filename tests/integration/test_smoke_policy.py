"""The smoke test knows what comes of samples by their own policy, and tries the one that was built."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from sgwarden.embedded import read_account
from sgwarden.review.build import compile_policy

from tests.smoke import samples
from tests.smoke.built import BuiltFunction
from tests.smoke.checks import check_all
from tests.smoke.deployment import Deployment, deployed
from tests.smoke.runtime import running
from tests.smoke.stage import staged
from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")
TEMPLATE = """
Parameters:
  Mode: {Type: String, Default: observe}
Globals: {Function: {Handler: app.handler, Environment: {Variables: {MODE: !Ref Mode}}}}
Resources:
  Policy: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: policy}}
  Package: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: package}}
  Judge:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Layers: [!Ref Package, !Ref Policy]}
  Other:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Layers: [!Ref Package]}
"""
DESCRIBED = read_account(samples.EVENTS / "account.yaml")
GIVES_UP = """
def handler(event, context):
    return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in event["Records"]]}
"""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged(DESCRIBED) as opened:
        yield opened


@pytest.fixture
def function(tmp_path: Path) -> BuiltFunction:
    """One to which every message is to be delivered again."""
    (tmp_path / "app.py").write_text(GIVES_UP)
    return BuiltFunction("Judge", tmp_path, "app.handler", (), 128, 5, "Text", {}, {})


@pytest.fixture
def runtime(function: BuiltFunction, stage: Stage) -> Iterator[Runtime]:
    with running(function, stage.environment()) as started:
        yield started


def test_functions_have_the_policy_of_the_samples_and_beside_them_the_one_that_was_built(
    tmp_path: Path,
) -> None:
    for name in ("policy", "package", "code"):
        (tmp_path / name).mkdir()
    (tmp_path / "policy" / "policy.json").write_text("own")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    with deployed(tmp_path) as deployment:
        package, policy = deployment.functions["Judge"].layers
        compiled = (policy / "policy.json").read_text()
    assert json.loads(compiled) == json.loads(compile_policy(samples.POLICY.read_bytes(), "policy.yaml"))
    assert package == tmp_path / "package"
    assert deployment.functions["Other"].layers == (package,)
    assert deployment.functions["Judge"].environment == {"MODE": "remediate"}
    (own,) = deployment.own_policy.values()
    assert (own.name, own.layers) == ("Judge", (package, tmp_path / "policy"))
    assert own.environment == {"MODE": "observe"}


def test_by_any_policy_a_sample_must_come_to_an_end(runtime: Runtime, stage: Stage) -> None:
    with pytest.raises(SmokeError, match="the function failed every time"):
        samples.check_by_any_policy(samples.all_samples()[0], runtime, stage)


def test_a_policy_that_does_not_load_is_told(function: BuiltFunction, stage: Stage) -> None:
    (function.code / "app.py").write_text("open('/opt/policy.json')")
    *_, checked = check_all(Deployment({}, {"Judge": function}, stage))
    assert checked.name == "Judge, own policy"
    assert "No such file or directory: '/opt/policy.json'" in checked.failures["the process"]


def test_a_sample_without_a_golden_result_says_how_to_make_it(
    runtime: Runtime, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "GOLDEN", tmp_path)
    with pytest.raises(SmokeError, match=r"there is no .*\.json; `make golden` makes it"):
        samples.check(samples.all_samples()[0], runtime, stage)


def test_what_lies_in_a_folder_of_its_own_is_no_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = (samples.EVENTS / "name-tag-changed.json").read_text()
    (tmp_path / "mine").mkdir()
    for name in ("one.json", "mine/other.json"):
        (tmp_path / name).write_text(event)
    monkeypatch.setattr(samples, "EVENTS", tmp_path)
    assert [each.name for each in samples.all_samples()] == ["one"]
