"""Reading the peers of a policy: its own names for places, and whom its statements speak of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.policy.habits import block_hint, peer_meant
from sgwarden.policy.node import Mapping, Node, Scalar, Sequence
from sgwarden.policy.peers import Builtin, ManagedList, Named, PeerTerm, PrefixListId
from sgwarden.policy.reading import Reader, as_list, did_you_mean
from sgwarden.traffic import Cidr, Group, parse_cidr, parse_peer

if TYPE_CHECKING:
    from sgwarden.policy.node import Entry

Names = dict[str, Named]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PREFIX_LIST_ID = re.compile(r"pl-[0-9a-zA-Z]+")
_MANAGED_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_WHOLE_NAME = re.compile(r"com\.amazonaws\.(?:global\.[a-z0-9.-]+|[a-z0-9-]+\.(?P<name>[a-z0-9.-]+))")
_SHORT_NAMES = {
    **{name: name for name in ("s3", "dynamodb", "vpc-lattice")},
    "cloudfront": "com.amazonaws.global.cloudfront.origin-facing",
}
_ADDRESS_LIKE = re.compile(r"[0-9]|.*[:/]")
_DEEPEST = 32
"""How many names may stand for each other in a row."""
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
        return _managed_list(reader, node, what, names)
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
        reader.problem(node.mark, f"{what}: {error}", block_hint(text) or _as_list(text, names))
    except KeyError:
        known = (*names, *_BUILTINS)
        hint = _as_managed(text) or _as_list(text, names) or _as_known(text, known)
        reader.problem(node.mark, f'{what}: unknown peer "{text}"', hint)
    return None


def _as_known(text: str, known: tuple[str, ...]) -> str:
    """The hint for a peer of another tool, in other letters, or misspelt."""
    same = next((each for each in known if each.lower() == text.lower()), "") or peer_meant(text)
    return f"write {same}" if same else did_you_mean(text, known, _EXPECTED)


def _as_list(text: str, names: Names) -> str:
    return as_list(text, lambda word: _is_peer(word, names))


def _is_peer(word: str, names: Names) -> bool:
    """Whether the word alone would be a peer."""
    try:
        return word in names or word in _BUILTINS or bool(_spelled_out(word))
    except (ValueError, KeyError):
        return False


def _as_managed(text: str) -> str:
    """The hint for the name of an AWS-managed prefix list: short for one that each region has."""
    match = _WHOLE_NAME.fullmatch(text)
    name = (match["name"] or text) if match else _SHORT_NAMES.get(text, "")
    return f"write {{prefix_list: {name}}}" if name else ""


def _spelled_out(text: str) -> Cidr | Group | PrefixListId:
    """A peer that needs no name; raises ValueError for a bad one and KeyError for what must be a name."""
    if text.startswith("pl-"):
        if not _PREFIX_LIST_ID.fullmatch(text):
            raise ValueError(f'"{text}" is no prefix list id: expected pl- and letters or digits')
        return PrefixListId(text)
    if text == "sg-self":
        raise ValueError('"sg-self" is no security group id: did you mean self?')
    if text.startswith("sg-"):
        return Group(str(parse_peer(text)))
    if not _ADDRESS_LIKE.match(text):
        raise KeyError(text)
    return Cidr(parse_cidr(text))


def _managed_list(reader: Reader, node: Mapping, what: str, names: Names) -> ManagedList | None:
    if _is_wrapped(reader, node, what, names):
        return None
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


def _is_wrapped(reader: Reader, node: Mapping, what: str, names: Names) -> bool:
    """Whether it is `{cidr: 10.0.0.0/8}` or the like, of which the reader is told."""
    if len(node.entries) != 1:
        return False
    ((key, value),) = ((entry.key, entry.value) for entry in node.entries)
    items = value.items if isinstance(value, Sequence) else (value,)
    words = [item.text for item in items if isinstance(item, Scalar) and _is_peer(item.text, names)]
    if key.text == "prefix_list" or len(words) != len(items):
        return False
    plain = f"[{', '.join(words)}]" if isinstance(value, Sequence) else words[0]
    reader.problem(key.mark, f'unknown key "{key.text}" in a peer of {what}', f"write it plainly: {plain}")
    return True


def read_names(reader: Reader, node: Node) -> Names:
    """The `peers:` section: every name with what it stands for, whatever the order they are written in."""
    entries = {entry.key.text: entry for entry in reader.entries(node, "peers")}
    definitions = _Definitions(reader, entries)
    for name, entry in entries.items():
        _check_name(reader, entry)
        if name not in definitions.names:
            definitions.define((name,))
    return {name: definitions.names[name] for name in entries}


def _check_name(reader: Reader, entry: Entry) -> None:
    name = entry.key.text
    if name in _BUILTINS:
        reader.problem(entry.key.mark, f'the peer name "{name}" is built in', "choose another name")
    elif name.startswith(("sg-", "pl-")) or not _NAME.fullmatch(name):
        hint = "a name is letters, digits, - and _, begins with a letter, and not with sg- or pl-"
        reader.problem(entry.key.mark, f'"{name}" cannot be the name of a peer', hint)


class _Definitions:
    """The names that are defined so far, and how many of them stand for each other in a row."""

    def __init__(self, reader: Reader, entries: dict[str, Entry]) -> None:
        self.reader = reader
        self.entries = entries
        self.names: Names = {}
        self.depths: dict[str, int] = {}

    def define(self, path: tuple[str, ...]) -> None:
        """Define the last name of the path, after those that it is made of."""
        name, entry = path[-1], self.entries[path[-1]]
        items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        below = max((self._depth_of(item, path) for item in items), default=0)
        if name not in self.names:
            terms = read_terms(self.reader, entry.value, f'peer "{name}"', self.names)
            self.names[name] = Named(name, terms, entry.key.mark)
            self.depths[name] = below + 1

    def _depth_of(self, item: Node, path: tuple[str, ...]) -> int:
        """How deep one of the things is that a name is made of; it is defined if it is a name itself.

        One that cannot be is known from then on all the same, so that it is not called unknown as well.
        """
        word = item.text if isinstance(item, Scalar) else ""
        if word in path:
            circle = " -> ".join((*path[path.index(word) :], word))
            self.reader.problem(item.mark, f'peer "{word}" is made of itself: {circle}')
            self.names[word] = Named(word, ())
        elif word in self.entries:
            if word not in self.names and len(path) < _DEEPEST:
                self.define((*path, word))
            if word not in self.names or self.depths.get(word, 0) >= _DEEPEST:
                said = (
                    f'peer "{path[-1]}" is nested too deeply: names of names, more than {_DEEPEST} in a row'
                )
                self.reader.problem(item.mark, said, "write what the last of them stands for")
                self.names[word] = Named(word, ())
                self.depths[word] = 0
        return self.depths.get(word, 0)
