"""Whatever comes, `read` answers: with triggers that are fit to use, or with a reason."""

import copy
import json
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.calls import CALLS
from sgwarden.target import TargetKind, well_formed
from sgwarden.trigger import Ignored, Trigger, read

GROUP, RULE = "sg-0a1b2c3d4e5f60718", "sgr-0123456789abcdef0"
PARAMETERS: dict[str, Any] = {
    "groupId": GROUP,
    "groupName": "web",
    "name": "prod-1",
    "prefixListId": "pl-0a1b2c3d4e5f60718",
    "ipPermissions": {"items": [{"ipProtocol": "-1", "groups": {"items": [{"groupId": "sg-0ffffffff"}]}}]},
    "resourcesSet": {"items": [{"resourceId": GROUP}, {"resourceId": RULE}]},
}
ANSWER: dict[str, Any] = {
    "update": {"id": "5c0f3d1e-8a1b-4c6d-9e2f-0123456789ab"},
    "cluster": {"name": "prod-1"},
    "securityGroupRuleSet": {"items": [{"groupId": GROUP, "securityGroupRuleId": RULE}]},
}
IDENTITY: dict[str, Any] = {
    "type": "AssumedRole",
    "principalId": "AROAIOSFODNN7EXAMPLE:bob",
    "arn": "arn:aws:sts::111122223333:assumed-role/Admin/bob",
    "accountId": "111122223333",
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "sessionContext": {
        "sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/Admin", "userName": "Admin"},
        "webIdFederationData": {"federatedProvider": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.x"},
    },
    "invokedBy": "eks.amazonaws.com",
}

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([GROUP, RULE, "[", "{}"])
)
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def event_of(call: str) -> dict[str, Any]:
    """An EventBridge event of a call, with parameters enough for any of them."""
    service = CALLS[call].service
    record = {
        "userIdentity": IDENTITY,
        "eventTime": "2026-03-01T12:00:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": CALLS[call].name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.17.32",
        "requestParameters": PARAMETERS,
        "responseElements": ANSWER,
        "errorCode": None,
        "recipientAccountId": "111122223333",
    }
    envelope = {
        "source": f"aws.{service}",
        "account": "111122223333",
        "region": "eu-west-1",
        "detail": record,
    }
    return copy.deepcopy(envelope)


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside a JSON document."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        steps = list(node.items())
    elif isinstance(node, list):
        steps = list(enumerate(node))
    return [p for step, child in steps for p in [(*path, step), *places(child, (*path, step))]]


@st.composite
def bent_events(draw: st.DrawFn) -> dict[str, Any]:
    """A good event of any call, bent in one to three places."""
    event = event_of(draw(st.sampled_from(sorted(CALLS))))
    for _ in range(draw(st.integers(1, 3))):
        where = places(event)
        if where:
            _bend(draw, event, draw(st.sampled_from(where)))
    return event


def _bend(draw: st.DrawFn, event: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """Replace or drop the value at a place, lower its key, or turn it into text or a list."""
    parent: Any = event
    for step in place[:-1]:
        parent = parent[step]
    key = place[-1]
    value = parent.pop(key)
    match draw(st.sampled_from(["replace", "drop", "lower", "text", "list"])):
        case "replace":
            value = draw(json_values)
        case "drop":
            return
        case "lower":
            key = key.lower() if isinstance(key, str) else key
        case "text":
            value = json.dumps(value)
        case "list":
            value = [value]
    if isinstance(parent, list):
        parent.insert(int(key), value)
    else:
        parent[key] = value


def check(result: object) -> None:
    """What `read` gave is one of its two answers, and everything in it can be used without a second look."""
    if isinstance(result, Ignored):
        assert result.reason.isprintable()
        assert 0 < len(result.reason) <= 200
        return
    assert isinstance(result, tuple)
    assert result
    for trigger in result:
        assert isinstance(trigger, Trigger)
        assert well_formed(trigger.target.kind, [trigger.target.name]) == [trigger.target.name]
        assert sorted(well_formed(TargetKind.RULE, trigger.rule_ids)) == sorted(trigger.rule_ids)
        assert trigger.touches
        for text in (
            trigger.cause.event,
            trigger.cause.event_id,
            trigger.cause.actor,
            trigger.cause.source_ip,
        ):
            assert text.isprintable()
            assert len(text) <= 200
        assert trigger.cause.actor
        assert trigger.cause.time is None or trigger.cause.time.tzinfo is UTC
        assert hash(trigger) == hash(trigger)


@given(json_values)
def test_any_json_value_is_answered(value: object) -> None:
    check(read(value))
    check(read({"detail": value}))
    check(read({"Records": [value]}))


@given(st.sampled_from(sorted(CALLS)), json_values, json_values, json_values)
def test_any_record_of_a_call_that_matters_is_answered(
    call: str, request: object, response: object, identity: object
) -> None:
    record = {
        "eventName": call,
        "requestParameters": request,
        "responseElements": response,
        "userIdentity": identity,
    }
    check(read(record))


@settings(max_examples=400)
@given(bent_events())
def test_any_bent_event_is_answered(event: object) -> None:
    check(read(event))
    check(read({"Message": json.dumps(event)}))


@given(st.sampled_from(sorted(CALLS)))
def test_an_unbent_event_of_every_call_triggers(call: str) -> None:
    result = read(event_of(call))
    assert isinstance(result, tuple)
    check(result)
    assert {trigger.cause.event for trigger in result} == {CALLS[call].name}


@given(st.sampled_from(sorted(CALLS)), st.text(min_size=1))
def test_no_failed_call_triggers(call: str, code: str) -> None:
    event = event_of(call)
    event["detail"]["errorCode"] = code
    assert isinstance(read(event), Ignored)
