"""The commands that an alert tells to undo changes with leave the group as it was, rule by rule."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.alert import Made
from sgwarden.aws.world import AwsWorld
from sgwarden.change import Authorize, Change, Modify, Revoke, SetTag
from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.rendering.undo import undo_of
from sgwarden.report import change as change_json
from sgwarden.traffic import NOBODY, PrefixList, Rule, parse_line

from tests.integration.deployed import ACCOUNT, GROUP, REGION, cluster, group, prefix_list, vpc
from tests.unit.alerts import alert, note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OTHER, LIST = "sg-0e7b9d3c5a1f28460", "pl-0b8d2f4a6c1e3957d"
LINES = (
    "tcp/443 from 198.51.100.0/24",
    "tcp/20-25 from 10.0.0.0/8",
    "icmp/3.4 from 2001:db8::/32",
    "proto/50 from 10.0.0.0/8",
    "all from self",
    "all to self",
    "udp/53 to 10.0.0.0/16",
    f"tcp/443 to {LIST}",
    f"tcp/80 from {OTHER}",
)
WORDS = 'it\'s "the" $(office) & `co`; \\ <b>'


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    described = AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(vpc("10.0.0.0/16", "2001:db8::/56"),),
        clusters=(cluster(),),
        groups=(group(OTHER),),
        prefix_lists=(prefix_list(LIST, "198.51.100.0/24"),),
    )
    with EmbeddedAccount(described) as opened:
        world = AwsWorld(opened.client("ec2"), opened.client("eks"), ACCOUNT)
        there = set(opened.lines(GROUP))
        for direction in ("from", "to"):
            lines = [each for each in LINES if f" {direction} " in each and each not in there]
            world.change(
                GROUP, [Authorize(rule(line, description=f"{WORDS} of {line}"), "") for line in lines]
            )
        world.change(GROUP, [SetTag("team", "net work's")])
        yield opened


def rule(line: str, rule_id: str = "", description: str = "") -> Rule:
    lists = {LIST: PrefixList(LIST, NOBODY)}
    read = parse_line(line.replace(GROUP, "self"), self_id=GROUP, prefix_lists=lists)
    return Rule(read.direction, read.service, read.peer, rule_id, description)


def rows(account: EmbeddedAccount) -> list[tuple[str, str]]:
    """The rules with their descriptions, without their ids."""
    return sorted((each.text(GROUP), each.description) for each in rules(account).values())


def rules(account: EmbeddedAccount) -> dict[str, Rule]:
    world = AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)
    seen = world.group(GROUP)
    assert seen is not None
    return {each.text(GROUP): each for each in world.with_rule_ids(seen).rules}


def tags(account: EmbeddedAccount) -> dict[str, str]:
    found = account.client("ec2").describe_security_groups(GroupIds=[GROUP])["SecurityGroups"][0]["Tags"]
    return {each["Key"]: each["Value"] for each in found}


def as_made(change: Change) -> Made:
    said = change_json(change, GROUP)
    match change:
        case SetTag():
            description = ""
        case Modify(into=described) | Authorize(rule=described) | Revoke(rule=described):
            description = described.description
    texts = {name: said.get(name) or "" for name in ("action", "direction", "rule_id", "rule", "was", "why")}
    return Made(**texts, description=description)


def make(account: EmbeddedAccount, changes: Sequence[Change]) -> None:
    world = AwsWorld(account.client("ec2"), account.client("eks"), ACCOUNT)
    for each in changes:
        world.change(GROUP, [each])


def run(account: EmbeddedAccount, command: str) -> None:
    """The command as a shell and the AWS CLI would read it."""
    program, service, operation, *words = shlex.split(command)
    assert (program, service) == ("aws", "ec2")
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word] = []
        else:
            options[[*options][-1]].append(word)
    assert options.pop("--region") == [REGION]
    parameters = {_parameter(name): _value(name, said) for name, said in options.items()}
    getattr(account.client("ec2"), operation.replace("-", "_"))(**parameters)


def _parameter(option: str) -> str:
    return "".join(part.capitalize() for part in option.strip("-").split("-"))


def _value(option: str, said: list[str]) -> Any:  # noqa: ANN401  whatever the call takes
    if option == "--group-id":
        (value,) = said
        return value
    return json.loads(said[0]) if said[0].startswith("[") else said


def changes_of(account: EmbeddedAccount) -> list[Change]:
    there = rules(account)
    narrow, gone = there["tcp/20-25 from 10.0.0.0/8"], ("all to self", "udp/53 to 10.0.0.0/16")
    into = rule("tcp/20-21 from 10.0.0.0/8", narrow.id, narrow.description)
    revoked = [
        there[line]
        for line in (*gone, f"tcp/443 to {LIST}", f"tcp/80 from {OTHER}", "proto/50 from 10.0.0.0/8")
    ]
    return [
        Authorize(rule("tcp/8443 from 198.51.100.0/25", description=WORDS), "office"),
        Authorize(rule("all from 2001:db8:1::/48"), "office"),
        Modify(narrow, into, "no-ssh"),
        Authorize(rule("tcp/10250 to self", description=WORDS), "minimum"),
        *(Revoke(each, "otherwise") for each in revoked),
        SetTag("team", "platform", "net work's"),
        SetTag("a=b", "c=d"),
    ]


@pytest.mark.parametrize("status", [Status.REMEDIATED, Status.FAILED])
def test_the_commands_leave_the_group_as_it_was(account: EmbeddedAccount, status: Status) -> None:
    before, tagged, changes = rows(account), tags(account), changes_of(account)
    make(account, changes)
    assert rows(account) != before
    about = note(kind=str(Kind.MISSING_TAG), statement="a=b")
    told = alert(about, status=status, region=REGION, changes=tuple(map(as_made, changes)))
    commands = undo_of(told)
    assert len(commands) == 7
    for command in commands:
        run(account, command)
    assert rows(account) == before
    assert tags(account) == tagged


def test_a_tag_that_somebody_has_changed_since_stays(account: EmbeddedAccount) -> None:
    make(account, [SetTag("cost", "1")])
    told = alert(status=Status.REMEDIATED, region=REGION, changes=(as_made(SetTag("cost", "1")),))
    make(account, [SetTag("cost", "2", "1")])
    for command in undo_of(told):
        run(account, command)
    assert tags(account)["cost"] == "2"


def test_a_rule_that_was_made_goes_by_its_id_where_it_is_known(account: EmbeddedAccount) -> None:
    before = rows(account)
    make(account, [Authorize(rule("tcp/9443 from 198.51.100.0/24"), "")])
    made = Made(
        "authorize",
        "ingress",
        rules(account)["tcp/9443 from 198.51.100.0/24"].id,
        "tcp/9443 from 198.51.100.0/24",
    )
    (command,) = undo_of(alert(status=Status.REMEDIATED, region=REGION, changes=(made,)))
    assert "--security-group-rule-ids" in command
    run(account, command)
    assert rows(account) == before
