"""HTTP that only goes where it may: each host is resolved once, checked, and asked at that address.

The check stands where the connection is made, so neither a redirect nor a name that resolves to
something else a moment later gets round it. All of it together has a deadline: looking up names,
connecting, TLS, reading, and the same again for each redirect.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import BoundedSemaphore, Thread
from typing import Any

import httpcore2
import httpx2

from services.scheduler.domain.addresses import is_public
from services.scheduler.domain.freebusy import UnreadableCalendar

Resolve = Callable[[str, int], list[str]]

_SECONDS_TO_CONNECT = 4.0
LOOKUPS = 32  # at a time, those that were left behind included
_lookups = BoundedSemaphore(LOOKUPS)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises UnreadableCalendar if it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreadableCalendar("no-such-host") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx2.BaseTransport):
    """A transport of one reading: `seconds` for everything, and `own_hosts` may be anywhere."""

    def __init__(
        self, tls: ssl.SSLContext, own_hosts: frozenset[str], resolve: Resolve, seconds: float
    ) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            network_backend=_Guard(own_hosts, resolve, _Deadline(time.monotonic() + seconds)),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx2.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer.stream)
        )

    def close(self) -> None:
        self._pool.close()


@dataclass(slots=True)
class _Body(httpx2.SyncByteStream):
    stream: Any

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stream

    def close(self) -> None:
        self.stream.close()


@dataclass(frozen=True, slots=True)
class _Deadline:
    ends: float

    def left(self) -> float:
        """The seconds that are left. Raises UnreadableCalendar when there are none."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise UnreadableCalendar("no-answer")
        return seconds


def _looked_up(resolve: Resolve, host: str, port: int, deadline: _Deadline) -> list[str]:
    """The addresses, if they come in time.

    A lookup can't be interrupted: it has a thread of its own, which is left behind when it hangs
    and ends when the system's resolver gives up.
    """
    if not _lookups.acquire(timeout=deadline.left()):
        raise UnreadableCalendar("no-answer")
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            found.set_result(resolve(host, port))
        except Exception as error:  # noqa: BLE001 — raised again by whoever waits for it
            found.set_exception(error)
        finally:
            _lookups.release()

    Thread(target=look_up, name="calendar-lookup", daemon=True).start()
    try:
        return found.result(timeout=deadline.left())
    except TimeoutError:
        raise UnreadableCalendar("no-answer") from None


@dataclass(slots=True)
class _Guard(httpcore2.NetworkBackend):
    own_hosts: frozenset[str]
    resolve: Resolve
    deadline: _Deadline

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        addresses = _looked_up(self.resolve, host, port, self.deadline)
        if host.lower() not in self.own_hosts and not all(map(is_public, addresses)):
            raise UnreadableCalendar("address-refused")
        for address in addresses:
            try:
                return self._connect(address, port)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        raise UnreadableCalendar("no-answer")

    def _connect(self, address: str, port: int) -> httpcore2.NetworkStream:
        patience = min(self.deadline.left(), _SECONDS_TO_CONNECT)
        stream = httpcore2.SyncBackend().connect_tcp(address, port, timeout=patience)
        return _Hurried(stream, self.deadline)


@dataclass(slots=True)
class _Hurried(httpcore2.NetworkStream):
    """A stream on which no wait goes beyond the deadline, however slowly the bytes drip."""

    stream: httpcore2.NetworkStream
    deadline: _Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self.stream.read(max_bytes, self.deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self.stream.write(buffer, self.deadline.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        inside = self.stream.start_tls(ssl_context, server_hostname, self.deadline.left())
        return _Hurried(inside, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
