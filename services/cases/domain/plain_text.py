"""Text that people type and that is kept: nothing hidden in it, and written in one way."""

import re
import unicodedata

# Where something is kept, as a code of the municipality's: it has no room for what it says (X3).
CODE = r"[A-Za-z0-9][A-Za-z0-9/_.:-]{0,63}"

# Control characters, surrogates, unassigned and private ones, line and paragraph separators, and
# format characters (they turn text around), but for the two joiners that names are written with.
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


def holds_hidden(text: str) -> bool:
    """Whether there is something in it that can't be seen."""
    return any(unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS for sign in text)


def is_code(text: str) -> bool:
    return re.fullmatch(CODE, text) is not None


def plain(text: str) -> str:
    """The text in NFC, without space around it: the same letters are the same text."""
    return unicodedata.normalize("NFC", text).strip()
