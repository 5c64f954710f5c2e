"""The records of a scenario's calls have the shapes of the samples, which have those of real records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.actor import actor_of
from sgwarden.cli.replay.scenario.people import PEOPLE, US
from sgwarden.cli.replay.scenario.trail import event_of
from sgwarden.embedded import ApiCall
from sgwarden.record import Record, records
from sgwarden.trigger import read

from tests.integration.samples import EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
ACCOUNT, REGION = "111122223333", "eu-west-1"
PROD, BASE, RESTRICTED = "sg-0c1f4a7be2d95083a", "sg-02be06bd9cbf15b62", "sg-09f5d1c7b3e8a2064"
SELF = {"GroupId": BASE, "UserId": ACCOUNT}
SAMPLES: Mapping[str, Json] = {
    "inbound-self-rule-revoked": {
        "GroupId": BASE,
        "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [SELF]}],
    },
    "rule-modified-in-place-to-become-public": {
        "GroupId": PROD,
        "SecurityGroupRules": [
            {
                "SecurityGroupRuleId": "sgr-0481972caed6e2e1c",
                "SecurityGroupRule": {
                    "CidrIpv4": "0.0.0.0/0",
                    "FromPort": 443,
                    "ToPort": 443,
                    "Description": "webhooks from the build network",
                    "IpProtocol": "tcp",
                },
            }
        ],
    },
    "all-tags-deleted": {"Resources": [PROD]},
    "name-tag-changed": {"Resources": [BASE], "Tags": [{"Key": "Name", "Value": "web servers"}]},
    "efa-rule-described-anew": {
        "GroupId": RESTRICTED,
        "IpPermissions": [
            {
                "IpProtocol": "-1",
                "UserIdGroupPairs": [
                    {"GroupId": RESTRICTED, "UserId": ACCOUNT, "Description": "managed by Terraform"}
                ],
            }
        ],
    },
    "prefix-list-grows-to-the-whole-internet": {
        "PrefixListId": "pl-0c7e1b9d5f3a82640",
        "CurrentVersion": 1,
        "AddEntries": [{"Cidr": "0.0.0.0/0", "Description": "home office, for now"}],
    },
    "orphaned-security-group-deleted": {"GroupId": "sg-0b5d9e1f7a3c86420"},
}


def sample(name: str) -> Json:
    found: Json = json.loads((EVENTS / f"{name}.json").read_text())["detail"]
    return found


def written(
    operation: str, asked: Json, answer: Json | None = None, *, by: str = "alice", error: str = ""
) -> Json:
    service = "eks" if "Cluster" in operation else "ec2"
    call = ApiCall(service, operation, REGION, asked, error, answer or {})
    return event_of(call, by, ACCOUNT, 90, "a scenario", "1")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_request_is_written_as_in_the_sample(name: str) -> None:
    found = sample(name)
    written_down = written(found["eventName"], SAMPLES[name])["detail"]
    assert written_down["requestParameters"] == found["requestParameters"]


def test_a_response_is_written_as_in_the_sample() -> None:
    found = sample("inbound-self-rule-revoked")
    row = {
        "SecurityGroupRuleId": "sgr-06fa2659fb3d0acbb",
        "GroupId": BASE,
        "IsEgress": False,
        "IpProtocol": "-1",
        "FromPort": -1,
        "ToPort": -1,
        "ReferencedGroupId": BASE,
        "Description": "Allows EFA traffic, which is not matched by CIDR rules.",
    }
    answer = {"Return": True, "RevokedSecurityGroupRules": [row], "ResponseMetadata": {"HTTPStatusCode": 200}}
    response = written(found["eventName"], SAMPLES["inbound-self-rule-revoked"], answer)["detail"]
    expected = {**found["responseElements"], "requestId": response["requestID"]}
    assert response["responseElements"] == expected


def test_a_newer_call_answers_in_its_wrapper() -> None:
    found = sample("rule-modified-in-place-to-become-public")
    response = written(
        found["eventName"], SAMPLES["rule-modified-in-place-to-become-public"], {"Return": True}
    )
    shape = found["responseElements"]["ModifySecurityGroupRulesResponse"]
    expected = {**shape, "requestId": response["detail"]["requestID"]}
    assert response["detail"]["responseElements"] == {"ModifySecurityGroupRulesResponse": expected}


def test_an_added_rule_names_the_group_that_it_refers_to() -> None:
    row = {"SecurityGroupRuleId": "sgr-1", "GroupId": BASE, "IsEgress": False, "Tags": []}
    row |= {"ReferencedGroupInfo": {"GroupId": PROD, "UserId": ACCOUNT}}
    response = written("AuthorizeSecurityGroupIngress", {"GroupId": BASE}, {"SecurityGroupRules": [row]})
    (item,) = response["detail"]["responseElements"]["securityGroupRuleSet"]["items"]
    assert item == {
        "securityGroupRuleId": "sgr-1",
        "groupId": BASE,
        "isEgress": False,
        "referencedGroupId": PROD,
    }


def test_every_sample_has_the_keys_of_a_record_written_here() -> None:
    of_sample = sample("ssh-opened-to-the-world")
    ours = written("AuthorizeSecurityGroupIngress", {"GroupId": PROD})["detail"]
    assert set(ours) <= set(of_sample)


def test_a_call_that_failed_says_so_as_its_service_does() -> None:
    failed = written("AuthorizeSecurityGroupIngress", {"GroupId": PROD}, error="UnauthorizedOperation")
    assert failed["detail"]["errorCode"] == "Client.UnauthorizedOperation"
    assert failed["detail"]["responseElements"] is None
    of_eks = written("DeleteCluster", {"name": "prod-1"}, error="ResourceInUseException")
    assert of_eks["detail"]["errorCode"] == "ResourceInUseException"


def test_it_is_read_as_a_call_of_that_time_and_place() -> None:
    rule_ids = ["sgr-0481972caed6e2e1c", "sgr-06fa2659fb3d0acbb"]
    event = written("RevokeSecurityGroupEgress", {"GroupId": PROD, "SecurityGroupRuleIds": rule_ids})
    (trigger,) = read(event)  # type: ignore[misc]
    assert (trigger.target.name, trigger.target.account, trigger.target.region) == (PROD, ACCOUNT, REGION)
    assert trigger.rule_ids == set(rule_ids)
    assert str(trigger.cause.time) == "2026-11-03 12:01:30+00:00"


ACTORS = {
    "alice": "alice (IAM user) in the console",
    "bob": "bob (IAM user) with the AWS CLI",
    "root": "the root user in the console",
    "terraform": "role terraform, session aws-go-sdk-1763972520334455667, with Terraform",
    "eks": "Amazon EKS",
    "cluster-role": "cluster role prod-1-cluster through Amazon EKS",
}


@pytest.mark.parametrize("who", ACTORS)
def test_the_caller_is_known_for_who_it_is(who: str) -> None:
    (record,) = records(written("DeleteTags", {"Resources": [PROD]}, by=who))
    assert actor_of(record) == ACTORS[who]


def test_everybody_is_somebody_else() -> None:
    everybody = (*PEOPLE, US)
    told = [
        actor_of(Record(written("DeleteTags", {"Resources": [PROD]}, by=who)["detail"])) for who in everybody
    ]
    assert len(set(told)) == len(everybody)
