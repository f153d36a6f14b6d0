"""What stands around every request: a bound on its size, harmless headers, no error unanswered."""

from fastapi import HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.cases.api.problems import broken, failed

_LARGEST = 256 * 1024
# What takes files takes more: the method and the path, and how many octets.
_WITH_FILES = 30 * 2**20
_LARGEST_AT = {
    ("POST", "/api/v1/dispatches"): _WITH_FILES,
    ("POST", "/arshjul/utskick/nytt"): _WITH_FILES,
    ("POST", "/installningar/las-in"): 4 * 2**20,
}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
        " img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
}


class Guard:
    """The outermost part of the application, of our own making."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":  # as GET, but for the body (RFC 9110 9.3.2)
            await self._answer({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            largest = _LARGEST_AT.get((scope["method"], scope["path"]), _LARGEST)
            if (status := _refused_unread(request, largest)) is not None:
                await failed(request, status)(scope, receive, send_with_headers)
                return
            await self._app(scope, _bounded(receive, largest), send_with_headers)
        except Exception as error:
            if started:
                raise
            await broken(request, error)(scope, receive, send_with_headers)


def _refused_unread(request: Request, largest: int) -> int | None:
    """The status of what is refused by its head alone."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        return 404
    if not _in_utf_8(request):
        return 415
    return 413 if _declared(request) > largest else None


def _in_utf_8(request: Request) -> bool:
    """Text of any other kind can hold half characters, which can neither be kept nor shown."""
    _, given = parse_options_header(request.headers.get("content-type", ""))
    return given.get(b"charset", b"utf-8").lower() in (b"utf-8", b"utf8")


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


def _declared(request: Request) -> int:
    """How many octets the head says; of an endless number its first digits are too many already."""
    length = request.headers.get("content-length", "0")
    return int(length.lstrip("0")[:18] or 0) if length.isascii() and length.isdigit() else 0


def _bounded(receive: Receive, largest: int) -> Receive:
    """The same body, refused once it is too large, whatever its header said."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > largest:
            raise HTTPException(413)
        return message

    return bounded
