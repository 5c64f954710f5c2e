"""The functions know what they must, run where they were built for, and the stack has a switch for them."""

import inspect
import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from sgwarden.aws.stack import Stack as TurnedStack

from tests.integration.deployed import SWEEP_TIMEOUT, TIMEOUT, changed
from tests.integration.notifying import NOTIFY_TIMEOUT
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
from tests.template.at_work import at_work

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
    timeouts = {name: each["Timeout"] for name, each in _FUNCTIONS.items()}
    assert timeouts == {"Reconcile": TIMEOUT, "Sweep": SWEEP_TIMEOUT, "Notify": NOTIFY_TIMEOUT}


def test_each_function_has_the_layers_that_it_needs() -> None:
    layers = {layer["LayerName"]: name for name, layer in of_type("AWS::Lambda::LayerVersion").items()}
    package, policy, notify = (
        _STACK.reference(layers[f"{STACK}-{name}"]) for name in ("package", "policy", "notify")
    )
    assert _FUNCTIONS["Reconcile"]["Layers"] == [package, policy]
    assert _FUNCTIONS["Sweep"]["Layers"] == [package, policy]
    assert _FUNCTIONS["Notify"]["Layers"] == [package, notify]


@pytest.mark.parametrize("name", ["Reconcile", "Sweep", "Notify"])
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


def test_the_functions_know_their_mode_policy_switch_queue_topic_and_ledger() -> None:
    assert _FUNCTIONS["Reconcile"]["Environment"]["Variables"] == {
        **_POWERTOOLS,
        "SGWARDEN_ADDITIONAL_GROUPS": "yes",
        "SGWARDEN_MODE": "remediate",
        "SGWARDEN_POLICY": "/opt/policy.json",
        "SGWARDEN_POLICY_PARAMETER": "/sgwarden/policy",
        "SGWARDEN_STATE": "running",
        "SGWARDEN_SWITCH_PARAMETER": f"/sgwarden/{STACK}/paused",
        "SGWARDEN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/Changes",
        "SGWARDEN_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:Alerts",
        "SGWARDEN_TABLE": "Ledger",
        "SGWARDEN_HISTORY_DAYS": 365,
        "SGWARDEN_REMIND_AFTER": 24,
        "SGWARDEN_QUIET_HOURS": "22:00-07:00",
        "SGWARDEN_DAILY_REPORT": "yes",
    }
    assert _FUNCTIONS["Sweep"]["Environment"]["Variables"] == {
        **_POWERTOOLS,
        "SGWARDEN_POLICY": "/opt/policy.json",
        "SGWARDEN_POLICY_PARAMETER": "/sgwarden/policy",
        "SGWARDEN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/Changes",
        "SGWARDEN_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:Alerts",
        "SGWARDEN_TABLE": "Ledger",
        "SGWARDEN_DAILY_REPORT": "yes",
    }
    assert _FUNCTIONS["Notify"]["Environment"]["Variables"] == {
        **_POWERTOOLS,
        "SGWARDEN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/Notices",
        "SGWARDEN_TABLE": "Ledger",
        "SGWARDEN_SLACK_WEBHOOK": EVERYTHING["SlackWebhook"],
        "SGWARDEN_TEAMS_WEBHOOK": EVERYTHING["TeamsWebhook"],
        "SGWARDEN_CHAT_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:Chat",
        "SGWARDEN_SECURITY_HUB": "yes",
        "SGWARDEN_EVENT_BUS": "default",
    }


def test_by_default_it_observes_by_the_packaged_policy() -> None:
    reconcile = deployed(DEFAULTS).of_type("AWS::Lambda::Function")["Reconcile"]
    variables = reconcile["Environment"]["Variables"]
    assert (variables["SGWARDEN_MODE"], variables["SGWARDEN_POLICY_PARAMETER"]) == ("observe", "")


def _variables_in(*places: Path) -> set[str]:
    texts = [file.read_text() for place in places for file in place.rglob("*.py")]
    return {name for text in texts for name in re.findall(r"\bSGWARDEN_[A-Z_]+\b", text)}


@pytest.mark.parametrize("name", ["Reconcile", "Sweep", "Notify"])
def test_every_variable_that_a_function_reads_is_given_and_no_other(name: str) -> None:
    given = _FUNCTIONS[name]["Environment"]["Variables"]
    read = _variables_in(ROOT / "functions" / name.lower())
    assert read == {each for each in given if each.startswith("SGWARDEN_")}


_AT_HOME = ("cli", "embedded")


def test_the_package_reads_no_variable_behind_the_functions_back() -> None:
    package = ROOT / "layers/sgwarden/sgwarden"
    modules = [each for each in package.rglob("*.py") if each.relative_to(package).parts[0] not in _AT_HOME]
    asking = [each for each in modules if re.search(r"\b(environ|getenv)\b", each.read_text())]
    assert not any("SGWARDEN_" in module.read_text() for module in asking)


def test_what_the_commands_ask_of_the_deployed_function_is_what_it_is_given() -> None:
    """They read its variables by way of Lambda."""
    asked = set(re.findall(r"\bSGWARDEN_[A-Z_]+\b", Path(inspect.getfile(TurnedStack)).read_text()))
    assert asked <= set(_FUNCTIONS["Reconcile"]["Environment"]["Variables"])
    assert asked


def test_the_function_that_calls_itself_by_the_queue_is_let() -> None:
    """Lambda takes follow-ups for a loop and would stop them after 16; nothing calls the sweep in return."""
    assert _FUNCTIONS["Reconcile"]["RecursiveLoop"] == "Allow"
    assert "RecursiveLoop" not in _FUNCTIONS["Sweep"]


def test_logs_are_kept_for_a_chosen_time() -> None:
    for name, function in _FUNCTIONS.items():
        logs = f"{name}Logs"
        assert function["LoggingConfig"] == {"LogGroup": _STACK.reference(logs)}
        assert of_type("AWS::Logs::LogGroup")[logs]["RetentionInDays"] == 90


def test_each_function_has_its_own_role_that_lambda_alone_may_take() -> None:
    assert {name: each["Role"] for name, each in _FUNCTIONS.items()} == {
        "Reconcile": _STACK.arn("ReconcileRole"),
        "Sweep": _STACK.arn("SweepRole"),
        "Notify": _STACK.arn("NotifyRole"),
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

_COMMANDS = TurnedStack(STACK, Mock(), Mock())


def _writes(state: str, *parameters: str) -> bool:
    """Whether it puts right a group that is not, in an account that has these SSM parameters."""
    with at_work(deployed({**EVERYTHING, "State": state})) as function:
        for name in parameters:
            function.account.client("ssm").put_parameter(Name=name, Type="String", Value="by me: an upgrade")
        assert function.deliver_all(changed()) == []
        return bool(function.writes())


def test_the_parameter_that_pauses_is_the_one_that_the_commands_make_and_is_not_in_the_stack() -> None:
    variables = _FUNCTIONS["Reconcile"]["Environment"]["Variables"]
    assert variables["SGWARDEN_SWITCH_PARAMETER"] == _COMMANDS.switch == f"/sgwarden/{STACK}/paused"
    assert of_type("AWS::SSM::Parameter") == {}
    assert not _writes("running", _COMMANDS.switch)


def test_the_function_understands_every_state_that_a_deploy_sets() -> None:
    states = source()["Parameters"]["State"]["AllowedValues"]
    assert {state: _writes(state) for state in states} == {"running": True, "paused": False}


def test_the_sweep_that_a_resume_asks_for_is_the_function() -> None:
    assert _FUNCTIONS["Sweep"]["FunctionName"] == f"{STACK}-sweep" == _STACK.outputs["SweepFunction"]


# --- Wherever it runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_no_arn_is_tied_to_one_partition(partition: str) -> None:
    ours = {name: value.replace("arn:aws:", f"arn:{partition}:") for name, value in EVERYTHING.items()}
    given = {**ours, "PermissionsBoundary": f"arn:{partition}:iam::aws:policy/Boundary"}
    assert "arn:aws:" not in str(deployed(given, partition).resources)
    assert "arn:aws:" not in (ROOT / "template.yaml").read_text()
