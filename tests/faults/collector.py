"""What leaves a process for other programs is kept as it came, so that it can be searched (X3):
traces, commands to Redis, errors that a caller is answered."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2
import redis

from samspel.ports import LOOPBACK

_SECONDS = 30.0
_AGAIN_SECONDS = 0.05


class Collector:
    """Takes OTLP over HTTP on a port of its own, in a thread. `bodies`: each as it came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/v1/traces"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return Handler


class Overheard:
    """Every command that anybody gives to Redis, heard at the server itself in a thread; where that
    is away, from its return on. `commands`: each as it was said."""

    def __init__(self, url: str) -> None:
        self.commands: list[bytes] = []
        self._redis = redis.Redis.from_url(url)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.until_now()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(redis.RedisError):  # it may have gone
            self._redis.echo("enough has been heard")
        self._thread.join(_SECONDS)
        self._redis.close()

    def until_now(self) -> None:
        """All that has been said by now is in `commands`: a word of our own is, said after it."""
        deadline, since, words = time.monotonic() + _SECONDS, len(self.commands), set[bytes]()
        while not any(word in one for one in self.commands[since:] for word in words):
            assert time.monotonic() < deadline, "nobody hears what Redis is told"
            words.add(word := uuid4().hex.encode())  # again: it may only now have begun to hear
            self._redis.echo(word.decode())
            time.sleep(_AGAIN_SECONDS)

    def _listen(self) -> None:
        while not self._over.wait(_AGAIN_SECONDS):
            try:
                with self._redis.monitor() as monitor:  # type: ignore[no-untyped-call]
                    for told in monitor.listen():
                        self.commands.append(told["command"].encode())
                        if self._over.is_set():
                            return
            except redis.RedisError:
                continue


def keeping_errors(errors: list[bytes]) -> dict[str, list[Callable[[httpx2.Response], None]]]:
    """Hooks of a client that add to `errors` each answer that is one."""

    def note(answer: httpx2.Response) -> None:
        if answer.is_error:
            answer.read()
            errors.append(whole(answer))

    return {"response": [note]}


def whole(answer: httpx2.Response) -> bytes:
    """Its headers and its body."""
    headers = (name + b": " + value for name, value in answer.headers.raw)
    return b"\n".join([*headers, b"", answer.content])
