"""A mail taken apart into its leaves, within limits that are known before (B10).

The standard library's parser isn't asked: what it costs grows with lines times depth, and it would
open the mail that a bounce encloses. Here one range of the bytes is split at a time, nothing is
copied but leaves, and a message within the message stays closed.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from services.notifier.domain.incoming.headers import Headers, split, words
from services.notifier.domain.incoming.kinds import Unusable

_MOST_BYTES = 2_000_000
_MOST_PARTS = 200
_DEEPEST = 20
_LONGEST_TYPE = 1_000
_LONGEST_BOUNDARY = 250
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
# Apple puts what is attached beside the page, inside the alternatives: a part of its own even so.
_APART = frozenset({"multipart/alternative", "multipart/mixed"})
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", re.IGNORECASE)
_WIDE = tuple("BEGIN:VCALENDAR".encode(codec) for codec in ("utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no parts. `kind` is its type in lower case, `name` its file's name.

    Parts with the same `alternative` say the same thing in different forms; None: it stands alone.
    """

    kind: str
    method: str
    charset: str
    name: str
    attached: bool
    encoding: str
    body: bytes
    alternative: int | None = None

    def data(self) -> bytes:
        """Its content as it was before it was encoded to travel; what can be read of it."""
        if self.encoding == "base64" and not _BEGINS.match(self.body):
            return _from_base64(self.body)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body


@dataclass(frozen=True, slots=True)
class Mail:
    """`kind` is the type of the whole; `report` its report-type; `cut_off` if an end is missing."""

    headers: Headers
    kind: str
    report: str
    leaves: tuple[Leaf, ...]
    cut_off: bool


def opened(raw: bytes) -> Mail:
    """Raises Unusable for what is larger or deeper than any mail to us needs to be."""
    if len(raw) > _MOST_BYTES:
        raise Unusable("too-big")
    if b"\0" in raw and not any(wide in raw for wide in _WIDE):
        raise Unusable("broken")
    opening = _Opening(raw)
    leaves = tuple(opening.leaves(0, len(raw), "text/plain", _DEEPEST))
    headers, _ = split(raw, 0, len(raw))
    declared = _Declared(headers, "text/plain")
    cut_off = opening.cut_off or not headers.ended
    return Mail(headers, declared.kind, declared.parameter("report-type"), leaves, cut_off)


class _Declared:
    """What a part's headers say of it. Raises Unusable if they contradict themselves."""

    def __init__(self, headers: Headers, default: str) -> None:
        self._message = Message()
        self._message.set_default_type(default)
        for name in ("content-type", "content-disposition"):
            if value := headers.first(name):
                self._message[name] = value[:_LONGEST_TYPE]
        self.kind = self._message.get_content_type()
        self.attached = self._message.get_content_disposition() == "attachment"
        encoding = headers.first("content-transfer-encoding")
        self.encoding = re.split(r"[;\s(]", encoding.strip().lower(), maxsplit=1)[0]

    def parameter(self, name: str) -> str:
        return (self._asked(name) or "").strip().lower()

    @property
    def boundary(self) -> bytes:
        return (self._asked("boundary") or "").rstrip().encode()

    @property
    def name(self) -> str:
        return words(self._asked("filename", "content-disposition") or self._asked("name") or "")

    def _asked(self, name: str, header: str = "content-type") -> str | None:
        try:
            value = self._message.get_param(name, header=header)
            return value if isinstance(value, str) or value is None else value[2]
        except (ValueError, TypeError, LookupError):
            # The library stumbles over continued parameters (RFC 2231) that contradict themselves.
            raise Unusable("broken") from None


class _Opening:
    """How much has been found so far, and whether a part's end was missing."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._parts = 0
        self.cut_off = False

    def leaves(
        self, start: int, end: int, default: str, deeper: int, within: int | None = None
    ) -> Iterator[Leaf]:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Unusable("too-many-parts")
        headers, body = split(self._raw, start, end)
        if not headers.whole:
            raise Unusable("too-many-headers")
        declared = _Declared(headers, default)
        if not declared.kind.startswith("multipart/"):
            yield _leaf(declared, self._raw[body:end], within)
            return
        if deeper == 0:
            raise Unusable("too-deep")
        default = "message/rfc822" if declared.kind == "multipart/digest" else "text/plain"
        if declared.kind in _APART:
            within = start if declared.kind == "multipart/alternative" else None
        for inner_start, inner_end in self._ranges(declared.boundary, body, end):
            yield from self.leaves(inner_start, inner_end, default, deeper - 1, within)

    def _ranges(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where each part of a multipart begins and ends."""
        if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
            raise Unusable("broken")
        line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
        opened_at, position = None, start - 1  # the line break before the body
        while found := line.search(self._raw, position, end):
            if opened_at is not None:
                yield opened_at, max(opened_at, _without_break(self._raw, found.start()))
            if found[1]:
                return
            opened_at, position = found.end(), found.end() - 1
        self.cut_off = True
        if opened_at is not None:
            yield opened_at, end


def _without_break(raw: bytes, newline: int) -> int:
    """The line break before a boundary belongs to it."""
    return newline - 1 if raw[newline - 1 : newline] == b"\r" else newline


def _leaf(declared: _Declared, body: bytes, alternative: int | None) -> Leaf:
    return Leaf(
        kind=declared.kind,
        method=declared.parameter("method"),
        charset=declared.parameter("charset"),
        name=declared.name.strip().lower(),
        attached=declared.attached,
        encoding=declared.encoding,
        body=body,
        alternative=alternative,
    )


def _from_base64(body: bytes) -> bytes:
    """Up to its end, or as far as it goes; what a list's server has added after it isn't read."""
    signs = body.translate(None, _NOT_BASE64).partition(b"=")[0]
    whole = len(signs) - (len(signs) % 4 == 1)
    return binascii.a2b_base64(signs[:whole] + b"=" * (-whole % 4))
