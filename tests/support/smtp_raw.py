"""A mail server that says, at each step, exactly the bytes it is told to: also what isn't SMTP."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

CLOSE = b"\0close"  # at the end of an answer: then the connection is closed
STALL = b"\0stall"  # at its end: then nothing more is said
_GOOD = {
    "EHLO": b"250 raw\r\n",
    "HELO": b"250 raw\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go\r\n",
    ".": b"250 taken\r\n",
    "RSET": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n" + CLOSE,
}


@dataclass(slots=True)
class RawServer:
    """Serves in the running loop. What `script` says at a step is said once; then all is well."""

    pipelining: bool = True
    script: dict[str, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)  # with their final dot
    begun: bytearray = field(default_factory=bytearray)  # after a 354, whether it ended or not
    connections: int = 0
    together: int = 0  # the most commands that came without waiting for an answer
    nagle: bool = False
    port: int = 0
    _writer: asyncio.StreamWriter = field(init=False)

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["RawServer"]:
        server = await asyncio.start_server(self._session, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def adds(self, more: bytes) -> None:
        """Without having been asked, on the newest connection."""
        self._writer.write(more.removesuffix(CLOSE))
        if more.endswith(CLOSE):
            self._writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writer = writer
        if self.nagle:
            found = writer.get_extra_info("socket")
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, _End):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.pipelining:
            self.script.setdefault("EHLO", b"250-raw\r\n250 PIPELINING\r\n")
        writer.write(b"220 raw\r\n")
        while line := (await reader.readuntil(b"\r\n")).decode().strip():
            waiting = cast("bytearray", reader._buffer)  # type: ignore[attr-defined]
            self.together = max(self.together, 1 + waiting.count(b"\r\n"))
            self.commands.append(line)
            verb = line[:4].upper()
            answer = await self._say(reader, writer, verb)
            if verb == "DATA" and answer.startswith(b"354"):
                await self._take(reader)
                await self._say(reader, writer, ".")

    async def _take(self, reader: asyncio.StreamReader) -> None:
        """Up to the final dot, which can be all there is."""
        content = b""
        while not content.endswith(b"\r\n.\r\n") and content != b".\r\n":
            byte = await reader.read(1)
            if not byte:
                raise _End
            content += byte
            self.begun += byte
        self.contents.append(content)

    async def _say(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, step: str
    ) -> bytes:
        answer = self.script.pop(step, _GOOD[step])
        writer.write(answer.removesuffix(CLOSE).removesuffix(STALL))
        if answer.endswith(STALL):
            await reader.read(-1)
        if answer.endswith((CLOSE, STALL)):
            raise _End
        return answer


class _End(Exception):
    """The connection is over."""
