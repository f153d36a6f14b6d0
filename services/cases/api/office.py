"""What the routes share: the database, who calls, and one unit of work per request."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import SecretStr, StringConstraints

from services.cases.api.fields import Id
from services.cases.domain.papers import House
from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.handlers.feeds import Origin
from services.cases.handlers.kept import Answers, Kept
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.papers import Paper, PaperDesk, PaperViews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Times, Views
from services.cases.handlers.sight import HEADER, Sight, Sights, actor_of
from shared.db import Database, Unit, again_after_deadlock
from shared.domain.days import local_date
from shared.municipality import Concern
from shared.procedures import Procedures

T = TypeVar("T")
_SYSTEM = "api"


@dataclass(frozen=True, slots=True)
class Press:
    """What papers are read and printed with."""

    house: House
    views_for: Callable[[Connection[DictRow]], PaperViews]
    render: Callable[[Paper], bytes]


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
    sights_for: Callable[[Connection[DictRow]], Sights]
    overviews_for: Callable[[Connection[DictRow]], Overviews]
    press: Press
    origin: Origin
    concern: Concern


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
class Caller:
    """Who calls: a system, possibly for a person who sits before it; and the ids in the path."""

    office: Office
    person: UUID | None
    path: Mapping[str, str]

    @property
    def actor(self) -> str:
        return actor_of(self.person, _SYSTEM)

    def sight(self, unit: Unit) -> Sight:
        sights, today = self.office.sights_for(unit.connection), local_date(unit.now)
        return Sight(self.person, sights, self.office.procedures, today)


def _caller(
    request: Request,
    office: TheOffice,
    acting_as: Annotated[
        Id | None,
        Header(
            alias=HEADER,
            description="The person of the staff who sits before the calling system (X10).",
        ),
    ] = None,
) -> Caller:
    return Caller(office, acting_as, request.path_params)


TheCaller = Annotated[Caller, Depends(_caller)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one request: the access is logged first, in the transaction of the reading."""

    office: Office
    caller: Caller

    def read(self, what: str, show: Callable[[Views, datetime], T], case: Any = None) -> T:
        """Raises NotFound, also for a case that the caller's person may not see."""
        with self.office.database.unit() as unit:
            views, sight = self._views(unit), self.caller.sight(unit)
            sight.enter(self.caller.path, case, what)
            if sight.person is not None:
                views.show_only(sight)
            views.log(self.caller.actor, case, what)
            return show(views, unit.now)

    def look(
        self,
        what: str,
        show: Callable[[Overviews, datetime, Sight], T],
        case: UUID | None = None,
    ) -> T:
        """As read, over one case's past or over many; `show` is told whose sight it is."""
        with self.office.database.unit() as unit:
            sight = self.caller.sight(unit)
            sight.enter(self.caller.path, case, what)
            self._views(unit).log(self.caller.actor, case, what)
            return show(self.office.overviews_for(unit.connection), unit.now, sight)

    def consult(self, what: str, show: Callable[[Desk, Overviews], T]) -> T:
        """As look, over what belongs to no case: `show` has the desk, to read and not to change."""
        with self.office.database.unit() as unit:
            self.caller.sight(unit).enter(self.caller.path, None, what)
            self._views(unit).log(self.caller.actor, None, what)
            desk = self.office.desk_for(unit, self.caller.actor)
            return show(desk, self.office.overviews_for(unit.connection))

    def _views(self, unit: Unit) -> Views:
        return self.office.views_for(unit.connection, unit.now)

    def draw(
        self,
        what: str,
        case_of: Callable[[PaperViews], UUID | None],
        write: Callable[[UUID, PaperDesk], Paper],
    ) -> Paper:
        """A paper is a reading of the case that it is about. Raises NotFound."""
        press = self.office.press
        with self.office.database.unit() as unit:
            papers = press.views_for(unit.connection)
            if (case_id := case_of(papers)) is None:
                raise NotFound
            self.caller.sight(unit).enter(self.caller.path, case_id)
            self._views(unit).log(self.caller.actor, case_id, what)
            desk = PaperDesk(
                unit.now,
                papers,
                self.office.procedures,
                press.house,
                self.office.times.days,
                self.office.overviews_for(unit.connection),
            )
            return write(case_id, desk)


@dataclass(frozen=True, slots=True)
class Again:
    """How an answer with personal data is shown again: read anew by its id, which alone is kept.

    `what` names the access in the log; `case` is the case that is read, None: the id is its own.
    """

    what: str
    show: Callable[[UUID, Desk, Views], Any]
    case: Callable[[UUID], UUID | None] = lambda found: found


@dataclass(frozen=True, slots=True)
class Doer:
    """Does one command in one unit, and keeps the answer if the caller gave it a key."""

    office: Office
    caller: Caller
    key: str | None
    request: bytes

    def do_unkept(self, work: Callable[[Desk, Views], Any], status: int = 200) -> JSONResponse:
        """As do, for an answer that holds a secret, which is kept nowhere (X13)."""
        return replace(self, key=None).do(work, status)

    def do(
        self,
        work: Callable[[Desk, Views], Any],
        status: int = 200,
        *,
        keeps: UUID | None = None,
        again: Again | None = None,
    ) -> JSONResponse:
        """`work` gives the body. A deadlock with another booking is tried again.

        `keeps` is the meeting whose minutes' keeper is let pass, too (R15). With `again` the body
        isn't kept but read anew, by who may still see it.
        """
        return again_after_deadlock(lambda: self._once(work, status, keeps, again))

    def _once(
        self,
        work: Callable[[Desk, Views], Any],
        status: int,
        keeps: UUID | None,
        again: Again | None,
    ) -> JSONResponse:
        with self.office.database.unit() as unit:
            sight = self.caller.sight(unit)
            if keeps is None:
                sight.enter(self.caller.path, None)
            else:
                sight.enter_to_keep(self.caller.path, keeps)
            answers = self.office.answers_for(unit.connection, unit.now, self.caller.actor)
            if self.key is not None and (kept := answers.find(self.key)) is not None:
                if kept.request != self.request:
                    raise KeyUsedOtherwise
                replayed = {"Idempotent-Replayed": "true"}
                body = kept.body if again is None else self._read(again, kept, unit, sight)
                return JSONResponse(body, kept.status, replayed)
            views = self.office.views_for(unit.connection, unit.now)
            body = jsonable_encoder(work(self.office.desk_for(unit, self.caller.actor), views))
            if self.key is not None:
                to_keep = body if again is None else {"id": body["id"]}
                answers.keep(self.key, Kept(self.request, status, to_keep))
        return JSONResponse(body, status)

    def _read(self, again: Again, kept: Kept, unit: Unit, sight: Sight) -> Any:
        """As any reading: only what is seen, and logged first. Raises NotFound."""
        found = UUID(kept.body["id"])
        if (case_id := again.case(found)) is not None:
            sight.check(case_id)
        views = self.office.views_for(unit.connection, unit.now)
        what = again.what if case_id is not None else f"{again.what}:{found}"
        views.log(self.caller.actor, case_id, what)
        desk = self.office.desk_for(unit, self.caller.actor)
        return jsonable_encoder(again.show(found, desk, views))


Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]


async def _doer(
    request: Request,
    caller: TheCaller,
    idempotency_key: Annotated[
        Key | None, Header(description="The same key and body have their effect once.")
    ] = None,
) -> Doer:
    parts = (request.method.encode(), request.url.path.encode(), await request.body())
    return Doer(caller.office, caller, idempotency_key, hashlib.sha256(b"\0".join(parts)).digest())


def _reader(caller: TheCaller) -> Reader:
    return Reader(caller.office, caller)


TheDoer = Annotated[Doer, Depends(_doer)]
TheReader = Annotated[Reader, Depends(_reader)]
