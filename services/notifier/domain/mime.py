"""Headers and parts of a mail as they stand on the wire (RFC 5322, 2045-2047): CRLF, seven bits."""

import struct
from base64 import b64encode
from functools import lru_cache

from services.notifier.domain.safe_text import one_line

_LINE = 76
_FOLD = "\r\n "
_ENCODED_WORD_ROOM = 39  # octets of text: with «Reply-To: » before it a line of 74 (RFC 2047)


def header(name: str, value: str) -> str:
    """A line break may only be one of ours, which folds; any other is refused."""
    one_line(value.replace("\r\n ", " "))
    return f"{name}: {value}\r\n"


def named(name: str, address: str) -> str:
    """A display name and an address, on a line each if one is too short for both."""
    display = _name(name)
    fits = "\r\n" not in display and len(display) + len(address) <= _LINE - len("Reply-To:  <>")
    return f"{display}{' ' if fits else _FOLD}<{address}>"


def in_ascii(text: str) -> str:
    """A header's text, in encoded-words if it isn't plain ASCII (RFC 2047)."""
    one_line(text)
    if text.isascii() and "=?" not in text and len(text) <= _LINE - len("Subject: "):
        return text
    words: list[bytes] = [b""]
    for char in text:
        octets = char.encode()
        if len(words[-1]) + len(octets) > _ENCODED_WORD_ROOM:
            words.append(b"")
        words[-1] += octets
    return _FOLD.join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


@lru_cache(maxsize=16)
def _name(name: str) -> str:
    """A display name: a quoted string, or encoded-words."""
    encoded = in_ascii(name)
    if encoded != name:
        return encoded
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def multipart(subtype: str, boundary: str, *parts: bytes) -> bytes:
    line = f"--{boundary}\r\n".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + line + line.join(parts) + f"--{boundary}--\r\n".encode("ascii")


@lru_cache(maxsize=16)
def part_head(content_type: str, disposition: str | None = None) -> bytes:
    """The head of a part that has none itself."""
    shown = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n{shown}\r\n"
    return head.encode("ascii")


def text_lines(text: str) -> bytes:
    return encoded_lines(text.replace("\n", "\r\n").encode())


def encoded_lines(content: bytes) -> bytes:
    """In base64. Cut by struct: one call for all lines but the last."""
    encoded = b64encode(content)
    full = max(len(encoded) - 1, 0) // _LINE
    lines = struct.unpack_from(f"{_LINE}s" * full, encoded)
    return b"\r\n".join((*lines, encoded[full * _LINE :], b""))
