"""Fetches a published calendar. Its address is a secret: neither logged nor in an error."""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpcore2
import httpx2

from services.scheduler.adapters.guarded import GuardedTransport, Resolve, resolve
from services.scheduler.domain.freebusy import UnreadableCalendar

MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
SECONDS = 10.0
_LONGEST_HEADER = 500

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAILURES = (
    httpx2.HTTPError, httpx2.InvalidURL, httpcore2.NetworkError, httpcore2.TimeoutException,
    httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, ssl.SSLError, UnicodeError,
)  # fmt: skip

# They would write each address down, at the levels below.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Version:
    """What the server said of the version it gave; it is asked for anything newer by these."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar file as it came, and which version it is."""

    data: bytes
    version: Version


class CalendarFetcher:
    """Over HTTPS alone. `own_hosts` may lie on the municipality's own network, others may not."""

    def __init__(
        self,
        own_hosts: frozenset[str] = frozenset(),
        authority: Path | None = None,
        *,
        resolve: Resolve = resolve,
        seconds: float = SECONDS,
    ) -> None:
        self._tls = ssl.create_default_context()
        if authority is not None:
            self._tls.load_verify_locations(cafile=str(authority))
        self._own_hosts = own_hosts
        self._resolve = resolve
        self._seconds = seconds

    def fetch(self, url: str, known: Version) -> Fetched | None:
        """None if it's the version that is known. Raises UnreadableCalendar with a code."""
        transport = GuardedTransport(self._tls, self._own_hosts, self._resolve, self._seconds)
        try:
            with httpx2.Client(transport=transport, trust_env=False, timeout=None) as client:
                return _follow(client, httpx2.URL(url), known)
        except _FAILURES as error:
            raise UnreadableCalendar(_code(error)) from None


def _follow(client: httpx2.Client, url: httpx2.URL, known: Version) -> Fetched | None:
    """Redirects are followed by hand: each is looked at as the first address was."""
    for _ in range(MOST_REDIRECTS + 1):
        if url.scheme != "https":
            raise UnreadableCalendar("not-https")
        headers = {"Accept": "text/calendar", "Accept-Encoding": "identity", **known.headers}
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code in _REDIRECTS:
                url = url.join(answer.headers.get("Location", ""))
                continue
            if answer.status_code == httpx2.codes.NOT_MODIFIED and known.headers:
                return None
            return _read(answer)
    raise UnreadableCalendar("too-many-redirects")


def _read(answer: httpx2.Response) -> Fetched:
    if answer.status_code != httpx2.codes.OK:
        raise UnreadableCalendar(f"status-{answer.status_code}")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise UnreadableCalendar("unreadable")  # it wasn't asked to be packed
    data = bytearray()
    for piece in answer.iter_raw():
        data += piece
        if len(data) > MOST_BYTES:
            raise UnreadableCalendar("too-large")
    return Fetched(bytes(data), Version(_said(answer, "ETag"), _said(answer, "Last-Modified")))


def _said(answer: httpx2.Response, name: str) -> str | None:
    said = answer.headers.get(name, "")
    return said if 0 < len(said) <= _LONGEST_HEADER else None


def _code(error: BaseException | None) -> str:
    """A code for what went wrong on the way."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return "certificate"
        if isinstance(error, httpx2.InvalidURL | UnicodeError):
            return "no-address"
        error = error.__cause__ or error.__context__
    return "no-answer"
