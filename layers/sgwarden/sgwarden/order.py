"""The order in which the changes of one direction are made."""

from __future__ import annotations

from itertools import accumulate
from operator import add, or_, sub
from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Modify, Order, Revoke, RuleChange
from sgwarden.traffic import Cidr, PrefixList, Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
    if order is Order.ADDITIONS_FIRST or not additions:
        return [*additions, *narrowings, *removals]
    return [*_Within(rules, additions, removals, missed).walk(), *narrowings, *removals]


class _Within:
    """Additions and removals on their way through a quota with room for the rules of now, and of the end.

    What has been done is taken out of `waiting` and `held`.
    """

    def __init__(
        self, rules: Sequence[Rule], additions: list[Authorize], removals: list[Revoke], missed: Missed
    ) -> None:
        going = {removal.rule for removal in removals}
        staying = [rule for rule in rules if rule not in going]
        self.taken = places(rules)
        self.limit = _each(max, self.taken, places([*staying, *(addition.rule for addition in additions)]))
        self.open = union(rule.traffic for rule in staying)
        self.waiting = additions
        self.held = removals
        self.missed = missed
        self.steps: list[RuleChange] = []

    def walk(self) -> list[RuleChange]:
        """All additions with the removals that they need; what is new waits for what stands in for a rule."""
        carried = self.missed(self.open) - self.missed(self.open | _traffic(self.held))
        self._remove_the_needless()
        new = [each for each in self.waiting if not each.rule.traffic & carried]
        for waiting in [each for each in self.waiting if each not in new], new:
            while waiting:
                fitting = next((each for each in waiting if not any(self._lacking(each))), None)
                if fitting:
                    waiting.remove(fitting)
                    self._add(fitting)
                else:
                    self._make_room(waiting[0])
        return self.steps

    def _remove_the_needless(self) -> None:
        """Remove at once, in one call that is, the rules that nobody misses."""
        needless = [each for each in self.held if not self._is_missed(each, self.open)]
        rest = [each for each in self.held if each not in needless]
        # Each may be needless by itself where together they cover the VPC, which meets a group's requirement.
        everything = self.open | _traffic(self.held)
        if self.missed(self.open | _traffic(rest)) <= self.missed(everything):
            for removal in needless:
                self._remove(removal)

    def _lacking(self, addition: Authorize) -> Places:
        """How many places of each quota are to be freed for it."""
        needed = places([addition.rule])
        over = _each(sub, _each(add, self.taken, needed), self.limit)
        return _each(min, needed, _each(max, over, (0, 0)))

    def _make_room(self, addition: Authorize) -> None:
        """Remove the rule that is missed least of those in whose place the addition can be."""
        lacking = self._lacking(addition)
        helpful = [
            (self._harm(removal, others, addition), number)
            for number, (removal, others) in enumerate(zip(self.held, self._open_without_each(), strict=True))
            if any(_each(min, places([removal.rule]), lacking))
        ]
        self._remove(self.held[min(helpful)[1]])

    def _open_without_each(self) -> Iterator[Traffic]:
        """What is open now without each of the rules that are held, in their order."""
        held = [removal.rule.traffic for removal in self.held]
        later = [*accumulate(reversed(held), or_, initial=Traffic.NONE)]
        return map(or_, accumulate(held, or_, initial=self.open), later[-2::-1])

    def _harm(self, removal: Revoke, others: Traffic, addition: Authorize) -> int:
        """0 where nobody misses the rule, 1 where the addition stands in for it, else 2."""
        return self._is_missed(removal, others) + self._is_missed(removal, others | addition.rule.traffic)

    def _is_missed(self, removal: Revoke, others: Traffic) -> bool:
        return not self.missed(others) <= self.missed(others | removal.rule.traffic)

    def _add(self, addition: Authorize) -> None:
        self.steps.append(addition)
        self.open |= addition.rule.traffic
        self.taken = _each(add, self.taken, places([addition.rule]))

    def _remove(self, removal: Revoke) -> None:
        self.held.remove(removal)
        self.steps.append(removal)
        self.taken = _each(sub, self.taken, places([removal.rule]))


def _traffic(changes: Iterable[Authorize | Revoke]) -> Traffic:
    return union(change.rule.traffic for change in changes)


def _each(of: Callable[[int, int], int], left: Places, right: Places) -> Places:
    return of(left[0], right[0]), of(left[1], right[1])


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
