"""Links lead to the console of the partition, whatever stands in a name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore
import pytest
from sgwarden.rendering.links import Link, is_region, links_of, links_of_standing, partition_of

from tests.unit.alerts import alert, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert
from tests.unit.outcomes import GROUP, cause

PARTITIONS = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())[
    "partitions"
]
REGIONS = [(name, each["id"]) for each in PARTITIONS for name in each["regions"] if name[-1].isdigit()]


def test_the_group_the_cluster_and_the_call() -> None:
    console = "https://eu-west-1.console.aws.amazon.com"
    assert links_of(alert()) == (
        Link("Security group", f"{console}/ec2/home?region=eu-west-1#SecurityGroup:groupId={GROUP}"),
        Link("Cluster", f"{console}/eks/home?region=eu-west-1#/clusters/prod-1"),
        Link(
            "CloudTrail event AuthorizeSecurityGroupIngress",
            f"{console}/cloudtrailv2/home?region=eu-west-1#/events/365f86ea",
        ),
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
        ("ap-southeast-5", "https://ap-southeast-5.console.aws.amazon.com/"),
    ],
)
def test_the_console_is_that_of_the_partition(region: str, host: str) -> None:
    links = links_of(alert(region=region))
    assert len(links) == 3
    assert all(link.url.startswith(host) for link in links)


@pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"])
def test_where_no_console_is_known_there_is_no_link(region: str) -> None:
    assert links_of(alert(region=region)) == ()
    assert links_of_standing(standing(), region) == ()


@pytest.mark.parametrize(("region", "partition"), REGIONS)
def test_every_region_has_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition
    assert is_region(region)


def test_a_call_is_linked_once_and_those_to_blame_first() -> None:
    first, second = cause(event_id="e1"), cause(event="RevokeSecurityGroupIngress", event_id="e2")
    unknown = cause(event_id="")
    links = links_of(alert(note(causes=(second,)), causes=(first, second, unknown)))
    assert [link.url.rpartition("/")[2] for link in links[2:]] == ["e2", "e1"]


def test_many_calls_are_few_links() -> None:
    assert len(links_of(alert(causes=tuple(cause(event_id=f"e{n}") for n in range(40))))) == 6


def test_a_group_of_the_daily_report_is_linked() -> None:
    assert [link.title for link in links_of_standing(standing(), "eu-west-1")] == [
        "Security group",
        "Cluster",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_cannot_lead_elsewhere(text: str) -> None:
    links = [
        *links_of(hostile_alert(text, region="eu-west-1")),
        *links_of_standing(standing(text, text), "cn-north-1"),
    ]
    assert len(links) >= 4
    for link in links:
        assert re.fullmatch(
            r"https://[a-z0-9-]+\.console\.(aws\.amazon\.com|amazonaws\.cn)/(ec2|eks|cloudtrailv2)/home\?region=[a-z0-9-]+"
            r"#(SecurityGroup:groupId=|/clusters/|/events/)[A-Za-z0-9%._~-]*",
            link.url,
        )
        assert link.title.isprintable()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_region_is_no_host(text: str) -> None:
    assert links_of(hostile_alert(text)) == ()
