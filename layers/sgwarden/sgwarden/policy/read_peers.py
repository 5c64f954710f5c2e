"""Reading the peers of a policy: its own names for places, and whom its statements speak of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.policy.node import Mapping, Node, Scalar, Sequence
from sgwarden.policy.peers import Builtin, ManagedList, Named, PeerTerm, PrefixListId
from sgwarden.policy.reading import Reader, did_you_mean
from sgwarden.traffic import Cidr, Group, parse_cidr, parse_peer

if TYPE_CHECKING:
    from sgwarden.policy.node import Entry

Names = dict[str, Named]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PREFIX_LIST_ID = re.compile(r"pl-[0-9a-zA-Z]+")
_MANAGED_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_ADDRESS_LIKE = re.compile(r"[0-9]|.*[:/]")
_BUILTINS = tuple(builtin.value for builtin in Builtin)
_EXPECTED = "expected a CIDR, sg-..., pl-..., {prefix_list: NAME}, a name from peers: or one of " + ", ".join(
    _BUILTINS
)


def read_terms(reader: Reader, node: Node, what: str, names: Names) -> tuple[PeerTerm, ...]:
    """One peer or a list of them."""
    terms = (read_term(reader, item, what, names) for item in reader.some(node, what))
    return tuple(term for term in terms if term is not None)


def read_term(reader: Reader, node: Node, what: str, names: Names) -> PeerTerm | None:
    if isinstance(node, Mapping):
        return _managed_list(reader, node, what)
    text = reader.text(node, what)
    if not text:
        return None
    if text in _BUILTINS:
        return Builtin(text)
    if text in names:
        return names[text]
    try:
        return _spelled_out(text)
    except ValueError as error:
        reader.problem(node.mark, f"{what}: {error}")
    except KeyError:
        hint = did_you_mean(text, (*names, *_BUILTINS), _EXPECTED)
        reader.problem(node.mark, f'{what}: unknown peer "{text}"', hint)
    return None


def _spelled_out(text: str) -> Cidr | Group | PrefixListId:
    """A peer that needs no name; raises ValueError for a bad one and KeyError for what must be a name."""
    if text.startswith("pl-"):
        if not _PREFIX_LIST_ID.fullmatch(text):
            raise ValueError(f'"{text}" is no prefix list id: expected pl- and letters or digits')
        return PrefixListId(text)
    if text.startswith("sg-"):
        return Group(str(parse_peer(text)))
    if not _ADDRESS_LIKE.match(text):
        raise KeyError(text)
    return Cidr(parse_cidr(text))


def _managed_list(reader: Reader, node: Node, what: str) -> ManagedList | None:
    fields = reader.fields(node, f"a peer of {what}", ("prefix_list",), required=("prefix_list",))
    if "prefix_list" not in fields:
        return None
    value = fields["prefix_list"].value
    name = reader.text(value, "prefix_list")
    if name.startswith("pl-"):
        reader.problem(value.mark, f'"{name}" is an id, not a name', f"write it plainly: {name}")
    elif name and not _MANAGED_NAME.fullmatch(name):
        reader.problem(
            value.mark,
            f'"{name}" is no name of an AWS-managed prefix list',
            "expected one such as s3 or dynamodb",
        )
    else:
        return ManagedList(name) if name else None
    return None


def read_names(reader: Reader, node: Node) -> Names:
    """The `peers:` section: every name with what it stands for, whatever the order they are written in."""
    entries = {entry.key.text: entry for entry in reader.entries(node, "peers")}
    names: Names = {}
    for name, entry in entries.items():
        _check_name(reader, entry)
        if name not in names:
            _define(reader, (name,), entries, names)
    return {name: names[name] for name in entries}


def _check_name(reader: Reader, entry: Entry) -> None:
    name = entry.key.text
    if name in _BUILTINS:
        reader.problem(entry.key.mark, f'the peer name "{name}" is built in', "choose another name")
    elif name.startswith(("sg-", "pl-")) or not _NAME.fullmatch(name):
        hint = "a name is letters, digits, - and _, begins with a letter, and not with sg- or pl-"
        reader.problem(entry.key.mark, f'"{name}" cannot be the name of a peer', hint)


def _define(reader: Reader, path: tuple[str, ...], entries: dict[str, Entry], names: Names) -> None:
    """Define the last name of the path, after those that it is made of."""
    name, entry = path[-1], entries[path[-1]]
    node = entry.value
    for item in node.items if isinstance(node, Sequence) else (node,):
        word = item.text if isinstance(item, Scalar) else ""
        if word in path:
            circle = " -> ".join((*path[path.index(word) :], word))
            reader.problem(item.mark, f'peer "{word}" is made of itself: {circle}')
            names[word] = Named(word, ())  # known from here on, so that it is not called unknown as well
        elif word in entries and word not in names:
            _define(reader, (*path, word), entries, names)
    if name not in names:
        names[name] = Named(name, read_terms(reader, node, f'peer "{name}"', names), entry.key.mark)
