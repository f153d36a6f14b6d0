"""A mail server that takes what it's told to, and fails in each way a real one can (F5)."""

import asyncio
import base64
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

Fault = Literal[
    "greet-421", "mail-550", "rcpt-451", "rcpt-550", "drop-before-354", "drop-in-content",
    "drop-before-250", "content-451", "content-554", "stall-after-dot",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """One mail whose final dot has arrived, as it came over the wire (dots unstuffed)."""

    sender: str
    recipient: str
    content: bytes


@dataclass(slots=True)
class ScriptedServer:
    """Listens on loopback in a thread. Each transaction meets the next fault, if one is left.

    `at_mail`, `at_rcpt`: the reply to MAIL, and to RCPT of a recipient; None: 250. `at_rcpt` may
    block. `tokens`: those that log in by XOAUTH2; None: nobody is asked to.
    """

    tls: ssl.SSLContext | None = None
    before_354: Callable[[], object] = lambda: None
    before_250: Callable[[], object] = lambda: None
    at_mail: str | None = None
    at_rcpt: Callable[[str], str | None] = lambda _: None
    tokens: set[str] | None = None
    said_at_login: list[bytes] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    accepted: list[Received] = field(default_factory=list)
    unanswered: list[Received] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._session, "127.0.0.1", self.port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (_Drop, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if not self._loop.is_closed():
                writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults and self.faults[0] == "greet-421":
            self.faults.popleft()
            await _say(writer, "421 busy")
            return
        await _say(writer, "220 scripted")
        fault: Fault | None = None
        sender = recipient = ""
        while line := (await reader.readuntil(b"\r\n")).decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "EHLO":
                offers = ["scripted"] + ["STARTTLS"] * bool(self.tls)
                offers += ["AUTH XOAUTH2"] * (self.tokens is not None)
                lines = [f"250-{one}" for one in offers[:-1]] + [f"250 {offers[-1]}"]
                await _say(writer, "\r\n".join(lines))
            elif verb == "AUTH" and self.tokens is not None:
                await self._log_in(line, reader, writer)
            elif verb == "STARTTLS" and self.tls:
                await _say(writer, "220 go")
                await writer.start_tls(self.tls)
            elif verb == "MAIL":
                fault = self.faults.popleft() if self.faults else None
                sender = line.partition(":")[2].strip("<>")
                await _say(writer, "550 no" if fault == "mail-550" else self.at_mail or "250 ok")
            elif verb == "RCPT":
                recipient = line.partition(":")[2].strip("<>")
                self.recipients.append(recipient)
                told = await self._loop.run_in_executor(None, self.at_rcpt, recipient)
                await _say(writer, {"rcpt-451": "451 later", "rcpt-550": "550 nobody"}.get(
                    fault or "", told or "250 ok"))  # fmt: skip
            elif verb == "DATA":
                await self._take(reader, writer, sender, recipient, fault)
            elif verb == "QUIT":
                await _say(writer, "221 bye")
                return
            else:
                await _say(writer, "250 ok")

    async def _log_in(
        self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """As Exchange Online: what is wrong is a challenge, which an empty line answers."""
        said = base64.b64decode(line.split(" ")[2])
        self.said_at_login.append(said)
        token = said.partition(b"auth=Bearer ")[2].rstrip(b"\x01").decode()
        if token in (self.tokens or ()):
            await _say(writer, "235 2.7.0 welcome")
            return
        await _say(writer, "334 " + base64.b64encode(b'{"status":"401"}').decode())
        answer = await reader.readuntil(b"\r\n")
        await _say(writer, "535 5.7.3 no" if answer == b"\r\n" else "501 5.5.4 what?")

    async def _take(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sender: str,
        recipient: str,
        fault: Fault | None,
    ) -> None:
        await self._loop.run_in_executor(None, self.before_354)
        if fault == "drop-before-354":
            raise _Drop
        await _say(writer, "354 go")
        if fault == "drop-in-content":
            await reader.readexactly(20)
            raise _Drop
        raw = await reader.readuntil(b"\r\n.\r\n")
        content = raw[:-3].replace(b"\r\n..", b"\r\n.")
        mail = Received(sender, recipient, content)
        if fault in ("content-451", "content-554"):
            await _say(writer, f"{fault[-3:]} no")
            return
        if fault == "drop-before-250":
            self.unanswered.append(mail)
            raise _Drop
        if fault == "stall-after-dot":
            self.unanswered.append(mail)
            await asyncio.sleep(60)
        self.accepted.append(mail)
        await self._loop.run_in_executor(None, self.before_250)
        await _say(writer, "250 taken")


class _Drop(Exception):
    """The server hangs up."""


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()
