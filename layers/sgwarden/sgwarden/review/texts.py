"""What texts of a policy file look like: regular expressions that Python and JavaScript share."""

from __future__ import annotations

import re

from sgwarden.policy.peers import Builtin

# Numbers may have noughts before them, as for the reader.
_PORT = "0*(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"
_BYTE = "0*(25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_LENGTH_IPV4 = "0*(3[0-2]|[12]?[0-9])"
_LENGTH_IPV6 = "0*(12[0-8]|1[01][0-9]|[1-9]?[0-9])"
_LOWER = rf"(all|(tcp|udp)(/{_PORT}(-{_PORT})?)?|(icmp|icmpv6)(/{_BYTE}(\.{_BYTE})?)?|proto/{_BYTE})"

# The patterns of JSON Schema know no flag for either case.
SERVICE = re.sub(r"(?<!\\)[a-z]", lambda letter: f"[{letter[0].upper()}{letter[0]}]", _LOWER)
WIDTH = rf"(ipv4/{_LENGTH_IPV4}|ipv6/{_LENGTH_IPV6})"
LONGER_THAN_ADDRESSES = rf"^([0-9.]+/(?!{_LENGTH_IPV4}$)|[0-9a-fA-F]*:[0-9a-fA-F:.]*/(?!{_LENGTH_IPV6}$))"
"""Blocks whose prefix is longer than an address of their family."""

PEER_NAME = f"^(?!sg-|pl-|({'|'.join(Builtin)})$)[A-Za-z][A-Za-z0-9_-]*$"
LIST_NAME = "^(?!pl-)[a-z0-9][a-z0-9.-]*$"
NO_BRACKETS = r"^[^\[\]]+$"
