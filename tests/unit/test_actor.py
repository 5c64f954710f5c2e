"""Who made a call, as an engineer would say it."""

import pytest
from sgwarden.actor import actor_of
from sgwarden.record import Record

HERE, ELSEWHERE = "111122223333", "444455556666"
PERMISSION_SET = "AWSReservedSSO_Ops_0123456789abcdef"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
CLI = "aws-cli/2.17.32 md/awscrt#0.21.2 lang/python#3.11.9 md/command#ec2.authorize-security-group-ingress"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.5 (+https://www.terraform.io) aws-sdk-go-v2/1.41.0"
LAMBDA = "Boto3/1.43.0 md/Botocore#1.43.0 ua/2.0 lang/python#3.13.1 exec-env/AWS_Lambda_python3.13"


def user(name: str = "alice", account: str = HERE, **changes: object) -> dict[str, object]:
    """An IAM user with the temporary credentials of a session."""
    identity: dict[str, object] = {
        "type": "IAMUser",
        "arn": f"arn:aws:iam::{account}:user/staff/{name}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "userName": name,
        "sessionContext": {"sessionIssuer": {}, "attributes": {"mfaAuthenticated": "true"}},
    }
    return identity | changes


def role(
    name: str,
    session: str,
    *,
    path: str = "",
    account: str = HERE,
    partition: str = "aws",
    context: dict[str, object] | None = None,
    **changes: object,
) -> dict[str, object]:
    """A session of a role."""
    issuer = {
        "type": "Role",
        "arn": f"arn:{partition}:iam::{account}:role/{path}{name}",
        "accountId": account,
        "userName": name,
    }
    identity: dict[str, object] = {
        "type": "AssumedRole",
        "principalId": f"AROAIOSFODNN7EXAMPLE:{session}",
        "arn": f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {"sessionIssuer": issuer} | (context or {}),
    }
    return identity | changes


def linked(service: str, name: str, session: str, partition: str = "aws") -> dict[str, object]:
    """A service that acts with its service-linked role."""
    path = f"aws-service-role/{service}/"
    return role(name, session, path=path, partition=partition, invokedBy=service)


def oidc(
    name: str, provider: str, session: str = "1764000000000000000", partition: str = "aws"
) -> dict[str, object]:
    """A session of a role that was got with a token of an OpenID Connect provider."""
    arn = f"arn:{partition}:iam::{HERE}:oidc-provider/{provider}"
    return role(
        name, session, partition=partition, context={"webIdFederationData": {"federatedProvider": arn}}
    )


def who(identity: object, agent: object = "", **fields: object) -> str:
    body = {"userIdentity": identity, "userAgent": agent, "recipientAccountId": HERE}
    return actor_of(Record(body | fields))


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        (user(), "alice (IAM user)"),
        (user(userName=None), "alice (IAM user)"),
        (user(type=None), "alice (IAM user)"),
        (user(account=ELSEWHERE), f"alice (IAM user of account {ELSEWHERE})"),
        ({"type": "IAMUser", "accountId": HERE}, "an IAM user"),
        ({"type": "Root", "accountId": HERE, "arn": f"arn:aws:iam::{HERE}:root"}, "the root user"),
        ({"arn": f"arn:aws-us-gov:iam::{HERE}:root"}, "the root user"),
        ({"type": "Root", "accountId": ELSEWHERE}, f"the root user of account {ELSEWHERE}"),
        (role("Admin", "bob"), "role Admin, session bob"),
        (role("Admin", "bob", path="ops/", partition="aws-cn"), "role Admin, session bob"),
        (role("Admin", "bob", account=ELSEWHERE), f"role Admin of account {ELSEWHERE}, session bob"),
        (role("Admin", "bob", type=None, sessionContext=None), "role Admin, session bob"),
        (role("Admin", "bob", arn=None), "role Admin, session bob"),
        (role("Admin", "bob", arn=None, type=None, principalId=None), "role Admin"),
        (
            role("Admin", "ci", context={"sourceIdentity": "carol"}),
            "role Admin, session ci, source identity carol",
        ),
        (role("Admin", "bob", context={"sourceIdentity": "bob"}), "role Admin, session bob"),
        ({"type": "AssumedRole"}, "role without a name"),
        (role("Admin", "", context={"sourceIdentity": "carol"}), "role Admin, source identity carol"),
        ({"type": "Role", "userName": "Admin"}, "role Admin"),
        ({"arn": f"arn:aws:iam::{HERE}:role/ops/Admin"}, "role Admin"),
        (user(type="Root"), "the root user"),
        (role("Admin", "bob", type="IAMUser", userName="bob"), "bob (IAM user)"),
        (
            role(
                "AWSReservedSSO_Net_Admins_0123456789abcdef",
                "bob@example.com",
                path="aws-reserved/sso.amazonaws.com/",
            ),
            "bob@example.com (Identity Center, Net_Admins)",
        ),
        (
            {"type": "IdentityCenterUser", "accountId": HERE, "onBehalfOf": {"userId": "94d-11"}},
            "94d-11 (Identity Center user)",
        ),
        ({"type": "IdentityCenterUser", "userName": "hal"}, "hal (Identity Center user)"),
        ({"type": "IdentityCenterUser"}, "an Identity Center user"),
        (
            {"sessionContext": {"sessionIssuer": {"userName": PERMISSION_SET}}},
            "somebody (Identity Center, Ops)",
        ),
        (
            oidc("lb-controller", "oidc.eks.eu-west-1.amazonaws.com/id/ABC"),
            "service account role lb-controller through OIDC",
        ),
        (
            oidc("lb-controller", "oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC", partition="aws-cn"),
            "service account role lb-controller through OIDC",
        ),
        (
            oidc("Deploy", "token.actions.githubusercontent.com", "run-7"),
            "role Deploy, session run-7, through OIDC of token.actions.githubusercontent.com",
        ),
        (
            {"type": "FederatedUser", "accountId": HERE, "arn": f"arn:aws:sts::{HERE}:federated-user/dave"},
            "dave (federated user)",
        ),
        ({"arn": f"arn:aws:sts::{HERE}:federated-user/dave"}, "dave (federated user)"),
        ({"type": "FederatedUser"}, "a user (federated user)"),
        ({"type": "SAMLUser", "userName": "erin"}, "erin (SAML user)"),
        ({"type": "SAMLUser"}, "a user (SAML user)"),
        ({"type": "WebIdentityUser"}, "somebody (web identity)"),
        (
            {"type": "WebIdentityUser", "userName": "fay", "identityProvider": "www.example.com"},
            "fay (web identity of www.example.com)",
        ),
        (
            {"type": "AWSAccount", "accountId": ELSEWHERE, "principalId": "AIDAEXAMPLE"},
            f"account {ELSEWHERE}",
        ),
        ({"type": "AWSAccount", "principalId": "AIDAEXAMPLE"}, "account AIDAEXAMPLE"),
        ({"type": "AWSAccount"}, "account unknown"),
        ({"type": "Directory", "userName": "gil"}, "gil"),
        ({"type": "Unknown", "principalId": "AIDAEXAMPLE"}, "AIDAEXAMPLE"),
        ({}, "an unknown caller"),
        (None, "an unknown caller"),
        ("<REDACTED>", "an unknown caller"),
        ([user()], "an unknown caller"),
        ({"type": {"a": 1}, "arn": 5, "userName": ["x"], "sessionContext": "y"}, "an unknown caller"),
    ],
)
def test_each_kind_of_identity_is_named(identity: object, actor: str) -> None:
    assert who(identity) == actor


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        (linked("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKS"), "Amazon EKS"),
        (linked("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKS", "aws-cn"), "Amazon EKS"),
        (
            linked("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup", "EKS"),
            "Amazon EKS managed node groups",
        ),
        (linked("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "AutoScaling"), "Auto Scaling"),
        (linked("clientvpn.amazonaws.com", "AWSServiceRoleForClientVPN", "x"), "clientvpn.amazonaws.com"),
        ({"type": "AWSService", "invokedBy": "eks.amazonaws.com"}, "Amazon EKS"),
        ({"type": "AWSService", "invokedBy": "AWS Internal"}, "an AWS service"),
        ({"type": "AWSService"}, "an AWS service"),
        (
            {
                "arn": f"arn:aws:sts::{HERE}:assumed-role/AWSServiceRoleForAmazonEKS/AmazonEKS",
                "invokedBy": "eks.amazonaws.com",
            },
            "Amazon EKS",
        ),
    ],
)
def test_a_service_that_acts_for_itself_is_the_actor(identity: object, actor: str) -> None:
    assert who(identity, "eks.amazonaws.com") == actor


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        (
            role("prod-cluster", "1692148309803252560", invokedBy="eks.amazonaws.com"),
            "cluster role prod-cluster through Amazon EKS",
        ),
        (
            role("prod-cluster", "aws-go-sdk-1692148309803252560", invokedBy="eks.amazonaws.com"),
            "cluster role prod-cluster through Amazon EKS",
        ),
        (role("Admin", "bob", invokedBy="eks.amazonaws.com"), "role Admin, session bob, through Amazon EKS"),
        (role("Admin", "1692148309803252560"), "role Admin, session 1692148309803252560"),
        (user(invokedBy="eks.amazonaws.com"), "alice (IAM user) through Amazon EKS"),
        (
            role("AWSServiceRoleForAmazonEKS", "AmazonEKS"),
            "role AWSServiceRoleForAmazonEKS, session AmazonEKS",
        ),
        (
            role(
                "AWSServiceRoleForAmazonEKS",
                "AmazonEKS",
                path="mine/",
                invokedBy="cloudformation.amazonaws.com",
            ),
            "role AWSServiceRoleForAmazonEKS, session AmazonEKS, through CloudFormation",
        ),
        (
            {"arn": f"arn:aws:sts::{HERE}:assumed-role/AWSServiceRoleForAmazonEKS/AmazonEKS"},
            "role AWSServiceRoleForAmazonEKS, session AmazonEKS",
        ),
    ],
)
def test_who_acts_through_eks_or_borrows_its_name_is_told_apart_from_eks(
    identity: object, actor: str
) -> None:
    assert who(identity) == actor


@pytest.mark.parametrize(
    ("agent", "how"),
    [
        (BROWSER, " in the console"),
        ("console.ec2.amazonaws.com", " in the console"),
        ("console.amazonaws.com", " in the console"),
        ("signin.amazonaws.com", " in the console"),
        ("console.amazonaws-us-gov.com", " in the console"),
        ("console.ec2.amazonaws.cn", " in the console"),
        ("AWS Internal", " in the console"),
        ("aws-internal/3 aws-sdk-java/1.11.951 Linux/4.9", " in the console"),
        (CLI, " with the AWS CLI"),
        (CLI + " exec-env/CloudShell", " with the AWS CLI in CloudShell"),
        (TERRAFORM, " with Terraform"),
        (
            "aws-sdk-go/1.29.7 (go1.13.7; darwin; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.24",
            " with Terraform",
        ),
        ("APN/1.0 Pulumi/1.0 PulumiAWS/6.0 Terraform/1.0 aws-sdk-go-v2/1.0", " with Pulumi"),
        ("APN/1.0 HashiCorp/1.0 OpenTofu/1.9.0 Terraform/1.9.0", " with OpenTofu"),
        ("aws-sdk-go-v2/1.0 karpenter.sh-v1.3.0", " with Karpenter"),
        ("CloudCustodian(no-public-ssh)/0.9.45 Boto3/1.43.0", " with Cloud Custodian"),
        ("APN/1.0 Ansible/2.18 Boto3/1.43.0", " with Ansible"),
        ("AWSPowerShell.NetCore/4.1.700 aws-sdk-dotnet", " with AWS Tools for PowerShell"),
        ("eksctl/0.200.0 aws-sdk-go-v2/1.0", " with eksctl"),
        ("elbv2.k8s.aws/v2.9.0 aws-sdk-go-v2/1.0", " with the AWS Load Balancer Controller"),
        (LAMBDA, " with Boto3 in Lambda"),
        ("Botocore/1.43.0 exec-env/AWS_ECS_FARGATE", " with botocore in ECS"),
        ("aws-sdk-go-v2/1.41.0 ua/2.1", " with the AWS SDK for Go"),
        ("aws-sdk-nodejs/2.1", " with the AWS SDK for JavaScript"),
        ("aws-sdk-js/3.700.0", " with the AWS SDK for JavaScript"),
        ("aws-sdk-cpp/1.11", " with the AWS SDK for C++"),
        ("aws-sdk-dotnet-coreclr/3.7", " with the AWS SDK for .NET"),
        ("aws-sdk-kotlin/1.0", " with the AWS SDK for Kotlin"),
        ("aws-sdk-php/3.3", " with the AWS SDK for PHP"),
        ("aws-sdk-ruby3/3.200", " with the AWS SDK for Ruby"),
        ("aws-sdk-rust/1.3", " with the AWS SDK for Rust"),
        ("aws-sdk-swift/1.0", " with the AWS SDK for Swift"),
        ("aws-sdk-elixir/1.0", " with an AWS SDK"),
        ("PostmanRuntime/6.4.0", " with PostmanRuntime"),
        ("cloudformation.amazonaws.com", " through CloudFormation"),
        ("clientvpn.amazonaws.com", " through clientvpn.amazonaws.com"),
        ("", ""),
        (None, ""),
        (["x"], ""),
    ],
)
def test_the_user_agent_tells_how(agent: object, how: str) -> None:
    assert who(user(), agent) == f"alice (IAM user){how}"


@pytest.mark.parametrize(
    ("invoked_by", "how"),
    [
        ("signin.amazonaws.com", "in the console"),
        ("cloudformation.amazonaws.com", "through CloudFormation"),
        ("fms.amazonaws.com", "through Firewall Manager"),
        ("eks-fargate.amazonaws.com", "through Amazon EKS on Fargate"),
        ("elasticloadbalancing.amazonaws.com", "through Elastic Load Balancing"),
        ("servicecatalog.amazonaws.com", "through Service Catalog"),
        ("ssm.amazonaws.com.cn", "through Systems Manager"),
        ("AWS Internal", "through an AWS service"),
    ],
)
def test_who_passed_the_call_on_says_more_than_the_user_agent(invoked_by: str, how: str) -> None:
    assert who(user(invokedBy=invoked_by), TERRAFORM) == f"alice (IAM user) {how}"


@pytest.mark.parametrize(
    ("agent", "how"),
    [
        ("aws-sdk-java/2.0", "in the console"),
        ("", "in the console"),
        (CLI, "with the AWS CLI"),
        (TERRAFORM, "with Terraform"),
    ],
)
def test_credentials_of_the_console_can_be_used_in_tools(agent: str, how: str) -> None:
    assert who(user(), agent, sessionCredentialFromConsole="true") == f"alice (IAM user) {how}"
    assert who(user(), "aws-sdk-java/2.0", sessionCredentialFromConsole="false").endswith(
        "the AWS SDK for Java"
    )


@pytest.mark.parametrize(
    ("identity", "agent", "actor"),
    [
        (
            user(accessKeyId="AKIAIOSFODNN7EXAMPLE", sessionContext=None),
            CLI,
            "alice (IAM user, long-lived key) with the AWS CLI",
        ),
        (user(accessKeyId="AKIAIOSFODNN7EXAMPLE"), CLI, "alice (IAM user, long-lived key) with the AWS CLI"),
        (
            user(accessKeyId="YOUR_KEY", sessionContext=None),
            CLI,
            "alice (IAM user, long-lived key) with the AWS CLI",
        ),
        (user(accessKeyId="YOUR_KEY"), CLI, "alice (IAM user) with the AWS CLI"),
        (
            user(accessKeyId="YOUR_KEY", sessionContext=None, invokedBy="cloudformation.amazonaws.com"),
            CLI,
            "alice (IAM user) through CloudFormation",
        ),
        (user(sessionContext=None), CLI, "alice (IAM user) with the AWS CLI"),
        (user(accessKeyId=None, sessionContext=None), CLI, "alice (IAM user) with the AWS CLI"),
        (user(accessKeyId="YOUR_KEY", sessionContext=None), BROWSER, "alice (IAM user) in the console"),
        (
            {"type": "Root", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            CLI,
            "the root user (long-lived key) with the AWS CLI",
        ),
        (
            user(account=ELSEWHERE, accessKeyId="AKIAIOSFODNN7EXAMPLE"),
            CLI,
            f"alice (IAM user of account {ELSEWHERE}, long-lived key) with the AWS CLI",
        ),
    ],
)
def test_a_long_lived_key_is_told(identity: object, agent: str, actor: str) -> None:
    assert who(identity, agent) == actor


@pytest.mark.parametrize(
    ("identity", "agent", "actor"),
    [
        (role("Admin", "bob"), TERRAFORM, "role Admin, session bob, with Terraform"),
        (
            role("sgwarden", "sgwarden-Reconcile"),
            LAMBDA,
            "role sgwarden, session sgwarden-Reconcile, with Boto3 in Lambda",
        ),
        (
            oidc("lb-controller", "oidc.eks.eu-west-1.amazonaws.com/id/ABC"),
            "elbv2.k8s.aws/v2.9.0",
            "service account role lb-controller through OIDC, with the AWS Load Balancer Controller",
        ),
        (
            role("AWSReservedSSO_Admins_0123456789abcdef", "bob"),
            BROWSER,
            "bob (Identity Center, Admins) in the console",
        ),
        (None, BROWSER, "an unknown caller in the console"),
    ],
)
def test_who_and_how_make_one_phrase(identity: object, agent: str, actor: str) -> None:
    assert who(identity, agent) == actor


def test_an_account_is_foreign_only_to_a_known_one() -> None:
    assert who(user(account=ELSEWHERE), recipientAccountId=None) == "alice (IAM user)"
    assert who(user(account="------------")) == "alice (IAM user)"


def test_lower_cased_keys_read_the_same() -> None:
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{HERE}:role/Admin", "username": "Admin"}
    identity = {"type": "AssumedRole", "principalid": "AROA:bob", "sessioncontext": {"sessionissuer": issuer}}
    body = {"useridentity": identity, "useragent": "console.ec2.amazonaws.com"}
    assert actor_of(Record(body)) == "role Admin, session bob, in the console"


def test_what_strangers_wrote_is_made_printable() -> None:
    name = "al\x1b[31mi\u202ece\n\x00"
    assert who(user(userName=name), "evil\x1b]0;x\x07\r\nagent/1") == "alice (IAM user) with evil agent"


def test_the_words_are_bounded() -> None:
    actor = who(role("r" * 999, "s" * 999), "a" * 999)
    assert actor == f"role {'r' * 79}…, session {'s' * 79}…, with {'a' * 17}…"
    assert len(actor) == 200
