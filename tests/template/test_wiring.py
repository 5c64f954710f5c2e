"""Every part of the application is tied to the next: rules, queue, function, alerts, alarm."""

import re

import pytest

from tests.template.application import GIVEN, ROOT, STACK, arn, deployed, of_type, source, translated

_RULES = of_type("AWS::Events::Rule")
_FUNCTIONS = of_type("AWS::Lambda::Function")
_ALARMS = of_type("AWS::CloudWatch::Alarm")


def test_every_rule_sends_to_the_queue() -> None:
    assert len(_RULES) == 3
    for rule in _RULES.values():
        assert [target["Arn"] for target in rule["Targets"]] == [arn("Changes")]
        assert rule.get("State", "ENABLED") == "ENABLED"


def test_the_queue_takes_messages_from_the_rules_and_from_nobody_else() -> None:
    (policy,) = of_type("AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert policy["Queues"] == ["Changes"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Resource"] == arn("Changes")
    assert list(statement["Condition"]) == ["ArnEquals"]
    assert sorted(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == sorted(map(arn, _RULES))


def test_a_message_that_keeps_failing_is_kept_apart_longer_than_it_waited() -> None:
    queues = of_type("AWS::SQS::Queue")
    redrive = queues["Changes"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == arn("DeadLetters")
    assert redrive["maxReceiveCount"] >= 5
    assert queues["DeadLetters"]["MessageRetentionPeriod"] > queues["Changes"]["MessageRetentionPeriod"]
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_the_function_takes_from_the_queue_and_hands_back_what_failed() -> None:
    (mapping,) = of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["EventSourceArn"] == arn("Changes")
    assert mapping["FunctionName"] == "Reconcile"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumBatchingWindowInSeconds"] <= 5
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_a_message_stays_hidden_for_as_long_as_lambda_may_need() -> None:
    (mapping,) = of_type("AWS::Lambda::EventSourceMapping").values()
    needed = 6 * _FUNCTIONS["Reconcile"]["Timeout"] + mapping["MaximumBatchingWindowInSeconds"]
    assert of_type("AWS::SQS::Queue")["Changes"]["VisibilityTimeout"] >= needed


def test_functions_run_where_their_layers_were_built_for() -> None:
    for function in _FUNCTIONS.values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["TracingConfig"] == {"Mode": "Active"}
    for layer in of_type("AWS::Lambda::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == ["arm64"]
    assert {layer[: -len("0123456789")] for layer in _FUNCTIONS["Reconcile"]["Layers"]} == {
        "SgwardenLayer",
        "PolicyLayer",
    }


def test_the_handler_is_where_the_template_says() -> None:
    properties = source()["Resources"]["Reconcile"]["Properties"]
    module, _, function = properties["Handler"].partition(".")
    text = (ROOT / properties["CodeUri"] / f"{module}.py").read_text()
    assert re.search(rf"^def {function}\(", text, re.MULTILINE)


def test_the_function_knows_its_mode_policy_queue_and_topic() -> None:
    variables = _FUNCTIONS["Reconcile"]["Environment"]["Variables"]
    assert variables == {
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "sgwarden",
        "POWERTOOLS_SERVICE_NAME": STACK,
        "SGWARDEN_MODE": "observe",
        "SGWARDEN_POLICY": "/opt/policy.json",
        "SGWARDEN_POLICY_PARAMETER": GIVEN["PolicyParameter"],
        "SGWARDEN_QUEUE_URL": "Changes",
        "SGWARDEN_TOPIC_ARN": arn("Alerts"),
    }


def test_every_variable_that_the_code_reads_is_given_and_no_other() -> None:
    package = ROOT / "layers/sgwarden/sgwarden"
    deployed_code = [
        path
        for path in [*(ROOT / "functions").rglob("*.py"), *package.rglob("*.py")]
        if not path.is_relative_to(package / "cli") and not path.is_relative_to(package / "embedded")
    ]
    read = {name for path in deployed_code for name in re.findall(r"\bSGWARDEN_[A-Z_]+\b", path.read_text())}
    given = _FUNCTIONS["Reconcile"]["Environment"]["Variables"]
    assert read == {name for name in given if name.startswith("SGWARDEN_")}


def test_logs_are_kept_for_a_chosen_time() -> None:
    group = _FUNCTIONS["Reconcile"]["LoggingConfig"]["LogGroup"]
    assert of_type("AWS::Logs::LogGroup")[group]["RetentionInDays"] == 90


def test_alerts_are_encrypted_with_a_key_that_alarms_may_use() -> None:
    assert of_type("AWS::SNS::Topic")["Alerts"]["KmsMasterKeyId"] == "AlertsKey"
    statements = [
        *of_type("AWS::SNS::TopicPolicy")["AlertsPolicy"]["PolicyDocument"]["Statement"],
        *of_type("AWS::KMS::Key")["AlertsKey"]["KeyPolicy"]["Statement"],
    ]
    for_alarms = [one for one in statements if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert [one["Action"] for one in for_alarms] == ["sns:Publish", ["kms:Decrypt", "kms:GenerateDataKey*"]]
    for statement in for_alarms:
        pattern = statement["Condition"]["ArnLike"]["aws:SourceArn"].removesuffix("*")
        for alarm in _ALARMS.values():
            assert f"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{alarm['AlarmName']}".startswith(pattern)


def test_every_alarm_tells_people_when_it_begins_and_when_it_ends() -> None:
    for alarm in _ALARMS.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [arn("Alerts")]
    assert len({alarm["AlarmName"] for alarm in _ALARMS.values()}) == len(_ALARMS)


def test_dead_letters_raise_an_alarm() -> None:
    alarm = _ALARMS["DeadLetterAlarm"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "DeadLetters"}]
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"


@pytest.mark.parametrize("metric", ["PolicyRefused", "PolicyUnreadable"])
def test_a_policy_that_cannot_be_used_raises_an_alarm_of_this_stack(metric: str) -> None:
    alarm = _ALARMS[f"{metric}Alarm"]
    variables = _FUNCTIONS["Reconcile"]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (metric, "Maximum", 0)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "ignore"
    assert translated()["Resources"][f"{metric}Alarm"]["Condition"] == "HasPolicyParameter"


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


def test_an_address_is_subscribed_only_when_one_is_given() -> None:
    resources = translated()["Resources"]
    assert resources["AlertEmailSubscription"]["Condition"] == "HasAlertEmail"
    assert source()["Parameters"]["AlertEmail"]["Default"] == ""


def test_it_only_observes_unless_told() -> None:
    mode = source()["Parameters"]["Mode"]
    assert (mode["Default"], mode["AllowedValues"]) == ("observe", ["observe", "remediate"])


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_no_arn_is_tied_to_one_partition(partition: str) -> None:
    assert "arn:aws:" not in str(deployed(partition))
    assert "arn:aws:" not in (ROOT / "template.yaml").read_text()
