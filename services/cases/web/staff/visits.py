"""One request by somebody who has signed in: what it may read and do, and how it is answered."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from pydantic_core import to_jsonable_python

from services.cases.domain.glass import OnlyToRead
from services.cases.domain.refused import Invalid, Language, NotAllowed, NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.papers import Paper, PaperDesk, PaperViews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.sessions import SignedIn
from services.cases.handlers.sight import GLASS, Sight
from services.cases.office import Caller, Doer, Reader
from services.cases.web.forms import Form
from services.cases.web.origin import ABOUT, DONE, address_of
from services.cases.web.staff.words import Speech
from services.cases.web.templating import written
from shared.ids import keyed_token

if TYPE_CHECKING:
    from services.cases.web.staff.room import Room

T = TypeVar("T")
TOKEN, KEY = "token", "key"  # a field named «form» would hide what htmx asks a form for
_UNDO, _NOTHING_SENT = Words("Ångra", "Undo"), Form()
_OK, _INVALID, _CONFLICT, _FORBIDDEN = 200, 422, 409, 403


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back from what was just done: a form that sends these fields there."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    words: Words = _UNDO


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said on the page after something was done."""

    words: Words
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: its body, or the rule that says no."""

    body: Any = None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, its session, and everything a page does with them.

    Whatever reads or changes a case goes through `read`, `look`, `consult`, `draw`, `do` or
    `attempt`: they check the sight of the visitor's person, and log before anything is shown.
    Whoever has no person sees no case: they raise NotFound.
    """

    room: "Room"
    request: Request
    signed_in: SignedIn
    language: Language
    form: Form = _NOTHING_SENT
    _opened: set[UUID] = field(default_factory=set, repr=False, compare=False)

    @property
    def person(self) -> UUID | None:
        return self.signed_in.person

    @property
    def actor(self) -> str:
        """As the access log names who reads a case."""
        return self._caller().actor

    @property
    def rights(self) -> frozenset[Right]:
        return self.signed_in.rights

    @property
    def speech(self) -> Speech:
        return Speech(self.language)

    @property
    def done(self) -> str:
        """The name of what was done before this page, by `back`."""
        return self.request.query_params.get(DONE, "")[:40]

    @property
    def about(self) -> str:
        """What `done` was about: an id or two, by `back`."""
        return self.request.query_params.get(ABOUT, "")[:80]

    @property
    def in_emergency(self) -> bool:
        """Whether something was read that is seen only since it was opened in an emergency (X10).

        Then the page holds nothing to change anything with.
        """
        return bool(self._opened)

    def logged(self, what: str) -> str:
        """How a reading is named that is logged beside the one that `read` and the others log."""
        return f"{GLASS}{what}" if self.in_emergency else what

    def may(self, right: Right) -> bool:
        return right in self.rights

    def check_may_change(self) -> None:
        """For a page that is a form, after what it is about was read. Raises OnlyToRead."""
        if self.in_emergency:
            raise OnlyToRead

    # Reading

    def read(self, what: str, show: Callable[[Views, datetime], T], case: UUID | None = None) -> T:
        return self._reader().read(what, show, case)

    def see(self, what: str, show: Callable[[Desk, Views], T], case: UUID) -> T:
        return self._reader().see(what, show, case)

    def case_of(self, name: str, thing: UUID) -> UUID:
        """The case that something belongs to, seen or not: whoever reads it checks the sight."""
        return self._reader().case_of(name, thing)

    def case_of_mail(self, inbound_id: UUID) -> UUID | None:
        """As case_of; None for a mail that belongs to none. Raises NotFound if there is no mail."""
        return self._reader().case_of_mail(inbound_id)

    def look(
        self, what: str, show: Callable[[Overviews, datetime, Sight], T], case: UUID | None = None
    ) -> T:
        return self._reader().look(what, show, case)

    def consult(self, what: str, show: Callable[[Desk, Overviews], T]) -> T:
        return self._reader().consult(what, show)

    def draw(
        self,
        what: str,
        case_of: Callable[[PaperViews], UUID | None],
        write: Callable[[UUID, PaperDesk], Paper],
    ) -> Paper:
        return self._reader().draw(what, case_of, write)

    def survey(self, what: str, show: Callable[[Desk, Views], T]) -> T:
        """Reads what is about no case (settings, operations), as the account; logged, too.

        Only for pages of ADMINISTER and OPERATE: the desk has nobody's sight.
        """
        self._check_account()
        office = self.room.office
        with office.database.unit() as unit:
            views = office.views_for(unit.connection, unit.now)
            views.log(self.signed_in.actor, None, what)
            return show(office.desk_for(unit, self.signed_in.actor), views)

    # Doing

    def do(self, work: Callable[[Desk, Views], Any], *, keeps: UUID | None = None) -> Any:
        """One command in one unit; its body, as JSON holds it. Raises Refused.

        The form's key makes the second of two clicks harmless: it gives the first one's body.
        """
        return self._doer(self._caller()).do(work, keeps=keeps).body

    def attempt(self, work: Callable[[Desk, Views], Any], *, keeps: UUID | None = None) -> Outcome:
        """As do, with a rule's no as an answer. Raises NotFound alone."""
        return _outcome(lambda: self.do(work, keeps=keeps))

    def attempt_nameless(self, work: Callable[[Desk, Views], Any]) -> Outcome:
        """As attempt, for who doesn't say who they are (R47): done as the system."""
        return _outcome(lambda: self._doer(self._caller()).nameless().do(work).body)

    def administer(self, work: Callable[[Desk, Views], Any]) -> Outcome:
        """As attempt, for what is about no case, done as the account.

        Only for pages of ADMINISTER and OPERATE: the desk has nobody's sight.
        """
        self._check_account()
        caller = Caller(self.room.office, None, {}, self.signed_in.actor)
        return _outcome(lambda: self._doer(caller).do(work).body)

    # Answering

    def page(
        self,
        template: str,
        *,
        refused: Refused | None = None,
        wrong: Mapping[str, Words] | None = None,
        notices: Mapping[str, Notice] | None = None,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """The page; with what was refused and what is wrong in a form said on it."""
        wrong = dict(wrong or {})
        if isinstance(refused, Invalid):
            wrong.setdefault(refused.field, _both(refused))
        if wrong or refused is not None:
            status = _status(refused, status)
        notice = (notices or {}).get(self.done) if self.request.method == "GET" else None
        found = self.room.environment.get_template(template)
        html = written(
            found,
            **self.room.common,
            **self.speech.in_templates(),
            visit=self,
            found_at=address_of(self.request),
            form=self.form,
            hidden=self.hidden,
            refused=refused,
            wrong=wrong,
            notice=notice,
            quoted=self.room.quoted,
            **values,
        )
        return HTMLResponse(html, status, {"Vary": "Cookie, HX-Request"})

    def back(self, path: str, notice: str = "", about: object = None) -> Response:
        """To a page, after something was done; by `notice` it says what.

        `path` is one of ours, and may have a fragment.
        """
        path, _, fragment = path.partition("#")
        said = {DONE: notice, ABOUT: "" if about is None else str(about)}
        query = urlencode({key: value for key, value in said.items() if value})
        sign = "&" if "?" in path else "?"
        to = "".join((path, f"{sign}{query}" if query else "", f"#{fragment}" if fragment else ""))
        return RedirectResponse(to, 303)

    def hidden(self) -> Markup:
        """What every form of ours holds: that it is ours, and a key for this one click."""
        fields = {TOKEN: self.form_token, KEY: secrets.token_urlsafe(12)}
        return Markup("").join(
            Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
            for name, value in fields.items()
        )

    @property
    def form_token(self) -> str:
        """Only who has read a page of this session knows it."""
        return keyed_token(self.room.secret, "staff-form", self.signed_in.key.hex())

    @property
    def partial(self) -> bool:
        """Whether htmx asks, and a fragment is enough."""
        return self.request.headers.get("hx-request") == "true"

    def _caller(self) -> Caller:
        """Raises NotFound for an account without a person: it is nobody, not the system."""
        if self.person is None:
            raise NotFound
        path = {name: str(value) for name, value in self.request.path_params.items()}
        return Caller(self.room.office, self.person, path, "web", self._opened)

    def _reader(self) -> Reader:
        caller = self._caller()
        return Reader(caller.office, caller)

    def _doer(self, caller: Caller) -> Doer:
        said = self.form.but(TOKEN, KEY)
        files = [(name, one.content) for name, sent in said.files.items() for one in sent]
        asked = (self.request.method, self.request.url.path, repr(said.fields), repr(files))
        hashed = hashlib.sha256("\0".join(asked).encode(errors="replace")).digest()
        key = self.form.get(KEY)[:200] or None
        return Doer(caller.office, caller, key, hashed, to_jsonable_python)

    def _check_account(self) -> None:
        if not self.rights & {Right.ADMINISTER, Right.OPERATE}:
            raise NotFound


def _outcome(do: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(do())
    except NotFound:
        raise
    except Refused as refused:
        return Outcome(refused=refused)


def _status(refused: Refused | None, status: int) -> int:
    if refused is None or isinstance(refused, Invalid):
        return _INVALID
    if isinstance(refused, NotAllowed):
        return _FORBIDDEN
    return _CONFLICT if status == _OK else status


def _both(refused: Refused) -> Words:
    return Words(refused.told("sv"), refused.told("en"))
