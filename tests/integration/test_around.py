"""What looking around a cluster costs, in time and calls, and what does not wait for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.embedded import InterfaceDescription, NodeDescription

from tests.integration.deployed import (
    CLUSTER,
    GROUP,
    Deployed,
    changed,
    cluster,
    event,
    group,
    open_to,
    running,
)
from tests.integration.lambda_time import lambda_time
from tests.integration.test_attachment import PLAIN, REMIND, SECOND, SSH, TAG, kinds, tagging, with_two_tags
from tests.integration.test_prefix_lists import LIST, LISTS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

UPDATED = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": "b7e5f2a1"}})
OTHER = "sg-02be06bd9cbf15b62"
NODES = 100


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many pages as 5,000 nodes come in, of fewer nodes: the embedded account is slow with thousands."""
    monkeypatch.setattr("sgwarden.aws.attachments._INSTANCES_PAGE", 10)


def with_nodes(many: int, **more: Any) -> Any:  # noqa: ANN401  fields of ClusterDescription
    return cluster(nodes=(NodeDescription(node_group="workers", groups=("self",), many=many),), **more)


def tagging_fifty(group_id: str) -> dict[str, Any]:
    keys = [{"key": f"kubernetes.io/cluster/c-{number}", "value": "owned"} for number in range(50)]
    request = {"resourcesSet": {"items": [{"resourceId": group_id}]}, "tagSet": {"items": keys}}
    return event("CreateTags", request, {"_return": True})


def fifty(*, nodes_of_first: tuple[NodeDescription, ...] = ()) -> tuple[Any, ...]:
    return tuple(
        cluster(name=f"c-{number}", group=f"sg-{number:017x}", nodes=() if number else nodes_of_first)
        for number in range(50)
    )


# --- Time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1.2, 1.5, 4.0])
def test_thousands_of_nodes_do_not_keep_people_from_hearing_of_the_group(page: float) -> None:
    with running(clusters=(with_nodes(NODES),), mode="observe") as function:
        open_to(function, SSH)
        with lambda_time(function, lambda name: page if name == "DescribeInstances" else 0.2) as time:
            assert time.deliver(UPDATED) == []
            assert time.seconds < 25
        (alert,) = function.alerts()
        assert "ForbiddenTraffic" in kinds(alert)


def test_a_slow_look_around_costs_no_other_group_its_alert() -> None:
    big = with_nodes(NODES, name="big-1", group=OTHER)
    with running(clusters=(cluster(), big), mode="observe") as function:
        open_to(function, SSH)
        update = event("UpdateClusterConfig", {"name": "big-1"}, {"update": {"id": "b7e5f2a1"}})
        with lambda_time(function, lambda name: 4.0 if name == "DescribeInstances" else 0.25) as time:
            assert time.deliver(changed(), update) == []
        (alert,) = function.alerts()
        assert alert["cluster"]["name"] == CLUSTER


def test_what_there_was_no_time_for_counts_as_unread() -> None:
    with running(clusters=(with_nodes(NODES),)) as function:
        with lambda_time(function, lambda name: 6.0 if name == "DescribeInstances" else 0.2) as time:
            assert time.deliver(REMIND) == []
        (line,) = function.logged("unread")
        assert "OutOfTime" in line["error"]
        assert line["level"] == "WARNING"
        assert function.alerts() == []


def test_all_nodes_are_read_where_their_pages_come_in_a_second() -> None:
    bare = (NodeDescription(node_group="workers", groups=(SECOND,), many=NODES),)
    with running(clusters=(cluster(nodes=bare),), groups=(group(SECOND),)) as function:
        with lambda_time(function, lambda name: 1.2 if name == "DescribeInstances" else 0.2) as time:
            assert time.deliver(REMIND) == []
        assert function.logged("unread") == []
        assert [kinds(alert) for alert in function.alerts()] == [["DetachedClusterGroup"]]


def test_prefix_lists_of_left_over_groups_are_read_only_in_time() -> None:
    groups = (group(SECOND, f"tcp/443 from {LIST}", tags={TAG: "owned"}),)
    with running(groups=groups, prefix_lists=LISTS) as function:
        with lambda_time(
            function, lambda name: 17.0 if name == "DescribeManagedPrefixLists" else 0.2
        ) as time:
            assert time.deliver(REMIND) == []
        assert len(function.logged("unread")) == 1
        assert not function.account.calls("GetManagedPrefixListEntries")


# --- What comes first ---------------------------------------------------------------------------------------


def test_what_the_look_found_is_told_before_and_apart_from_what_is_around() -> None:
    with with_two_tags(mode="observe") as function:
        open_to(function, SSH)
        assert function.deliver(REMIND) == []
        first, second = function.alerts()
        assert "ForbiddenTraffic" in kinds(first)
        assert "AmbiguousClusterTag" not in kinds(first)
        assert kinds(second) == ["AmbiguousClusterTag"]
        assert (second["status"], second["changes"]) == ("drifted", [])
        assert "Done     Nothing: what carries the group is for people to change." in second["text"]
        operations = function.operations()
        assert operations.index("Publish") < operations.index("DescribeNetworkInterfaces")


def test_each_of_the_two_is_told_once_however_long_the_update_takes() -> None:
    with with_two_tags(mode="observe", update_looks=3) as function:
        open_to(function, SSH)
        begun = function.account.client("eks").update_cluster_config(name=CLUSTER, resourcesVpcConfig={})
        function.forget()
        update = event("UpdateClusterConfig", {"name": CLUSTER}, {"update": {"id": begun["update"]["id"]}})
        assert function.deliver_all(update) == []
        first, second = function.alerts()
        assert ("ForbiddenTraffic" in kinds(first), kinds(second)) == (True, ["AmbiguousClusterTag"])


def test_whoever_tags_a_group_without_effect_is_not_blamed_for_what_is_around() -> None:
    """It is told, as anything that is found for the first time, and once."""
    with with_two_tags(mode="observe") as function:
        open_to(function, SSH)
        assert function.deliver(tagging(name="DeleteTags")) == []
        (alert,) = [each for each in function.alerts() if "AmbiguousClusterTag" in kinds(each)]
        assert alert["findings"][0]["cause"] is None
        function.forget()
        assert function.deliver(tagging(name="DeleteTags")) == []
        assert function.alerts() == []


# --- Calls --------------------------------------------------------------------------------------------------


def test_groups_of_others_cost_no_prefix_lists() -> None:
    groups = _forty(name="k8s-elb")
    with running(groups=groups, prefix_lists=LISTS) as function:
        assert function.deliver(REMIND) == []
        assert Counter(function.operations()) == {
            "DescribeSecurityGroups": 2,
            "DescribeCluster": 1,
            "DescribeNetworkInterfaces": 1,
            "DescribeInstances": 1,
            "GetItem": 1,
        }


def test_the_prefix_lists_of_all_left_over_groups_are_read_at_once() -> None:
    with running(groups=_forty(name="old"), prefix_lists=LISTS) as function:
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        assert len(alert["findings"]) == 40
        assert alert["findings"][0]["traffic"] == [f"tcp/443 from {LIST}"]
        calls = Counter(function.operations())
        assert (calls["DescribeManagedPrefixLists"], calls["GetManagedPrefixListEntries"]) == (1, 1)
        assert calls["DescribeSecurityGroups"] == 4


def _forty(name: str) -> tuple[Any, ...]:
    rule = f"tcp/443 from {LIST}"
    return tuple(group(f"sg-1{n:016x}", rule, name=f"{name}-{n}", tags={TAG: "owned"}) for n in range(40))


# --- Tags ---------------------------------------------------------------------------------------------------


def test_the_tags_of_fifty_clusters_on_a_group_of_no_node_cost_three_calls() -> None:
    with running(clusters=fifty(), groups=(group(PLAIN),)) as function:
        assert function.deliver(tagging_fifty(PLAIN)) == []
        assert sorted(function.operations()) == ["DescribeInstances", "DescribeSecurityGroups"]
        (line,) = function.logged("left alone")
        assert line["ignored"] == 50


def test_of_fifty_clusters_those_are_looked_at_whose_nodes_carry_the_group() -> None:
    nodes = (NodeDescription(node_group="workers", groups=("self", SECOND), many=3),)
    tags = {f"kubernetes.io/cluster/c-{number}": "owned" for number in range(50)}
    groups = (group(SECOND, tags=tags),)
    with running(clusters=fifty(nodes_of_first=nodes), groups=groups) as function:
        assert function.deliver(tagging_fifty(SECOND)) == []
        (alert,) = function.alerts()
        assert (alert["cluster"]["name"], kinds(alert)) == ("c-0", ["AmbiguousClusterTag"])
        assert function.account.calls("TransactWriteItems")
        assert len(function.operations()) <= 10


def test_a_tag_on_the_group_of_many_nodes_is_found_on_the_first_of_them() -> None:
    nodes = (NodeDescription(node_group="workers", groups=("self", SECOND), many=NODES),)
    with running(clusters=(cluster(nodes=nodes),), groups=(group(SECOND, tags={TAG: "owned"}),)) as function:
        assert function.deliver(tagging()) == []
        assert len(function.account.calls("DescribeInstances")) == 1 + NODES // 10
        assert len(function.alerts()) == 1


def test_nodes_that_cannot_be_read_leave_the_tags_to_the_reminder() -> None:
    with with_two_tags() as function:
        function.account.fail("DescribeInstances", "UnauthorizedOperation", times=20)
        assert function.deliver(tagging()) == []
        assert len(function.logged("unread")) == 1
        assert function.alerts() == []
        assert "Failures" not in function.metrics()


def test_tags_of_other_groups_come_after_what_is_told_of_groups() -> None:
    nodes = (NodeDescription(node_group="workers", groups=("self", SECOND)),)
    clusters = (cluster(nodes=nodes), cluster(name="dev-2", group=OTHER))
    with running(clusters=clusters, groups=(group(SECOND, tags={TAG: "owned"}),), mode="observe") as function:
        open_to(function, SSH, OTHER)
        # Each is the second group that its event names.
        items = [{"resourceId": PLAIN}, {"resourceId": OTHER}]
        request = {"resourcesSet": {"items": items}, "tagSet": {"items": [{"key": "team", "value": "web"}]}}
        assert function.deliver(tagging(), event("CreateTags", request, {"_return": True})) == []
        assert [_subject(alert) for alert in function.alerts()] == ["dev-2", CLUSTER]


def _subject(alert: dict[str, Any]) -> str:
    return str(alert["cluster"]["name"])


# --- What works ---------------------------------------------------------------------------------------------


def with_own_group(*lines: str, given: tuple[str, ...] = ()) -> AbstractContextManager[Deployed]:
    """As terraform-aws-eks makes it: nodes with a group of their own, which has the tag."""
    nodes = (NodeDescription(node_group="workers", groups=(SECOND,), many=3),)
    planes = (InterfaceDescription(groups=("self", PLAIN)), InterfaceDescription(groups=("self", PLAIN)))
    own = group(SECOND, *lines, name="dev-1-node", tags={TAG: "owned"})
    return running(
        clusters=(cluster(nodes=nodes, interfaces=planes, control_plane_groups=(PLAIN,)),),
        groups=(own, group(PLAIN, *given, name="dev-1-cluster")),
    )


BOTH_WAYS = (
    f"tcp/443 from {PLAIN}",
    f"tcp/10250 from {PLAIN}",
    "tcp/53 from self",
    "udp/53 from self",
    "all to 0.0.0.0/0",
)


def test_nodes_with_a_tagged_group_of_their_own_that_works_are_for_information() -> None:
    with with_own_group(*BOTH_WAYS, given=(f"tcp/443 from {SECOND}",)) as function:
        assert function.deliver(REMIND) == []
        (alert,) = function.alerts()
        (finding,) = alert["findings"]
        assert (finding["kind"], finding["severity"]) == ("DetachedClusterGroup", "info")
        assert "so that it works" in finding["summary"]
        assert "add it" not in finding["summary"]
        assert alert["subject"].startswith("[info] ")


@pytest.mark.parametrize("missing", range(len(BOTH_WAYS)))
def test_without_one_of_the_rules_it_is_not_taken_to_work(missing: int) -> None:
    lines = [line for number, line in enumerate(BOTH_WAYS) if number != missing]
    with with_own_group(*lines, given=(f"tcp/443 from {SECOND}",)) as function:
        assert function.deliver(REMIND) == []
        (finding,) = function.alerts()[0]["findings"]
        # 443 is what the control plane's webhooks come by, and none of the minimum.
        assert finding["severity"] == ("info" if missing == 0 else "medium")


def test_the_advice_leads_to_no_second_tagged_group() -> None:
    with with_own_group(f"all from {GROUP}", "all from self") as function:
        assert function.deliver(REMIND) == []
        (finding,) = function.alerts()[0]["findings"]
        wanted = f"add it to these instead of {SECOND} (dev-1-node), or without its tag {TAG}."
        assert finding["severity"] == "medium"
        assert finding["summary"].endswith(wanted)


# --- What cannot be judged ----------------------------------------------------------------------------------

UNUSABLE = """
version: 1
policies:
  - name: baseline
    clusters: {name: ["*"]}
    mode: remediate
    ingress: {deny: [{id: partner, traffic: tcp/443, from: pl-0123456789abcdef0}]}
"""


@pytest.mark.parametrize("asked", [REMIND, UPDATED], ids=["reminder", "update"])
def test_a_policy_that_cannot_be_used_hides_nothing_around_the_cluster(asked: dict[str, Any]) -> None:
    with with_two_tags(policy=UNUSABLE) as function:
        assert function.deliver(asked) == []
        assert [kinds(alert) for alert in function.alerts()] == [["PolicyRefused"], ["AmbiguousClusterTag"]]
