"""Under a path of a shared host name (`https://kommunen.example/samspel/`).

Outside, every address begins with the path of SAMSPEL_PUBLIC_URL; inside, none does. The two meet
here and nowhere else, so a page is written as if it stood at the top.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Words that people have written hold no quotation mark on a page, so this is our own markup alone.
_ADDRESS = re.compile(rb'(\s(?:href|src|action|formaction|hx-get|hx-post)=")(?=/(?!/))')
_COOKIE_PATH = re.compile(r"(;\s*path=)/(;|$)?", re.IGNORECASE)


def path_of(public_url: str) -> str:
    """`/samspel` of the address that people use; nothing if it is the top of its host."""
    return urlsplit(public_url).path.rstrip("/")


class UnderPath:
    """The outermost part of the application where it doesn't have a host name of its own.

    A proxy may pass the path on or take it away: both are understood.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(self._path, send, has_body=scope["method"] != "HEAD")
        await self._app(self._inside(scope), receive, answer.send)

    def _inside(self, scope: Scope) -> Scope:
        raw = scope.get("raw_path") or scope["path"].encode()
        return {
            **scope,
            "root_path": "",
            "path": self._cut(scope["path"]),
            "raw_path": self._cut(raw.decode("latin-1")).encode("latin-1"),
        }

    def _cut(self, path: str) -> str:
        rest = path.removeprefix(self._path)
        return rest or "/" if rest.startswith("/") or not rest else path


class _Answer:
    """One answer on its way out. A page waits until it is whole, since its length changes."""

    def __init__(self, path: str, send: Send, *, has_body: bool) -> None:
        self._path = path
        self._send = send
        self._has_body = has_body
        self._begun: Message | None = None
        self._page = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._begun is None:
            await self._send(message)
        else:
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                await self._end(self._begun)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        to = headers.get("location", "")
        if to.startswith("/") and not to.startswith("//"):
            headers["location"] = self._path + to
        cookies = headers.getlist("set-cookie")
        del headers["set-cookie"]
        for cookie in cookies:
            headers.append("set-cookie", _COOKIE_PATH.sub(self._cookie_path, cookie))
        if headers.get("content-type", "").startswith("text/html"):
            self._begun = message
        else:
            await self._send(message)

    def _cookie_path(self, found: re.Match[str]) -> str:
        before, end = found[1], found[2]
        return f"{before}{self._path}/" if end is None else f"{before}{self._path}{end}"

    async def _end(self, begun: Message) -> None:
        page = _ADDRESS.sub(rb"\g<1>" + self._path.encode(), self._page)
        headers = MutableHeaders(scope=begun)
        del headers["content-length"]
        if self._has_body:
            headers["content-length"] = str(len(page))
        await self._send(begun)
        await self._send({"type": "http.response.body", "body": page})
