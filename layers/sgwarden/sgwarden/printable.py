"""Text that strangers wrote is safe to print once it has been through here."""

import re
import unicodedata

LIMIT = 200

# ECMA-48: if only the ESC went, its visible rest ("[31m") would stay. The middle branch is for sequences with
# text in them (OSC, DCS, ...), which ends at BEL or ST; one that never ends takes the rest.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)


def printable(value: object, limit: int = LIMIT) -> str:
    """One line of visible characters, at most `limit` of them; empty for anything that is not text.

    Terminal escapes, control characters, bidirectional marks and other invisible characters are gone, and
    each run of white space is one space.
    """
    if not isinstance(value, str):
        return ""
    # Bounded before the work too: an event field can be as long as the sender likes.
    visible = _ESCAPES.sub("", value[: 10 * limit])
    line = " ".join("".join(_kept(character) for character in visible).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _kept(character: str) -> str:
    """The character, a space where it separates words or lines, nothing where it is not seen."""
    if character.isspace():
        return " "
    # C*: control, format (bidi, zero width), surrogate, private use, unassigned.
    return "" if unicodedata.category(character).startswith("C") else character
