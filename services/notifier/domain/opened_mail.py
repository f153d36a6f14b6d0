"""A finished mail opened again: its headers, its texts as people read them, its calendars.

Strict: it knows the shape that O1 and O2 prescribe and nothing else, so that nothing can hide in a
part or an encoding that isn't looked at.
"""

import binascii
import html
import re
import unicodedata
from base64 import b64decode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache
from itertools import chain

_TAG = re.compile(r"<[^>]*>")
_TAG_NAME = re.compile(r"<[/!]?([A-Za-z0-9]*)")
_TAGS = {
    "doctype", "html", "head", "meta", "title", "style", "body", "div", "p", "h1", "a", "br", "ul",
    "li",
}  # fmt: skip
# What could fetch something or lead somewhere. Each begins with a sign that is rare in our HTML:
# a search for a letter in either case takes far longer.
_FETCHES = tuple(
    re.compile(sign, re.IGNORECASE)
    for sign in ("://", r"\((?<=url\()", "@import", "-(?<=http-)equiv")
)
# So do these attributes, if they aren't empty. In HTML that is read backwards, from a = on.
_ATTRIBUTE_BACKWARDS = re.compile(r'=(?<!""=)\s*(\w+)')
_LEADS = re.compile(r"href|src\w*|action|background|cite|data|poster|ping|on\w+", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary="([^"]+)"')
_CUT = re.compile(r'([A-Za-z-]+)((?:;[A-Za-z-]+=(?:"[^"]*"|[A-Za-z0-9./-]*))*):(.*)', re.DOTALL)
_IN_QUOTES = re.compile(r'"([^"]*)"')
_ESCAPED = re.compile(r"\\(.)")
_NAME = re.compile(r'name\*?\d*\*?=("[^"]*"|[^;\s]+)', re.IGNORECASE)
_CALENDARS = ("text/calendar", "application/ics")
_FILE = '"invite.ics"'
_HEADERS_OF_A_PART = {"content-type", "content-transfer-encoding", "content-disposition"}
_DEEPEST = 3

Properties = tuple[tuple[str, str], ...]


class Unopenable(ValueError):
    """The mail hasn't the shape that ours have; the error quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`texts` are the subject and what the parts say, in NFC; `calendars` property by property.

    The recipient's own links and the addresses of a calendar, which alone differ between the
    mailboxes of a meeting, are in no text. `leads_elsewhere`: there is another link, or something
    to fetch.
    """

    headers: dict[str, str]
    texts: tuple[str, ...]
    calendars: tuple[Properties, ...]
    leads_elsewhere: bool


def opened(content: bytes, links: Collection[str] = ()) -> Opened:
    """`links`: those that may stand there, its recipient's own. Raises Unopenable."""
    head, found, body = content.partition(b"\r\n\r\n")
    if not found:
        raise Unopenable
    headers = _headers(head)
    parts = _parts(headers.get("content-type", ""), body, _DEEPEST)
    # As they are, and as they stand in HTML.
    own = tuple(dict.fromkeys(form for link in links for form in (html.escape(link), link)))
    leaves = [_leaf(_kind(head), inside, own) for head, inside in parts]
    texts = [_plain(headers.get("subject", "")), *(leaf.text for leaf in leaves)]
    calendars: list[Properties] = []
    for leaf in leaves:
        if leaf.properties is not None and leaf.properties not in calendars:
            calendars.append(leaf.properties)
    leads = any(leaf.leads_elsewhere for leaf in leaves)
    return Opened(headers, tuple(dict.fromkeys(texts)), tuple(calendars), leads)


@dataclass(frozen=True, slots=True)
class _Leaf:
    text: str
    leads_elsewhere: bool
    properties: Properties | None = None


def _parts(content_type: str, body: bytes, deeper: int) -> Iterator[tuple[bytes, bytes]]:
    """The head and the body of each part that has no parts itself."""
    boundary = _BOUNDARY.search(content_type.encode())
    if not content_type.startswith("multipart/") or boundary is None or deeper == 0:
        raise Unopenable
    mark = b"--" + boundary[1]
    before, *parts = (b"\r\n" + body).split(b"\r\n" + mark)
    if before or len(parts) < 2 or parts[-1] != b"--\r\n":
        raise Unopenable
    for part in parts[:-1]:
        if not part.startswith(b"\r\n"):
            raise Unopenable
        head, found, inside = part[2:].partition(b"\r\n\r\n")
        if not found:
            raise Unopenable
        if head.startswith(b"Content-Type: multipart/"):
            yield from _parts(_headers(head)["content-type"], inside + b"\r\n", deeper - 1)
        else:
            yield head, inside


def _leaf(kind: str, inside: bytes, links: tuple[str, ...]) -> _Leaf:
    """One part, without the recipient's own links."""
    if kind in _CALENDARS:
        return _calendar(inside, links)
    return _shown(kind, _without(links, _text(inside)))


def _without(links: tuple[str, ...], text: str) -> str:
    for link in links:
        text = text.replace(link, "")
    return text


@lru_cache(maxsize=1024)
def _shown(kind: str, text: str) -> _Leaf:
    """A part that is read; kept for a while, since the mails of a meeting share theirs."""
    if kind == "text/plain":
        return _Leaf(_plain(text), "://" in text)
    if kind == "text/html":
        shown = _plain(html.unescape(_TAG.sub(" ", _of_our_tags(text))))
        return _Leaf(shown, _leads_elsewhere(text))
    raise Unopenable


def _leads_elsewhere(text: str) -> bool:
    """Whether anything in HTML leads somewhere, or is fetched."""
    attributes = set(_ATTRIBUTE_BACKWARDS.findall(text[::-1]))
    return any(sign.search(text) for sign in _FETCHES) or any(
        _LEADS.fullmatch(name[::-1]) for name in attributes
    )


def _of_our_tags(text: str) -> str:
    """HTML of our frame's few elements: no script, image, form or frame can be among them."""
    if not {name.lower() for name in set(_TAG_NAME.findall(text))} <= _TAGS:
        raise Unopenable
    return text


@lru_cache(maxsize=64)
def _kind(head: bytes) -> str:
    """A part's type; its encoding is the one that we use, and its file name says nothing (X3)."""
    headers = _headers(head)
    named = _NAME.findall(" ".join(headers.values()))
    if headers.keys() - _HEADERS_OF_A_PART or set(named) - {_FILE}:
        raise Unopenable
    if headers.get("content-transfer-encoding") != "base64":
        raise Unopenable
    return headers.get("content-type", "").partition(";")[0]


@lru_cache(maxsize=1)
def _calendar(inside: bytes, links: tuple[str, ...]) -> _Leaf:
    """Without the folds of its lines; the same comes inline and, right after that, as a file.

    Nothing else is unfolded: in a text, what a line break divides are two words.
    """
    text = _without(links, _text(inside).replace("\r\n ", ""))
    frame, begins, event = text.partition("\r\nBEGIN:VEVENT\r\n")
    properties = _frame(frame) + _properties(begins + event)
    said = _plain("\n".join([value for _, value in properties if "@" not in value]))
    return _Leaf(said, "://" in text, properties)


def _text(body: bytes) -> str:
    try:
        return b64decode(b"".join(body.split(b"\r\n")), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise Unopenable from None


@lru_cache(maxsize=16)
def _frame(text: str) -> Properties:
    """What stands before the event, its time zone with it: the same in all of ours."""
    return _properties(text)


def _properties(text: str) -> Properties:
    return tuple(chain.from_iterable(map(_property, filter(None, text.split("\r\n")))))


@lru_cache(maxsize=4096)
def _property(line: str) -> Properties:
    """Name and value of a content line; what stands in a quoted parameter is a value too."""
    if (cut := _CUT.match(line)) is None:
        raise Unopenable
    name, parameters, value = cut.groups()
    shown = tuple(("parameter", quoted) for quoted in _IN_QUOTES.findall(parameters))
    return (*shown, (name.lower(), _ESCAPED.sub(_unescaped, value)))


def _unescaped(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] in "nN" else escaped[1]


def _headers(head: bytes) -> dict[str, str]:
    """Each header once, unfolded and decoded, by its name in lower case."""
    headers: dict[str, str] = {}
    try:
        lines = head.decode("ascii").replace("\r\n ", " ").split("\r\n")
    except UnicodeDecodeError:
        raise Unopenable from None
    for line in lines:
        name, found, value = line.partition(": ")
        if not found or name.lower() in headers:
            raise Unopenable
        headers[name.lower()] = _decoded(value) if "=?" in value else value
    return headers


@lru_cache(maxsize=1024)
def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        raise Unopenable from None


def _plain(text: str) -> str:
    """In NFC and with single spaces, so that a line break hides no name."""
    return " ".join(unicodedata.normalize("NFC", text).split())
