"""How many requests this process has answered, how, and how long they took; and a span of each.

A route is told by its template, so no id and no token of a link is a label (X3).
"""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.traces import span

ANSWERS = CollectorRegistry()
_API = "/api/v1"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_COUNT = Counter(
    "samspel_http_requests", "Requests answered.", ("method", "route", "status"), registry=ANSWERS
)
_SECONDS = Histogram(
    "samspel_http_request_seconds",
    "How long they took.",
    ("method", "route"),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=ANSWERS,
)


class Watched:
    """Within the guard and around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500  # an error that nobody has foreseen
        asked = scope["path"].removeprefix(scope.get("root_path", ""))

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        with span("request", method=method) as told:
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                route = template_of(scope, asked)
                told(route=route, status=status)
                _COUNT.labels(method, route, f"{status // 100}xx").inc()
                _SECONDS.labels(method, route).observe(time.perf_counter() - began)


def template_of(scope: Scope, asked: str) -> str:
    """The route that answered, as it is written; `none` where there is no such."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return "/static" if asked.startswith("/static/") else "none"
    return path if path.startswith(_API) or not asked.startswith(_API) else _API + path
