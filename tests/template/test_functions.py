"""The functions know what they must, run where they were built for, and the stack has a switch for them."""

import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from sgwarden.aws.stack import Stack as TurnedStack
from sgwarden.ceiling import RUNNING, Ceiling, read_switch
from sgwarden.policy.types import Mode

from tests.integration.deployed import TIMEOUT
from tests.template.application import (
    ACCOUNT,
    DEFAULTS,
    EVERYTHING,
    REGION,
    ROOT,
    STACK,
    deployed,
    of_type,
    source,
)

_STACK = deployed()
_FUNCTIONS = of_type("AWS::Lambda::Function")


def test_functions_run_where_their_layers_were_built_for() -> None:
    for function in _FUNCTIONS.values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["TracingConfig"] == {"Mode": "Active"}
    for layer in of_type("AWS::Lambda::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == ["arm64"]


def test_functions_have_the_time_that_their_calls_are_reckoned_with() -> None:
    """aws/clients.py gives up before it is over, and a batch puts off what it would not come to."""
    assert {name: each["Timeout"] for name, each in _FUNCTIONS.items()} == {"Reconcile": TIMEOUT, "Sweep": 60}


def test_each_function_has_the_layers_that_it_needs() -> None:
    layers = {layer["LayerName"]: name for name, layer in of_type("AWS::Lambda::LayerVersion").items()}
    package, policy = (_STACK.reference(layers[f"{STACK}-{name}"]) for name in ("package", "policy"))
    assert _FUNCTIONS["Reconcile"]["Layers"] == [package, policy]
    assert _FUNCTIONS["Sweep"]["Layers"] == [package]


@pytest.mark.parametrize("name", ["Reconcile", "Sweep"])
def test_the_handler_is_where_the_template_says(name: str) -> None:
    properties = source()["Resources"][name]["Properties"]
    module, _, function = properties["Handler"].partition(".")
    text = (ROOT / properties["CodeUri"] / f"{module}.py").read_text()
    assert re.search(rf"^def {function}\(", text, re.MULTILINE)
    assert properties["CodeUri"] == f"functions/{name.lower()}"


_POWERTOOLS = {
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "sgwarden",
    "POWERTOOLS_SERVICE_NAME": STACK,
}


def test_the_functions_know_their_mode_policy_switch_queue_and_topic() -> None:
    assert _FUNCTIONS["Reconcile"]["Environment"]["Variables"] == {
        **_POWERTOOLS,
        "SGWARDEN_MODE": "remediate",
        "SGWARDEN_POLICY": "/opt/policy.json",
        "SGWARDEN_POLICY_PARAMETER": "/sgwarden/policy",
        "SGWARDEN_SWITCH_PARAMETER": f"/sgwarden/{STACK}/switch",
        "SGWARDEN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/Changes",
        "SGWARDEN_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:Alerts",
    }
    assert _FUNCTIONS["Sweep"]["Environment"]["Variables"] == {
        **_POWERTOOLS,
        "SGWARDEN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/Changes",
    }


def test_by_default_it_observes_by_the_packaged_policy() -> None:
    reconcile = deployed(DEFAULTS).of_type("AWS::Lambda::Function")["Reconcile"]
    variables = reconcile["Environment"]["Variables"]
    assert (variables["SGWARDEN_MODE"], variables["SGWARDEN_POLICY_PARAMETER"]) == ("observe", "")


def _variables_in(*places: Path) -> set[str]:
    texts = [file.read_text() for place in places for file in place.rglob("*.py")]
    return {name for text in texts for name in re.findall(r"\bSGWARDEN_[A-Z_]+\b", text)}


@pytest.mark.parametrize("name", ["Reconcile", "Sweep"])
def test_every_variable_that_a_function_reads_is_given_and_no_other(name: str) -> None:
    given = _FUNCTIONS[name]["Environment"]["Variables"]
    read = _variables_in(ROOT / "functions" / name.lower())
    assert read == {each for each in given if each.startswith("SGWARDEN_")}


def test_the_package_reads_no_variable_behind_the_functions_back() -> None:
    package = ROOT / "layers/sgwarden/sgwarden"
    deployed_parts = [each for each in package.iterdir() if each.name not in ("cli", "embedded")]
    modules = [each for each in deployed_parts if each.suffix == ".py"]
    assert _variables_in(*[each for each in deployed_parts if each.is_dir()]) == set()
    assert not any("SGWARDEN_" in module.read_text() for module in modules)


def test_logs_are_kept_for_a_chosen_time() -> None:
    for name, function in _FUNCTIONS.items():
        logs = f"{name}Logs"
        assert function["LoggingConfig"] == {"LogGroup": _STACK.reference(logs)}
        assert of_type("AWS::Logs::LogGroup")[logs]["RetentionInDays"] == 90


def test_each_function_has_its_own_role_that_lambda_alone_may_take() -> None:
    assert {name: each["Role"] for name, each in _FUNCTIONS.items()} == {
        "Reconcile": _STACK.arn("ReconcileRole"),
        "Sweep": _STACK.arn("SweepRole"),
    }
    for role in of_type("AWS::IAM::Role").values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        assert role["PermissionsBoundary"] == EVERYTHING["PermissionsBoundary"]
        assert "ManagedPolicyArns" not in role
    for role in deployed(DEFAULTS).of_type("AWS::IAM::Role").values():
        assert "PermissionsBoundary" not in role


# --- The switch -----------------------------------------------------------------------------------------


def test_the_switch_is_the_parameter_that_the_commands_write() -> None:
    (switch,) = of_type("AWS::SSM::Parameter").values()
    commands = TurnedStack(STACK, Mock(), Mock())
    assert switch["Name"] == commands.switch == _STACK.outputs["SwitchParameter"]
    assert switch["Type"] == "String"


def test_the_sweep_that_a_resume_asks_for_is_the_function() -> None:
    assert _FUNCTIONS["Sweep"]["FunctionName"] == f"{STACK}-sweep" == _STACK.outputs["SweepFunction"]


def test_the_state_that_a_deploy_sets_is_one_that_the_function_understands() -> None:
    state = source()["Parameters"]["State"]
    assert state["Default"] == RUNNING
    said = {value: read_switch(value, "the switch") for value in state["AllowedValues"]}
    assert said["running"] == Ceiling(Mode.REMEDIATE)
    assert said["paused"].paused
    paused = deployed({**EVERYTHING, "State": "paused"}).of_type("AWS::SSM::Parameter")
    assert paused["Switch"]["Value"] == "paused"


# --- What people give -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("", True),
        ("/sgwarden/policy", True),
        ("/policy_1.b-c", True),
        ("/team/aws/policy", True),
        ("/" + "/".join("abcdefghijklmno"), True),
        ("/" + "/".join("abcdefghijklmnop"), False),
        ("sgwarden/policy", False),  # it would be another ARN
        ("policy", False),
        ("/sgwarden/", False),
        ("/sgwarden//policy", False),
        ("/sgwarden/*", False),
        ("/sgwarden/policy:3", False),
        ("/AWS/policy", False),
        ("/ssm-policy", False),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/sgwarden/policy", False),
    ],
)
def test_a_parameter_is_named_as_ssm_and_its_arn_have_it(name: str, right: bool) -> None:
    pattern = source()["Parameters"]["PolicyParameter"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, name)) is right


def test_it_only_observes_unless_told() -> None:
    mode = source()["Parameters"]["Mode"]
    assert (mode["Default"], mode["AllowedValues"]) == ("observe", ["observe", "remediate"])


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_no_arn_is_tied_to_one_partition(partition: str) -> None:
    given = {**EVERYTHING, "PermissionsBoundary": f"arn:{partition}:iam::aws:policy/Boundary"}
    assert "arn:aws:" not in str(deployed(given, partition).resources)
    assert "arn:aws:" not in (ROOT / "template.yaml").read_text()
