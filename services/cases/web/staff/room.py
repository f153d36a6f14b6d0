"""What all pages of staff are made with, and the door: who comes in by which right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from psycopg import Connection, Error
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from services.cases.domain.quotes import words_of
from services.cases.domain.refused import Language, NotAllowed, NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.clock import Clock
from services.cases.handlers.sessions import Sessions, SignedIn, Terms, who
from services.cases.office import Office
from services.cases.web import link_session
from services.cases.web.forms import read_form
from services.cases.web.origin import address_of, from_our_own_page
from services.cases.web.staff.visits import TOKEN, Visit
from services.cases.web.staff.words import LANGUAGES, Speech
from services.cases.web.templating import templates, written
from services.cases.web.under_path import path_of
from shared.clock import system_now
from shared.db import Database
from shared.domain.days import local_date

LANGUAGE_COOKIE = "samspel-sprak"
_NOT_FOUND, _FORBIDDEN = 404, 403


class SignInFirst(Exception):
    """Nobody has signed in, or the session has ended: the door is at /logga-in."""


class NotYours(NotAllowed):
    """Whoever has signed in hasn't what this page is for."""

    code = "not-yours"
    title = Words("Det här är inte din uppgift", "This is not your task")
    detail = Words(
        "Sidan är för andra uppgifter än dina i Samspel. Behöver du den, be den som är"
        " administratör i kommunen.",
        "This page is for other tasks than yours in Samspel. If you need it, ask your"
        " municipality's administrator.",
    )


class OldPage(NotAllowed):
    """The form isn't from a page of this session."""

    code = "old-page"
    title = Words("Sidan är för gammal", "The page is too old")
    detail = Words(
        "Du har loggat in på nytt sedan sidan öppnades. Inget har sparats. Gå tillbaka, läs in"
        " sidan på nytt och försök igen.",
        "You have signed in anew since this page was opened. Nothing was saved. Go back, reload"
        " the page and try again.",
    )


@dataclass(frozen=True, slots=True)
class Room:
    """What staff pages share.

    `current`: the office as it is now, since its rules can change while it runs. `clock`: one that
    is moved, in demo mode only.
    """

    current: Callable[[], Office]
    sessions_for: Callable[[Connection[DictRow]], Sessions]
    terms: Terms
    secret: bytes
    public_url: str
    municipality: str
    mailbox_url: str | None
    clock: Clock | None
    environment: Environment = field(default_factory=templates)

    @property
    def office(self) -> Office:
        return self.current()

    @property
    def database(self) -> Database:
        return self.office.database

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https:")

    @property
    def session_cookie(self) -> str:
        """Over https no other host can set it, and at the top of a host no other path."""
        if not self.secure:
            return "samspel"
        return "__Secure-samspel" if path_of(self.public_url) else "__Host-samspel"

    @property
    def common(self) -> Mapping[str, Any]:
        """What every page shows."""
        return {
            "municipality": self.municipality,
            "mailbox_url": self.mailbox_url,
            "demo_clock": self._demo_clock(),
            "procedures": self.office.procedures.versions,
            "Right": Right,
        }

    def _demo_clock(self) -> datetime | None:
        """What the moved clock shows; nothing in production, and while the database is away."""
        try:
            return None if self.clock is None else self.clock.now()
        except (Error, PoolTimeout):
            return None

    def visits(self, right: Right | None) -> "Enters":
        """For GET: whoever has the right; with None, whoever has signed in."""
        return Enters(self, right)

    def acts(self, right: Right | None) -> "Acts":
        """For POST: as visits, from a page of the same session."""
        return Acts(self, right)

    def signed_in(self, request: Request) -> SignedIn | None:
        """Who sends the request, by the cookie of their session."""
        secret = request.cookies.get(self.session_cookie, "")
        if not secret:
            return None
        with self.database.unit() as unit:
            sessions = self.sessions_for(unit.connection)
            return who(secret, sessions, self.terms, system_now(), local_date(unit.now))

    def let_in(self, answer: Response, secret: str) -> Response:
        """Give the session's secret to who has signed in."""
        answer.set_cookie(
            self.session_cookie,
            secret,
            max_age=int(self.terms.longest.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",  # a link in a mail leads to the page, and not to the door
        )
        return answer

    def let_out(self, answer: Response) -> Response:
        answer.delete_cookie(
            self.session_cookie, path="/", secure=self.secure, httponly=True, samesite="lax"
        )
        return answer

    def open_page(
        self, template: str, request: Request, *, status: int = 200, **values: Any
    ) -> Response:
        """A page that needs no session, in the staff's frame."""
        return self._rendered(template, request, None, status, values)

    def failed(self, request: Request, status: int, refused: Refused | None = None) -> Response:
        """What went wrong, for people: what to do, and by which rule."""
        if isinstance(refused, NotFound):
            refused = None
        try:
            signed_in = self.signed_in(request)
        except (Error, PoolTimeout):  # what failed may be the database itself
            signed_in = None
        values = {"refused": refused, "code": status}
        return self._rendered("staff/failed.html", request, signed_in, status, values)

    def _rendered(
        self,
        template: str,
        request: Request,
        signed_in: SignedIn | None,
        status: int,
        values: Mapping[str, Any],
    ) -> Response:
        language = language_of(request)
        visit = None if signed_in is None else Visit(self, request, signed_in, language)
        html = written(
            self.environment.get_template(template),
            **self.common,
            **Speech(language).in_templates(),
            visit=visit,
            hidden=None if visit is None else visit.hidden,
            notice=None,
            quoted=self.quoted,
            **{"found_at": address_of(request), **values},
        )
        return HTMLResponse(html, status, {"Vary": "Cookie"})

    def to_the_door(self, request: Request) -> Response:
        """To sign in, and from there back to the page."""
        to = address_of(request) or "/"
        till = f"?till={quote(to, safe='/')}" if to != "/" else ""
        return self.let_out(RedirectResponse(f"/logga-in{till}", 303))

    def quoted(self, rule: str | None) -> str:
        """The words of a rule, wherever they are cited."""
        return words_of(rule, self.office.procedures.versions)


@dataclass(frozen=True, slots=True)
class Enters:
    """What a page that is opened asks for. Raises SignInFirst, NotYours."""

    room: Room
    right: Right | None

    def __call__(self, request: Request) -> Visit:
        signed_in = self.room.signed_in(request)
        if signed_in is None:
            raise SignInFirst
        if self.right is not None and self.right not in signed_in.rights:
            raise NotYours
        return Visit(self.room, request, signed_in, language_of(request))


@dataclass(frozen=True, slots=True)
class Acts:
    """What a form that is sent asks for. Raises SignInFirst, NotYours, OldPage."""

    room: Room
    right: Right | None

    async def __call__(self, request: Request) -> Visit:
        """The form is read last: of whoever mayn't come in, nothing is taken up."""
        visit = await run_in_threadpool(Enters(self.room, self.right), request)
        if not from_our_own_page(request, self.room.public_url, hidden=True):
            raise OldPage
        form = await read_form(request)
        if not link_session.same(form.get(TOKEN), visit.form_token):
            raise OldPage
        return replace(visit, form=form)


def language_of(request: Request) -> Language:
    """As it was chosen; else Swedish."""
    return LANGUAGES.get(request.cookies.get(LANGUAGE_COOKIE, ""), "sv")
