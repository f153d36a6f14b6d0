"""Calls of the API, as another system makes them: asked again with the same key till answered."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

Json = dict[str, Any]


@dataclass(slots=True)
class Calls:
    """Of those that change something. `begun`: how many so far; `open`: how many wait for an answer
    now; `retried`: how many were answered only when they were sent again. `patience`: seconds for
    which nobody may answer."""

    web: httpx2.Client
    patience: float
    begun: int = 0
    open: int = 0
    retried: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, method: str, path: str, body: Json | None = None, **more: Any) -> httpx2.Response:
        """See `World.ask`."""
        if method == "GET":
            return self._until_answered(method, path, body, more)
        more["headers"] = {"Idempotency-Key": uuid4().hex} | more.get("headers", {})
        self._count(1, 0)
        try:
            answer = self._until_answered(method, path, body, more)
            self._count(0, int(answer.extensions["attempts"] > 1))
        finally:
            self._count(-1, 0)
        return answer

    def _until_answered(
        self, method: str, path: str, body: Json | None, more: Json
    ) -> httpx2.Response:
        deadline, attempts = time.monotonic() + self.patience, 0
        sent = more if body is None else more | {"json": body}
        while True:
            attempts += 1
            try:
                answer = self.web.request(method, f"/api/v1/{path}", **sent)
            except httpx2.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code not in (502, 503) or time.monotonic() > deadline:
                    answer.extensions["attempts"] = attempts
                    return answer
            time.sleep(0.1)

    def _count(self, opened: int, retried: int) -> None:
        with self._lock:
            self.begun += max(opened, 0)
            self.open += opened
            self.retried += retried
