"""How a call was made: in the console, with a tool, or through an AWS service."""

import re
from collections.abc import Mapping

from sgwarden.printable import printable
from sgwarden.record import Record, get, text

CONSOLE = "in the console"

_PRINCIPAL = re.compile(r"([a-z0-9-]+)(?:\.[a-z0-9-]+)*\.amazonaws(?:-us-gov)?\.(?:com(?:\.cn)?|cn)")
_SERVICES: Mapping[str, str] = {
    "eks": "Amazon EKS",
    "eks-fargate": "Amazon EKS on Fargate",
    "eks-nodegroup": "Amazon EKS managed node groups",
    "autoscaling": "Auto Scaling",
    "cloudformation": "CloudFormation",
    "elasticloadbalancing": "Elastic Load Balancing",
    "fms": "Firewall Manager",
    "servicecatalog": "Service Catalog",
    "ssm": "Systems Manager",
}
# What user agents hold, the most telling first: Pulumi's holds Terraform's, and each that of its SDK.
_TOOLS: Mapping[str, str] = {
    "pulumi": "Pulumi",
    "opentofu": "OpenTofu",
    "terraform": "Terraform",
    "eksctl": "eksctl",
    "elbv2.k8s.aws": "the AWS Load Balancer Controller",
    "karpenter.sh": "Karpenter",
    "ansible": "Ansible",
    "cloudcustodian": "Cloud Custodian",
    "aws-cli": "the AWS CLI",
    "awspowershell": "AWS Tools for PowerShell",
    "boto3": "Boto3",
    "botocore": "botocore",
}
_SDK = re.compile(r"aws-sdk-([a-z]+)")
_SDKS: Mapping[str, str] = {
    "cpp": "C++",
    "dotnet": ".NET",
    "go": "Go",
    "java": "Java",
    "js": "JavaScript",
    "kotlin": "Kotlin",
    "nodejs": "JavaScript",
    "php": "PHP",
    "ruby": "Ruby",
    "rust": "Rust",
    "swift": "Swift",
}
_PLACE = re.compile(r"exec-env/(aws_lambda|aws_ecs|cloudshell)")
_PLACES: Mapping[str, str] = {
    "aws_lambda": " in Lambda",
    "aws_ecs": " in ECS",
    "cloudshell": " in CloudShell",
}


def tool_of(record: Record) -> str:
    """ "in the console", "with Terraform", "through CloudFormation"; empty if the record does not tell."""
    invoked_by = text(get(record.body, "userIdentity", "invokedBy"))
    agent = text(get(record.body, "userAgent"))
    if invoked_by:
        return _principal(invoked_by) or "through an AWS service"
    return _principal(agent) or _with_tool(agent.lower()) or _in_console(record, agent) or _with_sdk(agent)


def service_of(principal: str) -> str:
    """The name of the service behind a principal such as `eks.amazonaws.com`; a rarer one stays as it is."""
    form = _PRINCIPAL.fullmatch(principal)
    return _SERVICES.get(form[1], printable(principal, 80)) if form else "an AWS service"


def _principal(agent: str) -> str:
    """How, where the agent is a service's name and not a program's."""
    form = _PRINCIPAL.fullmatch(agent)
    if not form:
        return ""
    # Until 2020 the console came as `invokedBy: signin.amazonaws.com`, then as `console.ec2.amazonaws.com`.
    return CONSOLE if form[1] in {"signin", "console"} else f"through {service_of(agent)}"


def _with_tool(agent: str) -> str:
    tool = next((tool for mark, tool in _TOOLS.items() if mark in agent), "")
    place = _PLACE.search(agent)
    return f"with {tool}{_PLACES[place[1]] if place else ''}" if tool else ""


def _in_console(record: Record, agent: str) -> str:
    # Asked after the tools, into which `aws login` and CloudShell carry the console's credentials, but before
    # the SDKs, on which the console itself is built.
    from_console = text(get(record.body, "sessionCredentialFromConsole")) == "true"
    return CONSOLE if from_console or agent.startswith(("Mozilla/", "AWS Internal", "aws-internal")) else ""


def _with_sdk(agent: str) -> str:
    if sdk := _SDK.search(agent.lower()):
        language = _SDKS.get(sdk[1])
        return f"with the AWS SDK for {language}" if language else "with an AWS SDK"
    name = printable(agent.partition("/")[0], 60)
    return f"with {name}" if name else ""
