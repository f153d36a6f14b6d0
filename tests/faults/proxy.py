"""A TCP proxy on loopback that breaks what passes through it as it is told (F5, F6, F7)."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

Direction = Literal["up", "down"]  # to the server, from it
Result = TypeVar("Result")
_CHUNK = 2**16
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close() sends RST
_LONGEST_PATTERN = 64
_SECONDS = 10


@dataclass(slots=True, eq=False)
class Cut:
    """What ends a connection, both ways by RST, as soon as these bytes pass in that direction.

    The piece they came in isn't passed on, so that the other side never hears them. `done` is set
    when it has struck `times` times.
    """

    pattern: bytes  # of 2 to 64 bytes
    direction: Direction
    times: int
    done: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True, eq=False)
class _Connection:
    """One client and its connection to the server. `silent`: it stays open and passes nothing on,
    for good, as when a machine between the two has gone."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    silent: bool = False

    def reset(self) -> None:
        for side in (self.client, self.server):
            sock = side.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            side.transport.abort()


@dataclass(slots=True)
class Proxy:
    """Listens on a port of its own, in a thread, and passes on to `target_port` on loopback.

    All calls may come from any thread and have taken effect when they return.
    """

    target_port: int
    port: int = 0
    accepted: int = 0  # connections ever
    _connections: set[_Connection] = field(default_factory=set)
    _cuts: list[Cut] = field(default_factory=list)
    _half_open: bool = False
    _stalled_until: float = 0.0
    _server: asyncio.Server | None = None
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    @property
    def connections(self) -> int:
        """How many are open now."""
        return self._on_loop(self._count())

    def refuse(self) -> None:
        """Nobody gets in any more; who is in stays."""
        self._on_loop(self._refuse())

    def allow(self) -> None:
        """All is well again for who comes now; what has fallen silent stays so."""
        self._on_loop(self._allow())

    def reset_all(self) -> int:
        """Every connection ends by RST; how many."""
        return self._on_loop(self._reset_all())

    def half_open(self) -> None:
        """Those who are in, and who come until `allow`, reach nobody and aren't told so."""
        self._on_loop(self._fall_silent())

    def stall(self, seconds: float) -> None:
        """Nothing passes for so long (real time); then all that waited does."""
        self._on_loop(self._stall(seconds))

    def cut_after(self, pattern: bytes, direction: Direction, *, times: int = 1) -> Cut:
        """See `Cut`. It is the connection that these bytes pass on that ends, and no other."""
        cut = Cut(pattern, direction, times)
        self._on_loop(self._add(cut))
        return cut

    def forget(self, cut: Cut) -> None:
        """It strikes no more."""
        self._on_loop(self._remove(cut))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self.allow()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._thread is not None
        self.refuse()
        self.reset_all()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _on_loop(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_SECONDS)

    async def _count(self) -> int:
        return len(self._connections)

    async def _refuse(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _allow(self) -> None:
        self._half_open = False
        self._stalled_until = 0.0
        if self._server is None:
            self._server = await asyncio.start_server(
                self._passing, "127.0.0.1", self.port, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def _reset_all(self) -> int:
        ended = list(self._connections)
        for connection in ended:
            connection.reset()
        return len(ended)

    async def _fall_silent(self) -> None:
        self._half_open = True
        for connection in self._connections:
            connection.silent = True

    async def _stall(self, seconds: float) -> None:
        self._stalled_until = self._loop.time() + seconds

    async def _add(self, cut: Cut) -> None:
        self._cuts.append(cut)

    async def _remove(self, cut: Cut) -> None:
        if cut in self._cuts:
            self._cuts.remove(cut)

    async def _passing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            server_reader, server_writer = await asyncio.open_connection(
                "127.0.0.1", self.target_port
            )
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, server_writer, silent=self._half_open)
        self._connections.add(connection)
        up = self._loop.create_task(self._pass(connection, reader, server_writer, "up"))
        down = self._loop.create_task(self._pass(connection, server_reader, writer, "down"))
        try:
            await asyncio.wait({up, down})
        finally:
            self._connections.discard(connection)
            for side in (writer, server_writer):
                side.transport.abort()

    async def _pass(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        direction: Direction,
    ) -> None:
        """One direction, to its end. A pattern may lie over two pieces."""
        before = b""
        try:
            while piece := await reader.read(_CHUNK):
                if (wait := self._stalled_until - self._loop.time()) > 0:
                    await asyncio.sleep(wait)
                if connection.silent:
                    continue
                if self._is_cut(before, piece, direction):
                    connection.reset()
                    return
                before = (before + piece)[-_LONGEST_PATTERN:]
                writer.write(piece)
                await writer.drain()
            if connection.silent:
                return  # nobody hears that the other has gone
            writer.write_eof()
        except (ConnectionError, OSError):
            connection.reset()

    def _is_cut(self, before: bytes, piece: bytes, direction: Direction) -> bool:
        for cut in self._cuts:
            begun = len(cut.pattern) - 1
            if cut.direction == direction and cut.pattern in before[-begun:] + piece:
                cut.times -= 1
                if cut.times <= 0:
                    self._cuts.remove(cut)
                    cut.done.set()
                return True
        return False
