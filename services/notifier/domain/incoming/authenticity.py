"""What our own mail server has found of a mail's origin (B11, RFC 8601)."""

import re

from services.notifier.domain.incoming.headers import Headers

_ID = re.compile(r"\s*([^\s;]+)[^;]*;?")
_FAILS = re.compile(r";\s*dmarc\s*=\s*fail\b", re.IGNORECASE)
_LONGEST = 16_000


def fails_dmarc(headers: Headers, trusted: str | None) -> bool:
    """Whether the server that we trust says so: in its topmost header, the only one that it can't
    have been handed. A header of any other server says nothing, nor does any without one."""
    if not trusted:
        return False
    for value in headers.all("authentication-results"):
        said = _bare(value[:_LONGEST])
        server = _ID.match(said)
        if server and server[1].lower() == trusted.strip().lower():
            return bool(_FAILS.search(";" + said[server.end() :]))
    return False


def _bare(value: str) -> str:
    """Without comments and quoted strings: a sender chooses what stands in some of them."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in value:
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif not quoted and sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif not quoted and not depth:
            kept.append(sign)
    return "".join(kept)
