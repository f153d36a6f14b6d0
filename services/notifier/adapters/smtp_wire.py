"""SMTP on a connection that is secured and logged in: an envelope in one write, then the content.

Where the server offers PIPELINING (RFC 2920), MAIL, RCPT and DATA go together, and a mail takes two
round trips. Content never goes before the 354, nor with the next envelope: the gate is between.
"""

import asyncio
import re
import socket
from collections.abc import Sequence
from contextlib import suppress

from services.notifier.adapters.smtp_replies import Answer, Replies, Reply, Silence, Unreadable
from services.notifier.domain.replies import Step

START_INPUT = 354
CLOSING = 421
_STEPS: tuple[Step, ...] = ("mail", "rcpt", "data")
_YES = ((250,), (250, 251), (START_INPUT,))
_ADDRESS = re.compile(r"[!-;=?-~]+")  # visible ASCII without < and >: nothing can follow it
_DOT_BEGINS_A_LINE = re.compile(rb"(?m)^\.")
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux alone has it


class Wire(asyncio.Protocol):
    """Takes over a transport between two mails. One caller at a time, in the transport's loop.

    A reply that nobody has asked for ends the connection: else it would count as the next one.
    """

    def __init__(self, transport: asyncio.Transport, *, pipelining: bool) -> None:
        self._transport = transport
        self._pipelining = pipelining
        self._loop = asyncio.get_running_loop()
        self._silence: Silence | None = None  # why nothing more is heard
        self._reader = Replies()
        self._replies: list[Reply] = []
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._socket: socket.socket | None = transport.get_extra_info("socket")
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return self._silence is None and not self._transport.is_closing()

    async def envelope(self, sender: str, recipient: str, seconds: float) -> tuple[Step, Answer]:
        """At "data" a 354: the content may follow. Else the first no, or where it fell silent.

        `seconds`: how long each answer is waited for. After a no the connection may be gone. For an
        address that no command can hold, nothing is sent.
        """
        if not _ADDRESS.fullmatch(sender):
            return "mail", Silence("dropped")
        if not _ADDRESS.fullmatch(recipient):
            return "rcpt", Silence("dropped")
        commands = (f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n")
        replies: list[Reply] = []
        if self._pipelining:
            replies = await self._ask("".join(commands).encode(), len(commands), seconds)
        else:
            for command in commands:
                replies += await self._ask(command.encode(), 1, seconds)
                if self._silence is not None or _first_no(replies) is not None:
                    break
        no = _first_no(replies)
        if no is None:
            return _STEPS[min(len(replies), 2)], self._silence or replies[-1]
        if len(replies) == len(commands) and replies[-1].code == START_INPUT:
            await self._take_back(replies[1], seconds)
        return _STEPS[no], replies[no]

    async def content(self, content: bytes, seconds: float) -> Answer:
        """All of it and the final dot in one write. After a silence, nobody knows."""
        if b"\n." in content or content.startswith(b"."):
            content = _DOT_BEGINS_A_LINE.sub(b"..", content)
        end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
        return await self._ask_one(content + end, seconds)

    async def reset(self, seconds: float) -> None:
        """After a no: the server forgets the envelope, or the connection ends."""
        answer = await self._ask_one(b"RSET\r\n", seconds)
        if not isinstance(answer, Reply) or answer.code != 250:
            self.drop()

    async def quit(self, seconds: float) -> None:
        """A goodbye, after which neither side has anything to say."""
        await self._ask_one(b"QUIT\r\n", seconds)
        self.drop()

    def drop(self) -> None:
        """End the connection at once: what hasn't left doesn't leave."""
        self._end(Silence("dropped"))
        self._transport.abort()

    async def _take_back(self, rcpt: Reply, seconds: float) -> None:
        """There was a no, and yet a 354: a lone dot ends it (RFC 2920), if nobody would get that.

        Where the recipient wasn't refused, the dot could be an empty mail to them: no dot then. A
        server that takes one to nobody (554 is what it has to say) isn't spoken to further.
        """
        if not rcpt.is_no:
            self.drop()
            return
        answer = await self._ask_one(b".\r\n", seconds)
        if not (isinstance(answer, Reply) and answer.is_no):
            self.drop()

    async def _ask_one(self, said: bytes, seconds: float) -> Answer:
        replies = await self._ask(said, 1, seconds)
        return replies[0] if replies else self._silence or Silence("dropped")

    async def _ask(self, said: bytes, wanted: int, seconds: float) -> list[Reply]:
        """As many replies as are wanted; fewer if the server falls silent, or says that it will."""
        if not self.is_open:
            self._end(Silence("dropped"))
            return []
        self._replies, self._wanted = [], wanted
        self._waiter = self._loop.create_future()
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(seconds, self._look, seconds)
        self._transport.write(said)
        try:
            await self._waiter
        finally:
            self._timer.cancel()
            self._waiter = None
        return self._replies

    def _look(self, seconds: float) -> None:
        """One timer for several answers, each of which may take its time."""
        left = self._heard_at + seconds - self._loop.time()
        if left > 0.001:
            self._timer = self._loop.call_later(left, self._look, seconds)
        else:
            self._end(Silence("timeout"))
            self.drop()

    def data_received(self, data: bytes) -> None:
        """A part of a reply, or several."""
        if self._waiter is None or self._waiter.done():  # nobody has asked
            self.drop()
        if self._silence is not None:
            return
        try:
            self._take(data)
        except Unreadable:
            if self._is_owed:
                self._end(Silence("unreadable"))
            self.drop()
        if self.is_open and self._is_owed:
            self._acknowledge()
        elif self._reader.has_begun:
            self.drop()
        self._wake()

    def _take(self, data: bytes) -> None:
        for reply in self._reader.feed(data):
            if not self._is_owed:
                self.drop()
                return
            self._replies.append(reply)
            self._heard_at = self._loop.time()
            if reply.code == CLOSING:
                self._end(Silence("dropped"))
                return

    @property
    def _is_owed(self) -> bool:
        return len(self._replies) < self._wanted

    def eof_received(self) -> None:
        self._end(Silence("dropped"))

    def connection_lost(self, _: Exception | None) -> None:
        self._end(Silence("dropped"))

    def _end(self, silence: Silence) -> None:
        if self._silence is None:
            self._silence = silence
        self._wake()

    def _wake(self) -> None:
        done = self._silence is not None or not self._is_owed
        if done and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _acknowledge(self) -> None:
        """At once, as a server with Nagle's algorithm says the rest only then (else 40 ms)."""
        if self._socket is not None and _QUICKACK is not None:
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def _first_no(replies: Sequence[Reply]) -> int | None:
    """Which command wasn't answered as it has to be."""
    said = zip(replies, _YES, strict=False)
    return next((at for at, (reply, yes) in enumerate(said) if reply.code not in yes), None)
