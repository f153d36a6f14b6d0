"""Bytes as text: strictly for a calendar, as well as can be for a person; and HTML as text."""

import codecs
import html
import re
import unicodedata
from collections.abc import Iterator

from services.notifier.domain.incoming.kinds import Unusable

# Codecs of Python's that aren't charsets, or cost more than their length, aren't among these.
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|latin-?1|iso-?8859-\d{1,2}|(windows|cp)-?\d{3,4}"
    r"|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)|macintosh"
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
          (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_BREAK = re.compile("\r\n?|[\x85\u2028\u2029\x0c]")
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+")
_TOKEN = re.compile(r"<!--|-->|<(/?)([A-Za-z][A-Za-z0-9]*+)[^<>]*+>|<[!?][^<>]*+>")
# A number that is longer than any sign's: html.unescape() raises at 4,300 digits.
_ENDLESS = re.compile(r"&#[xX]?[0-9A-Fa-f]{9,}+;?")
_SPACE = re.compile(r"[ \t\r\n]+")
_NEW_LINE = frozenset({
    "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr",
    "blockquote",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style", "title", "template"})


def calendar_text(data: bytes, charset: str) -> str:
    """Raises Unusable if it isn't in the charset that it says, nor in UTF-8."""
    unmarked = ((b"B\0", "utf-16-le"), (b"\0B", "utf-16-be"))
    wide = next((codec for mark, codec in (*_MARKS, *unmarked) if data.startswith(mark)), None)
    text = _strict(data, wide) if wide else _decoded(data, charset)
    if text is None and not (charset or wide):
        text = data.decode("cp1252", errors="replace")  # old programs don't say
    if text is None or "\0" in text:
        raise Unusable("broken")
    return text


def readable(data: bytes, charset: str) -> str:
    """Always something; signs that can't be read are replaced."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, errors="replace")
    text = _decoded(data, charset)
    return data.decode("cp1252", errors="replace") if text is None else text


def _decoded(data: bytes, charset: str) -> str | None:
    said = charset.replace("_", "-") if charset != "shift_jis" else charset
    if _CHARSETS.fullmatch(said):
        wide = "cp1252" if said in ("iso-8859-1", "latin1", "latin-1") else said
        if (text := _strict(data, wide)) is not None:
            return text
    return _strict(data, "utf-8")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def plain(text: str, longest: int) -> str:
    """As it may be kept and shown: NFC, no control characters, at most one empty line running."""
    composed = unicodedata.normalize("NFC", _BREAK.sub("\n", text[: 4 * longest]))
    return _BLANK_LINES.sub("\n\n", _UNSEEN.sub("", composed)).strip()[:longest].rstrip()


def one_line(text: str, longest: int) -> str:
    return " ".join(plain(text, longest).split())


def text_of_html(source: str) -> str:
    """The words of a page, with its line breaks; nothing of its markup, scripts or comments."""
    return html.unescape(_ENDLESS.sub("", "".join(_words(source))))


def _words(source: str) -> Iterator[str]:
    position, hidden = 0, ""
    for token in _TOKEN.finditer(source):
        if not hidden:
            yield _SPACE.sub(" ", source[position : token.start()])
        position = token.end()
        hidden, shown = _after(token, hidden)
        yield shown
    if not hidden:
        yield _SPACE.sub(" ", source[position:])


def _after(token: re.Match[str], hidden: str) -> tuple[str, str]:
    """Which element hides what follows the token, if any, and what the token itself shows."""
    closes, name = bool(token[1]), (token[2] or token[0]).lower()
    if hidden:
        ends = name == "-->" if hidden == "<!--" else closes and name == hidden
        return ("" if ends else hidden), ""
    if name == "<!--" or (name in _HIDDEN and not closes):
        return name, ""
    return "", "\n" if name in _NEW_LINE else ""
