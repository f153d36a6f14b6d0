"""Calls to the case service, in the same process: its application answers, without a socket."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Caller:
    """Calls `/api/v1/…` as the system that holds the token; an event loop of its own."""

    app: ASGIApp
    token: str
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def close(self) -> None:
        self._runner.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self._runner.run(self._call("GET", path, None, headers))

    def post(self, path: str, body: Json | None = None, **headers: str) -> Answer:
        """Headers by their names, with _ for -."""
        return self._runner.run(self._call("POST", path, body or {}, headers))

    async def _call(
        self, method: str, path: str, body: Json | None, headers: dict[str, str]
    ) -> Answer:
        path, _, query = path.partition("?")
        said = b"" if body is None else json.dumps(body).encode()
        names = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        names |= {"authorization": f"Bearer {self.token}", "host": "samspel.example"}
        names |= {"content-type": "application/json", "content-length": str(len(said))}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/api/v1/{path}",
            "raw_path": f"/api/v1/{path}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in names.items()],
            "client": ("127.0.0.1", 1),
            "server": ("samspel.example", 80),
        }
        told = _Told(said)
        await self.app(scope, told.receive, told.send)
        content = b"".join(told.parts)
        return Answer(told.status, json.loads(content) if content else None)


@dataclass(slots=True)
class _Told:
    said: bytes
    status: int = 0
    parts: list[bytes] = field(default_factory=list)

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self.said, "more_body": False}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))
