"""MiniStack, with what it lacks of AWS, in an environment of its own. It knows nothing of sgwarden."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import ministack.app
from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, eks, eventbridge, tagging

Json = dict[str, Any]
_ALL: Json = {"IpProtocol": "-1", "Ipv6Ranges": [], "PrefixListIds": []}
_create_cluster = eks._create_cluster
_action_from_target = iam_actions._action_from_target


def create_cluster(body: Json, creator: str | None = None) -> object:
    """With the security group that EKS makes for a cluster; MiniStack names one that is not there."""
    answer = _create_cluster(body, creator)
    if (cluster := eks._clusters.get(body.get("name"))) is not None:
        config = cluster["resourcesVpcConfig"]
        config["vpcId"] = ec2._DEFAULT_VPC_ID
        _add_group(config["clusterSecurityGroupId"], cluster["name"], config["vpcId"])
    return answer


def _add_group(group_id: str, cluster: str, vpc_id: str) -> None:
    name = f"eks-cluster-sg-{cluster}-1"
    itself = {"UserIdGroupPairs": [{"GroupId": group_id}], "IpRanges": []}
    anybody = {"UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2._security_groups[group_id] = {
        "GroupId": group_id,
        "GroupName": name,
        "Description": "EKS created security group",
        "VpcId": vpc_id,
        "OwnerId": get_account_id(),
        "IpPermissions": [_ALL | itself],
        "IpPermissionsEgress": [_ALL | itself, _ALL | anybody],
    }
    tags = {"Name": name, f"kubernetes.io/cluster/{cluster}": "owned", "aws:eks:cluster-name": cluster}
    ec2._tags[group_id] = [{"Key": key, "Value": value} for key, value in tags.items()]


def security_group_tags() -> Iterator[tuple[str, list[Json]]]:
    """The tags that aws:ResourceTag in a policy looks at, which MiniStack has not for EC2."""
    place = f"arn:aws:ec2:{get_region()}:{get_account_id()}:security-group"
    for group_id in ec2._security_groups:
        yield f"{place}/{group_id}", ec2._tags.get(group_id, [])


def permission(headers: Json) -> str | None:
    """The action that a policy must allow: SQS has none of its own for a batch."""
    action: str | None = _action_from_target(headers)
    return "SendMessage" if action == "SendMessageBatch" else action


eks._create_cluster = create_cluster
iam_actions._action_from_target = permission
tagging._RESOURCE_TAG_COLLECTORS["ec2"] = security_group_tags
# From without it takes no event of AWS's own services, and the test stands for CloudTrail.
eventbridge._put_events = partial(eventbridge._put_events, allow_aws_source=True)

if __name__ == "__main__":
    ministack.app.main()
