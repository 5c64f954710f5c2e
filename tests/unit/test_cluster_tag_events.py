"""Where a call leads that gives or takes the tag by which controllers choose the group of a node."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sgwarden.finding import Finding, Kind
from sgwarden.policy.types import Severity
from sgwarden.target import TargetKind
from sgwarden.trigger import Trigger, read

from tests.unit.test_causes import cause_of

FIRST, SECOND = "sg-0c1f4a7be2d95083a", "sg-0a9e3d7c5b1f86240"
KEY = "kubernetes.io/cluster/prod-1"


def tagging(*keys: str, resource: str = SECOND, name: str = "CreateTags") -> tuple[Trigger, ...]:
    record: dict[str, Any] = {
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "eventTime": "2026-11-03T14:21:37Z",
        "requestParameters": {
            "resourcesSet": {"items": [{"resourceId": resource}]},
            "tagSet": {"items": [{"key": key, "value": "owned"} for key in keys]} if keys else {},
        },
    }
    triggers = read(record)
    return triggers if isinstance(triggers, tuple) else ()


def clusters(triggers: tuple[Trigger, ...]) -> list[str]:
    return [each.target.name for each in triggers if each.target.kind is TargetKind.CLUSTER]


def ambiguous(statement: str) -> Finding:
    return Finding("", Kind.AMBIGUOUS_CLUSTER_TAG, Severity.HIGH, "", statement=statement)


def test_it_leads_to_the_cluster_beside_the_group() -> None:
    triggers = tagging("Name", KEY, "kubernetes.io/cluster/dev-1")
    assert [each.target.name for each in triggers] == [SECOND, "prod-1", "dev-1"]
    assert not any(each.is_of_eks for each in triggers)
    assert [each.groups for each in triggers] == [frozenset(), frozenset({SECOND}), frozenset({SECOND})]


@pytest.mark.parametrize(
    "key", ["kubernetes.io/cluster/", "kubernetes.io/cluster/-", "kubernetes.io/cluster/a b", "aws:x", "Name"]
)
def test_other_tags_lead_to_no_cluster(key: str) -> None:
    assert clusters(tagging(key)) == []


def test_tags_of_other_things_lead_nowhere_and_a_call_without_tags_to_the_group_alone() -> None:
    assert tagging(KEY, resource="vol-0a9e3d7c5b1f86240") == ()
    assert clusters(tagging(KEY, resource="sgr-0a9e3d7c5b1f86240")) == []
    assert [each.target.name for each in tagging(name="DeleteTags")] == [SECOND]


def test_the_value_of_a_tag_names_no_cluster() -> None:
    triggers = read(
        {
            "eventSource": "ec2.amazonaws.com",
            "eventName": "CreateTags",
            "requestParameters": {
                "resourcesSet": {"items": [{"resourceId": SECOND}]},
                "tagSet": {"items": [{"key": "Name", "value": KEY}]},
            },
        }
    )
    assert isinstance(triggers, tuple)
    assert clusters(triggers) == []


@pytest.mark.parametrize(
    ("name", "resource", "statement", "blamed"),
    [
        ("CreateTags", SECOND, f"{SECOND} {FIRST}", True),
        ("DeleteTags", SECOND, f"{SECOND} {FIRST}", False),
        ("DeleteTags", SECOND, f"none of {SECOND} {FIRST}", True),
        ("CreateTags", SECOND, f"none of {SECOND} {FIRST}", False),
        ("CreateTags", "sg-0b5d9e1f7a3c86420", f"{SECOND} {FIRST}", False),
    ],
)
def test_blame_is_for_who_gave_the_tag_to_one_of_the_groups(
    name: str, resource: str, statement: str, blamed: bool
) -> None:
    triggers = tagging(KEY, name=name, resource=resource)
    assert bool(cause_of(ambiguous(statement), triggers)) is blamed


def test_a_tag_of_the_cluster_on_another_group_is_not_why_its_own_lacks_one() -> None:
    missing = replace(ambiguous(KEY), kind=Kind.MISSING_TAG)
    own, cluster = tagging(KEY, name="DeleteTags")
    assert cause_of(missing, [cluster]) is None
    assert cause_of(missing, [own]) == own.cause
