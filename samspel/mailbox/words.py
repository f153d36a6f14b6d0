"""Hostile bytes and header values as text that can be shown, without control characters."""

import codecs
import re
from email.errors import MessageError
from email.header import decode_header

# What the standard library's mail and calendar parsers raise on broken input, seen in the wild.
BROKEN = (
    ValueError,  # UnicodeError and binascii.Error are ValueErrors
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    MessageError,
)
LONGEST_HEADER = 20_000

_LINE_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
# Codecs that Python takes for a charset but no mail is written in; some are slow or raise.
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}


def text(value: str) -> str:
    """Text of several lines without control characters and lone surrogates."""
    value = value.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _LINE_BREAKS.sub("\n", value))


def line(value: str) -> str:
    """The same in one line."""
    return " ".join(text(value).split())


def from_bytes(octets: bytes, charset: str | None) -> str:
    """`octets` as text in the charset they claim, or in the likeliest one; never raises."""
    for candidate in (charset, "utf-8"):
        known = _known(candidate)
        if known is None:
            continue
        try:
            return octets.decode(known)
        except BROKEN:
            continue
    return octets.decode(_known(charset) or "windows-1252", "replace")


def raw_header(value: object) -> str:
    """A header as it came, in one string: the parser keeps 8-bit octets as lone surrogates."""
    octets = str(value)[:LONGEST_HEADER].encode("utf-8", "surrogateescape")
    return re.sub(r"\r?\n(?=[ \t])", "", octets.decode("utf-8", "replace"))


def header(value: object) -> str:
    """A header as a person reads it: encoded words decoded (RFC 2047), in one line."""
    raw = raw_header(value)
    if "=?" not in raw:
        return line(raw)
    try:
        return line("".join(_piece(piece, charset) for piece, charset in decode_header(raw)))
    except BROKEN:
        return line(raw)


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    if charset is None:  # what stood between encoded words, in the form decode_header gives it
        return piece.decode("raw-unicode-escape", "replace")
    return from_bytes(piece, charset)


def _known(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        name = codecs.lookup(charset).name.replace("-", "_")
    except BROKEN:
        return None
    return None if name in _NO_CHARSETS else name
