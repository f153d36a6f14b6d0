"""How many requests this process has answered, how, and how long they took; and a span of each.

What was asked for is told by its area alone: the time of a single withdrawal or report can't be
read off a counter (X3). A span has the route as it is written, without ids and tokens of links.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.traces import span

# They say to the second when something was first done.
disable_created_metrics()  # type: ignore[no-untyped-call]
ANSWERS = CollectorRegistry()
_API = "/api/v1"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# By the first part of an address; what else has a route is a page.
_AREAS = {
    "api": "api", "r": "links", "u": "links", "f": "feeds", "static": "static",
    "healthz": "watching", "readyz": "watching", "metrics": "watching",
}  # fmt: skip
_COUNT = Counter(
    "samspel_http_requests", "Requests answered.", ("method", "area", "status"), registry=ANSWERS
)
_SECONDS = Histogram(
    "samspel_http_request_seconds",
    "How long they took.",
    ("method", "area"),
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
                area = area_of(route, asked)
                _COUNT.labels(method, area, f"{status // 100}xx").inc()
                _SECONDS.labels(method, area).observe(time.perf_counter() - began)


def area_of(route: str, asked: str) -> str:
    """One of a handful of our own words; `none` where there is no such route."""
    return "none" if route == "none" else _AREAS.get(asked.split("/")[1], "pages")


def template_of(scope: Scope, asked: str) -> str:
    """The route that answered, as it is written; `none` where there is no such."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return "/static" if asked.startswith("/static/") else "none"
    return path if path.startswith(_API) or not asked.startswith(_API) else _API + path
