"""What reaches the queue: every call that matters, whole samples of them, and little else."""

import json
from typing import Any

import pytest
from sgwarden.calls import CALLS

from tests.template.application import ROOT, patterns
from tests.template.eventbridge import matches

_SAMPLES = sorted((ROOT / "events").glob("*.json"))


def _event(source: str, name: str, **detail: object) -> dict[str, Any]:
    return {
        "source": source,
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventName": name, **detail},
    }


def _tagging(*resources: str, **detail: object) -> dict[str, Any]:
    items = [{"resourceId": resource} for resource in resources]
    return _event("aws.ec2", "CreateTags", requestParameters={"resourcesSet": {"items": items}}, **detail)


def _delivered_by(event: dict[str, Any]) -> list[str]:
    return [name for name, pattern in patterns().items() if matches(pattern, event)]


def test_the_rules_listen_for_exactly_the_calls_that_are_read() -> None:
    heard = {
        (source, name)
        for pattern in patterns().values()
        for source in pattern["source"]
        for name in pattern["detail"]["eventName"]
    }
    assert heard == {(f"aws.{call.service}", call.name) for call in CALLS.values()}


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
def test_a_call_is_delivered_once(call: Any) -> None:  # noqa: ANN401  sgwarden.calls.Call
    event = _tagging("sg-1") if call.name.endswith("Tags") else _event("aws.ec2", call.name)
    event["detail"]["eventName"] = call.name
    event["source"] = f"aws.{call.service}"
    assert len(_delivered_by(event)) == 1
    assert _delivered_by(event | {"source": "aws.s3"}) == []
    assert _delivered_by(event | {"detail-type": "AWS Console Sign In via CloudTrail"}) == []


@pytest.mark.parametrize("path", _SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_delivered_unless_it_failed(path: Any) -> None:  # noqa: ANN401  Path
    event = json.loads(path.read_text())
    failed = str(event["detail"].get("errorCode") or "").startswith("Client.")
    assert len(_delivered_by(event)) == (0 if failed else 1)


@pytest.mark.parametrize("name", ["DescribeSecurityGroups", "RunInstances", "CreateNodegroup"])
def test_a_call_that_changes_no_group_is_not_delivered(name: str) -> None:
    assert _delivered_by(_event("aws.ec2", name)) == []
    assert _delivered_by(_event("aws.eks", name)) == []


@pytest.mark.parametrize(
    ("code", "delivered"),
    [
        ("Client.UnauthorizedOperation", False),
        ("Client.DryRunOperation", False),
        ("Server.InternalError", True),  # it may have changed something
        ("AccessDenied", True),  # not EC2's way to say it: the function looks
        (None, True),  # a success, said at length
    ],
)
def test_only_calls_that_surely_failed_are_dropped(code: str | None, delivered: bool) -> None:
    event = _event("aws.ec2", "RevokeSecurityGroupEgress", errorCode=code)
    assert bool(_delivered_by(event)) is delivered
    assert bool(_delivered_by(_tagging("sg-1", errorCode=code))) is delivered


@pytest.mark.parametrize(
    ("resources", "delivered"),
    [
        (["sg-0123"], True),
        (["sgr-0123"], True),
        (["i-0123", "vol-0123", "sg-0123"], True),
        (["i-0123", "asg-0123", "eni-0123"], False),
        ([], False),
    ],
)
def test_tag_calls_are_delivered_when_they_name_a_security_group(
    resources: list[str], delivered: bool
) -> None:
    assert bool(_delivered_by(_tagging(*resources))) is delivered


def test_a_tag_call_without_parameters_is_not_delivered() -> None:
    assert _delivered_by(_event("aws.ec2", "DeleteTags", requestParameters=None)) == []
