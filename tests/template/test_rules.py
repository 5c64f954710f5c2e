"""What reaches the queue, and what does not: the template as a stack, with events put on its bus.

PutEvents takes no event of AWS from anybody else, so this has never been done with AWS.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sgwarden.calls import CALLS, Call

from tests.template.application import REGION, ROOT, Json, deployed
from tests.template.embedded_stack import EmbeddedStack, as_sent, embedded_stack

_SAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
_FAILED = "call-that-failed"
_TAG_CALLS = ("CreateTags", "DeleteTags")


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with embedded_stack() as made:
        yield made


def _event(source: str, name: str, **detail: Any) -> Json:  # noqa: ANN401  JSON
    return {
        "version": "0",
        "detail-type": "AWS API Call via CloudTrail",
        "source": source,
        "time": "2026-11-03T14:21:37Z",
        "region": REGION,
        "resources": [],
        "detail": {"eventName": name, **detail},
    }


def _tagging(*resources: str, name: str = "CreateTags", **detail: Any) -> Json:  # noqa: ANN401  JSON
    items = [{"resourceId": resource} for resource in resources]
    return _event("aws.ec2", name, requestParameters={"resourcesSet": {"items": items}}, **detail)


def _of(call: Call, **detail: Any) -> Json:  # noqa: ANN401  JSON
    if call.name in _TAG_CALLS:
        return _tagging("sg-0c1f4a7be2d95083a", name=call.name, **detail)
    return _event(f"aws.{call.service}", call.name, **detail)


def _arrives(stack: EmbeddedStack, event: Json) -> bool:
    """Whether it reaches the queue: once, whole, and nothing else does."""
    stack.put(event)
    arrived = stack.arrived()
    assert arrived in ([], [as_sent(event)])
    assert stack.arrived("DeadLettersQueue") == []
    return bool(arrived)


@pytest.mark.parametrize("name", _SAMPLES)
def test_a_sample_arrives_unless_it_failed(stack: EmbeddedStack, name: str) -> None:
    assert _arrives(stack, _SAMPLES[name]) is (name != _FAILED)


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
def test_every_call_that_is_read_arrives(stack: EmbeddedStack, call: Call) -> None:
    assert _arrives(stack, _of(call))
    assert _arrives(stack, _of(call, errorCode=None))  # a success, said at length


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"source": "aws.s3"},
        {"source": "aws.ec2-instance-connect"},
        {"source": "sgwarden"},
        {"detail-type": "AWS Console Sign In via CloudTrail"},
        {"detail-type": "AWS Insight via CloudTrail"},
        {"detail-type": "AWS Service Event via CloudTrail"},
    ],
    ids=lambda elsewhere: " ".join(elsewhere.values()),
)
def test_what_another_service_says_does_not_arrive(
    stack: EmbeddedStack, call: Call, elsewhere: dict[str, str]
) -> None:
    assert not _arrives(stack, _of(call) | elsewhere)


def test_a_call_of_one_service_does_not_arrive_from_the_other(stack: EmbeddedStack) -> None:
    for call in CALLS.values():
        assert not _arrives(stack, _of(call) | {"source": {"ec2": "aws.eks", "eks": "aws.ec2"}[call.service]})


def test_what_happens_in_another_region_does_not_arrive(stack: EmbeddedStack) -> None:
    stack.put(_SAMPLES["ssh-opened-to-the-world"], region="us-east-1")
    assert stack.arrived() == []


@pytest.mark.parametrize("source", ["aws.ec2", "aws.eks"])
@pytest.mark.parametrize(
    "name",
    [
        "DescribeSecurityGroups",
        "CreateSecurityGroup",
        "RunInstances",
        "CreateNodegroup",
        "CreateManagedPrefixList",
        "authorizeSecurityGroupIngress",
        "AuthorizeSecurityGroup",
        "",
    ],
)
def test_a_call_that_changes_no_cluster_group_does_not_arrive(
    stack: EmbeddedStack, source: str, name: str
) -> None:
    assert not _arrives(stack, _event(source, name))
    tagged = {"resourcesSet": {"items": [{"resourceId": "sg-1"}]}}
    assert not _arrives(stack, _event(source, name, requestParameters=tagged))


@pytest.mark.parametrize(
    ("code", "arrives"),
    [
        ("Client.UnauthorizedOperation", False),
        ("Client.DryRunOperation", False),
        ("Server.InternalError", True),  # it may have changed something
        ("AccessDenied", True),  # not EC2's way to say it: the function looks
        ("Client", True),
        ("", True),
    ],
)
@pytest.mark.parametrize(
    "call", [each for each in CALLS.values() if each.service == "ec2"], ids=lambda c: c.name
)
def test_only_calls_that_surely_failed_are_dropped(
    stack: EmbeddedStack, call: Call, code: str, arrives: bool
) -> None:
    assert _arrives(stack, _of(call, errorCode=code)) is arrives


@pytest.mark.parametrize(
    ("resources", "arrives"),
    [
        (["sg-0123"], True),
        (["sgr-0123"], True),
        (["i-0123", "vol-0123", "sg-0123"], True),
        (["i-0123", "sgr-0123"], True),
        (["i-0123", "asg-0123", "eni-0123", "subnet-0123", "sgw-0123", "SG-0123", "xsgr-1"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("name", _TAG_CALLS)
def test_tag_calls_arrive_when_they_name_a_security_group(
    stack: EmbeddedStack, name: str, resources: list[str], arrives: bool
) -> None:
    assert _arrives(stack, _tagging(*resources, name=name)) is arrives


@pytest.mark.parametrize("asked", [None, {}, {"resourcesSet": None}, {"resourceId": "sg-1"}])
def test_a_tag_call_that_names_nothing_does_not_arrive(stack: EmbeddedStack, asked: object) -> None:
    assert not _arrives(stack, _event("aws.ec2", "DeleteTags", requestParameters=asked))


def test_the_rules_listen_for_exactly_the_calls_that_are_read() -> None:
    heard = [
        (source, name)
        for pattern in deployed().patterns().values()
        for source in pattern["source"]
        for name in pattern["detail"]["eventName"]
    ]
    assert sorted(heard) == sorted((f"aws.{call.service}", call.name) for call in CALLS.values())


def test_no_pattern_is_longer_than_eventbridge_takes() -> None:
    for pattern in deployed().patterns().values():
        assert len(json.dumps(pattern)) <= 2048
