"""What AWS asks IAM for each API call: an action on each resource, with the keys that conditions may name.

Of the Service Authorization Reference: the resource types of each action, and when AWS checks them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sgwarden.embedded import ApiCall, EmbeddedAccount

from tests.template.application import ACCOUNT, REGION, deployed

Json = dict[str, Any]

_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
_TYPES = {"sg": "security-group", "sgr": "security-group-rule"}


@dataclass(frozen=True, slots=True)
class Request:
    """One question to IAM."""

    action: str
    resource: str = "*"
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


def requests_of(call: ApiCall, account: EmbeddedAccount) -> list[Request]:
    """All that must be allowed for the call to be; KeyError for a call of which nobody has looked that up."""
    operation = f"{call.service}:{call.operation}"
    if operation not in _ASKED:
        raise KeyError(f"{operation} is not in the table of authorization.py: look up what it asks IAM for")
    return list(_ASKED[operation](operation, call.parameters, account))


def _unscoped(action: str, _asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    yield Request(action)


def _group(action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    yield Request(action, *_ec2_resource(asked["GroupId"], account))


def _authorize(action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    """The group; the rule to be too, but only where the call tags it: then that is a request of its own."""
    yield from _group(action, asked, account)
    for specification in asked.get("TagSpecifications", ()):
        assert specification["ResourceType"] == "security-group-rule"
        tags, new_rule = _written(specification["Tags"]), f"{_EC2}:security-group-rule/*"
        yield Request(action, new_rule, tags)
        yield Request("ec2:CreateTags", new_rule, tags | {"ec2:CreateAction": action.removeprefix("ec2:")})


def _modify(action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    """The group, each rule, and the prefix lists that these are to name."""
    yield from _group(action, asked, account)
    for each in asked["SecurityGroupRules"]:
        yield Request(action, *_ec2_resource(each["SecurityGroupRuleId"], account))
        if list_id := each["SecurityGroupRule"].get("PrefixListId"):
            yield Request(action, _prefix_list(list_id, account))


def _create_tags(action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    for resource_id in asked["Resources"]:
        resource, has = _ec2_resource(resource_id, account)
        yield Request(action, resource, {**has, **_written(asked["Tags"])})


def _entries(action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    yield Request(action, _prefix_list(asked["PrefixListId"], account))


def _cluster(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    yield Request(action, f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{asked['name']}")


def _bus(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    for bus in {entry["EventBusName"] for entry in asked["Entries"]}:
        sources = sorted({entry["Source"] for entry in asked["Entries"]})
        resource = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"
        yield Request(action, resource, {"events:source": sources})


def _product(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    for product in {finding["ProductArn"] for finding in asked["Findings"]}:
        yield Request(action, product)


def _secret(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    yield Request(action, asked["SecretId"])


def _publish(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    """The topic; and its key, which SNS uses in the name of who publishes."""
    yield Request(action, asked["TopicArn"])
    for used in ("kms:Decrypt", "kms:GenerateDataKey"):
        yield Request(used, deployed().arn("AlertsKey"))


def _send(_action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    # SendMessageBatch is no action of its own.
    yield Request("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{asked['QueueUrl'].rpartition('/')[2]}")


def _parameter(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    name, start = asked["Name"], f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
    yield Request(action, name if name.startswith("arn:") else f"{start}{name}")


def _table(action: str, asked: Json, _account: EmbeddedAccount) -> Iterator[Request]:
    """The table, or where the call asks an index, that index alone."""
    index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
    keys: dict[str, str | list[str]] = {}
    if "Key" in asked:
        keys["dynamodb:LeadingKeys"] = [asked["Key"]["pk"]["S"]]
    yield Request(action, f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{asked['TableName']}{index}", keys)


def _transaction(_action: str, asked: Json, account: EmbeddedAccount) -> Iterator[Request]:
    # TransactWriteItems is no action of its own: each part of it is asked for as if it were alone.
    for part in asked["TransactItems"]:
        for verb, inner in part.items():
            yield from _table(f"dynamodb:{verb}Item", inner, account)


_ASKED: Mapping[str, Callable[[str, Json, EmbeddedAccount], Iterator[Request]]] = {
    "dynamodb:GetItem": _table,
    "dynamodb:PutItem": _table,
    "dynamodb:Query": _table,
    "dynamodb:UpdateItem": _table,
    "dynamodb:TransactWriteItems": _transaction,
    "ec2:AuthorizeSecurityGroupEgress": _authorize,
    "ec2:AuthorizeSecurityGroupIngress": _authorize,
    "ec2:CreateTags": _create_tags,
    "ec2:DescribeInstances": _unscoped,
    "ec2:DescribeManagedPrefixLists": _unscoped,
    "ec2:DescribeNetworkInterfaces": _unscoped,
    "ec2:DescribeSecurityGroupRules": _unscoped,
    "ec2:DescribeSecurityGroups": _unscoped,
    "ec2:DescribeVpcs": _unscoped,
    "ec2:GetManagedPrefixListEntries": _entries,
    "ec2:ModifySecurityGroupRules": _modify,
    "ec2:RevokeSecurityGroupEgress": _group,
    "ec2:RevokeSecurityGroupIngress": _group,
    "eks:DescribeCluster": _cluster,
    "eks:DescribeUpdate": _cluster,
    "events:PutEvents": _bus,
    "secretsmanager:GetSecretValue": _secret,
    "securityhub:BatchImportFindings": _product,
    "sns:Publish": _publish,
    "sqs:SendMessage": _send,
    "sqs:SendMessageBatch": _send,
    "ssm:GetParameter": _parameter,
}


def _ec2_resource(resource_id: str, account: EmbeddedAccount) -> tuple[str, dict[str, str]]:
    """Its ARN, and its tags as conditions see them."""
    kind = _TYPES[resource_id.partition("-")[0]]
    tags = account.tags(resource_id)
    return f"{_EC2}:{kind}/{resource_id}", {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


def _written(tags: list[dict[str, str]]) -> dict[str, str | list[str]]:
    asked: dict[str, str | list[str]] = {f"aws:RequestTag/{each['Key']}": each["Value"] for each in tags}
    return asked | {"aws:TagKeys": [each["Key"] for each in tags]}


def _prefix_list(list_id: str, account: EmbeddedAccount) -> str:
    # Asked of moto itself: a call would be taken for one of the function's.
    lists = account.builder.ec2(REGION).managed_prefix_lists
    owner = lists[list_id].owner_id if list_id in lists else ACCOUNT
    return f"arn:aws:ec2:{REGION}:{owner if owner.isdigit() else owner.lower()}:prefix-list/{list_id}"
