"""A record reads the same in every wrapping, and its account, region and time are right or absent."""

import json
from datetime import UTC, datetime

import pytest
from sgwarden.record import Record, get, items, records, texts_under

BODY: dict[str, object] = {
    "eventSource": "ec2.amazonaws.com",
    "eventName": "DeleteSecurityGroup",
    "requestParameters": {"groupId": "sg-0a1b2c3d"},
}
EVENT: dict[str, object] = {"source": "aws.ec2", "account": "111122223333", "detail": BODY}
TEXT = json.dumps(EVENT)
NOTIFICATION = {"Type": "Notification", "MessageId": "1", "Message": TEXT}


@pytest.mark.parametrize(
    ("event", "in_envelope"),
    [
        (BODY, False),
        (json.dumps(BODY), False),
        ({"Records": [BODY]}, False),
        ({"records": [BODY]}, False),
        ({key.lower(): value for key, value in BODY.items()}, False),
        (EVENT, True),
        (EVENT | {"detail": json.dumps(BODY)}, True),
        (TEXT, True),
        (NOTIFICATION, True),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": TEXT}}]}, True),
        ({"Records": [{"eventSource": "aws:sqs", "body": TEXT}]}, True),
        ({"Records": [{"eventSource": "aws:sqs", "body": json.dumps(NOTIFICATION)}]}, True),
    ],
)
def test_a_record_is_found_in_every_wrapping(event: object, in_envelope: bool) -> None:
    (record,) = records(event)
    assert record.event_name == "DeleteSecurityGroup"
    assert record.service == "ec2"
    assert record.request == {"groupId": "sg-0a1b2c3d"}
    assert record.account == ("111122223333" if in_envelope else "")


@pytest.mark.parametrize(
    "nothing", [None, 7, [], [BODY], {}, {"detail": {}}, {"detail": "x"}, {"Records": BODY}, "[", "1" * 5000]
)
def test_what_holds_no_record_gives_none(nothing: object) -> None:
    assert list(records(nothing)) == []


@pytest.mark.parametrize("wrappings", [20, 900])
def test_wrapping_without_end_is_not_followed(wrappings: int) -> None:
    event: dict[str, object] = BODY
    for _ in range(wrappings):
        event = {"Records": [event]}
    assert list(records(event)) == []


def test_text_nested_deeper_than_python_recurses_is_no_record() -> None:
    assert list(records("[" * 100_000)) == []


@pytest.mark.parametrize(
    ("source", "bus_source", "service"),
    [
        ("ec2.amazonaws.com", "aws.eks", "ec2"),
        ("EC2.amazonaws.com.cn", None, "ec2"),
        (None, "aws.eks", "eks"),
        (None, None, ""),
        (5, "aws.ec2", "ec2"),
    ],
)
def test_the_service_is_the_records_then_the_buses(source: object, bus_source: object, service: str) -> None:
    assert Record({"eventSource": source}, {"source": bus_source}).service == service


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("Client.Foo", "Client.Foo"),
        (None, ""),
        ("", ""),
        (403, "an unreadable error code"),
        ([1], "an unreadable error code"),
    ],
)
def test_a_failure_is_an_error_code_that_is_not_null(code: object, failure: str) -> None:
    assert Record({"errorCode": code}).failure == failure


@pytest.mark.parametrize(
    ("recipient", "bus", "caller", "account"),
    [
        ("111122223333", "444455556666", "777788889999", "111122223333"),
        (None, "444455556666", "777788889999", "444455556666"),
        ("------------", "12345", "777788889999", "777788889999"),
        (111122223333, None, None, ""),
        ("111122223333\n", None, None, ""),
        (None, "\u0661" * 12, None, ""),
    ],
)
def test_the_account_is_the_recipients_then_the_buses_then_the_callers(
    recipient: object, bus: object, caller: object, account: str
) -> None:
    body = {"recipientAccountId": recipient, "userIdentity": {"accountId": caller}}
    assert Record(body, {"account": bus}).account == account


@pytest.mark.parametrize(
    ("called", "bus", "region"),
    [
        ("us-gov-west-1", "eu-west-1", "us-gov-west-1"),
        ("cn-northwest-1", None, "cn-northwest-1"),
        (None, "us-isob-east-1", "us-isob-east-1"),
        ("...", "ap-southeast-4", "ap-southeast-4"),
        ("region-code", None, ""),
        ("eu-west-1.example", None, ""),
        ("eu-west-1\n", None, ""),
    ],
)
def test_the_region_is_the_records_then_the_buses(called: object, bus: object, region: str) -> None:
    assert Record({"awsRegion": called}, {"region": bus}).region == region


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event_time", "bus_time", "time"),
    [
        ("2026-03-01T12:00:00Z", "2020-01-01T00:00:00Z", NOON),
        ("2026-03-01T14:00:00+02:00", None, NOON),
        ("2026-03-01 12:00:00.123456789", None, NOON.replace(microsecond=123456)),
        ("...", "2026-03-01T12:00:00Z", NOON),
        ("yesterday", None, None),
        ("0001-01-01T00:00:00+14:00", None, None),
        (1772366400, None, None),
    ],
)
def test_the_time_is_the_records_then_the_buses_in_utc(
    event_time: object, bus_time: object, time: datetime | None
) -> None:
    found = Record({"eventTime": event_time}, {"time": bus_time}).time
    assert found == time
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("parameters", "request_"),
    [
        ({"groupId": "x"}, {"groupId": "x"}),
        ({"FooRequest": {"GroupId": "x"}}, {"GroupId": "x"}),
        ({"foorequest": {"GroupId": "x"}, "other": 1}, {"GroupId": "x"}),
        ({"FooRequest": "x"}, {"FooRequest": "x"}),
        ('{"groupId": "x"}', {"groupId": "x"}),
        ("Sanitized", None),
        (None, None),
        ([1], None),
    ],
)
def test_the_request_is_out_of_its_wrapper_or_absent(parameters: object, request_: object) -> None:
    assert Record({"requestParameters": parameters}).request == request_


def test_the_response_has_a_wrapper_of_its_own() -> None:
    assert Record({"responseElements": {"FooResponse": {"return": True}}}).response == {"return": True}
    assert Record({"responseElements": {"FooRequest": {"return": True}}}).response == {
        "FooRequest": {"return": True}
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [(("a", "B"), 1), (("A", "b"), 1), (("a", "c"), None), (("a", "b", "c"), None), (("x",), None)],
)
def test_a_path_is_followed_in_any_case(path: tuple[str, ...], value: object) -> None:
    assert get({"a": {"B": 1}, 5: None}, *path) == value


@pytest.mark.parametrize(
    ("node", "members"),
    [
        ({"items": [1, 2]}, [1, 2]),
        ({"Items": [1]}, [1]),
        ({"items": {"a": 1}}, [{"a": 1}]),
        ([1], [1]),
        ({"a": 1}, [{"a": 1}]),
        ({}, []),
        (None, []),
        ("x", ["x"]),
    ],
)
def test_a_list_has_the_same_members_in_each_spelling(node: object, members: list[object]) -> None:
    assert items(node) == members


def test_texts_are_found_under_their_key_only_in_order_and_at_any_depth() -> None:
    node: object = {
        "idSet": ["1", {"x": {"content": "2", "tag": 1}}],
        "name": "3",
        "inner": [{"ID": "4"}, {"id": 5, 6: "7"}],
    }
    for _ in range(5000):
        node = [node]
    assert list(texts_under(node, "id")) == ["1", "2", "4"]
