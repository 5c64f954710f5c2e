"""A prefix list changes what rules and policies mean: whoever it matters to is looked at when it changes."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.rest import TURNS
from sgwarden.traffic import PeerSet

from tests.integration.deployed import (
    GROUP,
    REGION,
    Deployed,
    changed,
    cluster,
    event,
    group,
    open_to,
    prefix_list,
    running,
)
from tests.integration.lambda_time import lambda_time

if TYPE_CHECKING:
    from moto.ec2.models.managed_prefixes import ManagedPrefixList

LIST, OTHER = "pl-0b8d2f4a6c1e3957d", "sg-02be06bd9cbf15b62"
PARTNERS = f"""
version: 1
peers:
  partners: [{LIST}]
policies:
  - name: all
    clusters: {{name: ["*"]}}
    mode: remediate
    use: [eks-baseline]
    ingress:
      otherwise: deny
      allow: [{{id: partners, traffic: tcp/443, from: partners}}]
"""
CLUSTERS = (cluster(), cluster(name="dev-2", group=OTHER))
LISTS = (prefix_list(LIST, "10.20.0.0/16", "10.30.0.0/16"),)
MADE_BY_EKS = ("all from self", "all to self", "all to 0.0.0.0/0")
PARTNER = "tcp/443 from 10.30.0.0/16"
MODIFIED = event("ModifyManagedPrefixList", {"ModifyManagedPrefixListRequest": {"PrefixListId": LIST}})


def held(function: Deployed) -> ManagedPrefixList:
    return function.account.builder.ec2(REGION).managed_prefix_lists[LIST]


def without_partner(function: Deployed) -> None:
    function.account.client("ec2").modify_managed_prefix_list(
        PrefixListId=LIST, CurrentVersion=held(function).version, RemoveEntries=[{"Cidr": "10.30.0.0/16"}]
    )
    function.forget()


@pytest.mark.parametrize("group_id", [GROUP, OTHER])
def test_a_list_that_only_the_policy_names_matters_to_every_cluster(group_id: str) -> None:
    with running(policy=PARTNERS, clusters=CLUSTERS, prefix_lists=LISTS) as function:
        open_to(function, PARTNER, group_id)
        assert function.deliver(MODIFIED) == []
        assert PARTNER in function.account.lines(group_id)
        without_partner(function)
        assert function.deliver(MODIFIED) == []
        assert PARTNER not in function.account.lines(group_id)


def test_a_list_that_nobody_names_matters_to_nobody() -> None:
    with running(
        clusters=CLUSTERS, prefix_lists=LISTS, groups=(group("sg-0a9e3d7c5b1f86240", PARTNER),)
    ) as function:
        assert function.deliver(MODIFIED) == []
        assert function.account.calls("DescribeCluster") == ()


def test_entries_are_read_anew_only_where_the_version_is() -> None:
    with running(policy=PARTNERS, prefix_lists=LISTS) as function:
        open_to(function, PARTNER)
        for _ in range(3):
            assert function.deliver(changed()) == []
        assert len(function.account.calls("GetManagedPrefixListEntries")) == 1
        without_partner(function)
        assert function.deliver(changed()) == []
        assert len(function.account.calls("GetManagedPrefixListEntries")) == 1
        assert PARTNER not in function.account.lines(GROUP)


def changing(function: Deployed) -> None:
    held(function).state = "modify-in-progress"


def in_force(function: Deployed) -> None:
    without_partner(function)
    held(function).state = "modify-complete"


def next_message(function: Deployed) -> str:
    (waiting,) = function.account.take_messages()
    assert waiting.delay == 60
    return waiting.body


def test_a_change_that_is_not_in_force_yet_is_waited_for() -> None:
    """EC2 answers before it has made the change, and CloudTrail may tell of it as early."""
    with running(policy=PARTNERS, prefix_lists=LISTS) as function:
        open_to(function, PARTNER)
        changing(function)
        assert function.deliver(MODIFIED) == []
        assert function.deliver(next_message(function)) == []
        assert PARTNER in function.account.lines(GROUP)

        waiting = next_message(function)
        in_force(function)
        assert function.deliver(waiting) == []
        assert PARTNER not in function.account.lines(GROUP)
        assert function.account.take_messages() == ()


def test_what_is_forbidden_already_goes_before_the_change_is_in_force() -> None:
    with running(policy=PARTNERS, prefix_lists=LISTS) as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        changing(function)
        assert function.deliver(MODIFIED) == []
        assert "tcp/22 from 0.0.0.0/0" not in function.account.lines(GROUP)


def test_what_stands_is_told_once_however_long_the_change_takes() -> None:
    with running(policy=PARTNERS, prefix_lists=LISTS, mode="observe") as function:
        open_to(function, "tcp/22 from 0.0.0.0/0")
        changing(function)
        assert function.deliver(MODIFIED) == []
        for _ in range(TURNS):
            assert function.deliver(next_message(function)) == []
        assert len(function.alerts()) == 1
        assert function.account.take_messages() == ()
        assert "still changing" in function.logged("dropped")[0]["reason"]


def test_all_of_a_large_event_comes_once_more_and_not_each_part_of_it() -> None:
    lines = (*MADE_BY_EKS, "tcp/22 from 0.0.0.0/0", f"tcp/443 from {LIST}")
    many = tuple(cluster(*lines, name=f"dev-{n}", group=f"sg-{n:017x}") for n in range(1, 21))
    with running(clusters=many, prefix_lists=LISTS, mode="observe") as function:

        def told() -> Counter[str]:
            return Counter(alert["cluster"]["name"] for alert in function.alerts())

        changing(function)
        waiting, first = [json.dumps(MODIFIED)], set[str]()
        seconds = 0.4
        with lambda_time(function, lambda _: seconds) as time:
            for _ in range(2):
                later: list[str] = []
                while waiting:
                    assert time.deliver(*waiting) == []
                    first = first or set(told())
                    sent = function.account.take_messages()
                    waiting = [message.body for message in sent if not message.delay]
                    later += [message.body for message in sent if message.delay]
                assert len(later) == 1
                waiting, seconds = later, 1.0  # so that groups of the first part are in several now
        assert set(told()) == {each.name for each in many}
        assert 0 < len(first) < len(many)
        assert {told()[name] for name in first} == {1}


def test_groups_that_were_looked_at_before_are_looked_at_again_once_it_is_in_force() -> None:
    """Two dozen groups take several batches, and the change comes into force between two of them."""
    line = f"tcp/443 from {LIST}"
    many = tuple(cluster(*MADE_BY_EKS, line, name=f"dev-{n}", group=f"sg-{n:017x}") for n in range(1, 25))
    with running(clusters=many, prefix_lists=LISTS) as function:
        changing(function)
        waiting = [json.dumps(MODIFIED)]
        with lambda_time(function, lambda _: 0.5) as time:
            for turn in range(60):
                if turn == 1:
                    time.seconds = 0.0
                    function.account.client("ec2").modify_managed_prefix_list(
                        PrefixListId=LIST,
                        CurrentVersion=held(function).version,
                        AddEntries=[{"Cidr": "0.0.0.0/0"}],
                    )
                    held(function).state = "modify-complete"
                failed = time.deliver(*waiting) if waiting else []
                waiting = [waiting[int(each[1:]) - 1] for each in failed]
                waiting += [message.body for message in function.account.take_messages()]
        assert not waiting
        assert [each.name for each in many if line in function.account.lines(each.group)] == []
        assert len(function.alerts()) == len(many)


def test_what_was_read_on_the_way_is_not_kept() -> None:
    """The version is the old one until the change is in force, and so may the entries be."""
    with running(policy=PARTNERS, prefix_lists=LISTS) as function:
        held(function).state = "modify-in-progress"
        for _ in range(2):
            assert function.deliver(changed()) == []
        assert len(function.account.calls("GetManagedPrefixListEntries")) == 2


def test_a_list_of_aws_has_no_versions_and_is_kept_for_five_minutes() -> None:
    now = 0.0
    with running(prefix_lists=LISTS) as function:
        held(function).version = None  # as in what EC2 describes of them
        lists = PrefixListReader(function.account.client("ec2"), lambda: now)

        def read() -> PeerSet:
            return lists.prefix_lists([LIST], ())[LIST].peers

        before = read()
        held(function).entries[max(held(function).entries)] = [{"Cidr": "192.0.2.0/24", "Description": ""}]
        now = 299.0
        assert read() == before
        now = 301.0
        assert read() == PeerSet.of_cidr("192.0.2.0/24")
