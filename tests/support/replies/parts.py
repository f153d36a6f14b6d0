"""Mails put together from parts, byte by byte, so that they can be wrong as well."""

import quopri
from base64 import encodebytes
from collections.abc import Mapping


def part(kind: str, text: str | bytes, encoding: str = "base64", charset: str = "utf-8") -> bytes:
    """A part with its own headers. `kind` is the whole Content-Type, more headers after it too."""
    data = text.encode(charset) if isinstance(text, str) else text
    if encoding == "base64":
        data = encodebytes(data).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    says = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    return f"Content-Type: {kind}\r\n{says}\r\n".encode() + data


def multipart(kind: str, *parts: bytes, boundary: str = "") -> bytes:
    """`kind` as «alternative», or «report; report-type=delivery-status»."""
    boundary = boundary or f"=_{kind[:3]}_{len(parts)}_{sum(map(len, parts)):x}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    mark = f"\r\n--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + one for one in parts) + mark + b"--\r\n"


def mail(headers: Mapping[str, str], content: bytes) -> bytes:
    """A whole mail; headers in UTF-8 where they aren't ASCII."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return lines.encode() + b"MIME-Version: 1.0\r\n" + content


def calendar(*lines: str) -> str:
    """Content lines with their ends, folded at 75 signs."""
    folded = []
    for line in "\n".join(lines).split("\n"):
        pieces = [line[start : start + 74] for start in range(0, max(len(line), 1), 74)]
        folded.append("\r\n ".join(pieces))
    return "\r\n".join([*folded, ""])
