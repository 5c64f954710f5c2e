"""Where the targets of a batch lead: each is looked up once, and rules many at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sgwarden.policy.resolve import named_lists
from sgwarden.service import TOGETHER
from sgwarden.target import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sgwarden.asked import Errand
    from sgwarden.service import Service


class Locations:
    """The groups that targets stand for, as far as there `is_time` to look them up.

    A change of a prefix list may be told of before it is in force: then its groups are looked at again.
    """

    def __init__(self, targets: Sequence[Target], service: Service, is_time: Callable[[], bool]) -> None:
        self._service = service
        self._is_time = is_time
        self._unsettled: set[Target] = set()
        self._rules = [target for target in dict.fromkeys(targets) if target.kind is TargetKind.RULE]
        self._found: dict[Target, Sequence[str] | None] = {
            target: (target.name,) for target in targets if target.kind is TargetKind.GROUP
        }

    def find(self, errand: Errand) -> None:
        """Say where the errand leads; without time it stays as it is."""
        target = errand.trigger.target
        if target not in self._found:
            if not self._is_time():
                return
            self._look_up(target)
        errand.groups = self._found[target]
        errand.failed = errand.groups is None
        errand.in_force = target not in self._unsettled

    def _look_up(self, target: Target) -> None:
        asked = self._next_rules() if target.kind is TargetKind.RULE else [target]
        try:
            self._found |= self._located(asked)
        except Exception as error:
            names = target.name if len(asked) == 1 else f"{target.name} and {len(asked) - 1} more"
            self._service.journal.failed(f"{target.kind} {names}", error)
            self._found |= dict.fromkeys(asked)

    def _next_rules(self) -> list[Target]:
        return list(islice((rule for rule in self._rules if rule not in self._found), TOGETHER))

    def _located(self, targets: Sequence[Target]) -> Mapping[Target, Sequence[str]]:
        """The groups of each; they are all rules, or there is only one."""
        target, world = targets[0], self._service.world
        match target.kind:
            case TargetKind.RULE:
                groups = world.groups_with_rules([rule.name for rule in targets])
                return {rule: (groups[rule.name],) if rule.name in groups else () for rule in targets}
            case TargetKind.GROUP:
                return {target: (target.name,)}
            case TargetKind.GROUP_NAME:
                return {target: world.groups_named(target.name, target.vpc_id)}
            case TargetKind.CLUSTER:
                return {target: world.group_of_cluster(target.name)}
            case TargetKind.PREFIX_LIST:
                if not world.is_settled(target.name):
                    self._unsettled.add(target)
                return {target: self._with_list(target.name)}

    def _with_list(self, list_id: str) -> Sequence[str]:
        """The groups that the list matters to: all, where a policy names it, as it may be for any of them."""
        world = self._service.world
        if list_id in named_lists(self._service.policy):
            return world.cluster_group_ids()
        return world.groups_with_prefix_list(list_id)
