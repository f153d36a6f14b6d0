"""A mail server's replies, out of bytes that come in whatever pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_LONGEST_LINE = 8192  # 512 by RFC 5321; servers have said more
_MOST_LINES = 100

Why = Literal["dropped", "timeout", "unreadable"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered. Its words may hold an address: only their code is to be kept."""

    code: int
    words: bytes = b""

    @property
    def text(self) -> str:
        return self.words.decode("utf-8", "replace")

    @property
    def is_no(self) -> bool:
        return 400 <= self.code < 600


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer, or none that is SMTP."""

    why: Why


Answer = Reply | Silence


class Unreadable(Exception):
    """This isn't SMTP. What has been yielded before was."""


class Replies:
    """Makes whole replies, and keeps the part of one that is still to come."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    @property
    def has_begun(self) -> bool:
        """Whether some of a reply has come, and not all."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Those that end in this piece. Raises Unreadable."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            reply = self._read(line)
            if reply is not None:
                yield reply
        if len(self._rest) > _LONGEST_LINE:
            raise Unreadable

    def _read(self, line: bytes) -> Reply | None:
        """None where more lines follow; they have the same code."""
        code = line[:3]
        self._lines.append(line)
        is_code = len(code) == 3 and code.isdigit() and code == self._lines[0][:3]
        if not is_code or len(line) > _LONGEST_LINE or len(self._lines) > _MOST_LINES:
            raise Unreadable
        if line[3:4] == b"-":
            return None
        words = b"\n".join(one[4:].strip() for one in self._lines)
        self._lines = []
        return Reply(int(code), words)
