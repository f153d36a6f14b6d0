"""A mail taken apart for showing: hostile input, and whatever it is, a letter comes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from functools import cached_property

from samspel.mailbox import words

MOST_PARTS = 300
MOST_HEADERS = 300
# The parser tries each boundary on each line: past this product a mail would take many seconds.
_MOST_WORK = 5_000_000
# The parser's time for the parameters of a content type grows with the square of their length.
_LONGEST_PARAMETERS = 4_000
_CONTENT_TYPE = re.compile(rb"(?im)^content-type:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_MARKUP = re.compile(r"(?is)<(style|script|head)\b.*?</\1\s*>|<[^>]*>")


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    address: str

    def __str__(self) -> str:
        if self.name and self.address:
            return f"{self.name} <{self.address}>"
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of the mail's tree; `number` is its place among the leaves."""

    number: int
    content_type: str
    filename: str
    disposition: str
    content_id: str
    source: Message

    @property
    def content(self) -> bytes:
        """The part's octets without their transfer encoding."""
        if self.source.is_multipart():  # message/rfc822 and its like
            return b"\r\n".join(_whole(m) for m in _children(self.source))
        try:
            decoded = self.source.get_payload(decode=True)
        except words.BROKEN:
            decoded = None
        if isinstance(decoded, bytes):
            return decoded
        return str(self.source.get_payload()).encode("utf-8", "surrogateescape")

    @property
    def text(self) -> str:
        try:
            charset = self.source.get_content_charset()
        except words.BROKEN:
            charset = None
        return words.text(words.from_bytes(self.content, charset))

    @property
    def is_calendar(self) -> bool:
        kinds = {"text/calendar", "application/ics"}
        return self.content_type in kinds or self.filename.lower().endswith(".ics")

    @property
    def is_attachment(self) -> bool:
        if self.disposition == "attachment" or self.filename:
            return True
        return not (self.content_type.startswith("text/") or self.content_id)


class Letter:
    """A mail's headers and parts. Nothing here raises because of what the mail holds."""

    def __init__(self, raw: bytes) -> None:
        self.source, self.whole = _parse(raw)

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Every header in the order of the mail, decoded."""
        items = list(self.source.raw_items())[:MOST_HEADERS]
        return [(words.line(str(name)), words.header(value)) for name, value in items]

    @cached_property
    def parts(self) -> list[Part]:
        leaves = list(_leaves(self.source))[:MOST_PARTS]
        return [_part(number, leaf) for number, leaf in enumerate(leaves)]

    @property
    def subject(self) -> str:
        return self.header("subject")

    @property
    def message_id(self) -> str:
        return self.header("message-id").strip("<>")

    def header(self, name: str) -> str:
        """The first header of that name, decoded, or an empty text."""
        return next((words.header(value) for value in self._raw(name)), "")

    def addresses(self, name: str) -> list[Address]:
        """The addresses of a header.

        Taken apart before they're decoded, so that an encoded comma stays part of the name.
        """
        values = [words.raw_header(value) for value in self._raw(name)]
        try:
            pairs = getaddresses(values)
        except words.BROKEN:
            return [Address(words.header(value), "") for value in values]
        found = [Address(words.header(n), words.line(a)) for n, a in pairs if n or a]
        return found or [Address(words.line(v), "") for v in values if v.strip()]

    @property
    def text(self) -> str | None:
        return self._body("text/plain")

    @property
    def html(self) -> str | None:
        return self._body("text/html")

    @property
    def calendar(self) -> Part | None:
        """The calendar part that a calendar program would take: the first."""
        return next((part for part in self.parts if part.is_calendar), None)

    @property
    def attachments(self) -> list[Part]:
        return [part for part in self.parts if part.is_attachment]

    @property
    def snippet(self) -> str:
        """The first 250 characters."""
        body = self.text
        if body is None:
            body = _MARKUP.sub(" ", (self.html or "")[:10_000])
        return words.line(body[:2_000])[:250]

    def _body(self, content_type: str) -> str | None:
        for part in self.parts:
            if part.content_type == content_type and not part.is_attachment:
                return part.text
        return None

    def _raw(self, name: str) -> Iterator[object]:
        for found, value in self.source.raw_items():
            if found.lower() == name:
                yield value


def _parse(raw: bytes) -> tuple[Message, bool]:
    """The mail, and whether all of it was taken apart: else only its headers are there."""
    if _is_simple_enough(raw):
        try:
            return message_from_bytes(raw, policy=policy.compat32), True
        except words.BROKEN:
            pass
    head = re.split(rb"\r?\n\r?\n", raw[:1_000_000], maxsplit=1)[0]
    return BytesHeaderParser(policy=policy.compat32).parsebytes(head), False


def _is_simple_enough(raw: bytes) -> bool:
    boundaries = raw.lower().count(b"boundary")
    longest = max((len(found[0]) for found in _CONTENT_TYPE.finditer(raw)), default=0)
    return boundaries * raw.count(b"\n") < _MOST_WORK and longest <= _LONGEST_PARAMETERS


def _leaves(message: Message) -> Iterator[Message]:
    # A stack instead of walk(), which recurses once per level.
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and not part.get_content_type().startswith("message/"):
            waiting.extend(reversed(_children(part)))
        else:
            yield part


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [child for child in payload if isinstance(child, Message)] if payload else []


def _part(number: int, leaf: Message) -> Part:
    for name in ("content-type", "content-disposition"):
        value = str(leaf.get(name, ""))
        if len(value) > _LONGEST_PARAMETERS:
            leaf.replace_header(name, value[:_LONGEST_PARAMETERS])
    try:
        filename = words.header(leaf.get_filename() or "")
    except words.BROKEN:
        filename = ""
    try:
        disposition = leaf.get_content_disposition() or ""
    except words.BROKEN:
        disposition = ""
    return Part(
        number=number,
        content_type=words.line(leaf.get_content_type()),
        filename=filename,
        disposition=disposition,
        content_id=words.header(leaf.get("content-id", "")).strip("<>"),
        source=leaf,
    )


def _whole(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except words.BROKEN:
        return b""
