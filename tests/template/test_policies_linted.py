"""cfn-lint's own checks of policies, on those that are deployed: actions that exist, on resources that fit.

`sam validate --lint` runs them on the template, where most ARNs are not yet put together.
"""

import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.template.application import REGION, deployed

_WITH_POLICIES = (
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
)
_CHECKS = ManualArgs(regions=[REGION], include_checks=["I3510"], ignore_checks=["I3011", "E3003"])


_SLIPS = {
    "ec2:DescribeVpcs": "ec2:DescribeVpcz",
    "sqs:SendMessage": "sqs:SendMessages",
    "xray:PutTraceSegments": "xrays:PutTraceSegments",
    ":cluster/*": ":clusters/*",
    "ForAllValues:StringLike": "ForAllValue:StringLike",
}


def _found(template: str) -> list[str]:
    return [f"{match.rule.id} {match.message}" for match in lint(template, config=_CHECKS)]


def _template() -> str:
    found = {name: each for name, each in deployed().resources.items() if each["Type"] in _WITH_POLICIES}
    kept = {name: {"Type": each["Type"], "Properties": each["Properties"]} for name, each in found.items()}
    return json.dumps({"Resources": kept})


def test_the_policies_are_in_order() -> None:
    assert _found(_template()) == []


def test_slips_are_found() -> None:
    template = _template()
    for right, wrong in _SLIPS.items():
        assert right in template
        template = template.replace(right, wrong)
    found = "\n".join(_found(template))
    assert "W3037 'describevpcz' is not one of" in found
    assert "W3037 'sendmessages' is not one of" in found
    assert "'xrays'" in found
    assert "I3510" in found
    assert "'ForAllValue:StringLike'" in found
