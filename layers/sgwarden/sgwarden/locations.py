"""Where the targets of a batch lead: each is looked up once, and rules many at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sgwarden.service import TOGETHER
from sgwarden.target import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sgwarden.asked import Errand
    from sgwarden.service import Service, World


class Locations:
    """The groups that targets stand for, as far as there `is_time` to look them up."""

    def __init__(self, targets: Sequence[Target], service: Service, is_time: Callable[[], bool]) -> None:
        self._service = service
        self._is_time = is_time
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

    def _look_up(self, target: Target) -> None:
        asked = self._next_rules() if target.kind is TargetKind.RULE else [target]
        try:
            self._found |= _located(asked, self._service.world)
        except Exception as error:
            names = target.name if len(asked) == 1 else f"{target.name} and {len(asked) - 1} more"
            self._service.journal.failed(f"{target.kind} {names}", error)
            self._found |= dict.fromkeys(asked)

    def _next_rules(self) -> list[Target]:
        return list(islice((rule for rule in self._rules if rule not in self._found), TOGETHER))


def _located(targets: Sequence[Target], world: World) -> Mapping[Target, Sequence[str]]:
    """The groups of each; they are all rules, or there is only one."""
    target = targets[0]
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
            return {target: world.groups_with_prefix_list(target.name)}
