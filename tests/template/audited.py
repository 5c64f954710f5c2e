"""template.yaml in the form in which checkov sees all of it; `make audit` writes it to the file it names.

Left to itself, checkov passes over in silence what SAM makes, a role with a condition among its statements,
and a policy that stands beside its role; and some of its checks read the first statement of a policy only.
"""

import json
import sys
from pathlib import Path

from tests.template.application import Json, deployed, plain


def audited() -> Json:
    """The stack that has everything, each policy in its role, whole and once more statement by statement."""
    resources = plain(deployed().resources)
    for name in deployed().of_type("AWS::IAM::Policy"):
        policy = resources.pop(name)["Properties"]
        (role,) = policy.pop("Roles")
        resources[role]["Properties"]["Policies"].append(policy)
    for name in deployed().of_type("AWS::IAM::Role"):
        policies = resources[name]["Properties"]["Policies"]
        policies += [alone for policy in policies for alone in _statements(policy)]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _statements(policy: Json) -> list[Json]:
    document = policy["PolicyDocument"]
    return [
        {
            "PolicyName": f"{policy['PolicyName']}-{statement['Sid']}",
            "PolicyDocument": {**document, "Statement": [statement]},
        }
        for statement in document["Statement"]
    ]


if __name__ == "__main__":
    destination = Path(sys.argv[1])
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text(json.dumps(audited(), indent=2) + "\n", encoding="utf-8")
