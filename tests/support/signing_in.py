"""Somebody who has signed in, for tests of the pages: their session is put there directly."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
import psycopg
from fastapi.testclient import TestClient

from services.cases.web.staff.visits import KEY, TOKEN
from shared.clock import system_now
from shared.ids import keyed_token, staff_id

COOKIE = "samspel"
Fields = Mapping[str, str | Sequence[str]]


def begin_session(
    database_url: str, person: UUID | None, *, roles: Sequence[str] = (), name: str = "Utan post"
) -> str:
    """A session of an account of that person's, made if there is none; the cookie's value."""
    secret, now = secrets.token_urlsafe(32), system_now()
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT id FROM cases.accounts WHERE person_id = %s", [person]
        ).fetchone()
        account = row[0] if row else uuid4()
        if row is None:
            connection.execute(
                "INSERT INTO cases.accounts (id, person_id, login, name, roles, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [account, person, f"{account}@konto.example", name, list(roles), now],
            )
        connection.execute(
            "INSERT INTO cases.sessions (key, account_id, began_at, seen_at, ends_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            [_hashed(secret), account, now, now, now + timedelta(hours=10)],
        )
    return secret


class Visitor:
    """One who has signed in: opens pages, and sends their forms as a browser would."""

    def __init__(self, client: TestClient, session: str, key: bytes) -> None:
        self._client = client
        self._session = session
        self._key = key

    def get(self, path: str, **more: Any) -> httpx.Response:
        """The page; one that isn't there or leads elsewhere is the answer as it is."""
        return self._sent("GET", path, **more)

    def post(self, path: str, fields: Fields | None = None, **more: Any) -> httpx.Response:
        """Send a form of a page of this session, with a key of its own unless it has one."""
        sent = {TOKEN: self.token, KEY: secrets.token_urlsafe(8), **(fields or {})}
        return self._sent("POST", path, data=sent, **more)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"].partition("#")[0])

    @property
    def token(self) -> str:
        return keyed_token(self._key, "staff-form", _hashed(self._session).hex())

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**more.pop("headers", {})}
        headers["Cookie"] = "; ".join(
            filter(None, (f"{COOKIE}={self._session}", headers.get("Cookie")))
        )
        return self._client.request(method, path, headers=headers, follow_redirects=False, **more)


def visitor(
    client: TestClient,
    database_url: str,
    secret: bytes,
    person: str | UUID | None,
    *,
    roles: Sequence[str] = (),
) -> Visitor:
    """Somebody of the register by their code (or id); None: an account without a person."""
    who = staff_id(person) if isinstance(person, str) else person
    return Visitor(client, begin_session(database_url, who, roles=roles), secret)


def at_the_door(client: TestClient) -> dict[str, str]:
    """The hidden fields of the form at the door; the client keeps the cookie that belongs to it."""
    page = client.get("/logga-in").text
    form = page[page.index('<form method="post" action="/logga-in">') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def words_of(page: str) -> str:
    """What a page says, without its tags, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
