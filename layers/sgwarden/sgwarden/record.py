"""A CloudTrail record reads the same whatever it came wrapped in and however its keys are spelled."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_DEPTH = 8  # SQS > SNS > EventBridge > record is four; more than twice that is somebody playing
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Record:
    """One CloudTrail record, with the EventBridge event that carried it (empty for a bare record)."""

    body: Mapping[str, object]
    envelope: Mapping[str, object] = field(default_factory=dict)

    @property
    def event_name(self) -> str:
        """The API call, spelled as the record spells it; empty if it names none."""
        return text(get(self.body, "eventName"))

    @property
    def service(self) -> str:
        """The called service as "ec2" or "eks"; empty if the record does not say."""
        source = text(get(self.body, "eventSource")) or text(get(self.envelope, "source"))
        return source.lower().removeprefix("aws.").partition(".")[0]

    @property
    def failure(self) -> str:
        """The error code of a call that failed; empty for one that succeeded, an explicit null included."""
        code = get(self.body, "errorCode")
        return (text(code) or "an unreadable error code") if code else ""

    @property
    def account(self) -> str:
        """The account that holds what was changed; empty if the record does not say it in twelve digits.

        `recipientAccountId` comes first: it is the account whose resource was called, while the caller
        (`userIdentity.accountId`) can belong to another. Some records lack it; there the envelope's `account`
        says the same, and a bare record has only the caller's.
        """
        named = (
            get(self.body, "recipientAccountId"),
            get(self.envelope, "account"),
            get(self.body, "userIdentity", "accountId"),
        )
        return next((account for account in map(text, named) if _ACCOUNT.fullmatch(account)), "")

    @property
    def region(self) -> str:
        """The region that was called; empty if the record names none that can be one."""
        named = (get(self.body, "awsRegion"), get(self.envelope, "region"))
        return next((region for region in map(text, named) if _REGION.fullmatch(region)), "")

    @property
    def time(self) -> datetime | None:
        """When the call was made, in UTC; None if the record does not say so in ISO 8601."""
        named = (get(self.body, "eventTime"), get(self.envelope, "time"))
        return next((time for time in map(_time, named) if time), None)

    @property
    def request(self) -> object:
        """The request's parameters, out of the wrapper that newer EC2 calls put around them."""
        return _unwrapped(get(self.body, "requestParameters"), "request")

    @property
    def response(self) -> object:
        """The response's elements, out of the same kind of wrapper."""
        return _unwrapped(get(self.body, "responseElements"), "response")


def records(event: object, depth: int = _DEPTH) -> Iterator[Record]:
    """Every CloudTrail record in an event: bare, of EventBridge, as JSON text in SNS or SQS, of a file."""
    node = parsed(event)
    if depth == 0 or not isinstance(node, dict):
        return
    if get(node, "eventName") is not None:
        yield Record(node)
    elif (detail := parsed(get(node, "detail"))) is not None:
        if isinstance(detail, dict) and get(detail, "eventName") is not None:
            yield Record(detail, node)
    elif isinstance(batch := get(node, "Records"), list):
        for member in batch:
            yield from records(member, depth - 1)
    else:  # Lambda's view of an SNS message, the message itself, a message of SQS
        for wrapper in ("Sns", "Message", "body"):
            yield from records(get(node, wrapper), depth - 1)


def get(node: object, *path: str) -> object:
    """What lies at a path of keys, in any case (some tools lower them); None where there is nothing."""
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node[key] if key in node else _in_any_case(node, key)
    return node


def text(value: object) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def items(node: object) -> list[object]:
    """The members of a list as CloudTrail spells it: `{"items": [...]}`, an array, or one by itself."""
    if isinstance(node, dict) and (inner := get(node, "items")) is not None:
        node = inner
    if isinstance(node, list):
        return node
    return [node] if node else []


def texts_under(node: object, key_prefix: str) -> Iterator[str]:
    """Each text, in order, that lies under a key with this (lower-case) prefix, at any depth.

    The walk keeps its own stack: a record can be nested deeper than Python recurses.
    """
    todo: list[tuple[object, bool]] = [(node, False)]
    while todo:
        value, under = todo.pop()
        if isinstance(value, dict):
            children = [(child, under or _starts(key, key_prefix)) for key, child in value.items()]
            todo.extend(reversed(children))
        elif isinstance(value, list):
            todo.extend((child, under) for child in reversed(value))
        elif under and isinstance(value, str):
            yield value


def parsed(value: object) -> object:
    """The value, or what it says where it is JSON text; None for text that is not JSON."""
    if not isinstance(value, str):
        return value
    try:
        document: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return document


def _unwrapped(node: object, suffix: str) -> object:
    # `{"ModifySecurityGroupRulesRequest": {"GroupId": ...}}`. Athena's tables keep parameters as JSON text.
    node = parsed(node)
    if not isinstance(node, dict):
        return None
    inner = (child for key, child in node.items() if isinstance(key, str) and key.lower().endswith(suffix))
    return next((child for child in inner if isinstance(child, dict)), node)


def _in_any_case(node: Mapping[object, object], key: str) -> object:
    wanted = key.lower()
    return next((child for k, child in node.items() if isinstance(k, str) and k.lower() == wanted), None)


def _starts(key: object, prefix: str) -> bool:
    return isinstance(key, str) and key.lower().startswith(prefix)


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(text(value))
        # CloudTrail writes UTC; log tools that drop the "Z" still mean it.
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
