"""What the routes share: who calls, and one unit of work per request, answered as JSON."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints

from services.cases import office as work_of
from services.cases.api.fields import Id
from services.cases.api.plain import plain
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.sight import HEADER
from services.cases.handlers.tokens import caller_by, check_scope, check_speaks
from services.cases.office import Again, Caller, Office, Reader
from shared.domain.days import local_date

_SYSTEM = "api"


# What takes no time is `async`: anything else is done in a thread of its own, and to get there and
# back costs more than all of these together.
async def office(request: Request) -> Office:
    found: Office = request.app.state.office
    return found


TheOffice = Annotated[Office, Depends(office)]
_bearer = HTTPBearer(auto_error=False, description="The API token that `make run` prints.")


async def known_caller(
    request: Request,
    office: TheOffice,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Lets pass who has the environment's token, which is for everything, or a key, for what it
    is for; the name of the system. Raises ScopeMissing, SpeaksForNobody."""
    given = credentials.credentials if credentials else ""
    expected = office.token.get_secret_value()
    if hmac.compare_digest(given.encode(), expected.encode()):
        return _SYSTEM
    return await run_in_threadpool(_system_of_key, given, request, office)


def _system_of_key(given: str, request: Request, office: Office) -> str:
    with office.database.unit() as unit:
        tokens = office.tokens_for(unit.connection, unit.now, _SYSTEM)
        token = caller_by(given, tokens, local_date(unit.now)) if given else None
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="samspel"'})
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    check_scope(token, request.method, path)
    if HEADER in request.headers:
        check_speaks(token, HEADER)
    return token.system


async def _caller(
    request: Request,
    office: TheOffice,
    system: Annotated[str, Depends(known_caller)],
    acting_as: Annotated[
        Id | None,
        Header(
            alias=HEADER,
            description="The person of the staff who sits before the calling system (X10).",
        ),
    ] = None,
) -> Caller:
    return Caller(office, acting_as, request.path_params, system)


TheCaller = Annotated[Caller, Depends(_caller)]


@dataclass(frozen=True, slots=True)
class Doer:
    """Does one command, and answers as JSON."""

    doer: work_of.Doer

    @property
    def caller(self) -> Caller:
        return self.doer.caller

    @property
    def office(self) -> Office:
        return self.doer.office

    def nameless(self) -> "Doer":
        """As the office's. Raises NotFound."""
        return Doer(self.doer.nameless())

    def do_unkept(self, work: Callable[[Desk, Views], Any], status: int = 200) -> JSONResponse:
        """As do, for an answer that holds a secret, which is kept nowhere (X13)."""
        return Doer(self.doer.unkept()).do(work, status)

    def do(
        self,
        work: Callable[[Desk, Views], Any],
        status: int = 200,
        *,
        keeps: UUID | None = None,
        again: Again | None = None,
    ) -> JSONResponse:
        """As the office's: `work` gives the body."""
        answered = self.doer.do(work, status, keeps=keeps, again=again)
        headers = {"Idempotent-Replayed": "true"} if answered.before else None
        return JSONResponse(answered.body, answered.status, headers)


Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]


async def _doer(
    request: Request,
    caller: TheCaller,
    idempotency_key: Annotated[
        Key | None, Header(description="The same key and body have their effect once.")
    ] = None,
) -> Doer:
    parts = (request.method.encode(), request.url.path.encode(), await request.body())
    asked = hashlib.sha256(b"\0".join(parts)).digest()
    return Doer(work_of.Doer(caller.office, caller, idempotency_key, asked, plain))


async def _reader(caller: TheCaller) -> Reader:
    return Reader(caller.office, caller)


TheDoer = Annotated[Doer, Depends(_doer)]
TheReader = Annotated[Reader, Depends(_reader)]
