"""From a record to the change that it tells of, by the name of its call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from moto.core.exceptions import ServiceException

from sgwarden.calls import CALLS
from sgwarden.embedded.description import AccountDescription
from sgwarden.embedded.recorded import clusters, prefix_lists, rules, tags
from sgwarden.embedded.recorded.scene import NotReplayableError, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sgwarden.embedded.account import EmbeddedAccount
    from sgwarden.record import Record
    from sgwarden.target import Target

CHANGES: Mapping[str, Callable[[Scene, Target], None]] = {
    "AuthorizeSecurityGroupIngress": partial(rules.authorize, egress=False),
    "AuthorizeSecurityGroupEgress": partial(rules.authorize, egress=True),
    "RevokeSecurityGroupIngress": partial(rules.revoke, egress=False),
    "RevokeSecurityGroupEgress": partial(rules.revoke, egress=True),
    "ModifySecurityGroupRules": rules.modify,
    "UpdateSecurityGroupRuleDescriptionsIngress": partial(rules.redescribe, egress=False),
    "UpdateSecurityGroupRuleDescriptionsEgress": partial(rules.redescribe, egress=True),
    "DeleteSecurityGroup": rules.delete_group,
    "CreateTags": tags.create_tags,
    "DeleteTags": tags.delete_tags,
    "ModifyManagedPrefixList": prefix_lists.modify_list,
    "RestoreManagedPrefixListVersion": prefix_lists.restore_list,
    "CreateCluster": clusters.create_cluster,
    "UpdateClusterConfig": clusters.update_cluster,
    "UpdateClusterVersion": clusters.update_cluster,
    "AssociateEncryptionConfig": clusters.update_cluster,
    "AssociateIdentityProviderConfig": clusters.update_cluster,
    "DeleteCluster": clusters.delete_cluster,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record changed, what had to be put in place first, and why (the rest of) it was not made."""

    done: tuple[str, ...] = ()
    presupposed: tuple[str, ...] = ()
    not_done: str = ""


def make_change(
    account: EmbeddedAccount, record: Record, *, cluster: str = "replayed", late: bool = False
) -> Recorded:
    """The change that a record tells of, made in the account; a call that failed changes nothing.

    A group that the account lacks becomes that of a cluster made up for it, named `cluster`. With `late`, EKS
    puts rules and tags back when its update is over, not at once. Never raises for what a record says.
    """
    scene = Scene(account, record, cluster, late)
    try:
        _make(scene)
    except (NotReplayableError, ServiceException) as error:
        reason = error.message if isinstance(error, ServiceException) else str(error)
        return Recorded(tuple(scene.done), tuple(scene.presupposed), reason)
    return Recorded(tuple(scene.done), tuple(scene.presupposed))


def account_for(record: Record, described: AccountDescription) -> AccountDescription:
    """The described account if the record is of it, else an empty one that it is of."""
    if record.account in ("", described.account):
        return described
    return AccountDescription(account=record.account, region=record.region or described.region)


def _make(scene: Scene) -> None:
    call = CALLS.get(scene.record.event_name.lower())
    if call is None or call.name not in CHANGES:
        name = call.name if call else scene.record.event_name or "a call without a name"
        raise NotReplayableError(f"{name} changes nothing that an embedded account keeps")
    if scene.record.service not in (call.service, ""):
        raise NotReplayableError(f"{call.name} was not a call to {call.service}")
    if scene.record.failure:
        raise NotReplayableError(f"{call.name} failed with {scene.record.failure}, so it changed nothing")
    targets = call.targets(scene.record)
    if not targets:
        raise NotReplayableError(f"{call.name} names {call.without}")
    for target in targets:
        CHANGES[call.name](scene, target)
