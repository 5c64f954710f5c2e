"""The ledger's table is the one that the functions are tested with, and forgets what its items say it may."""

from sgwarden.aws.ledger_items import page_item
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.page import Page

from tests.template.application import ACCOUNT, DEFAULTS, REGION, Json, deployed, of_type
from tests.unit.outcomes import GROUP, TIME


def _table() -> Json:
    (found,) = of_type("AWS::DynamoDB::Table").values()
    return dict(found)


def test_the_keys_and_the_index_are_those_of_the_table_in_an_embedded_account() -> None:
    with EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION)) as account:
        made = account.client("dynamodb").describe_table(TableName=account.table_name)["Table"]
    table = _table()
    (index,), (index_made,) = table["GlobalSecondaryIndexes"], made["GlobalSecondaryIndexes"]
    assert table["KeySchema"] == made["KeySchema"]
    assert {each: index[each] for each in ("IndexName", "KeySchema", "Projection")} == {
        each: index_made[each] for each in ("IndexName", "KeySchema", "Projection")
    }
    assert set(index) == {"IndexName", "KeySchema", "Projection"}
    defined = [sorted(map(str, each["AttributeDefinitions"])) for each in (table, made)]
    assert defined[0] == defined[1]
    assert table["BillingMode"] == made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_items_expire_by_the_attribute_that_says_when() -> None:
    expires = _table()["TimeToLiveSpecification"]
    assert expires == {"AttributeName": "ttl", "Enabled": True}
    assert expires["AttributeName"] in page_item(Page(GROUP, 1), TIME)


def test_the_ledger_is_there_whatever_is_chosen_and_can_be_had_back() -> None:
    assert deployed(DEFAULTS).of_type("AWS::DynamoDB::Table") == {"Ledger": _table()}
    assert _table()["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
