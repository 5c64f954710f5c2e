"""The description of an account, read from YAML; what is wrong with a file is said with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sgwarden.embedded.description import (
    DEFAULT_VERSION,
    AccountDescription,
    ClusterDescription,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)
from sgwarden.embedded.notation import meaning_of
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.node import Mapping, Scalar
from sgwarden.policy.reading import Reader
from sgwarden.policy.yaml_source import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sgwarden.policy.node import Entry, Node

Thing = TypeVar("Thing")
_ACCOUNT_KEYS = ("account", "region", "vpcs", "clusters", "groups", "prefix_lists")
_VPC_KEYS = ("id", "region", "cidrs", "default")
_GROUP_KEYS = ("id", "name", "region", "description", "vpc", "tags", "rules")
_CLUSTER_KEYS = (
    "name", "region", "group", "group_name", "unique_id", "vpc", "ip_family", "version", "default_rules",
    "rules", "tags", "group_tags", "control_plane_groups", "remote_nodes", "remote_pods",
)  # fmt: skip
_LIST_KEYS = ("id", "name", "region", "entries", "max_entries", "owner")
_RULE_KEYS = ("rule", "id", "description", "tags")


class DescriptionError(ValueError):
    """An account description cannot be read; the message says all that is wrong, and where."""


def read_account(path: Path) -> AccountDescription:
    return parse_account(path.read_bytes(), str(path))


def parse_account(data: bytes, source: str = "account.yaml") -> AccountDescription:
    """The account that a YAML file describes; raises DescriptionError."""
    try:
        node = parse(data, source)
        reader = _AccountReader()
        account = reader.account(node)
        if reader.problems or account is None:
            raise PolicyError(reader.problems, source, data.decode("utf-8-sig"))
    except PolicyError as error:
        raise DescriptionError(error.render()) from None
    return account


class _AccountReader(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.region = ""
        self.list_ids: list[str] = []

    def account(self, node: Node) -> AccountDescription | None:
        fields = self.fields(node, "the account", _ACCOUNT_KEYS, ("account", "region"))
        number, self.region = self._text(fields, "account"), self._text(fields, "region")
        lists = self._each(fields, "prefix_lists", self._prefix_list)
        self.list_ids = [one.id for one in lists]
        vpcs = self._each(fields, "vpcs", self._vpc)
        groups = self._each(fields, "groups", self._group)
        clusters = self._each(fields, "clusters", self._cluster)
        if self.problems:
            return None
        return self._made(
            node,
            lambda: AccountDescription(
                account=number,
                region=self.region,
                vpcs=vpcs,
                clusters=clusters,
                groups=groups,
                prefix_lists=lists,
            ),
        )

    def _vpc(self, node: Node) -> VpcDescription | None:
        fields = self.fields(node, "a VPC", _VPC_KEYS, ("id", "cidrs"))
        vpc_id, region = self._text(fields, "id"), self._region(fields)
        cidrs, default = self._list(fields, "cidrs"), self._flag(fields, "default", otherwise=False)
        return self._made(
            node, lambda: VpcDescription(id=vpc_id, region=region, cidrs=cidrs, default=default)
        )

    def _prefix_list(self, node: Node) -> PrefixListDescription | None:
        fields = self.fields(node, "a prefix list", _LIST_KEYS, ("id", "name"))
        most = (
            self.number(fields["max_entries"].value, "max_entries", 1, 1000)
            if "max_entries" in fields
            else 10
        )
        return self._made(
            node,
            lambda: PrefixListDescription(
                id=self._text(fields, "id"),
                name=self._text(fields, "name"),
                region=self._region(fields),
                entries=self._list(fields, "entries"),
                max_entries=most,
                owner=self._text(fields, "owner"),
            ),
        )

    def _group(self, node: Node) -> GroupDescription | None:
        fields = self.fields(node, "a group", _GROUP_KEYS, ("id", "name"))
        tags, rules = self._tags(fields, "tags"), self._each(fields, "rules", self._rule)
        return self._made(
            node,
            lambda: GroupDescription(
                id=self._text(fields, "id"),
                name=self._text(fields, "name"),
                region=self._region(fields),
                description=self._text(fields, "description", otherwise="managed by hand"),
                vpc=self._text(fields, "vpc"),
                tags=tags,
                rules=rules,
            ),
        )

    def _cluster(self, node: Node) -> ClusterDescription | None:
        fields = self.fields(node, "a cluster", _CLUSTER_KEYS, ("name",))
        rules = self._each(fields, "rules", self._rule)
        tags, group_tags = self._tags(fields, "tags"), self._tags(fields, "group_tags")
        return self._made(
            node,
            lambda: ClusterDescription(
                name=self._text(fields, "name"),
                region=self._region(fields),
                group=self._text(fields, "group"),
                group_name=self._text(fields, "group_name"),
                unique_id=self._text(fields, "unique_id"),
                vpc=self._text(fields, "vpc"),
                ip_family=self._text(fields, "ip_family", otherwise="ipv4"),
                version=self._text(fields, "version", otherwise=DEFAULT_VERSION),
                default_rules=self._flag(fields, "default_rules", otherwise=True),
                rules=rules,
                tags=tags,
                group_tags=group_tags,
                control_plane_groups=self._list(fields, "control_plane_groups"),
                remote_nodes=self._list(fields, "remote_nodes"),
                remote_pods=self._list(fields, "remote_pods"),
            ),
        )

    def _rule(self, node: Node) -> RuleDescription | None:
        """A line, or a mapping that says more than the line can."""
        if not isinstance(node, Mapping):
            return RuleDescription(line=self._line(node))
        fields = self.fields(node, "a rule", _RULE_KEYS, ("rule",))
        return RuleDescription(
            line=self._line(fields["rule"].value) if "rule" in fields else "",
            id=self._text(fields, "id"),
            description=self._text(fields, "description"),
            tags=self._tags(fields, "tags"),
        )

    def _line(self, node: Node) -> str:
        line = self.text(node, "a rule")
        try:
            if line:
                meaning_of(line, "sg-self", self.list_ids)
        except ValueError as error:
            self.problem(node.mark, str(error))
        return line

    def _each(
        self, fields: dict[str, Entry], key: str, read: Callable[[Node], Thing | None]
    ) -> tuple[Thing, ...]:
        if key not in fields:
            return ()
        things = [read(item) for item in self.listed(fields[key].value, f'"{key}"')]
        return tuple(thing for thing in things if thing is not None)

    def _text(self, fields: dict[str, Entry], key: str, *, otherwise: str = "") -> str:
        return self.text(fields[key].value, f'"{key}"') if key in fields else otherwise

    def _region(self, fields: dict[str, Entry]) -> str:
        return self._text(fields, "region", otherwise=self.region)

    def _list(self, fields: dict[str, Entry], key: str) -> tuple[str, ...]:
        return self.texts(fields[key].value, f'"{key}"') if key in fields else ()

    def _flag(self, fields: dict[str, Entry], key: str, *, otherwise: bool) -> bool:
        return self.flag(fields[key].value, f'"{key}"') if key in fields else otherwise

    def _tags(self, fields: dict[str, Entry], key: str) -> dict[str, str]:
        if key not in fields:
            return {}
        return {one.key.text: self._tag_value(one) for one in self.entries(fields[key].value, f'"{key}"')}

    def _tag_value(self, entry: Entry) -> str:
        empty = isinstance(entry.value, Scalar) and entry.value.value == ""
        return "" if empty else self.text(entry.value, f'the tag "{entry.key.text}"')

    def _made(self, node: Node, make: Callable[[], Thing]) -> Thing | None:
        """What `make` makes; what it refuses is a problem at the node's place."""
        before = len(self.problems)
        try:
            made = make()
        except ValueError as error:
            if len(self.problems) == before:
                self.problem(node.mark, str(error))
            return None
        return made
