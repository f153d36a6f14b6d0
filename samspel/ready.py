"""Questions that tell whether a server is ready."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from samspel.ports import LOOPBACK

_PATIENCE = 5.0  # for one answer; the caller asks again


async def within(seconds: float, ask: Callable[[], Awaitable[bool]]) -> bool:
    """Whether the answer becomes yes within the time."""
    deadline = monotonic() + seconds
    while not await ask():
        if monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return True


def port_open(port: int) -> Callable[[], Awaitable[bool]]:
    """Whether someone listens on the port."""

    async def ask() -> bool:
        return await _ask(port, b"") is not None

    return ask


def http_ok(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """Whether the path answers 200."""
    request = f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}:{port}\r\n\r\n".encode()

    async def ask() -> bool:
        answer = await _ask(port, request)
        return answer is not None and answer.split()[1:2] == [b"200"]

    return ask


async def _ask(port: int, request: bytes) -> bytes | None:
    """The first line of the answer to the request; None if there is nobody to answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                if not request:
                    return b""
                writer.write(request)
                return await reader.readline()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return None
