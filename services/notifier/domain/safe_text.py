"""Text that may stand in a header or a calendar line: one line, and nothing that isn't seen."""

import re
from email.errors import HeaderParseError
from email.header import decode_header

# Control characters (C0, DEL, C1), line and paragraph separators, lone surrogates, and the marks
# that turn the direction of what is read.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class UnsafeText(ValueError):
    """A text holds control characters, plain or in an encoded-word; the error doesn't repeat it."""

    def __init__(self) -> None:
        super().__init__("the text holds characters that can't stand in a mail")


def one_line(text: str) -> str:
    """The text itself. Raises UnsafeText.

    Encoded-words are decoded first: a line break hidden in one becomes a header of its own on some
    versions of Python (CVE-2024-6923).
    """
    if "=?" in text:
        visible(_decoded(text))
    return visible(text)


def visible(text: str) -> str:
    """The text itself, as it stands: nothing in it is decoded. Raises UnsafeText."""
    # What is printable is none of these; most texts are, and to ask that takes no time.
    if not text.isprintable() and _UNSAFE.search(text):
        raise UnsafeText
    return text


def _decoded(text: str) -> str:
    try:
        parts = decode_header(text)
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in parts
        )
    except (HeaderParseError, LookupError, ValueError):
        raise UnsafeText from None
