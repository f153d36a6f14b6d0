"""What the routes share: the database, who calls, and one unit of work per request."""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg import Connection
from psycopg.errors import DeadlockDetected
from psycopg.rows import DictRow
from pydantic import SecretStr, StringConstraints

from services.cases.domain.refused import Refused, Words
from services.cases.handlers.kept import Answers, Kept
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Times, Views
from shared.db import Database, Unit
from shared.procedures import Procedures

T = TypeVar("T")
_ACTOR = "api"
_TRIES = 4
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Office:
    """What one web process holds; the functions make ports over a unit's connection."""

    database: Database
    token: SecretStr
    procedures: Procedures
    times: Times
    desk_for: Callable[[Unit, str], Desk]
    views_for: Callable[[Connection[DictRow], datetime], Views]
    answers_for: Callable[[Connection[DictRow], datetime, str], Answers]
    silent_services: Callable[[], list[str]]


class KeyUsedOtherwise(Refused):
    """The same Idempotency-Key came with another request."""

    code = "idempotency-key-reused"
    title = Words("Nyckeln är redan använd", "The key has been used")
    detail = Words(
        "Samma Idempotency-Key har kommit med ett annat innehåll. Använd en ny nyckel.",
        "The same Idempotency-Key came with other content. Use a new key.",
    )


def office(request: Request) -> Office:
    found: Office = request.app.state.office
    return found


TheOffice = Annotated[Office, Depends(office)]
_bearer = HTTPBearer(auto_error=False, description="The API token that `make run` prints.")


def known_caller(
    office: TheOffice,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Lets pass who has the token."""
    given = credentials.credentials if credentials else ""
    expected = office.token.get_secret_value()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="samspel"'})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one request: the access is logged first, in the transaction of the reading."""

    office: Office

    def read(self, what: str, show: Callable[[Views, datetime], T], case: Any = None) -> T:
        with self.office.database.unit() as unit:
            views = self.office.views_for(unit.connection, unit.now)
            views.log(_ACTOR, case, what)
            return show(views, unit.now)


@dataclass(frozen=True, slots=True)
class Doer:
    """Does one command in one unit, and keeps the answer if the caller gave it a key."""

    office: Office
    key: str | None
    request: bytes

    def do(self, work: Callable[[Desk, Views], Any], status: int = 200) -> JSONResponse:
        """`work` gives the body. A deadlock with another booking is tried again."""
        for attempt in range(_TRIES):
            try:
                return self._once(work, status)
            except DeadlockDetected:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(_PAUSE_SECONDS * (attempt + 1))
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[Desk, Views], Any], status: int) -> JSONResponse:
        with self.office.database.unit() as unit:
            answers = self.office.answers_for(unit.connection, unit.now, _ACTOR)
            if self.key is not None and (kept := answers.find(self.key)) is not None:
                if kept.request != self.request:
                    raise KeyUsedOtherwise
                replayed = {"Idempotent-Replayed": "true"}
                return JSONResponse(kept.body, kept.status, replayed)
            views = self.office.views_for(unit.connection, unit.now)
            body = jsonable_encoder(work(self.office.desk_for(unit, _ACTOR), views))
            if self.key is not None:
                answers.keep(self.key, Kept(self.request, status, body))
        return JSONResponse(body, status)


Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]


async def _doer(
    request: Request,
    office: TheOffice,
    idempotency_key: Annotated[
        Key | None, Header(description="The same key and body have their effect once.")
    ] = None,
) -> Doer:
    parts = (request.method.encode(), request.url.path.encode(), await request.body())
    return Doer(office, idempotency_key, hashlib.sha256(b"\0".join(parts)).digest())


def _reader(office: TheOffice) -> Reader:
    return Reader(office)


TheDoer = Annotated[Doer, Depends(_doer)]
TheReader = Annotated[Reader, Depends(_reader)]
