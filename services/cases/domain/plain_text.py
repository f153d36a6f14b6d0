"""Text that people type and that is kept: nothing hidden in it, and written in one way."""

import unicodedata

# Control characters, surrogates, unassigned and private ones, line and paragraph separators, and
# format characters (they turn text around), but for the two joiners that names are written with.
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


def holds_hidden(text: str) -> bool:
    """Whether there is something in it that can't be seen."""
    return any(unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS for sign in text)


def plain(text: str) -> str:
    """The text in NFC, without space around it: the same letters are the same text."""
    return unicodedata.normalize("NFC", text).strip()
