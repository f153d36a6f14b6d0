"""The headers of a mail or of one of its parts, read within limits."""

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from services.notifier.domain.incoming.texts import readable
from shared.mailaddress import mail_address

_BLANK = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_NAME = re.compile(r"([!-9;-~]+)[ \t]*:")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_IN_ADDRESS = r"[^\s<>@,;:\"()\[\]\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]"
ADDRESS = re.compile(rf"{_IN_ADDRESS}{{1,64}}@{_IN_ADDRESS}{{1,253}}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_LONGEST = 256_000
_MOST = 1_000
_LONGEST_DECODED = 2_000


@dataclass(frozen=True, slots=True)
class Headers:
    """Names in lower case, in order; `whole` unless there were more than anybody writes, `ended`
    if an empty line came after them."""

    lines: tuple[tuple[str, str], ...]
    whole: bool = True
    ended: bool = True

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.lines if given == name]

    def first(self, name: str) -> str:
        """Unfolded, as it stands; empty if it isn't there."""
        return next((value for given, value in self.lines if given == name), "")


def split(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers that begin at `start`, and where the body begins."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers(()), raw.index(b"\n", start) + 1
    blank = _BLANK.search(raw, start, min(end, start + _LONGEST))
    ends, body = blank.span() if blank else (min(end, start + _LONGEST), end)
    lines = _lines(raw[start:ends].decode("utf-8", errors="replace"))
    whole = len(lines) <= _MOST and (blank is not None or ends == end)
    return Headers(lines[:_MOST], whole, blank is not None), body


def headers_of(raw: bytes) -> Headers:
    return split(raw, 0, len(raw))[0]


def _lines(text: str) -> tuple[tuple[str, str], ...]:
    """Lines that are no headers are passed over, as «From » of a mailbox file is."""
    named = ((_NAME.match(line), line) for line in _FOLD.sub("", text).split("\n", _MOST + 1))
    return tuple(
        (name[1].lower(), line[name.end() :].replace("\0", "").strip())
        for name, line in named
        if name
    )


def words(value: str) -> str:
    """A header as people read it: its encoded words decoded, if they can be."""
    value = value[:_LONGEST_DECODED]
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except HeaderParseError:
        return value
    return "".join(
        part if isinstance(part, str) else readable(part, charset or "iso-8859-1")
        for part, charset in parts
    )


def sender_of(headers: Headers) -> str | None:
    """The address in From, in lower case; None if there isn't just one."""
    told = headers.all("from")
    if len(told) != 1:
        return None
    bare = _COMMENT.sub("", _QUOTED.sub("", told[0][:_LONGEST_DECODED]))
    addresses = {as_entered(found) for found in ADDRESS.findall(bare)}
    return addresses.pop() if len(addresses) == 1 else None


def as_entered(address: str) -> str:
    """An address as ours are kept: in lower case, a domain of other letters than ASCII in those of
    DNS (xn--…); whatever can't be one of ours as it stands."""
    lower = address.lower()
    if lower.isascii():
        return lower
    try:
        return mail_address(lower).lower()
    except ValueError:
        return lower


def message_id_in(value: str) -> str | None:
    """The first Message-ID in a header's value, with its angle brackets."""
    found = _MESSAGE_ID.search(value[:_LONGEST_DECODED])
    return found[0] if found else None
