"""Nothing in the template dangles, and nothing in it is there for nobody."""

import re
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import product

from tests.template.application import (
    DEFAULTS,
    EVERYTHING,
    ROOT,
    Json,
    deployed,
    source,
    translated,
)

_TEMPLATE = translated()
_PARAMETERS, _RESOURCES = _TEMPLATE["Parameters"], _TEMPLATE["Resources"]
_CONDITIONS = _TEMPLATE["Conditions"]

# What begins by itself: AWS calls rules and schedules, and evaluates alarms. Dashboards are looked at.
_ENTRIES = {"AWS::Events::Rule", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"}
# What is at work because of what it is attached to, by the property that says to what.
_ATTACHED = {
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::IAM::Policy": "Roles",
    "AWS::Lambda::EventSourceMapping": "EventSourceArn",
    "AWS::Lambda::Permission": "FunctionName",
}


def _references(value: object) -> Iterator[str]:
    """The names in Ref, GetAtt, Sub and DependsOn below a value, without AWS's own."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (each.partition(".")[0] for each in re.findall(r"\$\{([^!}][^}]*)\}", text))
        case dict():
            for key, inner in value.items():
                if key == "DependsOn":
                    yield from [inner] if isinstance(inner, str) else inner
                else:
                    yield from _references(inner)
        case list():
            for inner in value:
                yield from _references(inner)


def _named(value: object) -> set[str]:
    return {name for name in _references(value) if not name.startswith("AWS::")}


def _conditions_of(value: object) -> Iterator[str]:
    match value:
        case {"Fn::If": [str(name), *inner]}:
            yield name
            yield from _conditions_of(inner)
        case dict():
            for inner in value.values():
                yield from _conditions_of(inner)
        case list():
            for inner in value:
                yield from _conditions_of(inner)


def _parts_of(value: object) -> Iterator[str]:
    """The conditions that others are made of."""
    match value:
        case {"Condition": str(name)}:
            yield name
        case dict():
            for inner in value.values():
                yield from _parts_of(inner)
        case list():
            for inner in value:
                yield from _parts_of(inner)


def _edges() -> dict[str, set[str]]:
    return {name: _named(each) & set(_RESOURCES) for name, each in _RESOURCES.items()}


def test_every_reference_names_something_that_exists() -> None:
    parts = {key: _TEMPLATE[key] for key in ("Resources", "Outputs", "Conditions")}
    assert _named(parts) <= set(_PARAMETERS) | set(_RESOURCES)
    written = source()
    assert _named(written["Globals"]) <= set(written["Parameters"]) | set(written["Resources"])


def test_every_condition_that_is_named_exists_and_is_named() -> None:
    of_resources = {each["Condition"] for each in _RESOURCES.values() if "Condition" in each}
    inside = set(_conditions_of([_RESOURCES, _TEMPLATE["Outputs"]])) | set(_parts_of(_CONDITIONS))
    assert of_resources | inside == set(_CONDITIONS)


def test_every_parameter_is_used() -> None:
    assert _named([_RESOURCES, _CONDITIONS]) & set(_PARAMETERS) == set(_PARAMETERS)


def test_nothing_refers_to_itself_by_way_of_others() -> None:
    TopologicalSorter(_edges()).prepare()


def _running() -> set[str]:
    """All that is at work, from what begins by itself on."""
    edges = _edges()
    found: set[str] = set()
    begins = {name for name, each in _RESOURCES.items() if each["Type"] in _ENTRIES}
    while begins - found:
        found |= begins
        leads_to = {to for name in found for to in edges[name]}
        at_work = {name for name in _RESOURCES if _is_attached_to(name, found)}
        begins = leads_to | at_work
    return found


def _is_attached_to(name: str, found: set[str]) -> bool:
    each = _RESOURCES[name]
    if each["Type"] not in _ATTACHED:
        return False
    to = _named(each["Properties"][_ATTACHED[each["Type"]]])
    return bool(to) and to <= found


def test_every_resource_is_at_work() -> None:
    assert _running() == set(_RESOURCES)


def test_without_its_mapping_the_reconcile_function_would_not_be() -> None:
    """That the test above can fail: the function runs because of the queue alone."""
    leads = [name for name, to in _edges().items() if "Reconcile" in to]
    kinds = {_RESOURCES[name]["Type"] for name in leads} - _ENTRIES
    assert kinds == {"AWS::Lambda::EventSourceMapping"}


def test_every_output_is_there_where_its_resource_is() -> None:
    for output in _TEMPLATE["Outputs"].values():
        (name,) = _named(output["Value"])
        assert output.get("Condition") == _RESOURCES[name].get("Condition")
        assert output["Description"]
        assert set(output) - {"Condition"} == {"Description", "Value"}
    assert len(set(deployed().outputs.values())) == len(_TEMPLATE["Outputs"])


def test_every_output_is_what_its_name_says() -> None:
    stack = deployed()
    assert stack.outputs == {
        "AlertsTopic": stack.reference("Alerts"),
        "ChangesQueue": stack.reference("Changes"),
        "ChatTopic": stack.reference("Chat"),
        "DeadLettersQueue": stack.reference("DeadLetters"),
        "LostNoticesQueueArn": stack.arn("LostNotices"),
        "NoticesQueue": stack.reference("Notices"),
        "NoticesQueueArn": stack.arn("Notices"),
        "LedgerTable": stack.reference("Ledger"),
        "NotifyRoleArn": stack.arn("NotifyRole"),
        "ReconcileFunction": stack.reference("Reconcile"),
        "ReconcileLogGroup": stack.reference("ReconcileLogs"),
        "ChangesQueueArn": stack.arn("Changes"),
        "DeadLettersQueueArn": stack.arn("DeadLetters"),
        "ReconcileRoleArn": stack.arn("ReconcileRole"),
        "SweepFunction": stack.reference("Sweep"),
        "SweepRoleArn": stack.arn("SweepRole"),
    }


_CHOICES = [
    ("Mode", ("observe", "remediate")),
    ("AdditionalGroups", ("yes", "no")),
    ("PolicyParameter", ("", "/sgwarden/policy")),
    ("AlertEmail", ("", "oncall@example.com")),
    ("DailyReport", ("yes", "no")),
    ("Dashboard", ("yes", "no")),
    ("ReservedConcurrency", ("", "2")),
    ("PermissionsBoundary", ("", EVERYTHING["PermissionsBoundary"])),
]


_CHANNELS = [(name, ("", EVERYTHING[name])) for name in ("SlackWebhook", "TeamsWebhook", "EventBus")] + [
    (name, ("yes", "no")) for name in ("AmazonQ", "SecurityHub")
]


def test_in_no_stack_does_anything_refer_to_what_is_not_there() -> None:
    # What decides on channels decides on nothing else: all of both together would be thousands.
    made = [
        deployed(dict(zip([name for name, _ in choices], values, strict=True)))
        for choices in (_CHOICES, _CHANNELS)
        for values in product(*(each for _, each in choices))
    ]
    for stack in made:
        assert stack.resources  # raises KeyError for a reference to what the conditions leave out
        assert stack.outputs
    for condition in _CONDITIONS:
        assert {stack.holds(condition) for stack in made} == {True, False}


def test_everything_is_in_the_stack_that_asks_for_everything() -> None:
    assert set(deployed(EVERYTHING).resources) == set(_RESOURCES)
    assert set(deployed(DEFAULTS).resources) < set(_RESOURCES)


# --- What people see of it -------------------------------------------------------------------------------


def _interface() -> Json:
    found: Json = source()["Metadata"]
    return found


def test_every_parameter_is_described_and_in_one_group() -> None:
    groups = _interface()["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(source()["Parameters"])
    assert all(group["Label"]["default"] for group in groups)
    assert all(parameter["Description"] for parameter in source()["Parameters"].values())


def test_the_serverless_application_repository_takes_its_metadata() -> None:
    published = _interface()["AWS::ServerlessRepo::Application"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert published["SemanticVersion"] == project["version"]
    assert published["Name"] == project["name"]
    assert published["SpdxLicenseId"] == project["license"]
    assert published["Description"] == project["description"]
    assert len(published["Description"]) <= 256
    assert len(published["Author"]) <= 127
    assert len(published["Labels"]) <= 10
    assert all(re.fullmatch(r"[A-Za-z0-9+\-_:/@]{1,127}", label) for label in published["Labels"])
    assert (ROOT / published["LicenseUrl"]).is_file()
    assert (ROOT / published["ReadmeUrl"]).is_file()
