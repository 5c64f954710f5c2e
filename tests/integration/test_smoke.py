"""What is wrong with a built function is told by the smoke test, in words, and in time."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sgwarden.embedded import read_account

from tests.smoke import loaded
from tests.smoke.built import Built, BuiltFunction
from tests.smoke.checks import check_all
from tests.smoke.deployment import Deployment
from tests.smoke.runtime import running
from tests.smoke.samples import EVENTS, all_samples
from tests.smoke.stage import Stage, staged
from tests.smoke.trouble import RuntimeGoneError, SmokeError

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., BuiltFunction]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")
ACCOUNT, REGION = "111122223333", "eu-west-1"
ENVIRONMENT = {"AWS_REGION": REGION}
DESCRIBED = read_account(EVENTS / "account.yaml")
TELL_NOTHING = {"cluster-deleted"}
"""Samples after which there is nothing to look at, nor to say."""
ECHO = "def handler(event, context):\n    return [event, context.invoked_function_arn]\n"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a function of the text of its module, with a layer that has the files that are named."""

    def made(program: str, *files: str) -> BuiltFunction:
        code, layer = tmp_path / "code", tmp_path / "layer"
        for folder in (code, layer):
            folder.mkdir()
        (code / "app.py").write_text(program)
        for name in files:
            (layer / name).parent.mkdir(parents=True, exist_ok=True)
            (layer / name).touch()
        return BuiltFunction("Tried", code, "app.handler", (layer,), 128, 5, "Text", {}, {})

    return made


def test_a_function_is_called_as_lambda_calls_it(make: Make) -> None:
    with running(make(ECHO), ENVIRONMENT) as runtime:
        for number in range(2):
            answer = runtime.invoke({"number": number}, ACCOUNT, REGION)
            assert answer == [
                {"number": number},
                f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sgwarden-Tried",
            ]


def test_its_environment_has_what_the_template_says_and_nothing_of_ours(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    program = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    function = replace(make(program, "policy.json"), environment={"POLICY": "/opt/policy.json", "MODE": "x"})
    with running(function, ENVIRONMENT) as runtime:
        found = runtime.invoke({}, ACCOUNT, REGION)
        assert Path(found["POLICY"]).resolve() == function.layers[0] / "policy.json"
    assert found["MODE"] == "x"
    assert found["_HANDLER"] == "app.handler"
    assert "AWS_PROFILE" not in found


def test_what_it_logs_is_read_once(make: Make) -> None:
    program = 'def handler(event, context):\n    print("{\\"said\\": 1}")\n    print("and this")\n'
    with running(make(program), ENVIRONMENT) as runtime:
        runtime.invoke({}, ACCOUNT, REGION)
        assert runtime.log() == ({"said": 1},)
        assert runtime.log() == ()


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sgwarden", "No module named 'sgwarden'"),
        ("import moto", "No module named 'moto'"),
        ("def handle(event, context): ...", "Handler 'handler' missing on module 'app'"),
        ("raise KeyError('SGWARDEN_MODE')", "KeyError: 'SGWARDEN_MODE'"),
        ("def handler(", "Syntax error in module 'app'"),
        ("import os; print('before', flush=True); os._exit(7)", r"ended with status 7.*\n.*before"),
    ],
)
def test_a_function_that_does_not_start_says_why(make: Make, program: str, reason: str) -> None:
    with pytest.raises(RuntimeGoneError, match=reason), running(make(program), ENVIRONMENT):
        pass


def test_a_function_that_fails_says_why_and_is_called_again(make: Make) -> None:
    program = "def handler(event, context):\n    return 1 / event\n"
    with running(make(program), ENVIRONMENT) as runtime:
        with pytest.raises(SmokeError, match="ZeroDivisionError: division by zero"):
            runtime.invoke(0, ACCOUNT, REGION)
        assert runtime.invoke(2, ACCOUNT, REGION) == 0.5


@pytest.mark.parametrize(
    ("act", "reason"), [("time.sleep(60)", "no answer within its 1 seconds"), ("os._exit(9)", "status 9")]
)
def test_a_function_that_gives_no_answer_is_not_waited_for(make: Make, act: str, reason: str) -> None:
    program = f"import os, time\ndef handler(event, context):\n    {act}\n"
    with (
        running(replace(make(program), timeout=1), ENVIRONMENT) as runtime,
        pytest.raises(RuntimeGoneError, match=reason),
    ):
        runtime.invoke({}, ACCOUNT, REGION)


IMPORTS = "import sgwarden, aws_lambda_powertools\n" + ECHO
LAYER = ("python/sgwarden/__init__.py", "python/aws_lambda_powertools/__init__.py")


def test_what_is_imported_from_the_layer_is_in_order(make: Make) -> None:
    loaded.check(make(IMPORTS, *LAYER), ENVIRONMENT)


def test_a_package_that_another_hides_is_told(make: Make) -> None:
    function = make(IMPORTS, *LAYER)
    (function.code / "sgwarden").mkdir()
    (function.code / "sgwarden" / "__init__.py").touch()
    with pytest.raises(SmokeError, match=r"sgwarden should be imported from the layer, and is from .*code"):
        loaded.check(function, ENVIRONMENT)


def test_a_package_that_is_not_imported_is_told(make: Make) -> None:
    with pytest.raises(SmokeError, match=r"aws_lambda_powertools should be imported .* from nowhere"):
        loaded.check(make("import sgwarden\n" + ECHO, *LAYER), ENVIRONMENT)


def test_a_layer_with_the_command_line_in_it_is_told(make: Make) -> None:
    function = make(IMPORTS, *LAYER, "python/sgwarden/cli/__init__.py")
    with pytest.raises(SmokeError, match="the layer has sgwarden's cli"):
        loaded.check(function, ENVIRONMENT)


def test_two_layers_with_one_thing_are_told(make: Make, tmp_path: Path) -> None:
    function = make(ECHO, "policy.json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "policy.json").touch()
    twice = replace(function, layers=(*function.layers, tmp_path / "other"))
    with (
        pytest.raises(SmokeError, match=r"two of its layers bring policy\.json"),
        running(twice, ENVIRONMENT),
    ):
        pass


TEMPLATE = """
Parameters:
  Mode: {Type: String, Default: observe}
Globals:
  Function:
    MemorySize: 512
    Layers: [!Ref Package]
    Environment: {Variables: {SERVICE: !Ref AWS::StackName}}
Resources:
  Package:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: package}
  Dead: {Type: AWS::SQS::Queue}
  Look:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: look
      Handler: app.handler
      Environment: {Variables: {MODE: !Ref Mode, SWITCH: !Sub "/${AWS::StackName}/paused", QUEUE: !Ref Dead}}
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{"remind": true}'}}}
"""


def built(directory: Path, template: str = TEMPLATE, **values: str) -> Built:
    for name in ("package", "look"):
        (directory / name).mkdir(exist_ok=True)
    (directory / "template.yaml").write_text(template)
    return Built(directory, {"AWS::StackName": "one", **values})


def test_a_built_function_is_as_the_template_puts_it_together(tmp_path: Path) -> None:
    (look,) = built(tmp_path, Mode="remediate").functions()
    assert (look.code, look.layers, look.memory, look.timeout) == (
        tmp_path / "look",
        (tmp_path / "package",),
        512,
        3,
    )
    assert look.environment == {
        "SERVICE": "one",
        "MODE": "remediate",
        "SWITCH": "/one/paused",
        "QUEUE": "Dead",
    }
    assert look.schedules == {"Daily": {"remind": True}}


def test_a_reference_to_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SmokeError, match=r"Look, MODE: the template has nothing that is named Mod$"):
        list(built(tmp_path, TEMPLATE.replace("!Ref Mode", "!Ref Mod")).functions())


def test_what_was_not_built_is_told(tmp_path: Path) -> None:
    with pytest.raises(SmokeError, match=r"there is no .*template\.yaml; `make build` makes it"):
        Built(tmp_path, {})
    with pytest.raises(SmokeError, match=r"there is no folder .*elsewhere"):
        list(built(tmp_path, TEMPLATE.replace("CodeUri: look", "CodeUri: elsewhere")).functions())


def failures_of(functions: dict[str, BuiltFunction], stage: Stage) -> dict[str, dict[str, str]]:
    return {each.name: each.failures for each in check_all(Deployment(functions, {}, stage))}


def test_nothing_more_is_tried_with_a_function_that_died(make: Make) -> None:
    function = make("import os\ndef handler(event, context):\n    os._exit(9)\n")
    with staged(DESCRIBED) as stage:
        failures = failures_of({"Reconcile": replace(function, name="Reconcile")}, stage)["Reconcile"]
    died, *others = failures.values()
    assert re.search(r"status 9.*\nNothing more was tried", died)
    assert others == ["sgwarden should be imported from the layer, and is from nowhere"]


def test_a_function_that_does_nothing_fails_with_every_sample_and_every_fault(make: Make) -> None:
    function = make("def handler(event, context):\n    return {'batchItemFailures': []}\n")
    with staged(DESCRIBED) as stage:
        failures = failures_of({"Reconcile": replace(function, name="Reconcile")}, stage)["Reconcile"]
    told = {each.name for each in all_samples()} - TELL_NOTHING
    assert told | {"a message that is no JSON", "a group that EC2 does not change"} <= failures.keys()


def test_a_function_without_events_fails_and_so_do_events_without_a_function(make: Make) -> None:
    function = make(ECHO)
    stage = Stage(DESCRIBED)
    failures = failures_of({"Tried": function}, stage)
    assert failures == {
        "Notify": {"template": "there is no such function in the template that was built"},
        "Reconcile": {"template": "there is no such function in the template that was built"},
        "Sweep": {"template": "there is no such function in the template that was built"},
        "Tried": {"template": "the smoke test has no event for this function"},
    }
