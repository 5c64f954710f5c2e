"""Who made a call, in words that a person understands at a glance."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sgwarden.printable import printable
from sgwarden.record import Record, get, text
from sgwarden.tool import CONSOLE, service_of, tool_of

_NAME = 80  # IAM's names have at most 64 characters; those of other identity providers can be longer

_ARN = re.compile(
    r"arn:[^:]+:(?:iam|sts)::[^:]*:(?P<kind>root|user|role|assumed-role|federated-user)(?:/(?P<path>.+))?",
    re.DOTALL,
)
_KINDS = {
    "root": "Root",
    "user": "IAMUser",
    "role": "Role",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
}
# Only AWS can make roles under this path, so it tells a service from a role that is merely named like it.
_SERVICE_LINKED = re.compile(r"arn:[^:]+:iam::[^:]*:role/aws-service-role/([^/]+)/.+", re.DOTALL)
_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}", re.DOTALL)
_NUMBERED = re.compile(r"(?:aws-go-sdk-)?[0-9]+")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class _Identity:
    """A record's `userIdentity`, with the gaps of one field filled from the others."""

    record: Record
    kind: str
    name: str
    session: str

    def field(self, *path: str) -> str:
        """What stands at a path under `userIdentity`, fit to print; empty if nothing does."""
        return printable(get(self.record.body, "userIdentity", *path), 2 * _NAME)

    @property
    def of_account(self) -> str:
        """Words for the caller's account where that is another than the one called."""
        account = self.field("accountId")
        return (
            f" of account {account}" if _ACCOUNT.fullmatch(account) and account != self.record.account else ""
        )

    @property
    def has_long_lived_key(self) -> bool:
        """A key that does not expire: AKIA..., or one outside any session where its prefix is masked."""
        key = self.field("accessKeyId")
        in_session = self.field("invokedBy") or get(self.record.body, "userIdentity", "sessionContext")
        masked = bool(key) and not key.startswith("ASIA") and not in_session
        return key.startswith("AKIA") or (masked and tool_of(self.record) != CONSOLE)


def actor_of(record: Record) -> str:
    """Who, and how: "role Admin, session bob, with Terraform"; at most 200 characters, fit to print."""
    identity = _identity(record)
    service = _service(identity)
    if service:
        return printable(service)
    describe = _DESCRIPTIONS.get(identity.kind, _unknown)
    return printable(f"{describe(identity)} {tool_of(record)}".strip(" ,"))


def _identity(record: Record) -> _Identity:
    who = get(record.body, "userIdentity")
    arn = _ARN.fullmatch(text(get(who, "arn")))
    issuer = text(get(who, "sessionContext", "sessionIssuer", "userName"))
    path = (text(arn["path"]) if arn else "").split("/")
    kind = text(get(who, "type"))
    if kind not in _DESCRIPTIONS and arn:
        kind = _KINDS[arn["kind"]]
    elif kind not in _DESCRIPTIONS and issuer:
        kind = "AssumedRole"
    if kind == "AssumedRole":
        session = path[1] if len(path) > 1 else text(get(who, "principalId")).partition(":")[2]
        return _Identity(record, kind, printable(issuer or path[0], _NAME), printable(session, _NAME))
    return _Identity(record, kind, printable(text(get(who, "userName")) or path[-1], _NAME), "")


def _service(identity: _Identity) -> str:
    """The AWS service that acts for itself; empty if somebody else acts, be it through a service."""
    invoked_by = identity.field("invokedBy")
    if identity.field("type") == "AWSService":
        return service_of(invoked_by)
    if linked := _SERVICE_LINKED.fullmatch(identity.field("sessionContext", "sessionIssuer", "arn")):
        return service_of(linked[1])
    # Without the issuer the name is a hint only: the caller must be what the name says.
    unsourced = not identity.field("sessionContext", "sessionIssuer", "arn")
    named = unsourced and identity.name.startswith("AWSServiceRoleFor")
    return service_of(invoked_by) if named and invoked_by else ""


def _root(identity: _Identity) -> str:
    return f"the root user{identity.of_account}{' (long-lived key)' if identity.has_long_lived_key else ''}"


def _user(identity: _Identity) -> str:
    kind = f"IAM user{identity.of_account}{', long-lived key' if identity.has_long_lived_key else ''}"
    return f"{identity.name} ({kind})" if identity.name else f"an {kind}"


def _role(identity: _Identity) -> str:
    role = f"role {identity.name or 'without a name'}{identity.of_account}"
    federation = identity.field("sessionContext", "webIdFederationData", "federatedProvider")
    provider = federation.partition("oidc-provider/")[2]
    if permissions := _PERMISSION_SET.fullmatch(identity.name):
        return f"{identity.session or 'somebody'} (Identity Center, {permissions[1]}{identity.of_account})"
    if provider.startswith("oidc.eks."):
        return f"service account {role} through OIDC,"
    # Controllers on the control plane use the cluster's role in sessions that the Go SDK has numbered; a
    # person whose call EKS passes on has a session with a name.
    if identity.field("invokedBy").startswith("eks.") and _NUMBERED.fullmatch(identity.session):
        return f"cluster {role}"
    return f"{role}{_session(identity)}{f' through OIDC of {provider},' if provider else ''}"


def _session(identity: _Identity) -> str:
    source = identity.field("sessionContext", "sourceIdentity")
    session = f", session {identity.session}" if identity.session else ""
    known_as = f", source identity {source}" if source not in {"", identity.session} else ""
    return f"{session}{known_as}," if session or known_as else ""


def _account(identity: _Identity) -> str:
    return f"account {identity.field('accountId') or identity.field('principalId') or 'unknown'}"


def _center_user(identity: _Identity) -> str:
    user = identity.name or identity.field("onBehalfOf", "userId")
    return f"{user} (Identity Center user)" if user else "an Identity Center user"


def _web_user(identity: _Identity) -> str:
    provider = identity.field("identityProvider")
    return f"{identity.name or 'somebody'} (web identity{f' of {provider}' if provider else ''})"


def _unknown(identity: _Identity) -> str:
    return identity.name or identity.field("principalId") or "an unknown caller"


_DESCRIPTIONS: Mapping[str, Callable[[_Identity], str]] = {
    "Root": _root,
    "IAMUser": _user,
    "AssumedRole": _role,
    "Role": _role,
    "AWSAccount": _account,
    "FederatedUser": lambda identity: f"{identity.name or 'a user'} (federated user{identity.of_account})",
    "SAMLUser": lambda identity: f"{identity.name or 'a user'} (SAML user)",
    "WebIdentityUser": _web_user,
    "IdentityCenterUser": _center_user,
}
