"""A mail server that takes what it's told to, and fails in each way a real one can (F5)."""

import asyncio
import base64
import ssl
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Literal, Self, TypeVar

Fault = Literal[
    "greet-421", "mail-550", "rcpt-451", "rcpt-550", "drop-before-354", "drop-in-content",
    "drop-before-250", "content-451", "content-554", "stall-after-dot",
]  # fmt: skip
Result = TypeVar("Result")
Step = Literal["connect", "mail", "rcpt", "data", "dot"]
_MOST_AT_ONCE = 64  # answers that block
_LONGEST_CONTENT = 2**24


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a session stands when the server is to answer: before 220, 250, 250, 354 and 250."""

    step: Step
    session: int
    sender: str = ""
    recipient: str = ""
    content: bytes = b""


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
    block. `tokens`: those that log in by XOAUTH2; None: nobody is asked to. Without `pipelining`
    (RFC 2920), whoever doesn't wait for an answer is hung up on.
    """

    tls: ssl.SSLContext | None = None
    before_354: Callable[[], object] = lambda: None
    before_250: Callable[[], object] = lambda: None
    at_mail: str | None = None
    at_rcpt: Callable[[str], str | None] = lambda _: None
    tokens: set[str] | None = None
    pipelining: bool = True
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
        self._loop.set_default_executor(ThreadPoolExecutor(_MOST_AT_ONCE))
        server = self._loop.run_until_complete(
            asyncio.start_server(self._session, "127.0.0.1", self.port, limit=_LONGEST_CONTENT)
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
            await self._talk(reader, writer, self.connections)
        except (Drop, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if not self._loop.is_closed():
                writer.transport.abort()

    async def answer_at(self, moment: Moment) -> str | None:
        """What to say there; None: what all is well with. May take its time, or raise Drop."""
        if moment.step == "connect" and self.faults and self.faults[0] == "greet-421":
            self.faults.popleft()
            return "421 busy"
        if moment.step == "mail":
            return self.at_mail
        if moment.step == "rcpt":
            return await self.in_thread(lambda: self.at_rcpt(moment.recipient))
        if moment.step == "data":
            await self.in_thread(self.before_354)
        return None

    def content_begins(self, moment: Moment) -> None:
        """The first byte of a mail's content has come."""

    async def in_thread(self, act: Callable[[], Result]) -> Result:
        return await self._loop.run_in_executor(None, act)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: int
    ) -> None:
        greeting = await self.answer_at(Moment("connect", session))
        await _say(writer, greeting or "220 scripted")
        if greeting:
            return
        fault: Fault | None = None
        sender = recipient = ""
        begun = taken = False  # whether the sender was taken, and the recipient
        while line := (await reader.readuntil(b"\r\n")).decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if not self.pipelining and reader._buffer:  # type: ignore[attr-defined]
                raise Drop
            if verb == "EHLO":
                offers = ["scripted"] + ["STARTTLS"] * bool(self.tls)
                offers += ["PIPELINING"] * self.pipelining
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
                sender = _address(line)
                told = await self.answer_at(Moment("mail", session, sender))
                reply = "550 no" if fault == "mail-550" else told or "250 ok"
                begun, taken = reply.startswith("2"), False
                await _say(writer, reply)
            elif (verb == "RCPT" and not begun) or (verb == "DATA" and not taken):
                await _say(writer, "503 5.5.1 not without a sender and a recipient")
            elif verb == "RCPT":
                recipient = _address(line)
                self.recipients.append(recipient)
                told = await self.answer_at(Moment("rcpt", session, sender, recipient))
                refusals = {"rcpt-451": "451 later", "rcpt-550": "550 nobody"}
                reply = refusals.get(fault or "", told or "250 ok")
                taken = reply.startswith("2")
                await _say(writer, reply)
            elif verb == "DATA":
                at = Moment("data", session, sender, recipient)
                await self._take(reader, writer, at, fault)
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
        at: Moment,
        fault: Fault | None,
    ) -> None:
        refusal = await self.answer_at(at)
        if fault == "drop-before-354":
            raise Drop
        await _say(writer, refusal or "354 go")
        if refusal:
            return
        first = await reader.readexactly(1)
        self.content_begins(at)
        if fault == "drop-in-content":
            await reader.readexactly(19)
            raise Drop
        raw = first + await reader.readuntil(b"\r\n.\r\n")
        content = raw[:-3].replace(b"\r\n..", b"\r\n.")
        mail = Received(at.sender, at.recipient, content)
        if fault in ("content-451", "content-554"):
            await _say(writer, f"{fault[-3:]} no")
            return
        if fault == "drop-before-250":
            self.unanswered.append(mail)
            raise Drop
        if fault == "stall-after-dot":
            self.unanswered.append(mail)
            await asyncio.sleep(60)
        told = await self.answer_at(replace(at, step="dot", content=content))
        if told is None:
            self.accepted.append(mail)
            await self.in_thread(self.before_250)
        await _say(writer, told or "250 taken")


class Drop(Exception):
    """The server hangs up."""


def _address(line: str) -> str:
    """Of MAIL FROM:<…> or RCPT TO:<…>, with or without parameters after it."""
    return line.partition("<")[2].partition(">")[0]


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()
