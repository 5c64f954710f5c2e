"""The ledger in its table: what is there after each write, and what comes of writers that meet."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber
from sgwarden.aws.clients import client
from sgwarden.aws.errors import translated
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.aws.ledger_reader import LedgerReader
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.failure import CallError, ConflictError, PassingError
from sgwarden.kept_alert import KeptAlert
from sgwarden.life import State
from sgwarden.page import Entry, Lease, Page, Unsent

from tests.integration.deployed import without_waiting
from tests.unit.alerts import alert, note
from tests.unit.outcomes import GROUP, TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.common_types import TYPE_RESPONSE
    from mypy_boto3_dynamodb import DynamoDBClient
    from sgwarden.alert import Alert

REGION, OTHER = "eu-west-1", "sg-0d4e5f60718293a4b"
NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
KEPT = KeptAlert("Drift", '{"default": "{}"}', {"severity": "critical"})
ALERT = alert(id="a1", group=GROUP)
OPEN = Entry(note(), State.OPEN, None)
CLOSED = Entry(note(id="closed"), State.RESOLVED, TIME)
FIRST = Page(GROUP, version=1, thread="t", cluster="prod-1", entries=(OPEN,))
UNSENT = (Unsent("a1", NOW),)
TRIES = 2  # as aws/clients.py has it for DynamoDB
CALLS: dict[str, Callable[[DynamoLedger], object]] = {
    "GetItem": lambda ledger: ledger.page(GROUP),
    "PutItem": lambda ledger: ledger.write(FIRST),
    "TransactWriteItems": lambda ledger: ledger.write(FIRST, ALERT, KEPT),
}
Json = dict[str, Any]


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    description = AccountDescription(account="111122223333", region=REGION)
    with (
        EmbeddedAccount(description) as account,
        without_waiting(),
        patch("sgwarden.timing.now", lambda: NOW),
    ):
        yield account


@pytest.fixture
def dynamodb(account: EmbeddedAccount) -> DynamoDBClient:
    return client("dynamodb", REGION)


@pytest.fixture
def ledger(account: EmbeddedAccount) -> DynamoLedger:
    return ledger_of(account)


def ledger_of(account: EmbeddedAccount) -> DynamoLedger:
    """The ledger as a batch has it."""
    return DynamoLedger(lambda: client("dynamodb", REGION), account.table_name, 90)


@pytest.fixture
def reader(account: EmbeddedAccount, dynamodb: DynamoDBClient) -> LedgerReader:
    return LedgerReader(dynamodb, account.table_name)


@contextmanager
def lost(answers: int, instead: Callable[[], object] | None = None) -> Iterator[list[Json]]:
    """The answers to the first writes are lost, or what was to be done where something is done `instead`.

    The requests of all writes come to be in the list.
    """
    answer = BotocoreStubber.process_request
    sent: list[Json] = []

    def lose(stub: BotocoreStubber, request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
        assert isinstance(request.body, bytes)
        if b"ConditionExpression" not in request.body:
            return answer(stub, request)
        sent.append(json.loads(request.body))
        if len(sent) > answers:
            return answer(stub, request)
        if instead:
            instead()
        else:
            answer(stub, request)
        raise ReadTimeoutError(endpoint_url=request.url)

    with patch.object(BotocoreStubber, "process_request", lose):
        yield sent


def stored(account: EmbeddedAccount, sort: str = "PAGE", group: str = GROUP) -> dict[str, Any]:
    key = {"pk": {"S": group}, "sk": {"S": sort}}
    answer = account.client("dynamodb").get_item(TableName=account.table_name, Key=key)
    item: dict[str, Any] = answer.get("Item", {})
    return item


def seconds(time: datetime) -> dict[str, str]:
    return {"N": str(int(time.timestamp()))}


def test_a_group_that_was_never_written_of_has_an_empty_page(ledger: DynamoLedger) -> None:
    assert ledger.page(GROUP) == Page(GROUP)


def test_what_was_written_is_read(ledger: DynamoLedger) -> None:
    ledger.write(FIRST)
    second = FIRST.next(lease=Lease("me", NOW), unsent=UNSENT, additional=True)
    ledger.write(second)
    assert ledger.page(GROUP) == second
    assert ledger.page(OTHER) == Page(OTHER)


def test_nothing_is_read_that_may_be_out_of_date(account: EmbeddedAccount, ledger: DynamoLedger) -> None:
    """The embedded account has no other answer: what is asked for is all that there is to see."""
    ledger.page(GROUP)
    ledger.kept(GROUP, "a1")
    assert [call.parameters["ConsistentRead"] for call in account.calls("GetItem")] == [True, True]


def test_no_client_is_made_before_something_is_asked_for(account: EmbeddedAccount) -> None:
    made = []

    def make() -> DynamoDBClient:
        made.append(client("dynamodb", REGION))
        return made[-1]

    ledger = DynamoLedger(make, account.table_name, 90)
    assert not made
    ledger.page(GROUP)
    ledger.page(GROUP)
    assert len(made) == 1


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("before", [0, 1, 2])
@pytest.mark.parametrize("new", [None, ALERT], ids=["page", "page and alert"])
def test_a_page_is_written_over_the_version_before_it_alone(
    account: EmbeddedAccount, ledger: DynamoLedger, version: int, before: int, new: Alert | None
) -> None:
    for each in range(1, before + 1):
        ledger.write(Page(GROUP, version=each, entries=(OPEN,)))
    kept_before = stored(account)
    mine = Page(GROUP, version=version, thread="mine", entries=(OPEN,))
    if version == before + 1:
        ledger.write(mine, new, KEPT)
        assert ledger.page(GROUP) == mine
        assert bool(stored(account, "ALERT#a1")) is bool(new)
    else:
        with pytest.raises(ConflictError):
            ledger.write(mine, new, KEPT)
        assert stored(account) == kept_before
        assert not stored(account, "ALERT#a1")


def test_of_two_writers_at_once_one_wins(account: EmbeddedAccount, ledger: DynamoLedger) -> None:
    ledger.write(FIRST)
    one, other = ledger.page(GROUP).next(thread="one"), ledger.page(GROUP).next(thread="other")
    ledger.write(one, ALERT, KEPT)
    with pytest.raises(ConflictError):
        ledger.write(other, alert(id="a2", group=GROUP), KEPT)
    assert ledger.page(GROUP) == one
    assert stored(account, "ALERT#a1")
    assert not stored(account, "ALERT#a2")


def test_an_alert_waits_until_it_is_confirmed_and_is_history_then(
    account: EmbeddedAccount, ledger: DynamoLedger
) -> None:
    page = Page(GROUP, 1, unsent=UNSENT)
    ledger.write(page, ALERT, KEPT)
    assert ledger.kept(GROUP, "a1") == KEPT
    assert "ttl" not in stored(account, "ALERT#a1")
    ledger.confirm(page.without("a1"), "a1")
    assert ledger.kept(GROUP, "a1") is None
    assert ledger.page(GROUP) == Page(GROUP, 2)
    left = stored(account, "ALERT#a1")
    assert json.loads(left["alert"]["S"]) == ALERT.as_json()
    assert left["ttl"] == seconds(NOW + timedelta(days=90))


def test_a_confirmation_that_comes_too_late_changes_nothing(
    account: EmbeddedAccount, ledger: DynamoLedger
) -> None:
    page = Page(GROUP, 1, unsent=UNSENT)
    ledger.write(page, ALERT, KEPT)
    ledger.write(page.next(thread="other"))
    with pytest.raises(ConflictError):
        ledger.confirm(page.without("a1"), "a1")
    assert ledger.kept(GROUP, "a1") == KEPT
    assert ledger.page(GROUP).unsent == UNSENT


def test_an_alert_that_is_not_to_be_sent_is_history_at_once(
    account: EmbeddedAccount, ledger: DynamoLedger
) -> None:
    ledger.write(FIRST, ALERT)
    assert ledger.kept(GROUP, "a1") is None
    assert stored(account, "ALERT#a1")["ttl"] == seconds(ALERT.time + timedelta(days=90))


def test_there_is_no_alert_to_be_sent_that_was_never_written(ledger: DynamoLedger) -> None:
    assert ledger.kept(GROUP, "a1") is None


@pytest.mark.parametrize(
    ("parts", "is_watched"),
    [
        ({"entries": (OPEN,)}, True),
        ({"lease": Lease("me", NOW)}, True),
        ({"unsent": UNSENT}, True),
        ({"entries": (CLOSED,)}, False),
        ({}, False),
    ],
)
def test_a_page_expires_a_month_after_nothing_of_it_is_watched(
    account: EmbeddedAccount, ledger: DynamoLedger, parts: Json, *, is_watched: bool
) -> None:
    ledger.write(FIRST)
    ledger.write(Page(GROUP, 2, **parts))
    item = stored(account)
    assert ("open" in item) is is_watched
    assert item.get("ttl") == (None if is_watched else seconds(NOW + timedelta(days=31)))


def test_an_answer_that_is_lost_is_no_conflict_with_ourselves(ledger: DynamoLedger) -> None:
    ledger.write(FIRST)
    second = FIRST.next(thread="second")
    with lost(1):
        ledger.write(second)
    assert ledger.page(GROUP) == second


def test_a_repeated_write_that_somebody_else_forestalled_is_a_conflict(
    ledger: DynamoLedger, dynamodb: DynamoDBClient
) -> None:
    ledger.write(FIRST)
    theirs = FIRST.next(thread="theirs")
    with lost(1, instead=lambda: ledger.write(theirs)), pytest.raises(ConflictError):
        ledger.write(FIRST.next(thread="mine"))
    assert ledger.page(GROUP) == theirs


def test_all_tries_to_write_two_items_have_one_token(account: EmbeddedAccount, ledger: DynamoLedger) -> None:
    with lost(2) as sent, pytest.raises(PassingError):
        ledger.write(FIRST, ALERT, KEPT)
    tokens = [each["ClientRequestToken"] for each in sent]
    assert len(tokens) == TRIES
    assert len(set(tokens)) == 1
    with lost(0) as sent:
        ledger_of(account).write(FIRST.next(), alert(id="a2", group=GROUP), KEPT)
    assert sent[0]["ClientRequestToken"] not in tokens


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "TransactWriteItems"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ProvisionedThroughputExceededException", PassingError),
        ("RequestLimitExceeded", PassingError),
        ("ThrottlingException", PassingError),
        ("TransactionInProgressException", PassingError),
        ("InternalServerError", PassingError),
        ("TransactionConflictException", ConflictError),
        ("AccessDeniedException", CallError),
        ("ResourceNotFoundException", CallError),
    ],
)
def test_what_dynamodb_refuses_says_whether_it_may_go_through_later(
    account: EmbeddedAccount, operation: str, code: str, kind: type[CallError]
) -> None:
    account.fail(operation, code, times=TRIES)
    with pytest.raises(CallError) as failure:
        CALLS[operation](ledger_of(account))
    assert type(failure.value) is kind
    assert failure.value.operation == operation
    account.recover(operation)
    CALLS[operation](ledger_of(account))


def test_a_table_that_does_not_answer_is_not_asked_again_in_the_same_batch(account: EmbeddedAccount) -> None:
    ledger = ledger_of(account)
    account.fail("GetItem", "InternalServerError", times=TRIES)
    for call in CALLS.values():
        with pytest.raises(PassingError):
            call(ledger)
    assert [each.operation for each in account.calls("GetItem", "PutItem", "TransactWriteItems")] == [
        "GetItem"
    ]
    assert ledger_of(account).page(GROUP) == Page(GROUP)


@pytest.mark.parametrize("code", ["AccessDeniedException", "TransactionConflictException"])
def test_one_that_answers_is_asked_again(account: EmbeddedAccount, code: str) -> None:
    ledger = ledger_of(account)
    account.fail("GetItem", code, times=1)
    with pytest.raises(CallError):
        ledger.page(GROUP)
    assert ledger.page(GROUP) == Page(GROUP)


@pytest.mark.parametrize(
    ("reasons", "kind", "code"),
    [
        (["ConditionalCheckFailed", "None"], ConflictError, "ConditionalCheckFailed"),
        (["None", "TransactionConflict"], ConflictError, "TransactionConflict"),
        (["ThrottlingError", "None"], PassingError, "ThrottlingError"),
        (["None", "ProvisionedThroughputExceeded"], PassingError, "ProvisionedThroughputExceeded"),
        (["None", "ValidationError"], CallError, "ValidationError"),
    ],
)
def test_a_transaction_fails_for_the_reason_of_its_part(
    reasons: list[str], kind: type[CallError], code: str
) -> None:
    error = ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
            "CancellationReasons": [{"Code": each} for each in reasons],
        },
        "TransactWriteItems",
    )
    with pytest.raises(CallError) as failure, translated("TransactWriteItems"):
        raise error
    assert type(failure.value) is kind
    assert failure.value.code == code


@pytest.mark.parametrize(
    "page",
    [
        {"S": "not JSON"},
        {"S": "{}"},
        {"S": "[" * 100_000},
        {"S": json.dumps(Page(OTHER, 1).as_json())},
        {"B": b"not packed"},
        {"N": "1"},
        None,
    ],
    ids=["no JSON", "no page", "too deep", "another group's", "bytes", "a number", "nothing"],
)
def test_a_page_that_cannot_be_read_is_an_error_that_says_where_it_is(
    account: EmbeddedAccount, ledger: DynamoLedger, page: Json | None
) -> None:
    item = {"pk": {"S": GROUP}, "sk": {"S": "PAGE"}} | ({"page": page} if page else {})
    account.client("dynamodb").put_item(TableName=account.table_name, Item=item)
    with pytest.raises(
        CallError, match=f'ledger {account.table_name} keeps of {GROUP} .*"S": "PAGE"'
    ) as failure:
        ledger.page(GROUP)
    assert not failure.value.passing


def test_an_alert_that_cannot_be_read_is_an_error_that_says_where_it_is(
    account: EmbeddedAccount, ledger: DynamoLedger, reader: LedgerReader
) -> None:
    key = {"pk": {"S": GROUP}, "sk": {"S": "ALERT#a1"}}
    account.client("dynamodb").put_item(
        TableName=account.table_name, Item={**key, "kept": {"S": '{"subject": 1}'}, "alert": {"S": "{}"}}
    )
    with pytest.raises(CallError, match='"S": "ALERT#a1"'):
        ledger.kept(GROUP, "a1")
    with pytest.raises(CallError, match='"S": "ALERT#a1"'):
        list(reader.history())


def test_a_page_of_a_thousand_findings_has_room(
    account: EmbeddedAccount, ledger: DynamoLedger, reader: LedgerReader
) -> None:
    entries = tuple(
        Entry(note(f"\U0001f600 {n} \ud800", id=f"{n:032x}"), State.OPEN, TIME) for n in range(1000)
    )
    page = Page(GROUP, 1, cluster="prod-1", entries=entries)
    ledger.write(page, alert(*(each.note for each in entries), id="a1", group=GROUP), KEPT)
    assert ledger.page(GROUP) == page
    assert len(stored(account)["page"]["B"]) < 200_000
    assert [len(each.notes) for each in reader.history()] == [1000]


def test_groups_are_watched_while_something_is_open_or_to_be_done(
    ledger: DynamoLedger, reader: LedgerReader
) -> None:
    long = Entry(note("x" * 1000), State.FAILED, None)
    pages = {
        "sg-00000001": Page("sg-00000001", 1, cluster="prod-1", additional=True, entries=(long, CLOSED)),
        "sg-00000002": Page("sg-00000002", 1, lease=Lease("me", NOW)),
        "sg-00000003": Page("sg-00000003", 1, entries=(CLOSED,)),
    }
    for page in pages.values():
        ledger.write(page)
    standing = pages["sg-00000001"].standing
    assert standing is not None
    assert dict(reader.watched()) == {
        "sg-00000001": replace(standing, summary="x" * 300),
        "sg-00000002": None,
    }
    ledger.write(pages["sg-00000001"].next(entries=(CLOSED,)))
    assert dict(reader.watched()) == {"sg-00000002": None}


def test_a_standing_that_cannot_be_read_is_looked_into(
    account: EmbeddedAccount, reader: LedgerReader
) -> None:
    item = {"pk": {"S": GROUP}, "sk": {"S": "PAGE"}, "open": {"S": "1"}, "standing": {"S": "{}"}}
    account.client("dynamodb").put_item(TableName=account.table_name, Item=item)
    assert dict(reader.watched()) == {GROUP: None}


def test_history_has_every_alert_sent_or_not(ledger: DynamoLedger, reader: LedgerReader) -> None:
    page = Page(GROUP, 1, unsent=UNSENT)
    ledger.write(page, ALERT, KEPT)
    other = alert(id="a2", group=OTHER)
    ledger.write(Page(OTHER, 1), other)
    ledger.confirm(page.without("a1"), "a1")
    third = alert(id="a3", group=GROUP)
    ledger.write(Page(GROUP, 3), third, KEPT)
    found = sorted(reader.history(), key=lambda each: each.id)
    assert found == [ALERT, other, third]


def test_an_alert_that_somebody_deleted_is_let_go(
    account: EmbeddedAccount, ledger: DynamoLedger, reader: LedgerReader
) -> None:
    page = Page(GROUP, 1, unsent=UNSENT)
    ledger.write(page)
    assert ledger.kept(GROUP, "a1") is None
    ledger.confirm(page.without("a1"), "a1")
    assert ledger.page(GROUP).unsent == ()
    assert list(reader.history()) == []
    assert stored(account, "ALERT#a1")["ttl"] == seconds(NOW + timedelta(days=90))


@pytest.mark.parametrize("read", [LedgerReader.watched, LedgerReader.history])
def test_a_table_that_cannot_be_read_is_an_error(
    account: EmbeddedAccount, reader: LedgerReader, read: Callable[[LedgerReader], Iterator[object]]
) -> None:
    for operation in ("Query", "Scan"):
        account.fail(operation, "AccessDeniedException")
    with pytest.raises(CallError, match="AccessDenied"):
        list(read(reader))
