"""The description of an account, read from YAML; what is wrong with a file is said with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.embedded.attached import SELF, InterfaceDescription, NodeDescription
from sgwarden.embedded.copies import NUMBER
from sgwarden.embedded.description import (
    DEFAULT_VERSION,
    AccountDescription,
    ClusterDescription,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)
from sgwarden.embedded.fields import FieldReader
from sgwarden.embedded.notation import meaning_of
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.node import Mapping, Scalar
from sgwarden.policy.yaml_source import parse

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.policy.errors import Problem
    from sgwarden.policy.node import Entry, Node

_ACCOUNT_KEYS = ("account", "region", "vpcs", "clusters", "groups", "prefix_lists")
_VPC_KEYS = ("id", "region", "cidrs", "default")
_GROUP_KEYS = ("id", "name", "region", "description", "vpc", "tags", "rules", "interfaces", "copies")
_CLUSTER_KEYS = (
    "name", "region", "group", "group_name", "unique_id", "vpc", "ip_family", "version", "default_rules",
    "rules", "tags", "group_tags", "control_plane_groups", "remote_nodes", "remote_pods",
    "interfaces", "nodes", "copies",
)  # fmt: skip
_INTERFACE_KEYS = ("id", "groups")
_NODE_KEYS = ("id", "node_group", "groups", "many")
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


def account_at(node: Node, problems: list[Problem]) -> AccountDescription | None:
    """The account that a part of a file describes; None where `problems` now has what is wrong with it."""
    reader = _AccountReader()
    account = reader.account(node)
    problems += reader.problems
    return None if reader.problems else account


class _AccountReader(FieldReader):
    def __init__(self) -> None:
        super().__init__()
        self.region = ""
        self.list_ids: list[str] = []

    def account(self, node: Node) -> AccountDescription | None:
        fields = self.fields(node, "the account", _ACCOUNT_KEYS, ("account", "region"))
        number, self.region = self.text_of(fields, "account"), self.text_of(fields, "region")
        lists = self.each_of(fields, "prefix_lists", self._prefix_list)
        self.list_ids = [one.id for one in lists]
        vpcs = self.each_of(fields, "vpcs", self._vpc)
        groups = self.each_of(fields, "groups", self._group)
        clusters = self.each_of(fields, "clusters", self._cluster)
        if self.problems:
            return None
        return self.made(
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
        vpc_id, region = self.text_of(fields, "id"), self._region(fields)
        cidrs, default = self.list_of(fields, "cidrs"), self.flag_of(fields, "default", otherwise=False)
        return self.made(node, lambda: VpcDescription(id=vpc_id, region=region, cidrs=cidrs, default=default))

    def _prefix_list(self, node: Node) -> PrefixListDescription | None:
        fields = self.fields(node, "a prefix list", _LIST_KEYS, ("id", "name"))
        most = (
            self.number(fields["max_entries"].value, "max_entries", 1, 1000)
            if "max_entries" in fields
            else 10
        )
        return self.made(
            node,
            lambda: PrefixListDescription(
                id=self.text_of(fields, "id"),
                name=self.text_of(fields, "name"),
                region=self._region(fields),
                entries=self.list_of(fields, "entries"),
                max_entries=most,
                owner=self.text_of(fields, "owner"),
            ),
        )

    def _group(self, node: Node) -> GroupDescription | None:
        fields = self.fields(node, "a group", _GROUP_KEYS, ("id", "name"))
        tags, rules = self.tags_of(fields, "tags"), self.each_of(fields, "rules", self._rule)
        return self.made(
            node,
            lambda: GroupDescription(
                id=self.text_of(fields, "id"),
                name=self.text_of(fields, "name"),
                region=self._region(fields),
                description=self.text_of(fields, "description", otherwise="managed by hand"),
                vpc=self.text_of(fields, "vpc"),
                tags=tags,
                rules=rules,
                interfaces=self.list_of(fields, "interfaces"),
                copies=self._copies(fields),
            ),
        )

    def _cluster(self, node: Node) -> ClusterDescription | None:
        fields = self.fields(node, "a cluster", _CLUSTER_KEYS, ("name",))
        rules = self.each_of(fields, "rules", self._rule)
        tags, group_tags = self.tags_of(fields, "tags"), self.tags_of(fields, "group_tags")
        interfaces = self.each_of(fields, "interfaces", self._interface)
        nodes = self.each_of(fields, "nodes", self._node)
        return self.made(
            node,
            lambda: ClusterDescription(
                name=self.text_of(fields, "name"),
                region=self._region(fields),
                group=self.text_of(fields, "group"),
                group_name=self.text_of(fields, "group_name"),
                unique_id=self.text_of(fields, "unique_id"),
                vpc=self.text_of(fields, "vpc"),
                ip_family=self.text_of(fields, "ip_family", otherwise="ipv4"),
                version=self.text_of(fields, "version", otherwise=DEFAULT_VERSION),
                default_rules=self.flag_of(fields, "default_rules", otherwise=True),
                rules=rules,
                tags=tags,
                group_tags=group_tags,
                control_plane_groups=self.list_of(fields, "control_plane_groups"),
                remote_nodes=self.list_of(fields, "remote_nodes"),
                remote_pods=self.list_of(fields, "remote_pods"),
                interfaces=interfaces,
                nodes=nodes,
                copies=self._copies(fields),
            ),
        )

    def _interface(self, node: Node) -> InterfaceDescription | None:
        fields = self.fields(node, "an interface", _INTERFACE_KEYS, ())
        given, groups = self.text_of(fields, "id"), self.list_of(fields, "groups")
        return self.made(node, lambda: InterfaceDescription(id=given, groups=groups))

    def _node(self, node: Node) -> NodeDescription | None:
        fields = self.fields(node, "a node", _NODE_KEYS, ())
        many = self.number(fields["many"].value, '"many"', 1, 1000) if "many" in fields else 1
        groups = self.list_of(fields, "groups") or (SELF,)
        given, node_group = self.text_of(fields, "id"), self.text_of(fields, "node_group")
        return self.made(
            node, lambda: NodeDescription(id=given, node_group=node_group, groups=groups, many=many)
        )

    def _rule(self, node: Node) -> RuleDescription | None:
        """A line, or a mapping that says more than the line can."""
        if not isinstance(node, Mapping):
            return RuleDescription(line=self._line(node))
        fields = self.fields(node, "a rule", _RULE_KEYS, ("rule",))
        return RuleDescription(
            line=self._line(fields["rule"].value) if "rule" in fields else "",
            id=self.text_of(fields, "id"),
            description=self.text_of(fields, "description"),
            tags=self.tags_of(fields, "tags"),
        )

    def _line(self, node: Node) -> str:
        line = self.text(node, "a rule")
        try:
            if line:
                meaning_of(line, "sg-self", self.list_ids)
        except ValueError as error:
            self.problem(node.mark, str(error))
        return line

    def _region(self, fields: dict[str, Entry]) -> str:
        return self.text_of(fields, "region", otherwise=self.region)

    def _copies(self, fields: dict[str, Entry]) -> int:
        if "copies" not in fields:
            return 0
        name = fields["name"].value if "name" in fields else None
        if isinstance(name, Scalar) and NUMBER not in name.text:
            self.problem(name.mark, f"copies need names of their own: {NUMBER} stands for the number of each")
        return self.number(fields["copies"].value, '"copies"', 1, 100_000)
