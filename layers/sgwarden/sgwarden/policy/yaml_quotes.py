"""Text that YAML takes for something else, since it stands without quotes."""

from __future__ import annotations

import json
import re

# What begins an alias, an anchor, a tag, a key or a block of text, or is reserved.
_SPECIAL = re.compile(r"[*&!?%@`|>](?![ \t])[^\n\r,\[\]{}]*?(?=[ \t]*(?:[\n\r,\[\]{}]|[ \t]#|\Z))")
_BEFORE_A_VALUE = re.compile(r"(?:^|[:,\[{-])[ \t]*\Z")
_IPV6_WITH_COLON_LAST = re.compile(r"(?<![^\s\[{,])[0-9A-Fa-f]*:[0-9A-Fa-f:]*:\Z")


def special_words(text: str, index: int) -> str:
    """The text at the place, if it is a whole value that begins as YAML lets none begin; else nothing."""
    match = _SPECIAL.match(text, index)
    line = text[text.rfind("\n", 0, index) + 1 : index]
    return match[0] if match and _BEFORE_A_VALUE.search(line) else ""


def address_before(text: str, index: int) -> str:
    """The IPv6 address whose last colon, at the place, is taken for that of a key; else nothing."""
    line = text[text.rfind("\n", 0, index) + 1 : index + 1]
    match = _IPV6_WITH_COLON_LAST.search(line)
    return match[0] if match else ""


def cannot_begin(words: str) -> tuple[str, str]:
    """What is wrong with the text, and what may help."""
    return f"this is not YAML: text cannot begin with {words[0]}", in_quotes(words)


def in_quotes(words: str) -> str:
    """The hint to write it in quotes."""
    return f"put it in quotes: {json.dumps(words, ensure_ascii=False)}"
