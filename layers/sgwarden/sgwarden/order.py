"""The order in which the changes of one direction are made."""

from __future__ import annotations

from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Modify, Order, Revoke, RuleChange
from sgwarden.traffic import Cidr, PrefixList, Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Missed = Callable[[Traffic], Traffic]
    Places = tuple[int, int]


def in_order(
    changes: Sequence[RuleChange], rules: Sequence[Rule], missed: Missed, order: Order
) -> list[RuleChange]:
    """The changes in an order in which they can be made; `missed` tells what is lacking where some is open.

    Additions first never interrupts traffic that is to stay. Within the quota there are at no time more rules
    than the `rules` there are now, unless there are to be more in the end; traffic that is to stay is
    interrupted only where an addition needs the place of the rule that carries it.
    """
    additions = [change for change in changes if isinstance(change, Authorize)]
    narrowings = [change for change in changes if isinstance(change, Modify)]
    removals = [change for change in changes if isinstance(change, Revoke)]
    if order is Order.ADDITIONS_FIRST:
        return [*additions, *narrowings, *removals]
    return [*_Within(rules, removals, missed).walk(additions), *narrowings, *removals]


class _Within:
    """Additions and removals on their way through a quota that is as large as the places taken now.

    `held` is what has yet to be removed; what has been is taken out of it.
    """

    def __init__(self, rules: Sequence[Rule], held: list[Revoke], missed: Missed) -> None:
        going = {removal.rule for removal in held}
        self.limit = self.taken = places(rules)
        self.open = union(rule.traffic for rule in rules if rule not in going)
        self.held = held
        self.missed = missed
        self.steps: list[RuleChange] = []

    def walk(self, additions: Iterable[Authorize]) -> list[RuleChange]:
        waiting = list(additions)
        while waiting:
            fitting = next((each for each in waiting if not any(self._lacking(each))), None)
            addition = fitting or waiting[0]
            if fitting is None and self._made_room(addition):
                continue
            waiting.remove(addition)
            self.steps.append(addition)
            self.open |= addition.rule.traffic
            self.taken = _sum(self.taken, places([addition.rule]), 1)
        return self.steps

    def _remove_what_nobody_misses(self) -> None:
        held = list(self.held)
        later = list(accumulate((each.rule.traffic for each in reversed(held)), or_, initial=Traffic.NONE))
        kept = self.open
        for removal, rest in zip(held, later[-2::-1], strict=True):
            if self.missed(kept | rest) <= self.missed(kept | rest | removal.rule.traffic):
                self._remove(removal)
            else:
                kept |= removal.rule.traffic

    def _made_room(self, addition: Authorize) -> bool:
        """Whether a removal was found that makes room, one that the addition stands in for if possible."""
        before = len(self.held)
        self._remove_what_nobody_misses()
        if len(self.held) < before:
            return True
        lacking = self._lacking(addition)
        helpful = [each for each in self.held if any(map(min, places([each.rule]), lacking))]
        if not helpful:
            return False
        self._remove(min(helpful, key=lambda each: self._gap_without(each, addition)))
        return True

    def _gap_without(self, removal: Revoke, addition: Authorize) -> bool:
        others = union(each.rule.traffic for each in self.held if each is not removal)
        now = self.open | others | addition.rule.traffic
        return not self.missed(now) <= self.missed(now | removal.rule.traffic)

    def _remove(self, removal: Revoke) -> None:
        self.held.remove(removal)
        self.steps.append(removal)
        self.taken = _sum(self.taken, places([removal.rule]), -1)

    def _lacking(self, addition: Authorize) -> Places:
        """How many places of each quota are to be freed for it."""
        ipv4, ipv6 = (
            max(now + more - most, 0) if more else 0
            for now, more, most in zip(self.taken, places([addition.rule]), self.limit, strict=True)
        )
        return ipv4, ipv6


def _sum(left: Places, right: Places, sign: int) -> Places:
    return left[0] + sign * right[0], left[1] + sign * right[1]


def places(rules: Iterable[Rule]) -> Places:
    """The places that rules of one direction take of the IPv4 and of the IPv6 quota.

    A reference to a group counts in both, a prefix list as its maximum size (VPC user guide, quotas).
    """
    ipv4 = ipv6 = 0
    for rule in rules:
        match rule.peer:
            case Cidr(network):
                ipv4, ipv6 = (ipv4 + 1, ipv6) if network.version == 4 else (ipv4, ipv6 + 1)
            case PrefixList(size=size):
                ipv4, ipv6 = ipv4 + size, ipv6 + size
            case _:
                ipv4, ipv6 = ipv4 + 1, ipv6 + 1
    return ipv4, ipv6
