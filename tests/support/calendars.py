"""A server of calendars over HTTPS, on loopback, under names of its own certificate."""

import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOST = "kalender.exempelkommun.example"
OWN_HOSTS = frozenset({HOST})
Answer = Callable[[BaseHTTPRequestHandler], None]


def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def certificate(folder: Path, host: str = HOST) -> Path:
    """A certificate with its key in one file, which is its own authority."""
    both, key = folder / "calendars.pem", folder / "calendars.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
         "-keyout", str(key), "-out", str(both)],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_text(both.read_text() + key.read_text())
    return both


@dataclass(slots=True)
class CalendarServer:
    """Answers each path as a test has said; keeps what it was asked."""

    pem: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)
    _thread: threading.Thread = field(init=False)

    def url(self, path: str, host: str = HOST) -> str:
        return f"https://{host}:{self._server.server_port}{path}"

    def serve(self, path: str, data: bytes, **headers: str) -> None:
        self.answers[path] = lambda handler: send(handler, 200, data, **headers)

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers.items())))
                outer.answers.get(self.path, _not_there)(self)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is what some tests are about."""


def _not_there(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 404, b"")


def send(handler: BaseHTTPRequestHandler, status: int, data: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def calendar(*times: tuple[str, str]) -> bytes:
    """A calendar that is busy at these times, as «2027-03-04T09:00» by the clocks in Stockholm."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Example//EN"]
    for number, (start, end) in enumerate(times):
        lines += ["BEGIN:VEVENT", f"UID:{number}@outlook.example", "SUMMARY:Ett hemligt möte"]
        lines += [f"DTSTART;TZID=Europe/Stockholm:{_stamp(start)}"]
        lines += [f"DTEND;TZID=Europe/Stockholm:{_stamp(end)}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _stamp(instant: str) -> str:
    return instant.replace("-", "").replace(":", "") + "00"
