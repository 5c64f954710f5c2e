"""Who makes the calls of a scenario, as their `userIdentity` has it in real records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
_KEY = "ASIAIOSFODNN7EXAMPLE"
_CONSOLE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36"
)
_CLI = "aws-cli/2.31.18 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0-85-generic md/arch#x86_64 lang/python#3.13.7"
_TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.18.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.4"
)
_CONTROLLER = "elbv2.k8s.aws/v2.14.1 aws-sdk-go-v2/1.39.4 ua/2.1 os/linux lang/go#1.24.8 md/GOARCH#amd64"
_OURS = "Boto3/1.43.3 md/Botocore#1.43.3 ua/2.1 os/linux lang/python#3.13.7 exec-env/AWS_Lambda_python3.13"
US = "sgwarden"


def fields_of(who: str, account: str, region: str) -> Json:
    """The fields of a record that tell of the caller: identity, address and user agent."""
    return _PEOPLE[who](account, region)


def _user(name: str, address: str, agent: str) -> Callable[[str, str], Json]:
    def fields(account: str, _region: str) -> Json:
        identity = {
            "type": "IAMUser",
            "principalId": "AIDACKCEVSQ6C2EXAMPLE",
            "arn": f"arn:aws:iam::{account}:user/{name}",
            "accountId": account,
            "accessKeyId": _KEY,
            "userName": name,
        }
        from_console = {"sessionCredentialFromConsole": "true"} if agent == _CONSOLE else {}
        return {"userIdentity": identity, "sourceIPAddress": address, "userAgent": agent, **from_console}

    return fields


def _role(
    name: str, session: str, address: str, agent: str, *, path: str = "", **more: str
) -> Callable[[str, str], Json]:
    def fields(account: str, region: str) -> Json:
        issuer = {
            "type": "Role",
            "principalId": "AROACKCEVSQ6C2EXAMPLE",
            "arn": f"arn:aws:iam::{account}:role/{path}{name}",
            "accountId": account,
            "userName": name,
        }
        oidc = more.get("oidc", "").format(account=account, region=region)
        federation = {"webIdFederationData": {"federatedProvider": oidc, "attributes": {}}} if oidc else {}
        identity = {
            "type": "AssumedRole",
            "principalId": f"AROACKCEVSQ6C2EXAMPLE:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "accountId": account,
            # What AWS does for itself carries no key.
            **({} if "invoked_by" in more else {"accessKeyId": _KEY}),
            "sessionContext": {
                "sessionIssuer": issuer,
                **federation,
                "attributes": {"creationDate": "2026-11-03T11:40:02Z", "mfaAuthenticated": "false"},
            },
            **({"invokedBy": more["invoked_by"]} if "invoked_by" in more else {}),
        }
        return {"userIdentity": identity, "sourceIPAddress": address, "userAgent": agent}

    return fields


def _root(account: str, _region: str) -> Json:
    identity = {
        "type": "Root",
        "principalId": account,
        "arn": f"arn:aws:iam::{account}:root",
        "accountId": account,
        "accessKeyId": _KEY,
    }
    return {"userIdentity": identity, "sourceIPAddress": "203.0.113.7", "userAgent": _CONSOLE}


_EKS = "eks.amazonaws.com"
_OIDC = "arn:aws:iam::{account}:oidc-provider/oidc.eks.{region}.amazonaws.com/id/5A1C0E9F3B7D2846A0C4"
_PEOPLE: dict[str, Callable[[str, str], Json]] = {
    "alice": _user("alice", "203.0.113.24", _CONSOLE),
    "bob": _user("bob", "198.51.100.17", _CLI),
    "carol": _user("carol", "198.51.100.203", _CLI),
    "root": _root,
    "terraform": _role("terraform", "aws-go-sdk-1763972520334455667", "203.0.113.90", _TERRAFORM),
    "cloudformation": _role(
        "deploy",
        "AWSCloudFormation",
        "cloudformation.amazonaws.com",
        "cloudformation.amazonaws.com",
        invoked_by="cloudformation.amazonaws.com",
    ),
    "eks": _role(
        "AWSServiceRoleForAmazonEKS",
        "AmazonEKS",
        _EKS,
        _EKS,
        path=f"aws-service-role/{_EKS}/",
        invoked_by=_EKS,
    ),
    # The in-tree controllers work with the cluster's role, which EKS hands them.
    "cluster-role": _role("prod-1-cluster", "1763972520334455667", _EKS, _EKS, invoked_by=_EKS),
    "load-balancer-controller": _role(
        "load-balancer-controller", "1763972520334455667", "10.0.31.7", _CONTROLLER, oidc=_OIDC
    ),
    US: _role("sgwarden-ReconcileRole", "sgwarden-reconcile", "192.0.2.10", _OURS),
}
PEOPLE = tuple(who for who in _PEOPLE if who != US)
"""Those who can be named; the functions make their calls themselves."""
